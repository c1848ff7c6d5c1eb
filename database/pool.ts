import { Pool, TypeOverrides, type PoolClient, type QueryResultRow } from 'pg';

// Connections to Postgres. Two kinds of pools: intake keeps named plans, the others plan each time,
// because a plan made while a table was empty reads all of it later (postgres.md#plans).

export type Db = Pool | PoolClient;

const bigintOid = 20;
const timestamptzOid = 1184;

/**
 * Positions and counters are exact integers far below 2^53; instants travel as RFC 3339 texts in
 * UTC.
 */
const parsers = new TypeOverrides();
parsers.setTypeParser(bigintOid, Number);
parsers.setTypeParser(timestamptzOid, (text: string) => new Date(text).toISOString());

export interface PoolOptions {
  connectionString: string;
  max: number;
  /** For pools of absorb and lanes; intake's single statement is faster with a kept plan. */
  isPlannedEachTime: boolean;
  applicationName: string;
  onError: (error: Error) => void;
}

/**
 * A pool; statements end after 60 s. A transaction whose process does nothing for 10 s (it is
 * frozen, or the network lost it) is ended by the server: its locks, the tenant's cursor among
 * them, stop nobody for longer.
 */
export function createPool(options: PoolOptions): Pool {
  const settings = [
    '-c statement_timeout=60000',
    '-c idle_in_transaction_session_timeout=10000',
    ...(options.isPlannedEachTime ? ['-c plan_cache_mode=force_custom_plan'] : []),
  ];
  const pool = new Pool({
    connectionString: options.connectionString,
    max: options.max,
    application_name: options.applicationName,
    connectionTimeoutMillis: 3_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    // Statements that do not wait for each other's rows travel together.
    pipeline: true,
    options: settings.join(' '),
    types: parsers,
  });
  // A connection that breaks must not end the process, idle or in the middle of a transaction (the
  // pool listens to idle ones only); the next query says what is wrong.
  pool.on('connect', (client) => client.on('error', options.onError));
  pool.on('error', () => undefined);
  return pool;
}

/** Serialization failure and deadlock: another transaction won, the same work may be done again. */
const repeatableCodes = new Set(['40001', '40P01']);

/**
 * Runs the work in one transaction (READ COMMITTED); a deadlock's loser is run again, at most 3
 * times. BEGIN travels with the first statement. Work must wait for each of its statements: after
 * one that failed, COMMIT rolls back.
 */
export async function inTransaction<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    const client = await pool.connect();
    let isBroken = false;
    try {
      const [, result] = await Promise.all([client.query('BEGIN'), work(client)]);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {
        isBroken = true;
      });
      if (tries >= 3 || !repeatableCodes.has(sqlStateOf(error) ?? '')) throw error;
    } finally {
      client.release(isBroken);
    }
  }
}

/** The five characters of an error that Postgres answered, or null for any other error. */
export function sqlStateOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : null;
}

/** Whether the database could not be reached or went away, as opposed to refusing a statement. */
export function isDatabaseAway(error: unknown): boolean {
  // By its fields: an error of Node itself is no `Error` of the sandbox in which jest runs this.
  if (typeof error !== 'object' || error === null) return false;
  const code = 'code' in error ? error.code : undefined;
  // Before the states, since EPIPE has five characters too.
  if (typeof code === 'string' && /^E(CONN|PIPE|TIMEDOUT|HOST|NET|NOTFOUND|AI_AGAIN)/.test(code))
    return true;
  const state = sqlStateOf(error);
  // 08: connection, 57P: shut down or starting, 53300: too many connections, 53100: disk full,
  // 25006: read only.
  if (state !== null) return /^(08|57P|53300|53100|25006)/.test(state);
  if ('errors' in error && Array.isArray(error.errors)) return error.errors.some(isDatabaseAway);
  const message = 'message' in error ? String(error.message) : '';
  return /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Cannot use a pool after/.test(
    message,
  );
}

/** The first row, or null. */
export async function firstRow<Row extends QueryResultRow>(
  db: Db,
  text: string,
  values: unknown[],
): Promise<Row | null> {
  const result = await db.query<Row>(text, values);
  return result.rows[0] ?? null;
}

/** Records as a parameter: rows of `kind` and `id`. */
export function keysJson(things: readonly { kind: string; recordId: string }[]): string {
  return JSON.stringify(things.map(({ kind, recordId }) => ({ kind, id: recordId })));
}

/** Values of our own as a list in SQL; never of a caller. */
export function sqlList(values: readonly string[]): string {
  return values.map((value) => `'${value.replaceAll("'", "''")}'`).join(', ');
}

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Pool, PoolClient } from 'pg';

// Plain SQL files, applied in order of their numbers, forward only, one transaction each.

export interface Migration {
  name: string;
  sql: string;
  hash: string;
}

/** Any fixed number: whoever migrates holds this lock, so two starters do not clash. */
const advisoryLock = 5_417_801;

/** The migrations beside this file (or in the given folder), in order. */
export function readMigrations(folder: string = join(__dirname, 'migrations')): Migration[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => {
      const sql = readFileSync(join(folder, name), 'utf8');
      return { name, sql, hash: createHash('sha256').update(sql).digest('hex') };
    });
}

/**
 * Brings the database to the newest migration and returns the names it applied. Refuses a database
 * that holds a migration which was edited since, or which this program does not know (it is newer).
 */
export async function migrate(
  pool: Pool,
  migrations: Migration[] = readMigrations(),
): Promise<string[]> {
  const client = await pool.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [advisoryLock]);
    await client.query(
      `CREATE TABLE IF NOT EXISTS migrations (
         name text PRIMARY KEY, hash text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
    );
    const applied = await appliedHashes(client);
    refuseUnknown(applied, migrations);
    const missing = migrations.filter((migration) => !applied.has(migration.name));
    for (const migration of missing) await apply(client, migration);
    return missing.map((migration) => migration.name);
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [advisoryLock]).catch(() => undefined);
    client.release();
  }
}

async function appliedHashes(client: PoolClient): Promise<Map<string, string>> {
  const result = await client.query<{ name: string; hash: string }>(
    'SELECT name, hash FROM migrations ORDER BY name',
  );
  return new Map(result.rows.map((row) => [row.name, row.hash]));
}

function refuseUnknown(applied: Map<string, string>, migrations: Migration[]): void {
  const known = new Map(migrations.map((migration) => [migration.name, migration.hash]));
  for (const [name, hash] of applied) {
    const expected = known.get(name);
    if (expected === undefined) {
      throw new Error(
        `The database holds migration ${name}, which this program does not know: it was ` +
          'made by a newer version. Start that version, or use another database.',
      );
    }
    if (expected !== hash) {
      throw new Error(
        `Migration ${name} was edited after it had been applied to this database. Restore ` +
          'the file and put the change into a new migration. A local database that an earlier ' +
          'state of this project made is begun anew where the folder .data/postgres is removed.',
      );
    }
  }
}

async function apply(client: PoolClient, migration: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    // First the bookkeeping row: two starters without the lock would clash here, before any change.
    await client.query('INSERT INTO migrations (name, hash) VALUES ($1, $2)', [
      migration.name,
      migration.hash,
    ]);
    await client.query(migration.sql);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new Error(`Migration ${migration.name} failed and was undone`, { cause: error });
  }
}

import type { Pool } from 'pg';

import {
  runProgress,
  runSelector,
  undoProgress,
  type RunMember,
  type RunProgress,
  type RunSelector,
  type RunSend,
  type UndoProgress,
} from '../schemas/runs';
import { firstRow, inTransaction, type Db } from './pool';

// Runs that an operator asked for: at most one of a kind is open, a dry run keeps what it found.

export const builtRunKinds = ['dry_run', 'undo'] as const;
export type BuiltRunKind = (typeof builtRunKinds)[number];
export const runStates = ['requested', 'running', 'completed', 'failed', 'cancelled'] as const;
export type RunState = (typeof runStates)[number];

export interface RunRow {
  id: string;
  kind: BuiltRunKind;
  selector: RunSelector;
  state: RunState;
  requestedBy: string;
  requestedAt: string;
  endedAt: string | null;
  done: number;
  total: number | null;
  /** Of a dry run. */
  progress: RunProgress;
  /** Of an undo; null for a dry run. */
  undo: UndoProgress | null;
  detail: string | null;
}

const columns = `id, kind, selector, state, requested_by AS "requestedBy",
  requested_at AS "requestedAt", ended_at AS "endedAt",
  done, total, progress, detail`;
type RawRun = Omit<RunRow, 'selector' | 'progress' | 'undo'> & {
  selector: unknown;
  progress: unknown;
};

function runOf(row: RawRun): RunRow {
  const isUndo = row.kind === 'undo';
  return {
    ...row,
    selector: runSelector.parse(row.selector),
    progress: isUndo ? {} : runProgress.parse(row.progress),
    undo: isUndo ? undoProgress.parse(row.progress) : null,
  };
}

/** Between two runs of a kind: each reads from the vendor. */
const pauseMs = 10_000;
/** Runs of a kind that are kept with what they found. */
const keptMax = 10;

export type Created =
  { type: 'created' } | { type: 'already_running' } | { type: 'too_soon'; waitMs: number };

/** Stores a run; older ones beyond the newest ten go. */
export async function createRun(
  pool: Pool,
  tenant: number,
  run: { id: string; kind: BuiltRunKind; selector: RunSelector; by: string },
): Promise<Created> {
  return inTransaction(pool, async (tx): Promise<Created> => {
    // The tenant's row serves as the lock: of two that are asked for at once one is first.
    await tx.query('SELECT 1 FROM tenants WHERE id = $1 FOR NO KEY UPDATE', [tenant]);
    const newest = await tx.query<{ state: RunState; ageMs: number }>(
      `SELECT state, (extract(epoch FROM clock_timestamp() - requested_at) * 1000)::float8 AS
         "ageMs" FROM runs
       WHERE tenant = $1 AND kind = $2 ORDER BY requested_at DESC LIMIT ${keptMax}`,
      [tenant, run.kind],
    );
    if (newest.rows.some(({ state }) => state === 'requested' || state === 'running'))
      return { type: 'already_running' };
    const ageMs = newest.rows[0]?.ageMs ?? pauseMs;
    if (ageMs < pauseMs) return { type: 'too_soon', waitMs: pauseMs - ageMs };
    await tx.query(
      `DELETE FROM runs WHERE ctid = ANY (ARRAY(SELECT ctid FROM runs WHERE tenant = $1
         AND kind = $2
         ORDER BY requested_at DESC LIMIT 100 OFFSET ${keptMax - 1}))`,
      [tenant, run.kind],
    );
    await tx.query(
      'INSERT INTO runs (tenant, id, kind, selector, requested_by) VALUES ($1, $2, $3, $4, $5)',
      [tenant, run.id, run.kind, JSON.stringify(run.selector), run.by],
    );
    return { type: 'created' };
  });
}

export async function findRun(db: Db, tenant: number, id: string): Promise<RunRow | null> {
  const row = await firstRow<RawRun>(
    db,
    `SELECT ${columns} FROM runs WHERE tenant = $1 AND id = $2`,
    [tenant, id],
  );
  return row === null ? null : runOf(row);
}

/**
 * Begins an open run, or goes on with it; null where it has ended. Of a dry run it counts what
 * waits the first time.
 */
export async function beginRun(db: Db, tenant: number, id: string): Promise<RunRow | null> {
  const row = await firstRow<RawRun>(
    db,
    `UPDATE runs r SET state = 'running', total = coalesce(r.total, CASE r.kind
       WHEN 'dry_run' THEN (
       SELECT sum(d.count)::int FROM json_array_elements_text(r.selector -> 'systems') AS s(system)
       CROSS JOIN json_array_elements_text(r.selector -> 'kinds') AS k(kind) CROSS JOIN LATERAL
         (SELECT count(*) AS count FROM deliveries WHERE tenant = $1 AND system = s.system
           AND kind = k.kind AND state = 'waiting') d) END)
     WHERE r.tenant = $1 AND r.id = $2 AND r.state IN ('requested', 'running')
       RETURNING ${columns}`,
    [tenant, id],
  );
  return row === null ? null : runOf(row);
}

/** How many deliveries a run is about, where that is not known yet. */
export async function noteTotal(db: Db, tenant: number, id: string, total: number): Promise<void> {
  await db.query('UPDATE runs SET total = $3 WHERE tenant = $1 AND id = $2 AND total IS NULL', [
    tenant,
    id,
    total,
  ]);
}

/** Ends an open run; false where it has ended before. */
export async function endRun(
  db: Db,
  tenant: number,
  id: string,
  { state, detail }: { state: 'completed' | 'failed' | 'cancelled'; detail: string | null },
): Promise<boolean> {
  const result = await db.query(
    `UPDATE runs SET state = $3, detail = left($4, 2000), ended_at = now()
     WHERE tenant = $1 AND id = $2 AND state IN ('requested', 'running')`,
    [tenant, id, state, detail],
  );
  return result.rowCount === 1;
}

/** Runs that nobody began for so long: what should have started them got lost. */
export async function forgottenRuns(db: Db, tenant: number, quietMs: number): Promise<string[]> {
  const result = await db.query<{ id: string }>(
    `SELECT id FROM runs WHERE tenant = $1 AND kind = ANY ($3) AND state = 'requested'
       AND requested_at < now() - make_interval(secs => $2 / 1000.0)`,
    [tenant, quietMs, builtRunKinds],
  );
  return result.rows.map(({ id }) => id);
}

/** Runs of all tenants that began so long ago and have not ended: at most a page of them. */
export async function runningRuns(
  db: Db,
  olderMs: number,
): Promise<{ tenant: number; tenantId: string; id: string }[]> {
  const result = await db.query<{ tenant: number; tenantId: string; id: string }>(
    `SELECT r.tenant, t.tenant_id AS "tenantId", r.id FROM runs r JOIN tenants t ON t.id = r.tenant
     WHERE r.state = 'running' AND r.requested_at < now() - make_interval(secs => $1 / 1000.0)
     ORDER BY r.requested_at LIMIT 200`,
    [olderMs],
  );
  return result.rows;
}

/**
 * Keeps what a dry run found, with how far it came, in one transaction; false where the run was
 * cancelled.
 */
export async function savePage(
  pool: Pool,
  tenant: number,
  id: string,
  page: { sends: readonly RunSend[]; members: readonly RunMember[]; progress: RunProgress },
): Promise<boolean> {
  return inTransaction(pool, async (tx) => {
    const updated = await tx.query(
      `UPDATE runs SET progress = $3, done = $4 WHERE tenant = $1 AND id = $2
         AND state = 'running'`,
      [tenant, id, JSON.stringify(page.progress), doneOf(page.progress)],
    );
    if (updated.rowCount !== 1) return false;
    await tx.query(
      `INSERT INTO run_sends (tenant, run, system, no, key, path, body, members)
       SELECT $1, $2, system, no, key, path, body, members FROM json_to_recordset($3::json)
         AS x(system text, no int, key text, path text, body text, members int)`,
      [tenant, id, JSON.stringify(page.sends)],
    );
    await tx.query(
      `INSERT INTO run_members (tenant, run, system, no, kind, record_id, part, revision, outcome,
         send_no, operation, entity,
         payload, postings, reason, detail)
       SELECT $1, $2, system, no, kind, "recordId", part, revision, outcome, "sendNo", operation,
         entity, payload, postings,
         left(reason, 100), left(detail, 2000)
       FROM json_to_recordset($3::json) AS x(system text, no int, kind text, "recordId" text,
         part text, revision bigint,
         outcome text, "sendNo" int, operation text, entity text, payload json, postings json,
           reason text, detail text)`,
      [tenant, id, JSON.stringify(page.members)],
    );
    return true;
  });
}

function doneOf(progress: RunProgress): number {
  return Object.values(progress).reduce((sum, { members }) => sum + members, 0);
}

/** Where a page of a run begins: after this number of this system. */
export interface RunPlace {
  system: string;
  no: number;
}

export async function listRunSends(
  db: Db,
  tenant: number,
  id: string,
  { after, limit }: { after: RunPlace; limit: number },
): Promise<RunSend[]> {
  const result = await db.query<RunSend>(
    `SELECT system, no, key, path, body, members FROM run_sends
     WHERE tenant = $1 AND run = $2 AND (system, no) > ($3, $4) ORDER BY system, no LIMIT $5`,
    [tenant, id, after.system, after.no, limit],
  );
  return result.rows;
}

export async function listRunMembers(
  db: Db,
  tenant: number,
  id: string,
  { after, limit }: { after: RunPlace; limit: number },
): Promise<RunMember[]> {
  const result = await db.query<RunMember>(
    `SELECT system, no, kind, record_id AS "recordId", part, revision, outcome,
       send_no AS "sendNo", operation, entity,
       payload, postings, reason, detail
     FROM run_members WHERE tenant = $1 AND run = $2 AND (system, no) > ($3, $4)
       ORDER BY system, no LIMIT $5`,
    [tenant, id, after.system, after.no, limit],
  );
  return result.rows;
}

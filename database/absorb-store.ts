import type { Pool, PoolClient } from 'pg';
import { z } from 'zod';

import type { ChangeRow, RecordRow } from '../domain/records/absorb';
import type { Outcome } from '../domain/records/fold-outcomes';
import type { StockEntry, StockSource } from '../domain/stock/stock';
import { systems, type DesiredOp, type Kind } from '../domain/words';
import { parseChangeBody, readRecordBody } from '../schemas/change-bodies';
import { firstRow, inTransaction, keysJson } from './pool';

// What absorb reads and writes, inside one transaction that holds the tenant's cursor row. Look-ups
// by a list are LATERAL or scalar probes, writes are set-based and sorted by key
// (docs/query-plans.md). Rows are deleted by their address (ctid), found by such probes: nobody
// else writes them while the cursor is held.

export type AbsorbTransaction = PoolClient;

/**
 * Runs the work holding the tenant's cursor: absorb, redrive and policy of one tenant never
 * overlap.
 */
export async function withCursor<T>(
  pool: Pool,
  tenant: number,
  work: (tx: AbsorbTransaction, absorbedPos: number) => Promise<T>,
): Promise<T> {
  return inTransaction(pool, async (tx) => {
    const row = await firstRow<{ absorbed_pos: number }>(
      tx,
      'SELECT absorbed_pos FROM tenant_absorb WHERE tenant = $1 FOR UPDATE',
      [tenant],
    );
    if (row === null) throw new Error(`Tenant ${tenant} does not exist`);
    return work(tx, row.absorbed_pos);
  });
}

/**
 * A change whose body the present schemas refuse (it was written by another version): it gets an
 * outcome.
 */
export interface UnreadableChange {
  pos: number;
  detail: string;
}

const changeColumns = `pos, source, event_id AS "eventId", kind, op, record_id AS "recordId",
  source_rev AS "sourceRev", remote_id AS "remoteId",
  occurred_at AS "occurredAt", body`;

type StoredChange = Omit<ChangeRow, 'content'> & { body: unknown };

/** Changes as they were stored, those apart that cannot be read. */
function parsed(rows: readonly StoredChange[]): {
  changes: ChangeRow[];
  unreadable: UnreadableChange[];
} {
  const changes: ChangeRow[] = [];
  const unreadable: UnreadableChange[] = [];
  for (const { body, ...row } of rows) {
    try {
      changes.push({ ...row, content: body === null ? null : parseChangeBody(row.kind, body) });
    } catch (error) {
      const detail = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
      unreadable.push({ pos: row.pos, detail: detail.slice(0, 2_000) });
    }
  }
  return { changes, unreadable };
}

export async function readChanges(
  tx: AbsorbTransaction,
  tenant: number,
  afterPos: number,
  limit: number,
): Promise<{
  changes: ChangeRow[];
  unreadable: UnreadableChange[];
  lastPos: number | null;
  count: number;
}> {
  const { rows } = await tx.query<StoredChange>(
    `SELECT ${changeColumns} FROM changes WHERE tenant = $1 AND pos > $2 ORDER BY pos LIMIT $3`,
    [tenant, afterPos, limit],
  );
  return { ...parsed(rows), lastPos: rows.at(-1)?.pos ?? null, count: rows.length };
}

/** Changes of products that wait for a SKU, oldest first, at most 1,000. */
export async function readWaitingChanges(
  tx: AbsorbTransaction,
  tenant: number,
): Promise<ChangeRow[]> {
  const { rows } = await tx.query<StoredChange>(
    `SELECT c.* FROM (SELECT pos FROM sku_waits WHERE tenant = $1 ORDER BY pos LIMIT 1000) w
     CROSS JOIN LATERAL (SELECT ${changeColumns} FROM changes WHERE tenant = $1 AND pos = w.pos
       LIMIT 1) c ORDER BY c.pos`,
    [tenant],
  );
  return parsed(rows).changes;
}

const originSchema = z.record(z.string(), z.enum(systems));
const sourceRevsSchema = z.partialRecord(z.enum(systems), z.int());

/**
 * The records of these keys. The content of one that cannot be read counts as not known: the next
 * change of the record says it anew, and no other one waits for it.
 */
export async function readRecords(
  tx: AbsorbTransaction,
  tenant: number,
  keys: readonly { kind: Kind; recordId: string }[],
): Promise<RecordRow[]> {
  if (keys.length === 0) return [];
  const result = await tx.query<{
    kind: Kind;
    recordId: string;
    rev: number;
    sourceRevs: unknown;
    op: DesiredOp;
    body: unknown;
    origin: unknown;
  }>(
    `SELECT r.* FROM json_to_recordset($2::json) AS k(kind text, id text) CROSS JOIN LATERAL
       (SELECT kind, record_id AS "recordId", rev, source_revs AS "sourceRevs", op, body, origin
        FROM records WHERE tenant = $1 AND kind = k.kind AND record_id = k.id LIMIT 1) r`,
    [tenant, keysJson(keys)],
  );
  return result.rows.map(({ body, origin, sourceRevs, ...row }) => ({
    ...row,
    sourceRevs: sourceRevsSchema.catch({}).parse(sourceRevs),
    content: body === null ? null : readRecordBody(row.kind, body),
    origin: originSchema.catch({}).parse(origin),
  }));
}

export async function writeRecords(
  tx: AbsorbTransaction,
  tenant: number,
  records: readonly RecordRow[],
): Promise<void> {
  if (records.length === 0) return;
  const rows = records
    .map((row) => ({
      k: row.kind,
      i: row.recordId,
      r: row.rev,
      s: row.sourceRevs,
      o: row.op,
      b: row.content?.body ?? null,
      g: row.origin,
    }))
    .sort((a, b) => (a.k === b.k ? compare(a.i, b.i) : compare(a.k, b.k)));
  await tx.query(
    `INSERT INTO records (tenant, kind, record_id, rev, source_revs, op, body, origin)
     SELECT $1, k, i, r, s, o, b, g FROM json_to_recordset($2::json)
       AS x(k text, i text, r bigint, s json, o text, b json, g json)
     ON CONFLICT (tenant, kind, record_id) DO UPDATE
       SET rev = excluded.rev, source_revs = excluded.source_revs,
       op = excluded.op, body = excluded.body, origin = excluded.origin, updated_at = now()`,
    [tenant, JSON.stringify(rows)],
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The ledger entries that these sources made before. */
export async function readStockEntries(
  tx: AbsorbTransaction,
  tenant: number,
  sources: readonly StockSource[],
): Promise<StockEntry[]> {
  if (sources.length === 0) return [];
  const result = await tx.query<StockEntry>(
    `SELECT m.* FROM json_to_recordset($2::json) AS k(source text, "sourceId" text)
     CROSS JOIN LATERAL
       (SELECT source, source_id AS "sourceId", line, reason, sku, place, quantity,
         occurred_at AS "occurredAt"
        FROM stock_movements WHERE tenant = $1 AND source = k.source AND source_id = k."sourceId"
        OFFSET 0) m`,
    [tenant, sourcesJson(sources)],
  );
  return result.rows;
}

/** Replaces the entries of the given sources by these. */
export async function writeStockEntries(
  tx: AbsorbTransaction,
  tenant: number,
  replacedSources: readonly StockSource[],
  entries: readonly StockEntry[],
): Promise<void> {
  if (replacedSources.length > 0) {
    await tx.query(
      `DELETE FROM stock_movements WHERE ctid = ANY (ARRAY(
         SELECT m.ctid FROM json_to_recordset($2::json) AS k(source text, "sourceId" text)
         CROSS JOIN LATERAL
           (SELECT ctid FROM stock_movements WHERE tenant = $1 AND source = k.source
             AND source_id = k."sourceId" OFFSET 0) m))`,
      [tenant, sourcesJson(replacedSources)],
    );
  }
  if (entries.length === 0) return;
  await tx.query(
    `INSERT INTO stock_movements (tenant, source, source_id, line, reason, sku, place, quantity,
       occurred_at)
     SELECT $1, source, "sourceId", line, reason, sku, place, quantity, "occurredAt"
       FROM json_to_recordset($2::json)
       AS x(source text, "sourceId" text, line text, reason text, sku text, place text,
         quantity numeric,
         "occurredAt" timestamptz)
     ON CONFLICT DO NOTHING`,
    [tenant, JSON.stringify(entries)],
  );
}

function sourcesJson(sources: readonly StockSource[]): string {
  return JSON.stringify(sources.map(({ source, sourceId }) => ({ source, sourceId })));
}

/** When each of these records first occurred, by all its changes in the inbox, ISO 8601. */
export async function readFirstTimes(
  tx: AbsorbTransaction,
  tenant: number,
  keys: readonly { kind: Kind; recordId: string }[],
): Promise<Map<string, string>> {
  if (keys.length === 0) return new Map();
  const result = await tx.query<{ key: string; at: string }>(
    `SELECT k.kind || '/' || k.id AS key, c.at FROM json_to_recordset($2::json)
       AS k(kind text, id text)
     CROSS JOIN LATERAL (SELECT min(occurred_at) AS at FROM changes WHERE tenant = $1
       AND kind = k.kind AND record_id = k.id AND op = 'upsert') c WHERE c.at IS NOT NULL`,
    [tenant, keysJson(keys)],
  );
  return new Map(result.rows.map(({ key, at }) => [key, at]));
}

/** Sums of the movements after a count, per question. */
export async function sumsAfterCounts(
  tx: AbsorbTransaction,
  tenant: number,
  counts: readonly { sku: string; place: string; countedAt: string }[],
): Promise<Map<string, string>> {
  if (counts.length === 0) return new Map();
  const result = await tx.query<{ n: number; sum: string }>(
    `SELECT k.n, s.sum FROM json_to_recordset($2::json) AS k(n int, sku text, place text,
       "countedAt" timestamptz)
     CROSS JOIN LATERAL (SELECT coalesce(sum(quantity), 0)::text AS sum FROM stock_movements
       WHERE tenant = $1 AND sku = k.sku AND place = k.place AND occurred_at > k."countedAt"
         AND reason <> 'count') s`,
    [tenant, JSON.stringify(counts.map((count, n) => ({ n, ...count })))],
  );
  return new Map(
    result.rows.flatMap(({ n, sum }) => {
      const count = counts[n];
      return count === undefined ? [] : [[countKey(count), sum] as const];
    }),
  );
}

export function countKey(count: { sku: string; place: string; countedAt: string }): string {
  return JSON.stringify([count.sku, count.place, count.countedAt]);
}

/** Writes outcomes; `replaced`: positions of changes whose former outcome holds no longer. */
export async function writeOutcomes(
  tx: AbsorbTransaction,
  tenant: number,
  outcomes: readonly Outcome[],
  replaced: readonly number[] = [],
): Promise<void> {
  if (replaced.length > 0)
    await tx.query('DELETE FROM change_outcomes WHERE tenant = $1 AND pos = ANY ($2::bigint[])', [
      tenant,
      replaced,
    ]);
  if (outcomes.length === 0) return;
  await tx.query(
    `INSERT INTO change_outcomes (tenant, pos, outcome, code, detail)
     SELECT $1, pos, outcome, code, left(detail, 2000) FROM json_to_recordset($2::json)
       AS x(pos bigint, outcome text, code text, detail text)`,
    [tenant, JSON.stringify(outcomes)],
  );
}

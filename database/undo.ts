import type { Pool, PoolClient } from 'pg';

import type { Thing } from '../domain/records/record-references';
import type { UndoCandidate, UndoKind, UndoOutcome } from '../domain/delivery/undo';
import { undoProgress, type UndoProgress } from '../schemas/runs';
import { firstRow, keysJson, type Db } from './pool';

// What an undo reads and writes: the documents of a range of days, page by page, and what became of
// those that a run took back. Documents are found by walking the deliveries of a kind and looking
// at each record's day: an index over days would be written with every sale, for a question that is
// asked once in a while.

/** A delivery to the books with the day of its record. */
export interface DatedDelivery extends UndoCandidate {
  recordId: string;
  part: string;
  /** Null where the record has none. */
  day: string | null;
  isVoided: boolean;
}

/** The next deliveries of a kind to the books in the order of their records. */
export async function datedDeliveries(
  db: Db,
  tenant: number,
  kind: UndoKind,
  { after, limit }: { after: { recordId: string; part: string }; limit: number },
): Promise<DatedDelivery[]> {
  const result = await db.query<DatedDelivery>(
    `SELECT d.*, r.day, r."isVoided" FROM (
       SELECT record_id AS "recordId", part, state, reason, desired_op AS "desiredOp",
         sent_rev AS "sentRev", undone_by AS "undoneBy",
         remote_id IS NOT NULL AS "hasRemote", snapshot ->> 'summary' AS "summaryId"
       FROM deliveries WHERE tenant = $1 AND system = 'qbo' AND kind = $2
         AND (record_id, part) > ($3, $4)
       ORDER BY record_id, part LIMIT $5) d
     CROSS JOIN LATERAL (SELECT body ->> 'businessDate' AS day,
       coalesce(body ->> 'voided' = 'true', false) AS "isVoided"
       FROM records WHERE tenant = $1 AND kind = $2 AND record_id = d."recordId" LIMIT 1) r
     ORDER BY d."recordId", d.part`,
    [tenant, kind, after.recordId, after.part, limit],
  );
  return result.rows;
}

/**
 * A new revision of each of these records, although nothing in them changed: what is desired of
 * them did.
 */
export async function raiseRecords(
  tx: PoolClient,
  tenant: number,
  things: readonly Thing[],
): Promise<void> {
  await tx.query(
    `UPDATE records r SET rev = r.rev + 1, updated_at = now()
       FROM json_to_recordset($2::json) AS k(kind text, id text)
     WHERE r.tenant = $1 AND r.kind = k.kind AND r.record_id = k.id`,
    [tenant, keysJson(things)],
  );
}

/** Parts of these tickets that a summary has in the books, or may have: as `kind/recordId/part`. */
export async function postedShares(
  tx: PoolClient,
  tenant: number,
  things: readonly Thing[],
): Promise<Set<string>> {
  if (things.length === 0) return new Set();
  const result = await tx.query<{ share: string }>(
    `SELECT m.kind || '/' || m.record_id || '/' || m.part AS share
       FROM json_to_recordset($2::json) AS k(kind text, id text)
     CROSS JOIN LATERAL (SELECT kind, record_id, part, summary_id, is_posted, is_open
       FROM summary_members
       WHERE tenant = $1 AND kind = k.kind AND record_id = k.id OFFSET 0) m
     WHERE m.is_posted OR (m.is_open AND EXISTS (SELECT FROM deliveries WHERE tenant = $1
       AND system = 'qbo' AND kind = 'summary'
       AND record_id = m.summary_id AND state IN ('sending', 'verifying')))`,
    [tenant, keysJson(things)],
  );
  return new Set(result.rows.map(({ share }) => share));
}

/** What a run found so far, where it is under way or was cancelled; locked. */
export async function lockUndo(
  tx: PoolClient,
  tenant: number,
  run: string,
): Promise<{ state: string; selector: unknown; progress: UndoProgress } | null> {
  const row = await firstRow<{ state: string; selector: unknown; progress: unknown }>(
    tx,
    `SELECT state, selector, progress FROM runs WHERE tenant = $1 AND id = $2 AND kind = 'undo'
       FOR UPDATE`,
    [tenant, run],
  );
  return row === null ? null : { ...row, progress: undoProgress.parse(row.progress) };
}

export async function saveUndo(
  db: Db,
  tenant: number,
  run: string,
  progress: UndoProgress,
): Promise<void> {
  await db.query('UPDATE runs SET progress = $3 WHERE tenant = $1 AND id = $2', [
    tenant,
    run,
    JSON.stringify(progress),
  ]);
}

/** How many of a run's deliveries are under way; a ticket is as long as its summary is. */
export async function countUndoing(db: Db, tenant: number, run: string): Promise<number> {
  const row = await firstRow<{ count: number }>(
    db,
    `SELECT (SELECT count(*) FROM deliveries WHERE tenant = $1 AND undone_by = $2
       AND state IN ('waiting', 'sending', 'verifying'))::int
       + (SELECT count(*) FROM deliveries d WHERE d.tenant = $1 AND d.undone_by = $2
         AND d.state = 'held' AND d.reason = 'summary' AND ${isSummaryOpen})::int AS count`,
    [tenant, run],
  );
  return row?.count ?? 0;
}

/** Of a ticket `d` that leaves a summary: whether that is still to be written. */
const isSummaryOpen = `EXISTS (
  SELECT FROM (SELECT summary_id FROM summary_members WHERE tenant = $1 AND kind = d.kind
    AND record_id = d.record_id AND is_open OFFSET 0) m
  CROSS JOIN LATERAL (SELECT state FROM deliveries WHERE tenant = $1 AND system = 'qbo'
    AND kind = 'summary' AND record_id = m.summary_id LIMIT 1) s
  WHERE s.state IN ('waiting', 'sending', 'verifying'))`;

/**
 * What became of what a run took back, as the tables say now. A document that stands although it is
 * delivered as taken back has another one against it: where none stands any more its snapshot names
 * no entity.
 */
export async function undoOutcomesOf(
  db: Db,
  tenant: number,
  run: string,
): Promise<Partial<Record<UndoOutcome, number>>> {
  const result = await db.query<{ outcome: UndoOutcome; count: number }>(
    `SELECT o.outcome, count(*)::int AS count FROM (
       SELECT CASE
         WHEN d.state IN ('waiting', 'sending', 'verifying') THEN 'waiting'
         WHEN d.state = 'held' AND d.reason = 'summary' AND ${isSummaryOpen} THEN 'waiting'
         WHEN d.state IN ('held', 'dead', 'skipped') THEN d.state
         WHEN d.remote_id IS NULL THEN 'leftSummary'
         WHEN d.snapshot ->> 'entity' IS NULL THEN 'voided' ELSE 'countered' END AS outcome
       FROM deliveries d WHERE d.tenant = $1 AND d.undone_by = $2) o
     GROUP BY o.outcome`,
    [tenant, run],
  );
  return Object.fromEntries(result.rows.map(({ outcome, count }) => [outcome, count]));
}

/** Records that a cancelled run wanted taken back and of which nothing was begun. */
export async function notBegun(
  tx: Db,
  tenant: number,
  run: string,
  limit: number,
): Promise<Thing[]> {
  const result = await tx.query<Thing>(
    `SELECT d.kind, d.record_id AS "recordId" FROM deliveries d
     WHERE d.tenant = $1 AND d.undone_by = $2 AND d.state = ANY ($3)
       AND NOT EXISTS (SELECT FROM deliveries o WHERE o.tenant = $1 AND o.system = 'qbo'
         AND o.kind = d.kind AND o.record_id = d.record_id
         AND o.undone_by = $2 AND o.state IN ('sending', 'verifying', 'delivered'))
     GROUP BY d.kind, d.record_id LIMIT $4`,
    [tenant, run, ['waiting', 'held', 'dead'], limit],
  );
  return result.rows;
}

/** Whether a cancelled run has such records. */
export async function hasNotBegun(pool: Pool, tenant: number, run: string): Promise<boolean> {
  return (await notBegun(pool, tenant, run, 1)).length > 0;
}

/** Records of these deliveries that were taken back to the end: a redrive by id posts them anew. */
export async function undoneAmong(
  db: Db,
  tenant: number,
  deliveryIds: readonly string[],
): Promise<Thing[]> {
  const result = await db.query<Thing>(
    `SELECT DISTINCT d.kind, d.record_id AS "recordId" FROM deliveries d WHERE ${isUndoneAmong}
       ORDER BY 1, 2`,
    [tenant, deliveryIds],
  );
  return result.rows;
}

/** How many of these deliveries were taken back to the end. */
export async function countUndone(
  db: Db,
  tenant: number,
  deliveryIds: readonly string[],
): Promise<number> {
  const row = await firstRow<{ count: number }>(
    db,
    `SELECT count(*)::int AS count FROM deliveries d WHERE ${isUndoneAmong}`,
    [tenant, deliveryIds],
  );
  return row?.count ?? 0;
}

/** Both in forms that no index serves: with ids at hand they are mere checks. */
const isUndoneAmong = `d.tenant IS NOT DISTINCT FROM $1 AND d.id = ANY ($2)
   AND (d.undone_by IS NULL) IS FALSE AND d.state IN ('delivered', 'skipped')`;

/** Deliveries by id that a redrive that is still to be applied names; null where it names none. */
export async function openRedriveIds(
  pool: Pool,
  tenant: number,
  redriveId: string,
): Promise<string[]> {
  const row = await firstRow<{ ids: string[] }>(
    pool,
    `SELECT ARRAY(SELECT json_array_elements_text(selector -> 'ids')) AS ids FROM redrives
     WHERE tenant = $1 AND id = $2 AND applied_at IS NULL AND selector -> 'ids' IS NOT NULL`,
    [tenant, redriveId],
  );
  return row?.ids ?? [];
}

import { kinds, targets, type Kind, type System, type Target } from '../domain/words';
import type { DeliveryState } from '../domain/delivery/delivery-state';
import type { DeliveryView, SummaryOfTicket } from '../schemas/deliveries';
import { firstRow, sqlList, type Db } from './pool';
import { systemsSql } from './systems-sql';

// What operators and the POS see: where things stand, read from the tables.

export interface StateCount {
  system: Target;
  state: DeliveryState;
  reason: string | null;
  count: number;
}

/**
 * Open, held and dead deliveries per lane. Delivered and skipped ones are not counted: they only
 * grow.
 */
export async function countStates(db: Db, tenant: number): Promise<StateCount[]> {
  const result = await db.query<StateCount>(
    `SELECT s.system, 'waiting' AS state, NULL AS reason, sum(d.count)::int AS count
       FROM unnest($2::text[]) AS s(system) CROSS JOIN unnest($3::text[]) AS k(kind) CROSS JOIN
         LATERAL
         (SELECT count(*) AS count FROM deliveries WHERE tenant = $1 AND system = s.system
           AND kind = k.kind AND state = 'waiting') d
       GROUP BY s.system HAVING sum(d.count) > 0
     UNION ALL
     SELECT system, state, NULL, count(*)::int FROM deliveries
       WHERE tenant = $1 AND state IN ('sending', 'verifying') GROUP BY system, state
     UNION ALL
     SELECT system, state, reason, count(*)::int FROM deliveries
       WHERE tenant = $1 AND state IN ('held', 'dead') GROUP BY system, state, reason`,
    [tenant, targets, kinds],
  );
  return result.rows;
}

/** Whether the tenant ever had a delivery, in any state. */
export async function hasDeliveries(db: Db, tenant: number): Promise<boolean> {
  const row = await firstRow<{ hasAny: boolean }>(
    db,
    // In the order of its index, or the first row is looked for through the whole table.
    `SELECT (SELECT id FROM deliveries WHERE tenant = $1
       ORDER BY system, kind, record_id, part LIMIT 1) IS NOT NULL AS "hasAny"`,
    [tenant],
  );
  return row?.hasAny === true;
}

/** Length of the tenant's queue, from the counters. */
export async function queueDepth(db: Db, tenant: number): Promise<number> {
  const row = await firstRow<{ depth: number }>(
    db,
    `SELECT i.changes_in - a.absorbed + (SELECT coalesce(max(m.made - l.settled), 0)
       FROM lanes_made m
       JOIN lanes l ON l.tenant = m.tenant AND l.system = m.system WHERE m.tenant = $1) AS depth
     FROM tenant_intake i JOIN tenant_absorb a ON a.tenant = i.tenant WHERE i.tenant = $1`,
    [tenant],
  );
  return row?.depth ?? 0;
}

export interface QueueState {
  depth: number;
  bound: number;
  notAbsorbed: number;
  /** When the oldest delivery that waits became due, per lane. */
  oldest: Partial<Record<Target, string>>;
}

export async function queueState(db: Db, tenant: number): Promise<QueueState> {
  const row = await firstRow<{ depth: number; bound: number; notAbsorbed: number }>(
    db,
    `SELECT i.queue_bound AS bound, i.changes_in - a.absorbed AS "notAbsorbed",
       i.changes_in - a.absorbed + (SELECT coalesce(max(m.made - l.settled), 0) FROM lanes_made m
         JOIN lanes l ON l.tenant = m.tenant AND l.system = m.system WHERE m.tenant = $1) AS depth
     FROM tenant_intake i JOIN tenant_absorb a ON a.tenant = i.tenant WHERE i.tenant = $1`,
    [tenant],
  );
  if (row === null) throw new Error(`Bug: tenant ${tenant} has no counters`);
  const oldest = await db.query<{ system: Target; at: string | null }>(
    `SELECT s.system, min(d.due_at) AS at FROM unnest(${systemsSql}) AS s(system)
     CROSS JOIN unnest(ARRAY[${sqlList(kinds)}]) AS k(kind)
     CROSS JOIN LATERAL (SELECT due_at FROM deliveries WHERE tenant = $1 AND system = s.system
       AND kind = k.kind
       AND state = 'waiting' ORDER BY due_at, id LIMIT 1) d GROUP BY s.system`,
    [tenant],
  );
  const ages = oldest.rows.flatMap(({ system, at }) =>
    at === null ? [] : [[system, at] as const],
  );
  return { ...row, oldest: Object.fromEntries(ages) };
}

export async function deliveriesOf(
  db: Db,
  tenant: number,
  kind: Kind,
  recordId: string,
): Promise<DeliveryView[]> {
  const result = await db.query<DeliveryView>(
    `SELECT id::text AS id, system, part, state, reason, cause, detail, remote_id AS "remoteId",
       attempts, CASE WHEN state IN ('waiting', 'verifying') THEN due_at END AS "nextDueAt",
         undone_by AS "undoneBy"
     FROM deliveries WHERE tenant = $1 AND system = ANY (${systemsSql}) AND kind = $2
       AND record_id = $3
     ORDER BY system, part`,
    [tenant, kind, recordId],
  );
  return result.rows;
}

export async function summariesOf(
  db: Db,
  tenant: number,
  kind: Kind,
  recordId: string,
): Promise<SummaryOfTicket[]> {
  const result = await db.query<SummaryOfTicket>(
    `SELECT m.summary_id AS "recordId", r.number, m.part, m.total_minor AS "totalMinor",
       m.tax_minor AS "taxMinor",
       m.is_posted AS "isPosted", d.state, d.reason, d.remote_id AS "remoteId",
       CASE WHEN d.state IN ('waiting', 'verifying') THEN d.due_at END AS "nextDueAt"
     FROM (SELECT * FROM summary_members WHERE tenant = $1 AND kind = $2 AND record_id = $3
       AND until_rev IS NULL OFFSET 0) m
     CROSS JOIN LATERAL (SELECT body ->> 'number' AS number FROM records
       WHERE tenant = $1 AND kind = 'summary' AND record_id = m.summary_id LIMIT 1) r
     CROSS JOIN LATERAL (SELECT state, reason, remote_id, due_at FROM deliveries
       WHERE tenant = $1 AND system = 'qbo' AND kind = 'summary' AND record_id = m.summary_id
         LIMIT 1) d
     ORDER BY m.summary_id, m.part`,
    [tenant, kind, recordId],
  );
  return result.rows;
}

export interface RecordView {
  kind: Kind;
  recordId: string;
  rev: number;
  sourceRev: number | null;
  op: 'present' | 'absent';
  body: unknown;
  origin: Record<string, System>;
  updatedAt: string;
}

export async function findRecord(
  db: Db,
  tenant: number,
  kind: Kind,
  recordId: string,
): Promise<RecordView | null> {
  return firstRow<RecordView>(
    db,
    `SELECT kind, record_id AS "recordId", rev,
       (source_revs ->> 'pos')::bigint AS "sourceRev", op, body, origin,
       updated_at AS "updatedAt"
     FROM records WHERE tenant = $1 AND kind = $2 AND record_id = $3`,
    [tenant, kind, recordId],
  );
}

import type { PoolClient } from 'pg';

import type { DeliveryCore, DeliveryState } from '../domain/delivery/delivery-state';
import type { DesiredOp, Kind, Target } from '../domain/words';
import { systemsSql } from './systems-sql';

// Deliveries as rows: locking them in key order, making them, counting what was opened and closed.
// What a transition decided is written by delivery-updates.ts. Who writes: absorb (rows locked
// under the tenant's cursor) and the lane.

/** Identity of a delivery and the state that events decide about. */
export interface DeliveryRow extends DeliveryCore {
  id: string;
  system: Target;
  kind: Kind;
  recordId: string;
  part: string;
  cause: string | null;
  detail: string | null;
  lastClass: string | null;
  /** Most members of a send that carries it; null where the settings alone decide. */
  sendMax: number | null;
  /** As Postgres writes it, to the microsecond. */
  dueAt: string;
  /** Whether the system has it, as far as we know. */
  hasRemote: boolean;
  /** The daily summary by which it has it; null where it has a document of its own or none. */
  summaryId: string | null;
  /** Whether that summary keeps a former share of it (`kept-shares.ts`). */
  isKept: boolean;
}

export const deliveryColumns = `d.id::text AS id, d.system, d.kind, d.record_id AS "recordId",
   d.part, d.state, d.reason,
  d.cause, d.detail, d.last_class AS "lastClass", d.send_max AS "sendMax",
    d.desired_rev AS "desiredRev", d.desired_op AS "desiredOp",
  d.sent_rev AS "sentRev", d.delivered_rev AS "deliveredRev", d.attempts, d.generation,
  (extract(epoch FROM d.due_at) * 1000)::float8 AS "dueAtMs", d.due_at::text AS "dueAt",
    d.remote_id IS NOT NULL AS "hasRemote", d.snapshot ->> 'summary' AS "summaryId",
    d.snapshot -> 'keptShare' IS NOT NULL AS "isKept",
  d.undone_by AS "undoneBy"`;

/** Locks all deliveries of these records, in order of their ids. */
export async function lockDeliveriesOf(
  tx: PoolClient,
  tenant: number,
  records: readonly { kind: Kind; recordId: string }[],
): Promise<DeliveryRow[]> {
  if (records.length === 0) return [];
  const result = await tx.query<DeliveryRow>(
    `SELECT ${deliveryColumns} FROM deliveries d WHERE d.tenant = $1 AND d.id = ANY (ARRAY(
       SELECT x.id FROM json_to_recordset($2::json) AS k(kind text, id text)
       CROSS JOIN unnest(${systemsSql}) AS s(system) CROSS JOIN LATERAL
         (SELECT id FROM deliveries WHERE tenant = $1 AND system = s.system AND kind = k.kind
           AND record_id = k.id OFFSET 0) x))
     ORDER BY d.id FOR UPDATE`,
    [tenant, JSON.stringify(records.map((record) => ({ kind: record.kind, id: record.recordId })))],
  );
  return result.rows;
}

/** A delivery that did not exist: the thing it is about, and the state it begins with. */
export interface NewDelivery {
  system: Target;
  kind: Kind;
  recordId: string;
  part: string;
  state: DeliveryState;
  reason: string | null;
  desiredRev: number;
  desiredOp: DesiredOp;
  waitsFor: string[] | null;
  /** Not before; now unless given. */
  dueAtMs?: number;
  /** Of what its system showed us itself: its id there. */
  remoteId?: string;
}

export async function insertDeliveries(
  tx: PoolClient,
  tenant: number,
  deliveries: readonly NewDelivery[],
): Promise<void> {
  if (deliveries.length === 0) return;
  await tx.query(
    `INSERT INTO deliveries (tenant, system, kind, record_id, part, state, reason, cause,
       desired_rev, desired_op, waits_for, due_at, remote_id, is_linked, sent_rev, delivered_rev)
     SELECT $1, system, kind, "recordId", part, state, reason, reason, "desiredRev", "desiredOp",
       "waitsFor",
       coalesce(to_timestamp("dueAtMs" / 1000.0), now()),
       "remoteId", "remoteId" IS NOT NULL,
       CASE WHEN "remoteId" IS NOT NULL THEN "desiredRev" END,
       CASE WHEN "remoteId" IS NOT NULL THEN "desiredRev" ELSE 0 END
     FROM json_to_recordset($2::json) AS x(system text, kind text, "recordId" text, part text,
       state text, reason text, "desiredRev" bigint, "desiredOp" text, "waitsFor" bigint[],
       "dueAtMs" float8, "remoteId" text)`,
    [tenant, JSON.stringify(deliveries)],
  );
}

/** Adds to what absorb opened, per lane. */
export async function countMade(
  tx: PoolClient,
  tenant: number,
  opened: ReadonlyMap<Target, number>,
): Promise<void> {
  for (const [system, count] of [...opened].sort()) {
    if (count === 0) continue;
    await tx.query('UPDATE lanes_made SET made = made + $3 WHERE tenant = $1 AND system = $2', [
      tenant,
      system,
      count,
    ]);
  }
}

/** Takes from what the lane closed what it opened again; a positive number closed. */
export async function countSettled(
  tx: PoolClient,
  tenant: number,
  system: Target,
  closed: number,
): Promise<void> {
  await tx.query(
    'UPDATE lanes SET settled = settled + $3, progressed_at = now() WHERE tenant = $1 AND ' +
      'system = $2',
    [tenant, system, closed],
  );
}

/**
 * Ids of the deliveries among these things that have no remote id yet but may still get one, by
 * `kind/recordId`.
 */
export async function openReferences(
  tx: PoolClient,
  tenant: number,
  system: Target,
  things: readonly { kind: Kind; recordId: string }[],
): Promise<Map<string, string>> {
  if (things.length === 0) return new Map();
  const result = await tx.query<{ id: string; kind: Kind; recordId: string }>(
    `SELECT x.id::text AS id, k.kind, k.id AS "recordId"
       FROM json_to_recordset($3::json) AS k(kind text, id text)
     CROSS JOIN LATERAL (SELECT id FROM deliveries WHERE tenant = $1 AND system = $2
       AND kind = k.kind
       AND record_id = k.id AND remote_id IS NULL AND state IN ('waiting', 'sending', 'verifying')
         LIMIT 1) x`,
    [
      tenant,
      system,
      JSON.stringify(things.map((thing) => ({ kind: thing.kind, id: thing.recordId }))),
    ],
  );
  return new Map(result.rows.map((row) => [`${row.kind}/${row.recordId}`, row.id]));
}

/** Product records that own these SKUs. */
export async function productsOfSkus(
  tx: PoolClient,
  tenant: number,
  skus: readonly string[],
): Promise<Map<string, string>> {
  if (skus.length === 0) return new Map();
  const result = await tx.query<{ sku: string; recordId: string }>(
    `SELECT k.sku, s.record_id AS "recordId" FROM json_array_elements_text($2::json) AS k(sku)
       CROSS JOIN LATERAL
       (SELECT record_id FROM skus WHERE tenant = $1 AND sku = k.sku LIMIT 1) s`,
    [tenant, JSON.stringify(skus)],
  );
  return new Map(result.rows.map((row) => [row.sku, row.recordId]));
}

import type { Pool } from 'pg';
import { z } from 'zod';

import { transition } from '../domain/delivery/delivery-state';
import { allowsPush } from '../domain/delivery/direction';
import { harmlessHolds, selfLiftingHolds, type HoldCode } from '../domain/hold-reasons';
import type { Kind, Target } from '../domain/words';
import { withCursor } from './absorb-store';
import { named } from '../schemas/body-parts';
import { forgetFacts } from './connections';
import { countMade, deliveryColumns, type DeliveryRow } from './deliveries';
import { updateDeliveries, type DeliveryUpdate } from './delivery-updates';
import { firstRow, inTransaction, type Db } from './pool';
import { directionInForce } from './settings';
import { lockByIds } from './sends';

// Dead and held deliveries: listing them, grouping them by cause, redriving and discarding them.

/** Which dead and held deliveries are meant. */
export const redriveSelector = z.union(
  [
    z.strictObject({
      ids: z
        .array(z.string().regex(/^\d{1,18}$/))
        .min(1)
        .max(10_000),
    }),
    z.strictObject({ cause: named(300) }),
    z.strictObject({ all: z.literal(true) }),
  ],
  { error: 'must be {"ids": [...]}, {"cause": "..."} or {"all": true}' },
);

/** As redrives are stored: also what the mapping of an item releases. */
const storedSelector = z.union([
  redriveSelector,
  z.strictObject({ waitingForSku: z.string().min(1) }),
]);
export type StoredSelector = z.infer<typeof storedSelector>;

export interface Failure {
  id: string;
  system: Target;
  kind: Kind;
  recordId: string;
  part: string;
  state: 'held' | 'dead';
  reason: string;
  cause: string;
  detail: string | null;
  attempts: number;
  changedAt: string;
}

export interface FailureFilter {
  /** Class of a dead one. */
  class?: string | undefined;
  kind?: string | undefined;
  system?: string | undefined;
  /** Reason of a held one. */
  reason?: string | undefined;
}

/** Reasons as a list in SQL: words of ours, never a caller's. */
function sqlList(codes: readonly HoldCode[]): string {
  return codes.map((code) => `'${code}'`).join(', ');
}

/**
 * Those on which nobody has to act are no failures: they are listed only where their reason is
 * asked for.
 */
export async function listFailures(
  db: Db,
  tenant: number,
  filter: FailureFilter,
  { afterId, limit }: { afterId: string | null; limit: number },
): Promise<Failure[]> {
  const result = await db.query<Failure>(
    `SELECT id::text AS id, system, kind, record_id AS "recordId", part, state, reason, cause,
       detail, attempts,
            changed_at AS "changedAt"
     FROM deliveries WHERE tenant = $1 AND state IN ('held', 'dead')
       AND ($2::bigint IS NULL OR id > $2)
       AND ($3::text IS NULL OR (state = 'dead' AND reason = $3))
         AND ($4::text IS NULL OR kind = $4)
       AND ($5::text IS NULL OR system = $5) AND CASE WHEN $6::text IS NULL THEN state = 'dead'
         OR reason NOT IN (${sqlList(harmlessHolds)}) ELSE state = 'held' AND reason = $6 END
     ORDER BY deliveries.id LIMIT $7`,
    [
      tenant,
      afterId,
      filter.class ?? null,
      filter.kind ?? null,
      filter.system ?? null,
      filter.reason ?? null,
      limit,
    ],
  );
  return result.rows;
}

export interface FailureCause {
  system: Target;
  state: 'held' | 'dead';
  reason: string;
  cause: string;
  kind: Kind;
  count: number;
}

/** Equal failures together, most frequent first. */
export async function listCauses(db: Db, tenant: number, limit: number): Promise<FailureCause[]> {
  const result = await db.query<FailureCause>(
    `SELECT system, state, reason, cause, kind, count(*)::int AS count FROM deliveries
     WHERE tenant = $1 AND state IN ('held', 'dead')
       AND (state = 'dead' OR reason NOT IN (${sqlList(harmlessHolds)}))
         GROUP BY system, state, reason, cause, kind
     ORDER BY count(*) DESC, system, cause, kind LIMIT $2`,
    [tenant, limit],
  );
  return result.rows;
}

/** What lifts by itself is passed over; what was given up comes back by its id alone. */
function redrivable(selector: StoredSelector): string {
  // With ids at hand the tenant is a check, not a way in.
  const chosen =
    'ids' in selector
      ? `d.id = ANY ($2::bigint[]) AND +d.tenant = $1 AND (d.state IN ('held', 'dead')
           OR (d.state = 'skipped' AND d.reason = 'discarded'))`
      : `d.tenant = $1 AND $2::bigint[] IS NULL AND d.state IN ('held', 'dead')`;
  return `${chosen} AND NOT (d.state = 'held' AND d.reason IN (${sqlList(selfLiftingHolds)}))
    AND ($3::text IS NULL OR d.cause = $3)
    AND ($4::text IS NULL OR (d.reason = 'dependency' AND d.id = ANY (ARRAY(
      SELECT delivery_id FROM delivery_waits WHERE tenant = $1 AND system = 'qbo' AND kind = 'sku'
        AND ref = $4))))`;
}

function selectorValues(
  selector: StoredSelector,
): [ids: string[] | null, cause: string | null, sku: string | null] {
  return [
    'ids' in selector ? selector.ids : null,
    'cause' in selector ? selector.cause : null,
    'waitingForSku' in selector ? selector.waitingForSku : null,
  ];
}

export async function countRedrivable(
  db: Db,
  tenant: number,
  selector: StoredSelector,
): Promise<number> {
  const row = await firstRow<{ count: number }>(
    db,
    `SELECT count(*)::int AS count FROM deliveries d WHERE ${redrivable(selector)}`,
    [tenant, ...selectorValues(selector)],
  );
  return row?.count ?? 0;
}

/** Stores what is to be redriven; false where the id is known already. */
export async function requestRedrive(
  db: Db,
  tenant: number,
  redriveId: string,
  { selector, by }: { selector: StoredSelector; by: string },
): Promise<boolean> {
  const result = await db.query(
    'INSERT INTO redrives (id, tenant, selector, requested_by) VALUES ($1, $2, $3, $4) ON ' +
      'CONFLICT (tenant, id) DO NOTHING',
    [redriveId, tenant, JSON.stringify(selector), by],
  );
  return result.rowCount === 1;
}

/**
 * Rows changed at a time: a redrive of many thousands holds the tenant's cursor for a moment only.
 */
const redriveBatchMax = 5_000;

/**
 * Applies a stored redrive, once: what it covers waits again with all its tries. Answers how many
 * per system; null where there is no such open request.
 */
export async function applyRedrive(
  pool: Pool,
  tenant: number,
  redriveId: string,
  nowMs: number,
): Promise<Map<Target, number> | null> {
  const total = new Map<Target, number>();
  for (;;) {
    const step = await withCursor(pool, tenant, async (tx) => {
      const request = await firstRow<{ selector: unknown }>(
        tx,
        'SELECT selector FROM redrives WHERE tenant = $1 AND id = $2 AND applied_at IS ' +
          'NULL FOR UPDATE',
        [tenant, redriveId],
      );
      if (request === null) return null;
      const selector = storedSelector.parse(request.selector);
      const direction = await directionInForce(tx, tenant);
      const rows = await tx.query<DeliveryRow>(
        `SELECT ${deliveryColumns} FROM deliveries d WHERE ${redrivable(selector)}
           ORDER BY d.id LIMIT $5 FOR UPDATE`,
        [tenant, ...selectorValues(selector), redriveBatchMax],
      );
      const updates = rows.rows.flatMap((row): DeliveryUpdate[] => {
        const resting = allowsPush(direction, row.system, row.kind) ? 'waiting' : 'direction';
        const after = transition(row, {
          type: 'redrive',
          resting,
          nowMs,
          isNamed: !('all' in selector),
        });
        return after === null ? [] : [{ row, after }];
      });
      const opened = await updateDeliveries(tx, tenant, updates);
      await countMade(tx, tenant, opened);
      // A person did something there or changed a setting: it is looked at by a turn that reads
      // both anew.
      for (const system of opened.keys()) await forgetFacts(tx, tenant, system);
      const isDone = rows.rows.length < redriveBatchMax;
      await tx.query(
        `UPDATE redrives SET redriven = coalesce(redriven, 0) + $3, applied_at = CASE
           WHEN $4 THEN now() END
         WHERE tenant = $1 AND id = $2`,
        [tenant, redriveId, updates.length, isDone],
      );
      return { opened, isDone };
    });
    if (step === null) return total.size === 0 ? null : total;
    for (const [system, count] of step.opened) total.set(system, (total.get(system) ?? 0) + count);
    if (step.isDone) return total;
  }
}

/** Gives up a redrive that can never be applied. */
export async function refuseRedrive(
  db: Db,
  tenant: number,
  id: string,
  reason: string,
): Promise<void> {
  await db.query(
    `UPDATE redrives SET applied_at = now(), redriven = coalesce(redriven, 0),
       refused = left($3, 500)
     WHERE tenant = $1 AND id = $2 AND applied_at IS NULL`,
    [tenant, id, reason],
  );
}

export type Discarded = 'discarded' | 'unknown' | 'in_flight';

/** Gives a dead or held delivery up, with a reason; one that is open cannot be. */
export async function discardDelivery(
  pool: Pool,
  tenant: number,
  id: string,
  reason: string,
): Promise<Discarded> {
  return inTransaction(pool, async (tx) => {
    const [row] = await lockByIds(tx, tenant, [id]);
    if (row === undefined) return 'unknown';
    const after = transition(row, { type: 'discard' });
    if (after === null) return 'in_flight';
    await updateDeliveries(tx, tenant, [{ row, after, detail: reason }]);
    return 'discarded';
  });
}

/** A delivery with what a person wants to know of it. */
export type DeadRow = DeliveryRow & {
  shownGeneration: number;
  /** Of the document, where its record has one. */
  number: string | null;
};

/** Where a delivery stands, for its repair workflow. */
export async function findDelivery(db: Db, tenant: number, id: string): Promise<DeadRow | null> {
  return firstRow(
    db,
    `SELECT ${deliveryColumns}, d.shown_generation AS "shownGeneration",
       (SELECT body ->> 'number' FROM records WHERE tenant = $1 AND kind = d.kind
         AND record_id = d.record_id LIMIT 1) AS number
     FROM deliveries d WHERE d.tenant = $1 AND d.id = $2`,
    [tenant, id],
  );
}

/**
 * Deliveries of all tenants that operators were shown as failed and that are settled now: a page of
 * them.
 */
export async function settledAfterShown(
  db: Db,
): Promise<(DeliveryRow & { tenant: number; tenantId: string })[]> {
  const result = await db.query<DeliveryRow & { tenant: number; tenantId: string }>(
    `SELECT ${deliveryColumns}, d.tenant, t.tenant_id AS "tenantId"
     FROM deliveries d JOIN tenants t ON t.id = d.tenant
     WHERE d.shown_generation > 0 AND d.state IN ('delivered', 'skipped') ORDER BY d.id LIMIT 200`,
  );
  return result.rows;
}

/** Notes that operators were shown this failure. */
export async function noteShown(
  db: Db,
  tenant: number,
  id: string,
  generation: number,
): Promise<void> {
  await db.query('UPDATE deliveries SET shown_generation = $3 WHERE tenant = $1 AND id = $2', [
    tenant,
    id,
    generation,
  ]);
}

import type { PoolClient } from 'pg';

import type { StockBody } from '../domain/bodies';
import type { StockMove } from '../domain/records/sku-book';
import type { Target } from '../domain/words';
import { countMade } from './deliveries';
import { firstRow } from './pool';
import { systemsSql } from './systems-sql';

// What goes with an article whose SKU changes: its stock and what is mapped to it by hand. A record
// of stock is named by the SKU, so it is renamed: ledger, record and delivery. What waits under the
// new name already (sold before we heard of it) is the same article's and joins it. Seldom, so one
// by one: each statement is a probe.

type Step = StockMove & { via: string };

/** Renames; SKUs may be swapped. Answers the new names of the records of stock that went along. */
export async function moveArticles(
  tx: PoolClient,
  tenant: number,
  moves: readonly StockMove[],
): Promise<string[]> {
  // Two steps, through names that nothing has, so that each place is free when something moves
  // there.
  const steps = moves.map(({ from, to }, n): Step => ({ from, via: ` moving:${n}`, to }));
  for (const { from, via } of steps) await rename(tx, tenant, from, via);
  const moved = new Set<string>();
  for (const step of steps) {
    await endOrphan(tx, tenant, step);
    if (await joinRecords(tx, tenant, step)) moved.add(step.to);
    await rename(tx, tenant, step.via, step.to);
  }
  return [...moved];
}

async function rename(tx: PoolClient, tenant: number, from: string, to: string): Promise<void> {
  await renameLedger(tx, tenant, from, to);
  await tx.query(
    `UPDATE deliveries SET record_id = $3 WHERE tenant = $1 AND system = ANY (${systemsSql})
       AND kind = 'inventory' AND record_id = $2`,
    [tenant, from, to],
  );
  await tx.query(
    `UPDATE records SET record_id = $3 WHERE tenant = $1 AND kind = 'inventory' AND record_id = $2`,
    [tenant, from, to],
  );
  await tx.query(
    `UPDATE mappings SET key = $3 WHERE tenant = $1 AND kind = 'item' AND key = $2
       AND NOT EXISTS (SELECT FROM mappings WHERE tenant = $1 AND kind = 'item' AND key = $3)`,
    [tenant, from, to],
  );
}

async function renameLedger(
  tx: PoolClient,
  tenant: number,
  from: string,
  to: string,
): Promise<void> {
  await tx.query('UPDATE stock_movements SET sku = $3 WHERE tenant = $1 AND sku = $2', [
    tenant,
    from,
    to,
  ]);
}

/** Where both have a delivery, the one goes on that the system knows; it is the same article. */
async function endOrphan(tx: PoolClient, tenant: number, { via, to }: Step): Promise<void> {
  const { rows } = await tx.query<{
    id: string;
    system: Target;
    recordId: string;
    isKnown: boolean;
  }>(
    `SELECT id::text AS id, system, record_id AS "recordId", remote_id IS NOT NULL AS "isKnown"
       FROM deliveries
     WHERE tenant = $1 AND system = ANY (${systemsSql}) AND kind = 'inventory'
       AND record_id IN ($2, $3) FOR UPDATE`,
    [tenant, via, to],
  );
  const ended = rows.flatMap(({ id, system, recordId, isKnown }) => {
    const other = rows.find((row) => row.system === system && row.recordId !== recordId);
    const isEnded = other !== undefined && (recordId === to ? !isKnown : other.isKnown);
    return isEnded ? [id] : [];
  });
  if (ended.length === 0) return;
  const gone = await tx.query<{ system: Target; isOpen: boolean }>(
    `DELETE FROM deliveries WHERE id = ANY ($1::bigint[])
       RETURNING system, state IN ('waiting', 'sending', 'verifying') AS "isOpen"`,
    [ended],
  );
  await countMade(
    tx,
    tenant,
    new Map(gone.rows.map(({ system, isOpen }) => [system, isOpen ? -1 : 0])),
  );
}

/**
 * Moves on the revision of the record that is under way; of two the places are worked out anew from
 * the ledger.
 */
async function joinRecords(tx: PoolClient, tenant: number, { via, to }: Step): Promise<boolean> {
  const moved = await firstRow<{ rev: number }>(
    tx,
    `UPDATE records SET rev = rev + 1, updated_at = now() WHERE tenant = $1 AND kind = 'inventory'
       AND record_id = $2 RETURNING rev`,
    [tenant, via],
  );
  if (moved === null) return false;
  const present = await firstRow<{ rev: number }>(
    tx,
    `DELETE FROM records WHERE tenant = $1 AND kind = 'inventory' AND record_id = $2 RETURNING rev`,
    [tenant, to],
  );
  if (present === null) return true;
  await renameLedger(tx, tenant, to, via);
  await tx.query(
    `UPDATE records SET rev = $3, body = $4 WHERE tenant = $1 AND kind = 'inventory'
       AND record_id = $2`,
    [tenant, via, Math.max(moved.rev, present.rev + 1), await placesOf(tx, tenant, via)],
  );
  return true;
}

/** Each place's last count with what moved after it. */
export async function placesOf(tx: PoolClient, tenant: number, sku: string): Promise<StockBody> {
  const { rows } = await tx.query<{ place: string; quantity: string; countedAt: string | null }>(
    `WITH moved AS (SELECT place, reason, quantity, occurred_at FROM stock_movements
       WHERE tenant = $1 AND sku = $2),
       counted AS (SELECT DISTINCT ON (place) place, quantity, occurred_at FROM moved
         WHERE reason = 'count' ORDER BY place, occurred_at DESC)
     SELECT m.place, c.occurred_at AS "countedAt",
       trim_scale(coalesce(c.quantity, 0) + coalesce(sum(m.quantity)
         FILTER (WHERE m.reason <> 'count' AND (c.occurred_at IS NULL
           OR m.occurred_at > c.occurred_at)), 0))::text AS quantity
     FROM moved m LEFT JOIN counted c ON c.place = m.place
       GROUP BY m.place, c.occurred_at, c.quantity ORDER BY m.place`,
    [tenant, sku],
  );
  return { places: Object.fromEntries(rows.map(({ place, ...stock }) => [place, stock])) };
}

import type { PoolClient } from 'pg';

import type { StockMove } from '../domain/sku-book';
import { countMade } from './deliveries';

// What goes with an article whose SKU changes: its stock and what is mapped to it by hand. A record of stock is named
// by the SKU, so it is renamed: ledger, record and delivery. What waits under the new name already (sold before we
// heard of it) is the same article's and joins it.

/** Renames; SKUs may be swapped. Answers the new names of the records of stock that went along. */
export async function moveArticles(
  tx: PoolClient,
  tenant: number,
  moves: readonly StockMove[],
): Promise<string[]> {
  if (moves.length === 0) return [];
  // Two steps, through names that nothing has, so that each place is free when something moves there.
  const steps = moves.map(({ from, to }, n) => ({ from, via: ` moving:${n}`, to }));
  await renameAll(tx, tenant, steps.map(({ from, via }) => ({ from, to: via }))); // prettier-ignore
  const moved = new Set<string>();
  for (const round of distinctGoals(steps)) {
    await endOrphans(tx, tenant, round);
    for (const sku of await mergeRecords(tx, tenant, round)) moved.add(sku);
    await renameAll(tx, tenant, round.map(({ via, to }) => ({ from: via, to }))); // prettier-ignore
  }
  return [...moved];
}

/** Parts steps so that no two of a part move to one name. */
function distinctGoals(steps: readonly Step[]): Step[][] {
  const rounds: Step[][] = [];
  const seen = new Map<string, number>();
  for (const step of steps) {
    const round = seen.get(step.to) ?? 0;
    seen.set(step.to, round + 1);
    (rounds[round] ??= []).push(step);
  }
  return rounds;
}

async function renameAll(
  tx: PoolClient,
  tenant: number,
  renames: readonly StockMove[],
): Promise<void> {
  const list = JSON.stringify(renames);
  await tx.query(
    `UPDATE stock_movements m SET sku = k."to" FROM json_to_recordset($2::json) AS k("from" text, "to" text)
     WHERE m.tenant = $1 AND m.sku = k."from"`,
    [tenant, list],
  );
  await tx.query(
    `UPDATE deliveries d SET record_id = k."to" FROM json_to_recordset($2::json) AS k("from" text, "to" text)
     WHERE d.tenant = $1 AND d.system IN ('woo', 'qbo') AND d.kind = 'inventory' AND d.record_id = k."from"`,
    [tenant, list],
  );
  await tx.query(
    `UPDATE records r SET record_id = k."to" FROM json_to_recordset($2::json) AS k("from" text, "to" text)
     WHERE r.tenant = $1 AND r.kind = 'inventory' AND r.record_id = k."from"
       AND NOT EXISTS (SELECT FROM records WHERE tenant = $1 AND kind = 'inventory' AND record_id = k."to")`,
    [tenant, list],
  );
  await tx.query(
    `UPDATE mappings m SET key = k."to" FROM json_to_recordset($2::json) AS k("from" text, "to" text)
     WHERE m.tenant = $1 AND m.kind = 'item' AND m.key = k."from"
       AND NOT EXISTS (SELECT FROM mappings WHERE tenant = $1 AND kind = 'item' AND key = k."to")`,
    [tenant, list],
  );
}

type Step = StockMove & { via: string };

/** Where both have a delivery, the one goes on that the system knows; it is the same article. */
async function endOrphans(tx: PoolClient, tenant: number, steps: readonly Step[]): Promise<void> {
  const ended = await tx.query<{ system: 'woo' | 'qbo'; isOpen: boolean }>(
    `DELETE FROM deliveries WHERE id = ANY (ARRAY(
       SELECT CASE WHEN t.remote_id IS NULL THEN t.id ELSE v.id END FROM json_to_recordset($2::json) AS k(via text, "to" text)
       CROSS JOIN unnest(ARRAY['woo', 'qbo']) AS s(system)
       CROSS JOIN LATERAL (SELECT id, remote_id FROM deliveries WHERE tenant = $1 AND system = s.system AND kind = 'inventory' AND record_id = k."to" LIMIT 1) t
       CROSS JOIN LATERAL (SELECT id FROM deliveries WHERE tenant = $1 AND system = s.system AND kind = 'inventory' AND record_id = k.via LIMIT 1) v))
     RETURNING system, state IN ('waiting', 'sending', 'verifying') AS "isOpen"`,
    [tenant, JSON.stringify(steps)],
  );
  const closed = new Map<'woo' | 'qbo', number>();
  for (const { system, isOpen } of ended.rows)
    closed.set(system, (closed.get(system) ?? 0) - Number(isOpen));
  await countMade(tx, tenant, closed);
}

/** Of two records of one article the places are worked out anew from the ledger; the revision goes on after both. */
async function mergeRecords(
  tx: PoolClient,
  tenant: number,
  steps: readonly Step[],
): Promise<string[]> {
  const list = JSON.stringify(steps);
  // The ledger of the name that it moves to is the article's from here on.
  await tx.query(
    `UPDATE stock_movements m SET sku = k.via FROM json_to_recordset($2::json) AS k(via text, "to" text)
     WHERE m.tenant = $1 AND m.sku = k."to" AND EXISTS (SELECT FROM records WHERE tenant = $1 AND kind = 'inventory' AND record_id = k.via)`,
    [tenant, list],
  );
  await tx.query(
    `WITH both_there AS (
       SELECT k.via, k."to", greatest(a.rev, b.rev) AS rev FROM json_to_recordset($2::json) AS k(via text, "to" text)
       JOIN records a ON a.tenant = $1 AND a.kind = 'inventory' AND a.record_id = k.via
       JOIN records b ON b.tenant = $1 AND b.kind = 'inventory' AND b.record_id = k."to"),
     gone AS (DELETE FROM records r USING both_there t WHERE r.tenant = $1 AND r.kind = 'inventory' AND r.record_id = t."to"),
     counted AS (
       SELECT DISTINCT ON (t.via, m.place) t.via, m.place, m.quantity, m.occurred_at FROM both_there t
       JOIN stock_movements m ON m.tenant = $1 AND m.sku = t.via AND m.reason = 'count' ORDER BY t.via, m.place, m.occurred_at DESC),
     places AS (
       SELECT t.via, m.place, c.occurred_at,
         trim_scale(coalesce(c.quantity, 0) + coalesce(sum(m.quantity) FILTER (WHERE m.reason <> 'count' AND (c.occurred_at IS NULL OR m.occurred_at > c.occurred_at)), 0)) AS quantity
       FROM both_there t JOIN stock_movements m ON m.tenant = $1 AND m.sku = t.via
       LEFT JOIN counted c ON c.via = t.via AND c.place = m.place GROUP BY t.via, m.place, c.occurred_at, c.quantity)
     UPDATE records r SET rev = t.rev, body = json_build_object('places', coalesce((SELECT json_object_agg(p.place,
         json_build_object('quantity', p.quantity::text, 'countedAt', to_char(p.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
         FROM places p WHERE p.via = t.via), '{}'::json))
     FROM both_there t WHERE r.tenant = $1 AND r.kind = 'inventory' AND r.record_id = t.via`,
    [tenant, list],
  );
  // What comes to a name under which nothing was kept begins a record only with the next movement.
  const there = await tx.query<{ to: string }>(
    `UPDATE records r SET rev = rev + 1, updated_at = now() FROM json_to_recordset($2::json) AS k(via text, "to" text)
     WHERE r.tenant = $1 AND r.kind = 'inventory' AND r.record_id = k.via RETURNING k."to"`,
    [tenant, list],
  );
  return [...new Set(there.rows.map(({ to }) => to))];
}

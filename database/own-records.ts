import type { AbsorbTransaction } from './absorb-store';
import { lockDeliveriesOf } from './deliveries';

// Records of our own (domain/records/own-records.ts), inside the transaction of absorb.

/**
 * Gives what the books have of a product of our own to the till's product with its SKU: its
 * delivery goes on under the new record, whatever became of it so far. One that the books know
 * already keeps its own item. Answers the ids of the records that ended by it.
 */
export async function takeOver(
  tx: AbsorbTransaction,
  tenant: number,
  pairs: readonly { from: string; to: string }[],
): Promise<Set<string>> {
  if (pairs.length === 0) return new Set();
  const ids = pairs.flatMap(({ from, to }) => [from, to]);
  await lockDeliveriesOf(
    tx,
    tenant,
    ids.map((recordId) => ({ kind: 'product', recordId })),
  );
  await tx.query(
    `UPDATE deliveries d SET record_id = x."to"
       FROM (SELECT k."to", o.id FROM json_to_recordset($2::json) AS k("from" text, "to" text)
       CROSS JOIN LATERAL (SELECT id FROM deliveries WHERE tenant = $1 AND system = 'qbo'
         AND kind = 'product' AND record_id = k."from" LIMIT 1) o
       WHERE (SELECT id FROM deliveries WHERE tenant = $1 AND system = 'qbo' AND kind = 'product'
         AND record_id = k."to" LIMIT 1) IS NULL OFFSET 0) x
     WHERE d.id = x.id`,
    [tenant, JSON.stringify(pairs)],
  );
  const ended = await tx.query<{ id: string }>(
    `DELETE FROM records WHERE ctid = ANY (ARRAY(
       SELECT r.ctid FROM json_to_recordset($2::json) AS k("from" text) CROSS JOIN LATERAL
         (SELECT ctid FROM records WHERE tenant = $1 AND kind = 'product' AND record_id = k."from"
           LIMIT 1) r
       WHERE (SELECT id FROM deliveries WHERE tenant = $1 AND system = 'qbo' AND kind = 'product'
         AND record_id = k."from" LIMIT 1) IS NULL))
     RETURNING record_id AS id`,
    [tenant, JSON.stringify(pairs)],
  );
  return new Set(ended.rows.map(({ id }) => id));
}

/**
 * SKUs among these of deleted products that the books never had: an article of that SKU is another
 * one.
 */
export async function skusOfUnknown(
  tx: AbsorbTransaction,
  tenant: number,
  skus: readonly string[],
): Promise<string[]> {
  if (skus.length === 0) return [];
  const result = await tx.query<{ sku: string }>(
    `SELECT k.sku FROM json_array_elements_text($2::json) AS k(sku)
     CROSS JOIN LATERAL (SELECT record_id FROM skus WHERE tenant = $1 AND sku = k.sku LIMIT 1) s
     CROSS JOIN LATERAL (SELECT op FROM records WHERE tenant = $1 AND kind = 'product'
       AND record_id = s.record_id LIMIT 1) r
     WHERE r.op = 'absent' AND NOT EXISTS (SELECT FROM deliveries WHERE tenant = $1
       AND system = 'qbo' AND kind = 'product'
       AND record_id = s.record_id AND (remote_id IS NOT NULL
         OR state IN ('sending', 'verifying')))`,
    [tenant, JSON.stringify(skus)],
  );
  return result.rows.map(({ sku }) => sku);
}

/** SKUs among these that are mapped to an item by hand. */
export async function mappedSkus(
  tx: AbsorbTransaction,
  tenant: number,
  skus: readonly string[],
): Promise<Set<string>> {
  if (skus.length === 0) return new Set();
  const result = await tx.query<{ sku: string }>(
    `SELECT k.sku FROM json_array_elements_text($2::json) AS k(sku) CROSS JOIN LATERAL
       (SELECT FROM mappings WHERE tenant = $1 AND kind = 'item' AND key = k.sku LIMIT 1) m`,
    [tenant, JSON.stringify(skus)],
  );
  return new Set(result.rows.map(({ sku }) => sku));
}

/**
 * Sets going what was held for want of an item, after the setting says that articles get one: up to
 * so many waits; answers how many waits were looked at and how many deliveries freed. Composed
 * anew, each finds out what it still waits for.
 */
export async function freeWaitingForItems(
  tx: AbsorbTransaction,
  tenant: number,
  limit: number,
): Promise<{ looked: number; freed: number }> {
  const waits = await tx.query<{ id: number }>(
    `DELETE FROM delivery_waits WHERE ctid = ANY (ARRAY(SELECT ctid FROM delivery_waits
       WHERE tenant = $1 AND system = 'qbo' AND kind = 'sku' LIMIT $2))
         RETURNING delivery_id AS id`,
    [tenant, limit],
  );
  const freed = await tx.query(
    `UPDATE deliveries SET state = 'waiting', reason = NULL, cause = NULL, detail = NULL,
       changed_at = now()
     WHERE tenant = $1 AND id = ANY ($2) AND state = 'held' AND reason = 'dependency'`,
    [tenant, waits.rows.map(({ id }) => id)],
  );
  return { looked: waits.rows.length, freed: freed.rowCount ?? 0 };
}

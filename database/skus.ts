import type { SkuClaim, SkuHolder } from '../domain/records/articles';
import { groupBy } from '../domain/group-by';
import type { Waiting } from '../domain/records/product-waits';
import { foldSku } from '../domain/records/sku-codes';
import type { AbsorbTransaction } from './absorb-store';

// Which product has which SKU, had it when, and waits for one; inside the transaction of absorb.

/** Owners of these SKUs, and every SKU of these products (a product may have 201). */
export async function readSkus(
  tx: AbsorbTransaction,
  tenant: number,
  skus: readonly string[],
  productIds: readonly string[],
): Promise<SkuClaim[]> {
  const result = await tx.query<SkuClaim>(
    `SELECT s.* FROM json_array_elements_text($2::json) AS k(sku) CROSS JOIN LATERAL
       (SELECT sku, record_id AS "recordId", slot, code FROM skus WHERE tenant = $1 AND sku = k.sku
         LIMIT 1) s
     UNION
     SELECT s.* FROM json_array_elements_text($3::json) AS k(id) CROSS JOIN LATERAL
       (SELECT sku, record_id AS "recordId", slot, code FROM skus WHERE tenant = $1
         AND record_id = k.id LIMIT 1000) s`,
    [tenant, JSON.stringify(skus), JSON.stringify(productIds)],
  );
  return result.rows;
}

/**
 * Which codes are given already among those that these SKUs could get: the SKU as case-blind
 * systems see it, and every suffix of one that is given or claimed twice here.
 */
export async function readTakenCodes(
  tx: AbsorbTransaction,
  tenant: number,
  skus: readonly string[],
): Promise<Set<string>> {
  const folded = [...new Set(skus)].map(foldSku);
  const taken = new Set(await codesWhere(tx, tenant, isEqual, folded));
  const seen = new Set<string>();
  const contested = new Set<string>();
  for (const code of folded) {
    if (taken.has(code) || seen.has(code)) contested.add(code);
    seen.add(code);
  }
  for (const code of await codesWhere(tx, tenant, isSuffixed, [...contested])) taken.add(code);
  return taken;
}

/** Codes in the table that stand in this relation to one of `k.folded`. */
async function codesWhere(
  tx: AbsorbTransaction,
  tenant: number,
  condition: typeof isEqual | typeof isSuffixed,
  folded: readonly string[],
): Promise<string[]> {
  if (folded.length === 0) return [];
  const result = await tx.query<{ folded: string }>(
    `SELECT s.folded FROM json_array_elements_text($2::json) AS k(folded) CROSS JOIN LATERAL
       (SELECT folded FROM skus WHERE tenant = $1 AND ${condition} ORDER BY folded LIMIT 100000) s`,
    [tenant, JSON.stringify(folded)],
  );
  return result.rows.map((row) => row.folded);
}

const isEqual = 'folded = k.folded';
// DEL follows the tilde in the order of bytes, which this column has.
const isSuffixed = "folded >= k.folded || '~' AND folded < k.folded || chr(127)";

export async function writeSkus(
  tx: AbsorbTransaction,
  tenant: number,
  claims: readonly SkuClaim[],
  released: readonly string[],
): Promise<void> {
  if (released.length > 0) {
    await tx.query(
      `DELETE FROM skus WHERE ctid = ANY (ARRAY(
         SELECT s.ctid FROM json_array_elements_text($2::json) AS k(sku) CROSS JOIN LATERAL
           (SELECT ctid FROM skus WHERE tenant = $1 AND sku = k.sku OFFSET 0) s))`,
      [tenant, JSON.stringify(released)],
    );
  }
  if (claims.length === 0) return;
  const rows = claims.map((claim) => ({ ...claim, folded: foldSku(claim.code) }));
  await tx.query(
    `INSERT INTO skus (tenant, sku, record_id, slot, code, folded)
     SELECT $1, sku, "recordId", slot, code, folded FROM json_to_recordset($2::json)
       AS x(sku text, "recordId" text, slot text, code text, folded text) ORDER BY sku`,
    [tenant, JSON.stringify(rows)],
  );
}

/** All that ever had these SKUs, by SKU. */
export async function readHolders(
  tx: AbsorbTransaction,
  tenant: number,
  skus: readonly string[],
): Promise<Map<string, SkuHolder[]>> {
  if (skus.length === 0) return new Map();
  const result = await tx.query<SkuHolder>(
    `SELECT h.* FROM json_array_elements_text($2::json) AS k(sku) CROSS JOIN LATERAL
       (SELECT sku, record_id AS "recordId", slot, from_at AS "fromAt", pos FROM sku_holders
        WHERE tenant = $1 AND sku = k.sku ORDER BY pos LIMIT 1000) h`,
    [tenant, JSON.stringify(skus)],
  );
  return groupBy(result.rows, ({ sku }) => sku);
}

export async function writeHolders(
  tx: AbsorbTransaction,
  tenant: number,
  holders: readonly SkuHolder[],
): Promise<void> {
  if (holders.length === 0) return;
  await tx.query(
    `INSERT INTO sku_holders (tenant, sku, pos, from_at, record_id, slot)
     SELECT $1, sku, pos, "fromAt", "recordId", slot FROM json_to_recordset($2::json)
       AS x(sku text, pos bigint, "fromAt" timestamptz, "recordId" text, slot text)
     ON CONFLICT DO NOTHING`,
    [tenant, JSON.stringify(holders)],
  );
}

/** Notes which changes wait for a SKU from now on, and which do no longer. */
export async function writeSkuWaits(
  tx: AbsorbTransaction,
  tenant: number,
  { begun, ended }: { begun: readonly Waiting[]; ended: readonly number[] },
): Promise<void> {
  if (ended.length > 0)
    await tx.query('DELETE FROM sku_waits WHERE tenant = $1 AND pos = ANY ($2::bigint[])', [
      tenant,
      ended,
    ]);
  if (begun.length === 0) return;
  await tx.query(
    `INSERT INTO sku_waits (tenant, pos, record_id)
     SELECT $1, pos, "recordId" FROM json_to_recordset($2::json) AS x(pos bigint, "recordId" text)`,
    [tenant, JSON.stringify(begun)],
  );
}

/** Products among these that are known to have no stock. */
export async function readUntrackedProducts(
  tx: AbsorbTransaction,
  tenant: number,
  productIds: readonly string[],
): Promise<Set<string>> {
  if (productIds.length === 0) return new Set();
  const result = await tx.query<{ id: string }>(
    `SELECT k.id FROM json_array_elements_text($2::json) AS k(id)
     CROSS JOIN LATERAL (SELECT body FROM records WHERE tenant = $1 AND kind = 'product'
       AND record_id = k.id LIMIT 1) r
     WHERE r.body ->> 'trackStock' = 'false'`,
    [tenant, JSON.stringify(productIds)],
  );
  return new Set(result.rows.map(({ id }) => id));
}

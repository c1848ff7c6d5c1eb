import type { Kind, Target } from '../domain/words';
import type { Db } from './pool';

// What is known of products that a lane writes or refers to: by record, never by SKU, which is a
// label.

export interface KnownProduct {
  recordId: string;
  remoteId: string | null;
  isOpen: boolean;
  /** The name under which case-blind systems know its own SKU; null where it has none. */
  code: string | null;
  isStockTracked: boolean;
  isLinked: boolean;
  /** Whether another record has the SKU that this one says: it goes by its code alone. */
  isParked: boolean;
  /** Another record whose thing has the name there that this one is to have. */
  blocker: { recordId: string; isOpen: boolean } | null;
  /** Whether the name that its own thing has there is to be another record's. */
  isNameWanted: boolean;
}

export interface KnownProducts {
  byId: Map<string, KnownProduct>;
  /**
   * Record ids by SKU: of who has it now, and of what was sold under it before anybody said which
   * product it is.
   */
  bySku: Map<string, { present: string | null; meant: string | null }>;
}

export async function loadProducts(
  db: Db,
  tenant: number,
  system: Target,
  keys: { skus: readonly string[]; productIds: readonly string[] },
): Promise<KnownProducts> {
  const bySku = await ownersOf(db, tenant, keys.skus);
  const owners = [...bySku.values()].flatMap(({ present, meant }) =>
    [present ?? [], meant ?? []].flat(),
  );
  const ids = [...new Set([...keys.productIds, ...owners])];
  return { bySku, byId: await productsById(db, tenant, system, ids) };
}

/**
 * A line without product was sold before any product had its SKU: it means the one that we made of
 * it, where that still is one of its own, else the first of the till's that ever had the SKU.
 */
async function ownersOf(
  db: Db,
  tenant: number,
  skus: readonly string[],
): Promise<KnownProducts['bySku']> {
  if (skus.length === 0) return new Map();
  const result = await db.query<{ sku: string; present: string | null; meant: string | null }>(
    `SELECT k.sku, s.record_id AS present, coalesce(o.record_id, h.record_id, s.record_id) AS meant
     FROM json_array_elements_text($2::json) AS k(sku)
     LEFT JOIN LATERAL (SELECT record_id FROM skus WHERE tenant = $1 AND sku = k.sku LIMIT 1) s
       ON true
     LEFT JOIN LATERAL (SELECT record_id FROM records WHERE tenant = $1 AND kind = 'product'
       AND record_id = ' sku:' || k.sku LIMIT 1) o ON true
     LEFT JOIN LATERAL (SELECT record_id FROM sku_holders WHERE tenant = $1 AND sku = k.sku
       ORDER BY from_at, pos LIMIT 1) h ON true`,
    [tenant, JSON.stringify(skus)],
  );
  return new Map(result.rows.map(({ sku, ...owner }) => [sku, owner]));
}

async function productsById(
  db: Db,
  tenant: number,
  system: Target,
  ids: readonly string[],
): Promise<Map<string, KnownProduct>> {
  if (ids.length === 0) return new Map();
  const result = await db.query<
    Omit<KnownProduct, 'blocker'> & { blockerId: string | null; isBlockerOpen: boolean | null }
  >(
    `SELECT k.id AS "recordId", s.code, coalesce(s.sku LIKE ' of:%', false) AS "isParked",
       coalesce(r.body ->> 'trackStock', 'true') = 'true' AS "isStockTracked",
       d."remoteId", coalesce(d."isOpen", false) AS "isOpen",
         coalesce(d."isLinked", false) AS "isLinked",
       b.record_id AS "blockerId", b."isOpen" AS "isBlockerOpen",
         w.record_id IS NOT NULL AS "isNameWanted"
     FROM json_array_elements_text($3::json) AS k(id)
     CROSS JOIN LATERAL (SELECT body FROM records WHERE tenant = $1 AND kind = 'product'
       AND record_id = k.id LIMIT 1) r
     LEFT JOIN LATERAL (SELECT sku, code, folded FROM skus WHERE tenant = $1 AND record_id = k.id
       AND slot = '' LIMIT 1) s ON true
     LEFT JOIN LATERAL (SELECT remote_id AS "remoteId", is_linked AS "isLinked", label,
         state IN ('waiting', 'sending', 'verifying') AS "isOpen"
       FROM deliveries WHERE tenant = $1 AND system = $2 AND kind = 'product' AND record_id = k.id
         LIMIT 1) d ON true
     LEFT JOIN LATERAL (SELECT record_id, state IN ('waiting', 'sending', 'verifying') AS "isOpen"
       FROM deliveries
       WHERE tenant = $1 AND system = $2 AND label = s.folded AND record_id <> k.id LIMIT 1) b
         ON true
     LEFT JOIN LATERAL (SELECT record_id FROM skus WHERE tenant = $1 AND folded = d.label
       AND record_id <> k.id LIMIT 1) w ON true`,
    [tenant, system, JSON.stringify(ids)],
  );
  return new Map(
    result.rows.map(({ blockerId, isBlockerOpen, ...product }) => {
      const blocker =
        blockerId === null ? null : { recordId: blockerId, isOpen: isBlockerOpen === true };
      return [product.recordId, { ...product, blocker }];
    }),
  );
}

/** Which records of this kind have these things of a system, by remote id. */
export async function ownersOfRemote(
  db: Db,
  { tenant, system }: { tenant: number; system: Target },
  kind: Kind,
  remoteIds: readonly string[],
): Promise<Map<string, { deliveryId: string; recordId: string }>> {
  if (remoteIds.length === 0) return new Map();
  const result = await db.query<{ remoteId: string; deliveryId: string; recordId: string }>(
    `SELECT k.id AS "remoteId", d.id::text AS "deliveryId", d.record_id AS "recordId"
       FROM json_array_elements_text($4::json) AS k(id)
     CROSS JOIN LATERAL (SELECT id, record_id FROM deliveries WHERE tenant = $1 AND system = $2
       AND kind = $3 AND remote_id = k.id
       AND kind IN ('customer', 'product', 'inventory') LIMIT 1) d`,
    [tenant, system, kind, JSON.stringify([...new Set(remoteIds)])],
  );
  return new Map(result.rows.map(({ remoteId, ...owner }) => [remoteId, owner]));
}

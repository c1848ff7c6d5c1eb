import { groupBy } from '../domain/group-by';
import type { CirclePart } from '../domain/posting/plan/circle';
import type { Target } from '../domain/words';
import type { Db } from './pool';

/** Refunds and payments of one sale that are looked at; what is beyond is left to a person. */
const entriesMax = 201;

/**
 * Deliveries of these sales, their refunds and payments that posted something, by the sale's record
 * id, as they came.
 */
export async function loadCircles(
  db: Db,
  tenant: number,
  system: Target,
  saleIds: readonly string[],
): Promise<Map<string, CirclePart[]>> {
  if (saleIds.length === 0) return new Map();
  const found = await db.query<CirclePart & { saleId: string }>(
    `WITH k AS (SELECT id FROM json_array_elements_text($3::json) AS x(id)),
     r AS (SELECT k.id AS sale, s.kind, k.id FROM k
       CROSS JOIN unnest(ARRAY['order', 'invoice']) AS s(kind)
       UNION ALL SELECT k.id, e.kind, e.record_id FROM k CROSS JOIN LATERAL
         (SELECT kind, record_id FROM sale_entries WHERE tenant = $1 AND sale_id = k.id
           ORDER BY kind, record_id LIMIT $4) e)
     SELECT r.sale AS "saleId", d.kind, d.record_id AS "recordId", d.snapshot,
       d.kind = 'refund' AND d."isOpen" AND b."isOwed" IS NOT TRUE AS "isApart", d."isChanging"
     FROM r CROSS JOIN LATERAL (SELECT id, kind, record_id, snapshot,
         (state = 'sending' OR (state = 'waiting' AND due_at <= now()
             AND reason IS DISTINCT FROM 'dependency'))
           AND (snapshot #>> '{posted,unapplied,rev}')::bigint IS DISTINCT FROM desired_rev
           AS "isChanging",
         bool_or(state NOT IN ('delivered', 'skipped')
           AND snapshot #>> '{posted,unapplied}' IS NULL) OVER () AS "isOpen"
       FROM deliveries WHERE tenant = $1 AND system = $2 AND kind = r.kind AND record_id = r.id
         OFFSET 0) d
     LEFT JOIN LATERAL (SELECT body ->> 'tenders' = '[]' AS "isOwed" FROM records
       WHERE tenant = $1 AND kind = 'refund' AND record_id = d.record_id LIMIT 1) b
         ON d.kind = 'refund'
     WHERE d.snapshot -> 'posted' IS NOT NULL
     ORDER BY d.id`,
    [tenant, system, JSON.stringify(saleIds), entriesMax],
  );
  return groupBy(found.rows, ({ saleId }) => saleId);
}

import { circleKey, type Circle, type CirclePart } from '../domain/posting/circle';
import { groupBy } from '../domain/group-by';
import type { Target } from '../domain/words';
import type { Db } from './pool';

/** Records of one circle that are looked at; what is beyond is left to a person. */
const recordsMax = 201;

/** The deliveries of each circle that have a snapshot, by the circle's key, in the order in which they came. */
export async function loadCircles(
  db: Db,
  tenant: number,
  system: Target,
  circles: readonly Circle[],
): Promise<Map<string, CirclePart[]>> {
  if (circles.length === 0) return new Map();
  const found = await db.query<CirclePart & { circle: string }>(
    `WITH k AS (SELECT key, kind, id FROM json_to_recordset($3::json) AS x(key text, kind text, id text)),
     r AS (SELECT key, 'refund' AS kind, id FROM k WHERE kind = 'refund'
       UNION ALL SELECT key, s.kind, id FROM k CROSS JOIN unnest(ARRAY['order', 'invoice']) AS s(kind) WHERE k.kind = 'sale'
       UNION ALL SELECT k.key, e.kind, e.record_id FROM k CROSS JOIN LATERAL
         (SELECT kind, record_id FROM sale_entries WHERE tenant = $1 AND sale_id = k.id ORDER BY kind, record_id LIMIT $4) e
         WHERE k.kind = 'sale' AND (e.kind = 'payment' OR EXISTS (SELECT FROM records
           WHERE tenant = $1 AND kind = 'refund' AND record_id = e.record_id AND body ->> 'tenders' = '[]')))
     SELECT r.key AS circle, d.kind, d.record_id AS "recordId", d.snapshot FROM r CROSS JOIN LATERAL
       (SELECT id, kind, record_id, snapshot FROM deliveries
        WHERE tenant = $1 AND system = $2 AND kind = r.kind AND record_id = r.id AND snapshot -> 'posted' IS NOT NULL) d
     ORDER BY d.id`,
    [
      tenant,
      system,
      JSON.stringify(
        circles.map((one) => ({ key: circleKey(one), kind: one.kind, id: one.recordId })),
      ),
      recordsMax,
    ],
  );
  const byCircle = groupBy(found.rows, ({ circle }) => circle);
  return new Map(
    [...byCircle].map(([key, rows]) => [
      key,
      rows.map(({ kind, recordId, snapshot }) => ({ kind, recordId, snapshot })),
    ]),
  );
}

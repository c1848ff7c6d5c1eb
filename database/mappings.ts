import type { Db } from './pool';
import { firstRow } from './pool';

/** What a source key means in the tenant's books. */
export const mappingKinds = ['account', 'tender', 'item', 'taxCode', 'location', 'class'] as const;
export type MappingKind = (typeof mappingKinds)[number];

export interface Mapping {
  key: string;
  targetId: string;
  targetName: string | null;
  version: number;
  changedBy: string;
  changedAt: string;
}

const columns = `key, target_id AS "targetId", target_name AS "targetName", version,
  changed_by AS "changedBy", changed_at AS "changedAt"`;

export async function listMappings(
  db: Db,
  tenant: number,
  kind: MappingKind,
  { after, limit }: { after: string | null; limit: number },
): Promise<Mapping[]> {
  const result = await db.query<Mapping>(
    `SELECT ${columns} FROM mappings WHERE tenant = $1 AND kind = $2
       AND ($3::text IS NULL OR key > $3)
     ORDER BY key LIMIT $4`,
    [tenant, kind, after, limit],
  );
  return result.rows;
}

/** Sets one mapping; its version rises when the target changes. */
export async function putMapping(
  db: Db,
  tenant: number,
  {
    kind,
    key,
    target,
  }: { kind: MappingKind; key: string; target: { id: string; name: string | null } },
  by: string,
): Promise<Mapping> {
  const row = await firstRow<Mapping>(
    db,
    `INSERT INTO mappings AS m (tenant, kind, key, target_id, target_name, changed_by)
       VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (tenant, kind, key) DO UPDATE
       SET target_id = excluded.target_id, target_name = excluded.target_name,
       changed_by = excluded.changed_by, changed_at = now(),
       version = m.version + CASE WHEN m.target_id = excluded.target_id THEN 0 ELSE 1 END
     RETURNING ${columns}`,
    [tenant, kind, key, target.id, target.name, by],
  );
  if (row === null) throw new Error('Bug: INSERT ... RETURNING gave no mapping');
  return row;
}

/** What a key means, and since which version. */
export interface MappedTarget {
  target: string;
  version: number;
}

/**
 * All mappings but items, and the items of these SKUs and of the special keys that begin with @, by
 * `kind/key`.
 */
export async function mappingsFor(
  db: Db,
  tenant: number,
  skus: readonly string[],
): Promise<Map<string, MappedTarget>> {
  const result = await db.query<MappedTarget & { kind: MappingKind; key: string }>(
    `SELECT m.* FROM unnest(ARRAY['account', 'tender', 'taxCode', 'location', 'class']) AS k(kind)
       CROSS JOIN LATERAL
       (SELECT kind, key, target_id AS target, version FROM mappings WHERE tenant = $1
         AND kind = k.kind ORDER BY key LIMIT 10000) m
     UNION ALL
     SELECT kind, key, target_id, version FROM mappings WHERE tenant = $1 AND kind = 'item'
       AND key LIKE '@%'
     UNION ALL
     SELECT m.* FROM json_array_elements_text($2::json) AS k(key) CROSS JOIN LATERAL
       (SELECT kind, key, target_id, version FROM mappings WHERE tenant = $1 AND kind = 'item'
         AND key = k.key LIMIT 1) m`,
    [tenant, JSON.stringify(skus)],
  );
  return new Map(result.rows.map(({ kind, key, ...mapped }) => [`${kind}/${key}`, mapped]));
}

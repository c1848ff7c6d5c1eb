import type { Pool } from 'pg';

// Names in changes that nobody has explained yet: tenders and tax codes without mapping, SKUs without product.

export type NameKind = 'tender' | 'sku' | 'taxCode';
export type Names = Readonly<Record<NameKind, readonly string[]>>;

/** Names that were found to be known, per tenant: asked for once in a process. The oldest tenant is forgotten. */
const known = new Map<number, Set<string>>();
const tenantsMax = 2_000;
const namesMax = 50_000;

/**
 * Those of these names that are not known. Tenders and tax codes matter only to a
 * tenant with QuickBooks, tax codes not where the company computes its tax itself (US). A name that
 * was known once is not asked about again: a steady stream of sales costs no query.
 */
export async function unknownNames(
  pool: Pool,
  tenant: number,
  names: Names,
): Promise<Record<NameKind, Set<string>>> {
  const unknown = { tender: new Set<string>(), sku: new Set<string>(), taxCode: new Set<string>() };
  const remembered = knownOf(tenant);
  const asked = (['tender', 'sku', 'taxCode'] as const).flatMap((kind) =>
    [...new Set(names[kind])]
      .filter((name) => !remembered.has(`${kind}/${name}`))
      .map((name) => ({ kind, name })),
  );
  if (asked.length === 0) return unknown;
  const result = await pool.query<{ kind: NameKind; name: string; isKnown: boolean }>(
    `SELECT k.kind, k.name, CASE k.kind
       WHEN 'sku' THEN (SELECT record_id FROM skus WHERE tenant = $1 AND sku = k.name LIMIT 1) IS NOT NULL
         OR (SELECT version FROM mappings WHERE tenant = $1 AND kind = 'item' AND key = k.name LIMIT 1) IS NOT NULL
       WHEN 'tender' THEN c.tenant IS NULL OR (SELECT version FROM mappings WHERE tenant = $1 AND kind = 'account'
         AND key = 'clearing:' || k.name LIMIT 1) IS NOT NULL
       ELSE c.tenant IS NULL OR c.facts ->> 'country' = 'US' OR (SELECT version FROM mappings WHERE tenant = $1 AND kind = 'taxCode'
         AND key = k.name LIMIT 1) IS NOT NULL END AS "isKnown"
     FROM json_to_recordset($2::json) AS k(kind text, name text)
     LEFT JOIN connections c ON c.tenant = $1 AND c.system = 'qbo'`,
    [tenant, JSON.stringify(asked)],
  );
  for (const { kind, name, isKnown } of result.rows)
    if (!isKnown) unknown[kind].add(name);
    else if (remembered.size < namesMax) remembered.add(`${kind}/${name}`);
  return unknown;
}

function knownOf(tenant: number): Set<string> {
  const found = known.get(tenant) ?? new Set();
  known.delete(tenant);
  known.set(tenant, found);
  const [oldest] = known.keys();
  if (known.size > tenantsMax && oldest !== undefined) known.delete(oldest);
  return found;
}

import type { Pool } from 'pg';

// Names in changes that nobody has explained yet: tenders and tax codes without mapping, SKUs
// without product.

/** A name that a change uses. */
export interface Name {
  kind: 'tender' | 'sku' | 'taxCode';
  name: string;
}

/** Tells a name among those of all kinds. */
export function nameKey({ kind, name }: Name): string {
  return `${kind}/${name}`;
}

const tenantsMax = 2_000;
const namesMax = 50_000;

/**
 * Names that were found to be known, per tenant: asked for once in a process. The oldest tenant is
 * forgotten.
 */
export class KnownNames {
  private readonly pool: Pool;
  private readonly known = new Map<number, Set<string>>();

  constructor(pool: Pool) {
    this.pool = pool;
  }

  /**
   * Those of these names that are not known, by their keys. Tenders and tax codes matter only to a
   * tenant with QuickBooks, tax codes not where the company computes its tax itself (US). A steady
   * stream of sales costs no query.
   */
  async unknownAmong(tenant: number, names: readonly Name[]): Promise<Set<string>> {
    const remembered = this.knownOf(tenant);
    const fresh = new Map(
      names.flatMap((one) => (remembered.has(nameKey(one)) ? [] : [[nameKey(one), one] as const])),
    );
    if (fresh.size === 0) return new Set();
    const unknown = new Set<string>();
    for (const { isKnown, ...name } of await lookUp(this.pool, tenant, [...fresh.values()]))
      if (!isKnown) unknown.add(nameKey(name));
      else if (remembered.size < namesMax) remembered.add(nameKey(name));
    return unknown;
  }

  private knownOf(tenant: number): Set<string> {
    const found = this.known.get(tenant) ?? new Set();
    this.known.delete(tenant);
    this.known.set(tenant, found);
    const [oldest] = this.known.keys();
    if (this.known.size > tenantsMax && oldest !== undefined) this.known.delete(oldest);
    return found;
  }
}

async function lookUp(
  pool: Pool,
  tenant: number,
  asked: readonly Name[],
): Promise<(Name & { isKnown: boolean })[]> {
  const result = await pool.query<Name & { isKnown: boolean }>(
    `SELECT k.kind, k.name, CASE k.kind
       WHEN 'sku' THEN (SELECT record_id FROM skus WHERE tenant = $1 AND sku = k.name
         LIMIT 1) IS NOT NULL
         OR (SELECT version FROM mappings WHERE tenant = $1 AND kind = 'item' AND key = k.name
           LIMIT 1) IS NOT NULL
       WHEN 'tender' THEN c.tenant IS NULL OR (SELECT version FROM mappings WHERE tenant = $1
         AND kind = 'account'
         AND key = 'clearing:' || k.name LIMIT 1) IS NOT NULL
       ELSE c.tenant IS NULL OR c.facts ->> 'country' = 'US'
         OR (SELECT version FROM mappings WHERE tenant = $1 AND kind = 'taxCode'
         AND key = k.name LIMIT 1) IS NOT NULL END AS "isKnown"
     FROM json_to_recordset($2::json) AS k(kind text, name text)
     LEFT JOIN connections c ON c.tenant = $1 AND c.system = 'qbo'`,
    [tenant, JSON.stringify(asked)],
  );
  return result.rows;
}

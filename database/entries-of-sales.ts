import type { Target } from '../domain/words';
import type { Db } from './pool';
import { entriesMax } from './sale-entries';

// Refunds and payments that are looked at because of their sale.

/**
 * Payments of these invoices that are in the books or on their way there, and that no undo took
 * back.
 */
export async function postedPaymentsOf(
  tx: Db,
  tenant: number,
  system: Target,
  invoiceIds: readonly string[],
): Promise<string[]> {
  const result = await tx.query<{ recordId: string }>(
    `SELECT DISTINCT e.record_id AS "recordId" FROM json_array_elements_text($3::json) AS k(id)
     CROSS JOIN LATERAL (SELECT record_id FROM sale_entries WHERE tenant = $1 AND sale_id = k.id
       AND kind = 'payment' LIMIT $4) e
     CROSS JOIN LATERAL (SELECT FROM records WHERE tenant = $1 AND kind = 'payment'
       AND record_id = e.record_id AND op = 'present' LIMIT 1) r
     CROSS JOIN LATERAL (SELECT FROM deliveries WHERE tenant = $1 AND system = $2
       AND kind = 'payment' AND record_id = e.record_id
       AND (remote_id IS NOT NULL OR state IN ('sending', 'verifying')) AND undone_by IS NULL
         LIMIT 1) d
     ORDER BY 1`,
    [tenant, system, JSON.stringify(invoiceIds), entriesMax + 1],
  );
  return result.rows.map(({ recordId }) => recordId);
}

/**
 * Refunds that stand in the books or are on their way there, of those among these sales of which
 * something is given back without a line, or was so far (`true`): by record id of the sale. One
 * that waits for its sale may be set free, and composed by what stood before, in the same moment.
 */
export async function standingRefundsOf(
  tx: Db,
  tenant: number,
  system: Target,
  sales: ReadonlyMap<string, boolean>,
): Promise<{ saleId: string; recordId: string }[]> {
  if (sales.size === 0) return [];
  const result = await tx.query<{ saleId: string; recordId: string }>(
    `SELECT k.id AS "saleId", e.record_id AS "recordId"
       FROM json_to_recordset($3::json) AS k(id text, "wasByAmount" boolean)
     CROSS JOIN LATERAL (SELECT record_id FROM sale_entries WHERE tenant = $1 AND sale_id = k.id
       AND kind = 'refund' ORDER BY record_id LIMIT $4) e
     CROSS JOIN LATERAL (SELECT FROM records WHERE tenant = $1 AND kind = 'refund'
       AND record_id = e.record_id AND op = 'present' AND body ->> 'deposits' IS NULL
       AND body ->> 'voided' IS DISTINCT FROM 'true' LIMIT 1) r
     CROSS JOIN LATERAL (SELECT FROM deliveries WHERE tenant = $1 AND system = $2
       AND kind = 'refund' AND record_id = e.record_id AND desired_op = 'present'
       AND undone_by IS NULL AND (state IN ('waiting', 'sending', 'verifying', 'delivered')
         OR (state = 'held' AND reason IN ('summary', 'dependency'))) LIMIT 1) d
     WHERE k."wasByAmount" OR (SELECT true FROM sale_entries b
       CROSS JOIN LATERAL (SELECT FROM records WHERE tenant = $1 AND kind = 'refund'
         AND record_id = b.record_id AND body ->> 'unallocatedMinor' <> '0' LIMIT 1) a
       WHERE b.tenant = $1 AND b.sale_id = k.id AND b.kind = 'refund' LIMIT 1)`,
    [
      tenant,
      system,
      JSON.stringify([...sales].map(([id, wasByAmount]) => ({ id, wasByAmount }))),
      entriesMax + 1,
    ],
  );
  return result.rows;
}

/** Record ids of the refunds that name these sales, at most 201 of each. */
export async function refundsOf(
  tx: Db,
  tenant: number,
  saleIds: readonly string[],
): Promise<string[]> {
  if (saleIds.length === 0) return [];
  const result = await tx.query<{ recordId: string }>(
    `SELECT e.record_id AS "recordId" FROM json_array_elements_text($2::json) AS k(id)
     CROSS JOIN LATERAL (SELECT record_id FROM sale_entries WHERE tenant = $1 AND sale_id = k.id
       AND kind = 'refund' ORDER BY record_id LIMIT $3) e`,
    [tenant, JSON.stringify(saleIds), entriesMax + 1],
  );
  return result.rows.map(({ recordId }) => recordId);
}

import type { AbsorbTransaction } from '../../database/absorb-store';
import { productsOfSkus } from '../../database/deliveries';
import type { OrderLine } from '../../domain/bodies';
import { isTicket } from '../../domain/posting/guests';
import type { RecordRow } from '../../domain/records/absorb';
import type { Thing } from '../../domain/records/record-references';

// Which products records name by their SKUs.

/** The products that have the SKUs now which these records name, by SKU. */
export async function productsNamed(
  tx: AbsorbTransaction,
  tenant: number,
  records: readonly RecordRow[],
): Promise<Map<string, string>> {
  const skus = records.flatMap((record) =>
    linesOf(record).flatMap(({ sku, productId }) => (productId === undefined ? [sku] : [])),
  );
  return productsOfSkus(tx, tenant, [...new Set(skus)]);
}

/** The products that a record names: those that were sold, else those that have the SKUs now. */
export function productsMeant(record: RecordRow, products: ReadonlyMap<string, string>): Thing[] {
  return linesOf(record).flatMap(({ sku, productId = products.get(sku) }): Thing[] =>
    productId === undefined ? [] : [{ kind: 'product', recordId: productId }],
  );
}

/** What a record says of articles: a SKU, and of a sold one the product that it meant. */
function linesOf({ kind, recordId, content }: RecordRow): Pick<OrderLine, 'sku' | 'productId'>[] {
  if (kind === 'inventory') return [{ sku: recordId }];
  return isTicket(content) ? content.body.lines : [];
}

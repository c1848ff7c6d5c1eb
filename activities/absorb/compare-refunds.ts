import type { AbsorbTransaction } from '../../database/absorb-store';
import { loadSales } from '../../database/sale-entries';
import type { RecordBody } from '../../domain/bodies';
import { comparedRefund, type Compared } from '../../domain/posting/summary/summary-tickets';

/**
 * The refunds among these records that name a sale, by record id, each compared with it
 * (accounting.md#refunds).
 */
export async function compareRefunds(
  tx: AbsorbTransaction,
  tenant: number,
  records: readonly { recordId: string; content: RecordBody | null }[],
): Promise<Map<string, Compared>> {
  const refunds = records.flatMap(({ recordId, content }) => {
    const saleId = content?.kind === 'refund' ? content.body.orderId : undefined;
    return content?.kind === 'refund' && saleId !== undefined
      ? [{ recordId, body: content.body, saleId }]
      : [];
  });
  const ids = [...new Set(refunds.map(({ saleId }) => saleId))];
  const things = ids.flatMap((recordId) =>
    (['order', 'invoice'] as const).map((kind) => ({ kind, recordId })),
  );
  const sales = await loadSales(tx, tenant, 'qbo', things);
  return new Map(
    refunds.map(({ recordId, body, saleId }) => {
      const sale = sales.get(`order/${saleId}`) ?? sales.get(`invoice/${saleId}`);
      return [recordId, comparedRefund(recordId, body, sale)];
    }),
  );
}

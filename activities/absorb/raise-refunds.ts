import { readRecords, type AbsorbTransaction } from '../../database/absorb-store';
import { standingRefundsOf } from '../../database/entries-of-sales';
import { loadSales } from '../../database/sale-entries';
import { raiseRecords } from '../../database/undo';
import type { RecordBody } from '../../domain/bodies';
import { refundHold } from '../../domain/posting/source/known-sale';
import { recordKey, type RecordRow } from '../../domain/records/absorb';
import { keyOf, saleIdOf } from '../../domain/records/record-references';

interface RaiseContext {
  /** What stood in the records that changed before they did, by `kind/recordId`. */
  former: ReadonlyMap<string, RecordBody | null>;
  /** Sales that some of the records named before. */
  saleIds: readonly string[];
}

/**
 * Refunds of sales of which something was given back without a line, each at a new revision: what
 * one of them gives back is derived from its sale and from the others, and one of these `changed`.
 * Without those that changed by themselves, and without those that are more than their sale now:
 * these stay as they are until the POS corrects one of the two.
 */
export async function raiseRefunds(
  tx: AbsorbTransaction,
  tenant: number,
  changed: readonly RecordRow[],
  { former, saleIds }: RaiseContext,
): Promise<RecordRow[]> {
  const concerned = new Map(saleIds.map((id) => [id, false]));
  const known = new Set<string>();
  for (const record of changed) {
    const { kind, recordId, rev, content } = record;
    const key = keyOf(record);
    known.add(key);
    // Of a sale that comes for the first time nothing is given back in the books.
    if ((kind === 'order' || kind === 'invoice') && rev > 1)
      concerned.set(recordId, concerned.get(recordId) ?? false);
    if (kind !== 'refund') continue;
    for (const body of [content, former.get(key) ?? null]) {
      const saleId = saleIdOf(body);
      if (saleId === null) continue;
      const isByAmount = body?.kind === 'refund' && (body.body.unallocatedMinor ?? 0) > 0;
      concerned.set(saleId, isByAmount || (concerned.get(saleId) ?? false));
    }
  }
  const refunds = (await standingRefundsOf(tx, tenant, 'qbo', concerned)).filter(
    ({ recordId }) => !known.has(recordKey('refund', recordId)),
  );
  if (refunds.length === 0) return [];
  const sales = await loadSales(
    tx,
    tenant,
    'qbo',
    [...new Set(refunds.map(({ saleId }) => saleId))].flatMap((recordId) =>
      (['order', 'invoice'] as const).map((kind) => ({ kind, recordId })),
    ),
  );
  const things = refunds.flatMap(({ saleId, recordId }) => {
    const sale = sales.get(`order/${saleId}`) ?? sales.get(`invoice/${saleId}`);
    const own = sale?.entries.find((one) => one.kind === 'refund' && one.recordId === recordId);
    if (sale === undefined || own?.kind !== 'refund') return [];
    return refundHold(sale, recordId, own.body) === null
      ? [{ kind: 'refund' as const, recordId }]
      : [];
  });
  if (things.length === 0) return [];
  await raiseRecords(tx, tenant, things);
  return readRecords(tx, tenant, things);
}

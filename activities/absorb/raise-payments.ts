import { readRecords, type AbsorbTransaction } from '../../database/absorb-store';
import { postedPaymentsOf } from '../../database/entries-of-sales';
import { raiseRecords } from '../../database/undo';
import { type RecordRow } from '../../domain/records/absorb';
import { keyOf } from '../../domain/records/record-references';

/**
 * Payments in the books of invoices that became another customer's, each at a new revision: nothing
 * in them changed, but whose they are. Without those that `changed` by themselves.
 */
export async function raisePayments(
  tx: AbsorbTransaction,
  tenant: number,
  invoiceIds: readonly string[],
  changed: readonly RecordRow[],
): Promise<RecordRow[]> {
  if (invoiceIds.length === 0) return [];
  const known = new Set(changed.map(keyOf));
  const things = (await postedPaymentsOf(tx, tenant, 'qbo', invoiceIds))
    .map((recordId) => ({ kind: 'payment' as const, recordId }))
    .filter((one) => !known.has(keyOf(one)));
  if (things.length === 0) return [];
  await raiseRecords(tx, tenant, things);
  return readRecords(tx, tenant, things);
}

import {
  depositTaxKey,
  isTaxedAtReceipt,
  receivedTax,
  withDepositTax,
  type BookedDeposit,
} from '../../../domain/posting/deposit-tax';
import type { Sale } from '../../../domain/posting/sale';
import { layAwayOf } from '../../../domain/records/record-references';
import { standing, type PostedItem } from '../books/posted';
import type { CompanyContext } from '../company/context';
import { taxCodeOf } from '../company/facts';

/** The sale of a deposit, or of what uses or gives back deposits, with the tax of these. */
export function taxedByDeposits(sale: Sale, item: PostedItem, company: CompanyContext): Sale {
  if ((sale.deposits ?? []).length === 0) return sale;
  if (item.record.kind === 'payment') {
    const booked = isTaxed(item, company)
      ? receivedTax(sale.totalMinor, taxCodeOf(depositTaxKey, company.references, company.facts))
      : null;
    return withDepositTax(sale, () => booked);
  }
  const orderId = layAwayOf(item.record, item.recordId);
  const entries = orderId === null ? [] : (company.references.layAways.get(orderId)?.entries ?? []);
  return withDepositTax(sale, (paymentId): BookedDeposit | null => {
    const entry = entries.find((one) => one.kind === 'payment' && one.recordId === paymentId);
    return entry?.booked ?? null;
  });
}

/**
 * What stands in the books keeps the way in which it came there; what is new goes by the setting.
 */
function isTaxed({ posted }: PostedItem, { settings, facts }: CompanyContext): boolean {
  const net = standing(posted).length === 0 ? null : posted.net;
  if (net === null || net.amounts.length === 0) return isTaxedAtReceipt(settings.deposit, facts);
  return net.amounts.some(({ kind, codes }) => kind === 'deposit' && codes.length > 0);
}

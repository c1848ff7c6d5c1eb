import {
  depositTaxKey,
  isTaxedAtReceipt,
  receivedTax,
  withDepositTax,
  type BookedDeposit,
} from '../../../domain/posting/deposit-tax';
import type { Sale } from '../../../domain/posting/sale';
import { layAwayOf } from '../../../domain/records/record-references';
import type { PostingSettings } from '../../../domain/posting/settings';
import type { Outgoing, References } from '../../contract';
import type { QboFacts } from '../company/facts';
import { postedOf, standing } from '../books/posted';
import { taxCodeOf } from '../company/tax-codes';

/** What of company, mappings and settings the tax of deposits rests on. */
interface DepositContext {
  references: Pick<References, 'mapping' | 'layAways'>;
  facts: QboFacts;
  settings: Pick<PostingSettings, 'deposit'>;
}

/** The sale of a deposit, or of what uses or gives back deposits, with the tax of these. */
export function taxedByDeposits(sale: Sale, item: Outgoing, company: DepositContext): Sale {
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
function isTaxed(item: Outgoing, { settings, facts }: DepositContext): boolean {
  const posted = postedOf(item);
  const net = standing(posted).length === 0 ? null : posted.net;
  if (net === null || net.amounts.length === 0) return isTaxedAtReceipt(settings.deposit, facts);
  return net.amounts.some(({ kind, codes }) => kind === 'deposit' && codes.length > 0);
}

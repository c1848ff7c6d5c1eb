import type { RefundBody } from '../../../domain/bodies';
import { creditedPart } from '../../../domain/posting/part-names';
import { isOwed } from '../../../domain/posting/source/ticket';
import { salesOf } from '../../../domain/records/record-references';
import type { Outgoing, RecordReference, References } from '../../contract';
import { onAccount, postedOf } from '../books/posted';
import { saleReference } from './sale-of';

// What is paid back of a sale that is an invoice, as a credit memo and an entry that puts the money
// back on account (`refund.invoice = creditMemo`, ADR 0012). Pure.

/**
 * Whether such a refund is a credit memo: its sale is an invoice when it is posted; what it became
 * it stays.
 */
export function isCredited(
  item: Pick<Outgoing, 'part' | 'snapshot'>,
  refund: RefundBody,
  references: References,
): boolean {
  if (item.part !== creditedPart || isOwed(refund)) return false;
  const { net } = postedOf(item);
  if (net !== null) return net.isOnAccount;
  const { orderId = '' } = refund;
  const isOfSale = salesOf({ kind: 'refund', body: refund }).length > 0;
  return isOfSale && isOnAccountThere(saleReference(orderId, references));
}

/** Whether a document there is an invoice or credit memo, or amounts to one. */
export function isOnAccountThere(reference: RecordReference | undefined): boolean {
  const { entity } = reference ?? {};
  return entity === 'Invoice' || entity === 'CreditMemo' || entity === onAccount;
}

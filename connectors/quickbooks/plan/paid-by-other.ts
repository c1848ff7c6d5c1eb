import type { KnownSale } from '../../../domain/posting/source/known-sale';
import { markerId, markerIn, paymentMarker } from '../../../domain/posting/marker';
import { isOwed } from '../../../domain/posting/source/ticket';
import type { MissingReference } from '../../contract';
import type { ReadRows } from '../books/books-state';
import type { Asked } from './new-document';
import { keyOf, type WrittenDocument } from '../books/posted';
import { hasLockedPayment, type ShapedUpdate } from './update-document';
import { documentContentSchema } from '../api/wire';

// A document that is paid, or applied, and becomes another customer's: in QuickBooks a payment is
// of the customer of what it pays, so that payments of ours go first and come again after it. Pure.

/** Whether an update would give what was paid to another customer. */
export function isPaidByOther(
  main: WrittenDocument,
  update: ShapedUpdate,
  rows: ReadRows,
): boolean {
  const read = documentContentSchema.safeParse(rows.get(keyOf(main)) ?? null);
  if (update.money === null || !read.success) return false;
  const { CustomerRef, LinkedTxn } = read.data;
  return (
    CustomerRef?.value !== update.money.customer &&
    LinkedTxn.some(({ TxnType }) => TxnType === 'Payment')
  );
}

/**
 * What is waited for before such an update: payments that this revision takes away or posts anew.
 * None where others paid too, or one may not be touched: then the document is corrected beside it.
 * `isOfOther`: all its payments change, also those that are records of their own.
 */
export function awaitedPayments(
  { item, ticket, company }: Asked,
  rows: ReadRows,
  isOfOther: boolean,
): MissingReference[] {
  if (ticket.kind !== 'order' && ticket.kind !== 'refund' && ticket.kind !== 'invoice') return [];
  if (hasLockedPayment(rows, company.facts.bookCloseDate)) return [];
  const { recordId } = item;
  const markers = linkedMarkers(rows);
  if (ticket.kind !== 'invoice') {
    const isOwn = ticket.kind === 'order' || isOwed(ticket.body);
    const own = ` of ${ticket.kind} ${markerId(recordId)}`;
    const areOwn = markers.every((marker) => `${marker} of `.includes(`${own} of `));
    return isOwn && areOwn ? [{ kind: ticket.kind, ref: recordId }] : [];
  }
  if (!isOfOther) return [];
  const ours = paymentsOf(company.references.sales.get(`invoice/${recordId}`));
  const refs = markers.map((marker) => ours.get(marker));
  return refs
    .flatMap((ref): MissingReference[] => (ref === undefined ? [] : [{ kind: 'payment', ref }]))
    .filter((_one, _index, all) => all.length === refs.length);
}

/**
 * Of each payment that was read with the document, the marker without the number of its posting;
 * empty where it has none.
 */
function linkedMarkers(rows: ReadRows): string[] {
  return [...rows].flatMap(([key, row]) => {
    const read = documentContentSchema.safeParse(row);
    if (!key.startsWith('Payment ') || !read.success) return [];
    return [markerIn(read.data.PrivateNote ?? '') ?? ''];
  });
}

/** Record ids of an invoice's payments in the books, by their markers. */
function paymentsOf(sale: KnownSale | undefined): Map<string, string> {
  const posted = (sale?.entries ?? []).filter(
    ({ kind, isPosted }) => kind === 'payment' && isPosted,
  );
  const invoiceId = sale?.recordId ?? '';
  return new Map(posted.map(({ recordId }) => [paymentMarker(recordId, invoiceId), recordId]));
}

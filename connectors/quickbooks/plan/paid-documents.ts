import { minorToText, sumMinor, textToMinor } from '../../../domain/money';
import { markerId, markerIn, paymentMarker } from '../../../domain/posting/marker';
import type { PostingDocument } from '../../../domain/posting/document';
import type { KnownSale } from '../../../domain/posting/source/known-sale';
import { isOwed } from '../../../domain/posting/source/ticket';
import type { MissingReference } from '../../contract';
import type { QboDocument } from '../api/wire';
import type { BooksMoney } from '../books/books-money';
import { isDeposited, readOf } from '../books/books-state';
import type { BooksKey, WrittenDocument } from '../books/posted';
import { held, notReady, type Stop } from '../company/hold';
import { paymentsIn, settledMinor, settlementsOf } from '../settle/open-items';
import { voidWrite, type BooksWrite, type PlanRequest } from './planned';
import type { TicketRequest } from './sales-document';

// Documents that are paid, or applied to others. What we applied ourselves, by payments of 0.00
// (ADR 0018), is voided before they are voided or become others: that moves no money, and what is
// open then is applied anew. In QuickBooks a payment is of the customer of what it pays, and an
// invoice cannot go below what was paid on it: payments of ours go first and come again after it.
// Pure.

/** Whether what we applied of it may not be voided: the books are closed over its day. */
export function isLinkLocked({ rows, company }: PlanRequest, document: BooksKey): boolean {
  const { bookCloseDate } = company.facts;
  return settlementsOf(rows, document).some((one) => isClosed(one, bookCloseDate));
}

function isClosed({ TxnDate = '' }: QboDocument, bookCloseDate: string | null): boolean {
  return bookCloseDate !== null && TxnDate <= bookCloseDate;
}

/** The void of one of the payments of 0.00 of ours that apply it; null where none is left. */
export function unlinked(asked: PlanRequest, document: BooksKey): BooksWrite | null {
  const { item, rows } = asked;
  const [first] = settlementsOf(rows, document);
  if (first === undefined || item.isTrial === true) return null;
  // What the others have open then is applied by this delivery, whatever becomes of its change.
  const unapplied = { rev: item.rev, isLast: false, made: 0 };
  const posted = { ...item.posted, unapplied };
  return voidWrite(asked, { entity: 'Payment', id: first.Id }, 'step', { posted });
}

/**
 * What goes before an update of a document that is paid: ours is taken from it, or waited for.
 * `locked`: it is corrected beside it.
 */
export function paidBefore(
  asked: TicketRequest,
  main: WrittenDocument,
  update: { document: PostingDocument; money: BooksMoney },
): BooksWrite | Stop | 'locked' | null {
  const { item, rows } = asked;
  const read = readOf(rows, main);
  const isOfOther = read !== null && isPaidByOther(read, update.money);
  if (read === null || !(isOfOther || isPaidAbove(main, read, update.document))) return null;
  // What would be freed first does not count where nothing is written.
  if (item.isTrial === true && settlementsOf(rows, main).length > 0) return null;
  const freed = isLinkLocked(asked, main) ? null : unlinked(asked, main);
  if (freed !== null) return freed;
  const missing = awaitedPayments(asked, isOfOther);
  return missing.length > 0 ? notReady(...missing) : 'locked';
}

/** Whether an update would give what was paid to another customer. */
function isPaidByOther({ CustomerRef, LinkedTxn }: QboDocument, { customer }: BooksMoney): boolean {
  return CustomerRef?.value !== customer && LinkedTxn.some(({ TxnType }) => TxnType === 'Payment');
}

/**
 * Whether more was paid on an invoice, or applied of a credit memo, than its new total, below which
 * it cannot go.
 */
function isPaidAbove(
  { entity }: WrittenDocument,
  { TotalAmt = 0, Balance = entity === 'Invoice' ? 0 : TotalAmt }: QboDocument,
  { currency, totalMinor }: PostingDocument,
): boolean {
  if (entity !== 'Invoice' && entity !== 'CreditMemo') return false;
  const minor = (amount: number): number => textToMinor(amount, currency) ?? 0;
  return minor(TotalAmt) - minor(Balance) > totalMinor;
}

/**
 * What is waited for before such an update: payments that this revision takes away or posts anew.
 * None where others paid too, or one may not be touched: then the document is corrected beside it.
 * `isOfOther`: all its payments change, also those that are records of their own.
 */
function awaitedPayments(
  { item: { recordId }, ticket, company, rows }: TicketRequest,
  isOfOther: boolean,
): MissingReference[] {
  const { kind } = ticket;
  if (kind !== 'order' && kind !== 'refund' && kind !== 'invoice') return [];
  const payments = paymentsIn(rows);
  const { bookCloseDate } = company.facts;
  if (payments.some((one) => isDeposited(one) || isClosed(one, bookCloseDate))) return [];
  // Of each the marker without the number of its posting; empty where it has none.
  const markers = payments.map(({ PrivateNote = '' }) => markerIn(PrivateNote) ?? '');
  if (kind !== 'invoice') {
    const isOwn = kind === 'order' || isOwed(ticket.body);
    const own = ` of ${kind} ${markerId(recordId)}`;
    const areOwn = markers.every((marker) => `${marker} of `.includes(`${own} of `));
    return isOwn && areOwn ? [{ kind, ref: recordId }] : [];
  }
  if (!isOfOther) return [];
  const ours = postedPayments(company.references.sales.get(`invoice/${recordId}`));
  const refs = markers.flatMap((marker) => ours.get(marker) ?? []);
  return refs.length < markers.length ? [] : refs.map((ref) => ({ kind: 'payment', ref }));
}

/** Record ids of an invoice's payments in the books, by their markers. */
function postedPayments(sale: KnownSale | undefined): Map<string, string> {
  const posted = (sale?.entries ?? []).filter(
    ({ kind, isPosted }) => kind === 'payment' && isPosted,
  );
  const invoiceId = sale?.recordId ?? '';
  return new Map(posted.map(({ recordId }) => [paymentMarker(recordId, invoiceId), recordId]));
}

/**
 * Why an invoice cannot be voided yet: money that was paid on it would stand without it. Payments
 * of a ticket itself go with it, and so does what was taken back of others before: where such a one
 * is locked, it stands with a document against it.
 */
export function paidBeforeVoid(
  { item, ticket, sale: { currency }, company, rows }: TicketRequest,
  main: WrittenDocument,
): Stop | null {
  const read = readOf(rows, main);
  if (main.entity !== 'Invoice' || ticket.kind !== 'invoice' || read === null) return null;
  const { TotalAmt = 0, Balance = TotalAmt } = read;
  const minor = (amount: number): number => textToMinor(amount, currency) ?? 0;
  // What we applied to it ourselves moves no money, and is taken away with it.
  const paidMinor = minor(TotalAmt) - minor(Balance) - settledMinor(rows, main, currency);
  const { entries = [] } = company.references.sales.get(`invoice/${item.recordId}`) ?? {};
  const ours = entries.flatMap(settlingMinor);
  const isOurs = entries.some((one) => one.isPosted && settlingMinor(one).length > 0);
  if (paidMinor === 0 || (!isOurs && paidMinor <= sumMinor(ours))) return null;
  const names = entries
    .filter(({ isPosted }) => isPosted)
    .map(({ kind, recordId }) => `${kind} ${recordId}`)
    .slice(0, 5);
  const by = names.length === 0 ? 'made in QuickBooks' : names.join(', ');
  return held(
    'paid_above_total',
    'invoice',
    `Invoice ${main.docNumber ?? main.id} is voided at the POS, but ` +
      `${minorToText(paidMinor, currency)} were paid on it (${by}): void these payments first`,
  );
}

/** What an entry of ours settles of an invoice: payments do, and refunds without money. */
function settlingMinor(entry: KnownSale['entries'][number]): number[] {
  if (entry.kind === 'payment') return [entry.body.amountMinor];
  return entry.body.tenders.length > 0 ? [] : [entry.body.totals.totalMinor];
}

import type { InvoiceBody, OrderBody, PaymentBody, RefundBody } from '../../bodies';
import { minorToText, sumMinor } from '../../money';
import type { BookedDeposit } from '../deposit-tax';
import { hold, type Hold } from '../document';
import { saleOfTicket, worthMinor } from './ticket';

// A sale with what was given back and paid of it so far: nothing goes beyond what was sold
// (accounting.md#refunds).

/** A refund, a payment or a deposit that names the sale. */
export type SaleEntry = {
  recordId: string;
  /** In the books, or on its way there. */
  isPosted: boolean;
  /** May still be posted by itself. */
  isOpen: boolean;
  /** What the books have of a refund, before gift cards, where its newest revision is held. */
  booksMinor?: number | null;
  /** Of a deposit: its tax, as the books have it; null where they have none of it. */
  booked?: BookedDeposit | null;
  /** The till has it: neither deleted nor voided, whatever became of it. */
  isWanted: boolean;
  /** It names another sale by now; what the books have of it counts here until they have that. */
  isLeft?: boolean;
} & ({ kind: 'refund'; body: RefundBody } | { kind: 'payment'; body: PaymentBody });

export interface KnownSale {
  recordId: string;
  ticket: { kind: 'order'; body: OrderBody } | { kind: 'invoice'; body: InvoiceBody };
  /** In the order in which they came. */
  entries: readonly SaleEntry[];
  /** There are more entries than are looked at. */
  hasMore: boolean;
}

type RefundEntry = Extract<SaleEntry, { kind: 'refund' }>;

/**
 * What counts before this one: all that is in the books or on its way, and what came earlier and
 * may still be posted. Of two that are too much together, so, the later one is held, whichever is
 * composed first.
 */
export function entriesBefore(
  sale: Pick<KnownSale, 'entries'>,
  kind: SaleEntry['kind'],
  recordId: string,
): SaleEntry[] {
  const isSelf = (entry: SaleEntry): boolean => entry.kind === kind && entry.recordId === recordId;
  const own = sale.entries.findIndex(isSelf);
  return sale.entries.filter(
    // What leaves this sale makes room in it: two that change places do not wait for each other.
    (entry, index) =>
      !isSelf(entry) && entry.isLeft !== true && (entry.isPosted || (entry.isOpen && index < own)),
  );
}

/** The refunds that count before this one. A deposit that was given back is none of the sale. */
function refundsBefore(sale: KnownSale, recordId: string): RefundEntry[] {
  const before = entriesBefore(sale, 'refund', recordId).filter(isOfGoods);
  return fitting(before, soldMinor(sale), backMinor);
}

function isOfGoods(entry: SaleEntry): entry is RefundEntry {
  return entry.kind === 'refund' && entry.body.deposits === undefined;
}

/**
 * The refunds of the sale that arrived before this one and that the till has, as far as all fit
 * together: what is in the books and this one first, then what is on its way. Whether one is held
 * or discarded says nothing of what it gave back at the till: so what this one gives back does not
 * depend on what became of the others.
 */
export function earlierRefunds(
  sale: KnownSale,
  recordId: string,
  body: RefundBody,
): Pick<RefundEntry, 'recordId' | 'body'>[] {
  const isSelf = (entry: SaleEntry): boolean =>
    entry.kind === 'refund' && entry.recordId === recordId;
  const own = sale.entries.findIndex(isSelf);
  const others = sale.entries.filter(isOfGoods).filter((one) => one.isWanted && !isSelf(one));
  const [open, resting] = [others.filter(isUnderWay), others.filter((one) => !isUnderWay(one))];
  const leftMinor = soldMinor(sale) - givenBackMinor(recordId, body);
  const fit = fitting([...open, ...resting], leftMinor, (one) =>
    givenBackMinor(one.recordId, one.body),
  );
  const before = own < 0 ? sale.entries : sale.entries.slice(0, own);
  return before.filter(isOfGoods).filter((one) => fit.includes(one));
}

function isUnderWay({ isPosted, isOpen }: SaleEntry): boolean {
  return isPosted || isOpen;
}

/** What the books have, or are to have, of a refund: in money and onto gift cards. */
export function backMinor({ recordId, body, booksMinor }: RefundEntry): number {
  return booksMinor ?? givenBackMinor(recordId, body);
}

/** What a refund gives back, in money and onto gift cards. */
export function givenBackMinor(recordId: string, body: RefundBody): number {
  return worthMinor(saleOfTicket({ kind: 'refund', body }, recordId, 'refund'));
}

/**
 * What is in the books, and of what may still be posted as much as fits beside it: the rest will be
 * held itself.
 */
function fitting<T extends Pick<SaleEntry, 'isPosted'>>(
  entries: readonly T[],
  limitMinor: number,
  minorOf: (entry: T) => number,
): T[] {
  const posted = entries.filter(({ isPosted }) => isPosted);
  let leftMinor = limitMinor - sumMinor(posted.map(minorOf));
  return entries.filter((entry) => {
    if (entry.isPosted) return true;
    const minor = minorOf(entry);
    if (minor > leftMinor) return false;
    leftMinor -= minor;
    return true;
  });
}

/**
 * What was sold, before gift cards and deposits: of a ticket with returns in it, its sale; of a
 * voided one nothing.
 */
export function soldMinor({ ticket, recordId }: KnownSale): number {
  return ticket.body.voided === true ? 0 : worthMinor(saleOfTicket(ticket, recordId, 'sale'));
}

/** What an invoice is over: what was sold less the gift cards that paid of it at once. */
function invoicedMinor({ ticket: { body } }: KnownSale): number {
  return body.voided === true ? 0 : body.totals.totalMinor;
}

/** Refunds of a sale together stay within it; null where they do. */
export function refundHold(sale: KnownSale, recordId: string, body: RefundBody): Hold | null {
  const limit = limitHold(sale, body.currency);
  if (limit !== null) return limit;
  const beforeMinor = refundedMinor(sale, recordId);
  const ownMinor = givenBackMinor(recordId, body);
  if (beforeMinor + ownMinor <= soldMinor(sale)) return owedHold(sale, recordId, body);
  const text = (minor: number): string => minorToText(minor, body.currency);
  if (sale.ticket.body.voided === true)
    return hold(
      'refund_above_sale',
      'sale',
      `The ${sale.ticket.kind} ${sale.recordId} is voided at the POS, so refund ` +
        `${recordId} of ${text(ownMinor)} gives back more than was sold. Void the refund ` +
        `at the POS too, or send the ${sale.ticket.kind} again as it was`,
    );
  return hold(
    'refund_above_sale',
    'sale',
    `Of ${sale.recordId} ${text(soldMinor(sale))} were sold and ${text(beforeMinor)} given ` +
      `back before: ${text(ownMinor)} more are too much`,
  );
}

/** What is given back without money must be owed still: else nobody knows how it was paid back. */
function owedHold(sale: KnownSale, recordId: string, body: RefundBody): Hold | null {
  if (body.tenders.length > 0 || body.totals.totalMinor === 0) return null;
  const openMinor = invoicedMinor(sale) - settledMinor(sale, 'refund', recordId);
  if (sale.ticket.kind === 'invoice' && body.totals.totalMinor <= openMinor) return null;
  const text = (minor: number): string => minorToText(minor, body.currency);
  return hold(
    'refund_without_tender',
    'sale',
    sale.ticket.kind === 'order'
      ? `${sale.recordId} was paid: say how ${text(body.totals.totalMinor)} were given back`
      : `Of ${sale.recordId} only ${text(openMinor)} are still owed: say how the rest of ` +
          `${text(body.totals.totalMinor)} was given back`,
  );
}

/** Payments of an invoice together stay within what is owed of it; null where they do. */
export function paymentHold(sale: KnownSale, recordId: string, body: PaymentBody): Hold | null {
  const { currency } = sale.ticket.body;
  const limit = limitHold(sale, currency);
  if (limit !== null) return limit;
  const openMinor = invoicedMinor(sale) - settledMinor(sale, 'payment', recordId);
  if (body.amountMinor <= openMinor) return null;
  const text = (minor: number): string => minorToText(minor, currency);
  return hold(
    'payment_above_invoice',
    'sale',
    `Of invoice ${sale.recordId} over ${text(invoicedMinor(sale))} still ${text(openMinor)} ` +
      `are owed: ${text(body.amountMinor)} are too much`,
  );
}

function limitHold(sale: KnownSale, currency: string): Hold | null {
  if (sale.hasMore)
    return hold(
      'too_many_entries',
      'sale',
      `${sale.recordId} has more refunds and payments than are added up`,
    );
  if (sale.ticket.body.currency === currency) return null;
  return hold(
    'currency_differs',
    'sale',
    `${sale.recordId} is in ${sale.ticket.body.currency}, this is in ${currency}`,
  );
}

function refundedMinor(sale: KnownSale, recordId: string): number {
  return sumMinor(refundsBefore(sale, recordId).map(backMinor));
}

/** What no longer is owed of an invoice: payments, and refunds without money. */
function settledMinor(sale: KnownSale, kind: SaleEntry['kind'], recordId: string): number {
  const before = entriesBefore(sale, kind, recordId);
  return sumMinor(fitting(before, invoicedMinor(sale), owedLessMinor).map(owedLessMinor));
}

function owedLessMinor(entry: SaleEntry): number {
  if (entry.kind === 'payment')
    return entry.body.invoiceId === undefined ? 0 : entry.body.amountMinor;
  return entry.body.tenders.length === 0 ? entry.body.totals.totalMinor : 0;
}

import type { RecordBody, RefundBody } from '../../bodies';
import { sumMinor } from '../../money';
import { carriesRest, isAmountOnly } from '../source/amount-refund';
import type { Hold } from '../document';
import { refundHold, type KnownSale } from '../source/known-sale';
import type { SaleTender } from '../sale';
import { sharesOf, type Share } from './summary-shares';
import {
  isOwed,
  partsOfOrder,
  receivedTenders,
  saleOfTicket,
  type DocumentPart,
  type Ticket,
} from '../source/ticket';

// Tickets of the POS as members of daily summaries.

export type SummaryTicket = Exclude<Ticket, { kind: 'invoice' }>;

/** The ticket that a record is, where it is one that a summary may hold. */
export function ticketOf(content: RecordBody | null): SummaryTicket | null {
  return content?.kind === 'order' || content?.kind === 'refund' ? content : null;
}

export interface TicketShare {
  part: DocumentPart;
  share: Share;
}

export type TicketShares =
  | { type: 'shares'; shares: TicketShare[] }
  /** It needs documents of its own, also on a day of summaries. */
  | { type: 'alone' }
  | Hold;

/**
 * All shares of a ticket: one for each side and tender. Where one part has no rule, none of it is
 * summed up.
 */
export function ticketShares(ticket: SummaryTicket, recordId: string): TicketShares {
  if (ticket.kind === 'refund' && isAboutOneSale(ticket.body)) return { type: 'alone' };
  const parts: DocumentPart[] = ticket.kind === 'order' ? partsOfOrder(ticket.body) : ['refund'];
  const sales = parts.map((part) => ({ part, sale: saleOfTicket(ticket, recordId, part) }));
  const totalOf = (side: DocumentPart): number =>
    sumMinor(sales.flatMap(({ part, sale }) => (part === side ? [sale.totalMinor] : [])));
  const tenders = tendersOfSides(totalOf('sale'), totalOf('refund'), receivedTenders(ticket));
  if (tenders === null) return { type: 'alone' };
  const shares: TicketShare[] = [];
  for (const { part, sale } of sales) {
    const shared = sharesOf({ ...sale, tenders: tenders[part] }, ticket.body.location ?? 'default');
    if (shared.type === 'hold') return shared;
    for (const share of shared.shares) shares.push({ part, share });
  }
  return { type: 'shares', shares };
}

/**
 * Whether it uses lay-away money: what was booked of that says how it is taxed, so it has documents
 * of its own.
 */
export function usesDeposits({ kind, body }: SummaryTicket): boolean {
  return kind === 'order' && (body.deposits ?? []).length > 0;
}

/**
 * What is given back of one invoice without money, of one sale without lines, or of its deposits:
 * that sale says what it is.
 */
function isAboutOneSale(refund: RefundBody): boolean {
  return (
    isOwed(refund) ||
    refund.deposits !== undefined ||
    (refund.orderId !== undefined && isAmountOnly(refund))
  );
}

/**
 * What of each tender belongs to what was sold and to what was given back, so that each tender gets
 * in both together what the till says (ADR 0008). Goods given for goods move no money: they stand
 * on both sides of the first tender, and without any on the account of exchanges. Null where money
 * went out of one tender into another: neither side says so.
 */
function tendersOfSides(
  soldMinor: number,
  givenMinor: number,
  tenders: readonly SaleTender[],
): Record<DocumentPart, SaleTender[]> | null {
  const paid = tenders.filter(({ amountMinor }) => amountMinor > 0);
  const back = tenders.filter(({ amountMinor }) => amountMinor < 0);
  const evenMinor = soldMinor - sumMinor(paid.map(({ amountMinor }) => amountMinor));
  const backMinor = sumMinor(back.map(({ amountMinor }) => 0 - amountMinor));
  // A half below zero is for who looks at it.
  if (soldMinor < 0 || givenMinor < 0) return { sale: [...paid], refund: [...back] };
  if (evenMinor < 0 || givenMinor - backMinor !== evenMinor) return null;
  const [first = exchange] = tenders;
  const of = (amounts: readonly SaleTender[], sign: 1 | -1): SaleTender[] =>
    [first, ...tenders.filter((tender) => tender !== first)].flatMap((tender) => {
      const own = amounts.includes(tender) ? sign * tender.amountMinor : 0;
      const amountMinor = own + (tender === first ? evenMinor : 0);
      return amountMinor === 0 ? [] : [{ ...tender, amountMinor }];
    });
  return { sale: of(paid, 1), refund: of(back, -1) };
}

const exchange: SaleTender = {
  tender: 'exchange',
  amountMinor: 0,
  reference: null,
  isExchange: true,
};

/** A sale with whether it is in the books or in a summary that will be. */
export interface SaleOfSummary extends KnownSale {
  isInBooks: boolean;
}

export type Compared =
  | { type: 'join' }
  /** It carries what is left of its sale, beside its own lines: a document of its own says so. */
  | { type: 'alone' }
  | Hold
  /** Its sale is not in the books, nor in a summary: one of these kinds has to come first. */
  | { type: 'wait'; kinds: ('order' | 'invoice')[] };

/**
 * Whether a refund that names a sale may be summed up: within what was sold, and not before its
 * sale (accounting.md#refunds).
 */
export function comparedRefund(
  recordId: string,
  refund: RefundBody,
  sale: SaleOfSummary | undefined,
): Compared {
  if (sale === undefined) return { type: 'wait', kinds: ['order', 'invoice'] };
  const isVoided = sale.ticket.body.voided === true;
  if (!sale.isInBooks && !isVoided) return { type: 'wait', kinds: [sale.ticket.kind] };
  const hold = refundHold(sale, recordId, refund);
  return hold ?? { type: carriesRest(recordId, refund, sale) ? 'alone' : 'join' };
}

import type { DepositAmount, OrderBody, PaymentBody, RefundBody } from '../../bodies';
import { minorToText, sumMinor } from '../../money';
import { hold, type Hold } from '../document';
import { entriesBefore, type SaleEntry } from './known-sale';
import { blankSale, type Sale } from '../sale';
import { markerId, recordMarker } from '../marker';

// Lay-away money (accounting.md#when-to-post): a liability when it is received, used up like a gift
// card by the order that completes it, or given back by a refund.

/**
 * A deposit as what it is to the books: a sale of nothing but the promise. Null where the payment
 * is none.
 */
export function saleOfDeposit(
  body: PaymentBody,
  recordId: string,
  homeCurrency: string,
): Sale | null {
  const { depositFor, businessDate, amountMinor } = body;
  if (depositFor === undefined) return null;
  const reference = body.reference ?? null;
  return {
    ...blankSale,
    side: 'sale',
    marker: `${recordMarker('deposit', recordId)} for order ${markerId(depositFor)}`,
    number: body.number,
    date: businessDate,
    currency: body.currency ?? homeCurrency,
    exchangeRate: body.exchangeRate,
    pricesIncludeTax: false,
    customerId: body.customerId ?? null,
    tenders: amountMinor === 0 ? [] : [{ tender: body.tender, amountMinor, reference }],
    deposits: [{ id: depositFor, use: 'received', amountMinor }],
    totalMinor: amountMinor,
  };
}

/** Lay-away money of one order: its deposits, and what was given back of them so far. */
export interface LayAway {
  orderId: string;
  /** Null where the till has no such order: not yet, or not any more. */
  order: OrderBody | null;
  /** Whether that order is in the books, or in a summary that will be. */
  isOrderPosted: boolean;
  /** In the order in which they came. */
  entries: readonly SaleEntry[];
  /** There are more entries than are looked at. */
  hasMore: boolean;
}

/**
 * An order uses only deposits that were made for it, and no more than was received and kept; null
 * where it does.
 */
export function depositHold(order: OrderBody, layAway: LayAway, homeCurrency: string): Hold | null {
  return firstHold(order, layAway, homeCurrency, (paymentId, receivedMinor, amountMinor, text) => {
    // What is to be given back gives way to the order: only what was counts.
    const given = layAway.entries.filter(({ isPosted }) => isPosted);
    const backMinor = backOf(paymentId, given);
    if (amountMinor <= receivedMinor - backMinor) return null;
    const back = backMinor === 0 ? '' : ` and ${text(backMinor)} of it were given back`;
    return (
      `Deposit ${paymentId} is ${text(receivedMinor)}${back}, the order uses ` +
      `${text(amountMinor)} of it`
    );
  });
}

/**
 * A refund gives back only deposits of its order, and no more than was received and not used or
 * given back yet; null where it does.
 */
export function depositBackHold(
  recordId: string,
  refund: RefundBody,
  layAway: LayAway,
  homeCurrency: string,
): Hold | null {
  const { order } = layAway;
  const used = order === null || order.voided === true ? [] : (order.deposits ?? []);
  const before = entriesBefore(layAway, 'refund', recordId);
  return firstHold(refund, layAway, homeCurrency, (paymentId, receivedMinor, amountMinor, text) => {
    const usedMinor = amountOf(paymentId, used);
    const backMinor = backOf(paymentId, before);
    if (amountMinor <= receivedMinor - usedMinor - backMinor) return null;
    return (
      `Of deposit ${paymentId} over ${text(receivedMinor)} the order uses ${text(usedMinor)} ` +
      `and ${text(backMinor)} were given back before: ${text(amountMinor)} more are too much`
    );
  });
}

/**
 * The first of a ticket's deposits that is none of its order or says too much; `excess` says why,
 * or null.
 */
function firstHold(
  { deposits = [], currency }: Pick<OrderBody, 'deposits' | 'currency'>,
  { orderId, entries, hasMore }: LayAway,
  homeCurrency: string,
  excess: (
    paymentId: string,
    receivedMinor: number,
    amountMinor: number,
    text: (minor: number) => string,
  ) => string | null,
): Hold | null {
  const differs = (detail: string): Hold => hold('deposit_differs', 'deposit', detail);
  if (hasMore)
    return hold(
      'too_many_entries',
      'deposit',
      `Order ${orderId} has more deposits and refunds than are added up`,
    );
  for (const { paymentId, amountMinor } of deposits) {
    const entry = entries.find((one) => one.kind === 'payment' && one.recordId === paymentId);
    if (entry?.kind !== 'payment' || entry.body.depositFor !== orderId)
      return differs(`Payment ${paymentId} is no deposit for order ${orderId}`);
    const received = entry.body.currency ?? homeCurrency;
    if (received !== currency)
      return differs(`Deposit ${paymentId} is in ${received}, this is in ${currency}`);
    const receivedMinor = entry.body.voided === true ? 0 : entry.body.amountMinor;
    const detail = excess(paymentId, receivedMinor, amountMinor, (minor) =>
      minorToText(minor, currency),
    );
    if (detail !== null) return differs(detail);
  }
  return null;
}

export function backOf(paymentId: string, entries: readonly SaleEntry[]): number {
  const given = entries.flatMap((entry) =>
    entry.kind === 'refund' ? (entry.body.deposits ?? []) : [],
  );
  return amountOf(paymentId, given);
}

export function amountOf(paymentId: string, deposits: readonly DepositAmount[]): number {
  return sumMinor(
    deposits.filter((one) => one.paymentId === paymentId).map(({ amountMinor }) => amountMinor),
  );
}

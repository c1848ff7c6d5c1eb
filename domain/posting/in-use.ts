import { groupBy } from '../group-by';
import { minorToText, sumMinor } from '../money';
import { amountOf, backOf, type LayAway } from './source/deposit';
import { hold, type Hold } from './document';
import { backMinor, soldMinor, type KnownSale } from './source/known-sale';
import {
  namesItself,
  paidOutOf,
  tenderOfPayout,
  type ListedThing,
  type ListingPayout,
} from './source/paid-out';

// What others in the books rest on is neither voided away nor made smaller than they need
// (accounting.md#edits): it is held with both names until one of the two changes.

/** A sale whose refunds are in the books. `isAway`: nothing of the sale is wanted. */
export function inUseByRefund(sale: KnownSale, isAway: boolean): Hold | null {
  const leftMinor = isAway ? 0 : soldMinor(sale);
  const refunds = sale.entries.flatMap((entry) =>
    entry.kind === 'refund' && entry.isPosted && entry.body.deposits === undefined
      ? [{ id: entry.recordId, minor: backMinor(entry) }]
      : [],
  );
  const refundedMinor = sumMinor(refunds.map(({ minor }) => minor));
  if (refundedMinor <= leftMinor) return null;
  const { kind, body } = sale.ticket;
  const text = (minor: number): string => minorToText(minor, body.currency);
  const names = refunds
    .slice(0, 5)
    .map(({ id, minor }) => `${id} over ${text(minor)}`)
    .join(', ');
  const now = isAway ? 'is voided at the POS' : `is ${text(leftMinor)} at the POS now`;
  return hold(
    'in_use',
    'refund',
    `The ${kind} ${sale.recordId} ${now}, but refunds of it are in QuickBooks: ${names}. ` +
      `Void or correct these at the POS too, or send the ${kind} again as it was`,
  );
}

/** A deposit that an order in the books uses, or that was given back. */
export function inUseByDeposit(deposit: {
  recordId: string;
  receivedMinor: number;
  layAway: LayAway;
  currency: string;
}): Hold | null {
  const { recordId, receivedMinor, layAway, currency } = deposit;
  const { order, isOrderPosted, orderId } = layAway;
  const isUsing = isOrderPosted && order !== null && order.voided !== true;
  const usedMinor = isUsing ? amountOf(recordId, order.deposits ?? []) : 0;
  const backMinor = backOf(
    recordId,
    layAway.entries.filter(({ isPosted }) => isPosted),
  );
  if (usedMinor + backMinor <= receivedMinor) return null;
  const text = (minor: number): string => minorToText(minor, currency);
  const now =
    receivedMinor === 0 ? 'is voided at the POS' : `is ${text(receivedMinor)} at the POS now`;
  const back = backMinor === 0 ? '' : ` and ${text(backMinor)} of it were refunded`;
  return hold(
    'in_use',
    'deposit',
    `Deposit ${recordId} ${now}, but in QuickBooks order ${orderId} uses ` +
      `${text(usedMinor)} of it${back}. Void or correct that at the POS too, or send the ` +
      'deposit again as it was',
  );
}

/**
 * Something whose money a payout in the books has paid out. `invoice`: of a payment, the one that
 * it pays; what lists that has paid out the payment with it.
 */
export function inUseByPayout(
  listed: ListedThing,
  invoice: ListedThing | undefined,
  homeCurrency: string,
): Hold | null {
  const found = paidOutBy(listed) ?? (invoice === undefined ? null : wholeBy(listed, invoice));
  if (found === null) return null;
  const { payout, minor, what } = found;
  const { kind, recordId } = listed;
  return hold(
    'in_use',
    'payout',
    `The ${kind} ${recordId} is voided at the POS, but payout ${payout.payoutId} in QuickBooks ` +
      `pays out ${minorToText(minor, payout.body.currency ?? homeCurrency)} of ${what}. Void or ` +
      `correct the payout too, or send the ${kind} again as it was`,
  );
}

interface PaidOutBy {
  payout: ListingPayout;
  minor: number;
  what: string;
}

/** By payouts that name the thing itself. */
function paidOutBy(listed: ListedThing): PaidOutBy | null {
  const posted = listed.payouts.filter(
    ({ isPosted, body }) => isPosted && namesItself(body, listed),
  );
  const minor = sumMinor(posted.map(({ body }) => paidOutOf(body, { ...listed, paymentIds: [] })));
  const [payout] = posted;
  return payout === undefined || minor === 0 ? null : { payout, minor, what: 'it' };
}

/** By payouts that name its invoice, of which less would be left than they pay out. */
function wholeBy(payment: ListedThing, invoice: ListedThing): PaidOutBy | null {
  const byTender = groupBy(
    invoice.payouts.filter(({ isPosted }) => isPosted),
    ({ body }) => tenderOfPayout(body),
  );
  for (const [tender, posted] of byTender) {
    const payout = posted.find(({ body }) => namesItself(body, invoice));
    const minor = sumMinor(posted.map(({ body }) => paidOutOf(body, invoice)));
    const ownMinor = payment.broughtMinor[tender] ?? 0;
    const leftMinor = (invoice.broughtMinor[tender] ?? 0) - ownMinor;
    if (payout !== undefined && minor > leftMinor)
      return { payout, minor, what: `invoice ${invoice.recordId}` };
  }
  return null;
}

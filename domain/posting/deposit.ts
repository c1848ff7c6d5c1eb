import type { OrderBody, PaymentBody } from '../bodies';
import { minorToText } from '../money';
import type { Hold } from './document';
import type { KnownSale } from './known-sale';
import type { Sale } from './sale';
import { markerId } from './marker';

// Lay-away money (accounting.md 3): a liability when it is received, used up like a gift card by the order
// that completes it.

/** A deposit as what it is to the books: a sale of nothing but the promise. Null where the payment is none. */
export function saleOfDeposit(
  body: PaymentBody,
  recordId: string,
  homeCurrency: string,
): Sale | null {
  const { depositFor, businessDate, amountMinor } = body;
  if (depositFor === undefined || businessDate === undefined) return null;
  const reference = body.reference ?? null;
  return {
    side: 'sale',
    marker: `truth-sync pos deposit ${markerId(recordId)} for order ${markerId(depositFor)}`,
    notes: [],
    number: body.number,
    date: businessDate,
    currency: body.currency ?? homeCurrency,
    exchangeRate: body.exchangeRate,
    pricesIncludeTax: false,
    customerId: body.customerId ?? null,
    guest: null,
    billTo: null,
    shipTo: null,
    tenders: amountMinor === 0 ? [] : [{ tender: body.tender, amountMinor, reference }],
    dueDate: null,
    items: [],
    fees: [],
    tipsMinor: [],
    shipping: [],
    giftCards: [],
    deposits: [{ id: depositFor, use: 'received', amountMinor }],
    unallocatedMinor: 0,
    taxMinor: 0,
    taxLabel: '',
    totalMinor: amountMinor,
  };
}

/** An order uses only deposits that were made for it, and no more than was received; null where it does. */
export function depositHold(
  recordId: string,
  order: OrderBody,
  own: KnownSale | undefined,
  homeCurrency: string,
): Hold | null {
  for (const { paymentId, amountMinor } of order.deposits ?? []) {
    const hold = (detail: string): Hold => ({
      type: 'hold',
      reason: 'deposit_differs',
      what: 'deposit',
      detail,
    });
    const entry = own?.entries.find((one) => one.kind === 'payment' && one.recordId === paymentId);
    if (entry?.kind !== 'payment' || entry.body.depositFor !== recordId)
      return hold(`Payment ${paymentId} is no deposit for order ${recordId}`);
    const currency = entry.body.currency ?? homeCurrency;
    if (currency !== order.currency)
      return hold(`Deposit ${paymentId} is in ${currency}, the order in ${order.currency}`);
    const text = (minor: number): string => minorToText(minor, currency);
    if (amountMinor > entry.body.amountMinor)
      return hold(`Deposit ${paymentId} is ${text(entry.body.amountMinor)}, the order uses ${text(amountMinor)} of it`); // prettier-ignore
  }
  return null;
}

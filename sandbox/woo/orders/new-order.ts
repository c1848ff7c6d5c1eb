import { type Random } from '../../random';
import { emptyAddress } from '../address';
import { type Moment } from '../call';
import { nextId } from '../store';
import { type OrderDraft } from './model';

/** An order with nothing in it (rec: order_create_empty). */
export function newOrder(moment: Moment, createdVia: string): OrderDraft {
  const { store, nowMs } = moment;
  return {
    id: nextId(store, 'post'),
    status: 'pending',
    currency: store.options.currency,
    pricesIncludeTax: store.options.pricesIncludeTax,
    createdMs: nowMs,
    modifiedMs: nowMs,
    completedMs: null,
    paidMs: null,
    customerId: 0,
    orderKey: `wc_order_${randomText(moment.random, 13)}`,
    billing: emptyAddress('order', 'billing'),
    shipping: emptyAddress('order', 'shipping'),
    paymentMethod: '',
    paymentMethodTitle: '',
    transactionId: '',
    customerIp: '',
    customerAgent: '',
    createdVia,
    customerNote: '',
    cartHash: '',
    parentId: 0,
    meta: [],
    refundIds: [],
    notes: [],
    isStockReduced: false,
    lines: [],
    shippingLines: [],
    fees: [],
    coupons: [],
    taxLines: [],
    discountTotal: 0n,
    discountTax: 0n,
    shippingTotal: 0n,
    shippingTax: 0n,
    cartTax: 0n,
    total: 0n,
    totalTax: 0n,
  };
}

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** So many letters and digits. */
export function randomText(random: Random, length: number, alphabet = letters): string {
  return Array.from({ length }, () => alphabet[random.between(0, alphabet.length - 1)] ?? '').join(
    '',
  );
}

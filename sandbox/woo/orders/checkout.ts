import { createHash } from 'node:crypto';

import { type JsonObject } from '../../json';
import { type Moment } from '../call';
import { toMicro } from '../money';
import { type Meta, withMeta } from '../meta';
import { nextId } from '../store';
import { debugLogKey } from './debug-log';
import { ratesFor } from '../taxes/rates';
import { applyCoupons } from './coupons';
import { keepOrder } from './keep';
import { writeLines } from './lines';
import { type Order, type OrderDraft } from './model';
import { newOrder } from './new-order';
import { setStatus } from './status';
import { calculateTotals, taxPlace } from './totals';

/** What somebody puts into the cart of the shop. */
export interface Cart {
  billing: JsonObject;
  lines: { productId: number; quantity: number }[];
  /** Flat rate, net; null: nothing is shipped. */
  shippingTotal: string | null;
  couponCodes: string[];
  paymentMethod: string;
  paymentMethodTitle: string;
  customerAgent: string;
}

/**
 * An order through the block checkout (rec: order_get_checkout_*): paid on delivery it goes to work
 * unpaid.
 */
export function checkOut(moment: Moment, cart: Cart): Order {
  const { store } = moment;
  const order = newOrder(moment, 'store-api');
  order.billing = { ...order.billing, ...cart.billing };
  const address = Object.entries(cart.billing).filter(([name]) => name !== 'email');
  order.shipping = { ...order.shipping, ...Object.fromEntries(address) };
  order.paymentMethod = cart.paymentMethod;
  order.paymentMethodTitle = cart.paymentMethodTitle;
  order.customerIp = '127.0.0.1';
  order.customerAgent = cart.customerAgent;
  reserveTaxLines(moment, order);
  writeLines(moment, order, {
    line_items: cart.lines.map(({ productId, quantity }) => ({ product_id: productId, quantity })),
  });
  if (cart.shippingTotal !== null) addShipping(moment, order, cart.shippingTotal);
  calculateTotals(store, order);
  const coupons = [...store.coupons.values()].filter((one) => cart.couponCodes.includes(one.code));
  if (coupons.length > 0) applyCoupons(store, order, coupons);
  order.meta = checkoutMeta(moment, order);
  order.cartHash = hashOf(order.orderKey);
  setStatus(moment, order, 'processing', undefined);
  const log = `place-order-debug-${hashOf(`log ${order.orderKey}`).slice(0, 8)}`;
  order.meta = withMeta(order.meta, debugLogKey, log, () => nextId(store, 'orderMeta'));
  keepOrder(moment, order, true);
  return order;
}

/** The checkout numbers the tax lines before the others. */
function reserveTaxLines({ store }: Moment, order: OrderDraft): void {
  if (!store.options.isTaxed) return;
  order.taxLines = ratesFor(store, taxPlace(store, order), '').map((rate) => ({
    id: nextId(store, 'item'),
    rateId: rate.id,
    rateCode: '',
    label: '',
    isCompound: false,
    taxTotal: 0n,
    shippingTaxTotal: 0n,
    rate: 0n,
  }));
}

/** The flat rate of the shop's first zone; its line lists what is in the parcel. */
function addShipping({ store }: Moment, order: OrderDraft, total: string): void {
  const items = order.lines.map((line) => `${line.name} &times; ${line.quantity}`).join(', ');
  order.shippingLines = [
    {
      id: nextId(store, 'item'),
      methodTitle: 'Flat rate',
      methodId: 'flat_rate',
      instanceId: '1',
      total: toMicro(total),
      taxes: [],
      taxStatus: 'taxable',
      meta: [{ id: nextId(store, 'itemMeta'), key: 'Items', value: items }],
    },
  ];
}

/** Internal meta of the checkout; their hashes say nothing to a reader. */
function checkoutMeta({ store }: Moment, order: OrderDraft): Meta[] {
  const entries: [key: string, value: string][] = [
    ['_shipping_hash', hashOf(`shipping ${order.orderKey}`)],
    ['_coupons_hash', hashOf(`coupons ${order.orderKey}`)],
    ['_fees_hash', hashOf(`fees ${order.orderKey}`)],
    ['_taxes_hash', hashOf(`taxes ${order.orderKey}`)],
    ['is_vat_exempt', 'no'],
  ];
  return entries.map(([key, value]) => ({ id: nextId(store, 'orderMeta'), key, value }));
}

function hashOf(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

import { type JsonObject } from '../../json';
import { WooError } from '../answer';
import { writtenAddress } from '../address';
import { type Moment } from '../call';
import { writtenMeta } from '../meta';
import { type Arrival } from '../races';
import { nextId } from '../store';
import { asBoolean, asWhole, textOf } from '../values';
import { writeCoupons } from './coupons';
import { keepOrder } from './keep';
import { writeLines } from './lines';
import { type Order, type OrderDraft } from './model';
import { newOrder } from './new-order';
import { fullyRefund } from './refund-rest';
import { completePayment, knownStatuses, setStatus } from './status';
import { calculateTotals } from './totals';

/** A write of an order: what is sent, and what the call saw when it came. */
export interface OrderWrite {
  input: JsonObject;
  arrival: Arrival;
}

/** Creates an order. Dates, number and totals cannot be posted (woocommerce.md#orders). */
export function createOrder(moment: Moment, { input }: OrderWrite): Order {
  const sentId = Number(input['id'] ?? 0);
  if (sentId > 0) {
    const message = 'Cannot create existing shop_order.';
    throw new WooError(400, 'woocommerce_rest_shop_order_exists', message);
  }
  const counted = { ...moment.store.counters };
  const order = newOrder(moment, textOf(input['created_via']) ?? 'rest-api');
  try {
    refuseUnknownCustomer(moment, input);
    writeProps(moment, order, input);
    writeLines(moment, order, input);
  } catch (error) {
    moment.store.counters = counted; // nothing was saved
    throw error;
  }
  calculateTotals(moment.store, order);
  try {
    writeCoupons(moment.store, order, input);
  } catch (error) {
    if (error instanceof WooError) leaveDraft(moment, order, error);
    throw error;
  }
  const status = textOf(input['status']) ?? '';
  if (status !== '') setStatus(moment, order, storedStatus(moment, status), undefined);
  if (input['set_paid'] === true || asBoolean(input['set_paid'])) {
    completePayment(moment, order, undefined);
  }
  keepOrder(moment, order, true);
  if (order.status === 'refunded') fullyRefund(moment, order);
  return moment.store.orders.get(order.id) ?? order;
}

/** A refused coupon leaves the order behind as a draft (rec: order_create_bad_coupon). */
function leaveDraft(moment: Moment, order: OrderDraft, error: WooError): void {
  order.status = 'checkout-draft';
  keepOrder(moment, order, true);
  error.extra['new_draft_order_id'] = order.id;
}

/**
 * A partial update. Lines and addresses make everything be summed up anew, status and notes do not.
 */
export function updateOrder(moment: Moment, before: Order, { input, arrival }: OrderWrite): Order {
  const order: OrderDraft = { ...before };
  refuseUnknownCustomer(moment, input);
  writeProps(moment, order, input);
  writeLines(moment, order, input);
  if (summing.some((name) => input[name] !== undefined)) calculateTotals(moment.store, order);
  writeCoupons(moment.store, order, input);
  const seen = arrival.order?.id === order.id ? arrival.order : undefined;
  const status = textOf(input['status']) ?? '';
  if (status !== '') setStatus(moment, order, storedStatus(moment, status), seen);
  const isPayment = asBoolean(input['set_paid']) && ['pending', 'failed'].includes(order.status);
  if (isPayment) completePayment(moment, order, seen);
  order.modifiedMs = moment.nowMs;
  const isRestore = before.status === 'trash' && order.status !== 'trash';
  if (isRestore) {
    moment.store.revision += 1;
    moment.store.orders.set(order.id, order); // no webhook tells of it (woocommerce.md#webhooks)
  } else keepOrder(moment, order, false);
  if (order.status === 'refunded' && before.status !== 'refunded') fullyRefund(moment, order);
  return moment.store.orders.get(order.id) ?? order;
}

const summing = [
  'billing',
  'shipping',
  'line_items',
  'shipping_lines',
  'fee_lines',
  'coupon_lines',
];

/**
 * A status that no schema check refused and nobody knows becomes pending (rec: order_batch_mixed).
 */
function storedStatus(moment: Moment, status: string): string {
  const plain = status.replace(/^wc-/, '');
  return knownStatuses(moment).includes(plain) || plain === 'trash' ? plain : 'pending';
}

function refuseUnknownCustomer({ store }: Moment, input: JsonObject): void {
  const id = asWhole(input['customer_id']);
  if (id === 0 || store.customers.has(id)) return;
  throw new WooError(400, 'woocommerce_rest_invalid_customer_id', 'Customer ID is invalid.');
}

function writeProps(moment: Moment, order: OrderDraft, input: JsonObject): void {
  const { store } = moment;
  if (input['customer_id'] !== undefined) order.customerId = asWhole(input['customer_id']);
  order.currency = textOf(input['currency']) ?? order.currency;
  order.billing = writtenAddress(order.billing, input['billing']);
  order.shipping = writtenAddress(order.shipping, input['shipping']);
  order.paymentMethod = textOf(input['payment_method']) ?? order.paymentMethod;
  order.paymentMethodTitle = textOf(input['payment_method_title']) ?? order.paymentMethodTitle;
  order.transactionId = textOf(input['transaction_id']) ?? order.transactionId;
  order.customerNote = textOf(input['customer_note']) ?? order.customerNote;
  order.parentId = input['parent_id'] === undefined ? order.parentId : asWhole(input['parent_id']);
  order.meta = writtenMeta(order.meta, input['meta_data'], () => nextId(store, 'orderMeta'));
  // An order of a customer takes over the e-mail (rec: order_create_processing).
  const customer = store.customers.get(order.customerId);
  if (customer !== undefined && order.billing['email'] === '') {
    order.billing = { ...order.billing, email: customer.email };
  }
}

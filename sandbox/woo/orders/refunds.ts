import { type JsonObject } from '../../json';
import { WooError } from '../answer';
import { type Answered, type WooCall } from '../call';
import { dateFilters } from '../dates';
import { onlyFields } from '../fields';
import { selfLinks } from '../links';
import { metaView } from '../meta';
import { fixed } from '../money';
import { bySecond, pageAnswer, sortedBy } from '../paging';
import { isVersion } from '../settings';
import { type Store } from '../store';
import { parameterText } from '../values';
import { localTime, utcTime } from '../zone';
import { keepOrder } from './keep';
import { feeView, lineView, shippingView, taxLineView } from './line-view';
import { type Order, type Refund } from './model';
import { createRefund } from './refund-write';
import { shownDecimals } from './shown-decimals';

export function listRefunds(call: WooCall, [orderId = '']: string[]): Answered {
  const order = orderOf(call, orderId);
  const refunds = order.refundIds.map((id) => call.store.refunds.get(id));
  return listed(
    call,
    refunds.filter((refund) => refund !== undefined),
    view,
  );
}

/** `/refunds` over all orders; each row names its order (rec: refunds_all). */
export function listAllRefunds(call: WooCall): Answered {
  return listed(call, [...call.store.refunds.values()], (inner, refund) => {
    const { id, ...rest } = view(inner, refund);
    return { id, parent_id: refund.orderId, ...rest };
  });
}

function listed(
  call: WooCall,
  refunds: Refund[],
  show: (call: WooCall, refund: Refund) => JsonObject,
): Answered {
  const filters = dateFilters(call.store, call.input, 'instants');
  const rows = refunds.filter((refund) => filters.every((fits) => fits(refund)));
  const sorted = sortedBy(rows, (a, b) => bySecond(a.createdMs, b.createdMs), call.input['order']);
  return pageAnswer(call, sorted, (refund) => show(call, refund));
}

export function getRefund(call: WooCall, parts: string[]): Answered {
  return { status: 200, body: shown(call, known(call, parts)) };
}

/** The Location holds the raw route pattern (rec: refund_create_amount_only). */
export function postRefund(call: WooCall, [orderId = '']: string[]): Answered {
  const refund = createRefund(call, orderId);
  const location = `${call.store.homeUrl}/wp-json/wc/v3/orders/(?P<order_id>[\\d]+)/refunds/${refund.id}`;
  return { status: 201, body: shown(call, refund), headers: { location }, committed: true };
}

/** Gone at once, with force or without (woocommerce.md#deletes); the order keeps its status. */
export function deleteRefund(call: WooCall, parts: string[]): Answered {
  const refund = known(call, parts);
  const body = shown(call, refund);
  const { store } = call;
  store.refunds.delete(refund.id);
  const order = store.orders.get(refund.orderId);
  if (order !== undefined) forget(call, order, refund.id);
  return { status: 200, body, committed: true };
}

/** Only since 11.2 a webhook tells of it (woocommerce.md#deletes). */
function forget(call: WooCall, order: Order, refundId: number): void {
  const after = { ...order, refundIds: order.refundIds.filter((id) => id !== refundId) };
  if (isVersion(call.settings, '11.2')) keepOrder(call, after, false);
  else call.store.orders.set(order.id, after);
}

function orderOf(call: WooCall, orderId: string): Order {
  const order = call.store.orders.get(Number(orderId));
  if (order !== undefined) return order;
  throw new WooError(404, 'woocommerce_rest_invalid_order_id', 'Invalid order ID.');
}

function known(call: WooCall, [orderId = '', id = '']: string[]): Refund {
  orderOf(call, orderId);
  const refund = call.store.refunds.get(Number(id));
  if (refund?.orderId === Number(orderId)) return refund;
  throw new WooError(404, 'woocommerce_rest_shop_order_refund_invalid_id', 'Invalid ID.');
}

function shown(call: WooCall, refund: Refund): JsonObject {
  return onlyFields(view(call, refund), parameterText(call.input['_fields']));
}

function view({ store, input }: WooCall, refund: Refund): JsonObject {
  const decimals = shownDecimals(store, input);
  return {
    id: refund.id,
    date_created: localTime(refund.createdMs, store.zone),
    date_created_gmt: utcTime(refund.createdMs),
    amount: fixed(refund.amount, decimals),
    reason: refund.reason,
    refunded_by: 1,
    refunded_payment: refund.isPaidBack,
    meta_data: metaView(refund.meta, input),
    line_items: refund.lines.map((line) => lineView(store, line, decimals)),
    shipping_lines: refund.shippingLines.map((line) => shippingView(store, line, decimals)),
    tax_lines: refund.taxLines.map((line) => taxLineView(line, decimals)),
    fee_lines: refund.fees.map((fee) => feeView(store, fee, decimals)),
    _links: links(store, refund),
  };
}

function links(store: Store, { id, orderId }: Refund): JsonObject {
  const collection = `orders/${orderId}/refunds`;
  return {
    ...selfLinks(store, collection, String(id), ['GET', 'DELETE']),
    up: [{ href: `${store.homeUrl}/wp-json/wc/v3/orders/${orderId}` }],
  };
}

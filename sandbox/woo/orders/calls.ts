import { type JsonObject, plainText } from '../../json';
import { WooError } from '../answer';
import { batchAnswer, itemWrite } from '../batch';
import { type Answered, type WooCall } from '../call';
import { onlyFields } from '../fields';
import { pageAnswer } from '../paging';
import { withMeta } from '../meta';
import { nextId } from '../store';
import { asBoolean, parameterText } from '../values';
import { announce } from '../webhooks/events';
import { countSales } from '../products/stock';
import { withoutOldLog } from './debug-log';
import { listedOrders } from './list';
import { type Order } from './model';
import { orderView } from './view';
import { createOrder, updateOrder } from './write';

export function listOrders(call: WooCall): Answered {
  return pageAnswer(call, listedOrders(call), (order) =>
    orderView(call.store, present(call, order), call.input),
  );
}

export function getOrder(call: WooCall, [id = '']: string[]): Answered {
  return { status: 200, body: shown(call, known(call, id)) };
}

export function postOrder(call: WooCall): Answered {
  const order = createOrder(call, call);
  const location = `${call.store.homeUrl}/wp-json/wc/v3/orders/${order.id}`;
  return { status: 201, body: shown(call, order), headers: { location }, committed: true };
}

export function putOrder(call: WooCall, [id = '']: string[]): Answered {
  const order = updateOrder(call, writable(call, id), call);
  return { status: 200, body: shown(call, order), committed: true };
}

/**
 * Into the trash, or gone; stock is never put back. Answers the order as it was
 * (woocommerce.md#order-status).
 */
export function deleteOrder(call: WooCall, [id = '']: string[]): Answered {
  const order = known(call, id);
  const body = shown(call, order);
  if (asBoolean(call.input['force'])) eraseOrder(call, order);
  else trashOrder(call, order);
  return { status: 200, body, committed: true };
}

function eraseOrder({ store }: WooCall, order: Order): void {
  store.revision += 1;
  for (const refundId of order.refundIds) store.refunds.delete(refundId);
  store.orders.delete(order.id);
}

function trashOrder(call: WooCall, order: Order): void {
  const { store, nowMs, settings } = call;
  if (settings['woo.trashDays'] === 0) {
    const message = 'The shop_order does not support trashing.';
    throw new WooError(501, 'woocommerce_rest_trash_not_supported', message);
  }
  if (order.status === 'trash') {
    const message = 'The shop_order has already been deleted.';
    throw new WooError(410, 'woocommerce_rest_already_trashed', message);
  }
  const newId = (): number => nextId(store, 'orderMeta');
  const marked = withMeta(order.meta, '_wp_trash_meta_status', `wc-${order.status}`, newId);
  const meta = withMeta(marked, '_wp_trash_meta_time', String(Math.floor(nowMs / 1000)), newId);
  store.revision += 1;
  store.orders.set(order.id, { ...order, meta, status: 'trash', modifiedMs: nowMs });
  if (order.isStockReduced) forgetSales(call, order);
  announce(call, 'order', 'deleted', order.id);
}

/**
 * Sales of an order in the trash do not count, stock stays as it is (rec:
 * webhook_delivery_product_restore_0).
 */
function forgetSales({ store }: WooCall, order: Order): void {
  for (const line of order.lines) {
    const returned = line.meta.find((one) => one.key === '_restock_refunded_items');
    const units = line.quantity - Number(returned?.value ?? 0);
    countSales(store, line.variationId || line.productId, -units);
  }
}

export function batchOrders(call: WooCall): Answered {
  const plain: WooCall = { ...call, input: {} };
  return batchAnswer(call, {
    create: (item) => orderView(call.store, createOrder(call, itemWrite(call, item))),
    update: (item) => {
      const order = writable(call, plainText(item['id']));
      return orderView(call.store, updateOrder(call, order, itemWrite(call, item)));
    },
    delete: (item) => {
      const order = known(call, plainText(item));
      const before = shown(plain, order);
      eraseOrder(call, order);
      return before;
    },
  });
}

function known(call: WooCall, id: string): Order {
  const order = call.store.orders.get(Number(id));
  if (order !== undefined) return order;
  throw new WooError(404, 'woocommerce_rest_shop_order_invalid_id', 'Invalid ID.');
}

/** A missing order is 400 with another text here (rec: order_update_missing). */
function writable(call: WooCall, id: string): Order {
  const order = call.store.orders.get(Number(id));
  if (order !== undefined) return order;
  throw new WooError(400, 'woocommerce_rest_shop_order_invalid_id', 'ID is invalid.');
}

/** The order as it is by now. */
function present({ nowMs }: WooCall, order: Order): Order {
  return { ...order, meta: withoutOldLog(order, nowMs) };
}

function shown(call: WooCall, order: Order): JsonObject {
  const { store, input } = call;
  return onlyFields(orderView(store, present(call, order), input), parameterText(input['_fields']));
}

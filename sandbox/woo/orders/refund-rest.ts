import { sum } from '../../decimal';
import { type Moment } from '../call';
import { type Micro } from '../money';
import { nextId } from '../store';
import { keepOrder } from './keep';
import { type Order, type Refund } from './model';

/** What of the order's total has not been refunded yet. */
export function refundable({ store }: Pick<Moment, 'store'>, order: Order): Micro {
  return order.total - sum(order.refundIds.map((id) => store.refunds.get(id)?.amount ?? 0n));
}

/**
 * An order set to refunded gets one row for the rest; stock does not move
 * (woocommerce.md#order-status).
 */
export function fullyRefund(moment: Moment, order: Order): void {
  const rest = refundable(moment, order);
  if (rest <= 0n) return;
  const id = nextId(moment.store, 'post');
  const type = { id: nextId(moment.store, 'orderMeta'), key: '_refund_type', value: 'full' };
  keepRefund(moment, order, {
    id,
    orderId: order.id,
    createdMs: moment.nowMs,
    modifiedMs: moment.nowMs,
    amount: rest,
    reason: 'Order fully refunded.',
    isPaidBack: false,
    meta: [type],
    lines: [],
    shippingLines: [],
    fees: [],
    taxLines: [],
  });
}

/** Puts a refund into the store and on its order, which counts as changed. */
export function keepRefund(moment: Moment, order: Order, refund: Refund): void {
  moment.store.refunds.set(refund.id, refund);
  const refundIds = [...order.refundIds, refund.id];
  keepOrder(moment, { ...order, refundIds, modifiedMs: moment.nowMs }, false);
}

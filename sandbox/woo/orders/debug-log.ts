import { type Meta } from '../meta';

import { type Order } from './model';

/** Names the checkout's log until that is cleaned away (rec: order_get_checkout_guest_cod). */
export const debugLogKey = '_debug_log_source_pending_deletion';

/** The log was there at once and gone half an hour later; the moment between is not known. */
const keptMs = 15 * 60_000;

/** The meta of an order without a log that has been cleaned away by now. */
export function withoutOldLog(order: Order, nowMs: number): readonly Meta[] {
  if (nowMs - order.createdMs <= keptMs) return order.meta;
  return order.meta.filter((one) => one.key !== debugLogKey);
}

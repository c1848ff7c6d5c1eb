import { type Moment } from '../call';
import { announce } from '../webhooks/events';
import { type Order } from './model';

/** Puts an order into the store and tells the webhooks; a new one is told as updated as well. */
export function keepOrder(moment: Moment, order: Order, isNew: boolean): void {
  const { store } = moment;
  store.revision += 1;
  store.orders.set(order.id, order);
  if (isNew) announce(moment, 'order', 'created', order.id);
  announce(moment, 'order', 'updated', order.id);
}

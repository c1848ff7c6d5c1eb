import { type Store } from '../store';
import { type Order } from './model';

/** The number people see: the id, unless a plug-in has another one. */
export function orderNumber(store: Store, order: Order): string {
  return `${store.numberPrefix ?? ''}${order.id}`;
}

import { type VendorRequest } from '../server/vendor';
import { type Order } from './orders/model';
import { type Product } from './products/model';
import { type Store } from './store';

/**
 * What a call saw when it came. Calls that are open at the same time have read the same state, and
 * what is not one SQL statement in the vendor's code is computed from it (woocommerce.md#timing).
 */
export interface Arrival {
  /** The store's revision: what has a later one was written by another call meanwhile. */
  revision: number;
  order: Order | undefined;
  product: Product | undefined;
}

export function arrivalOf(store: Store, request: VendorRequest): Arrival {
  const [, kind, id] = /\/(orders|products)\/(\d+)/.exec(request.path) ?? [];
  return {
    revision: store.revision,
    order: kind === 'orders' ? store.orders.get(Number(id)) : undefined,
    product: kind === 'products' ? store.products.get(Number(id)) : undefined,
  };
}

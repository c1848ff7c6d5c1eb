import { z } from 'zod';

import { checked } from '../server/checked';
import { computedStatus, sell } from './stock';
import { type Product, skuKey, type Store } from './store';
import { ControlError } from '../server/control-error';

const target = { store: z.string(), sku: z.string().optional(), id: z.number().int().optional() };

const deed = z.discriminatedUnion('do', [
  z.strictObject({
    as: z.literal('shopper'),
    do: z.literal('sell'),
    ...target,
    quantity: z.number().int().min(1).default(1),
  }),
  z.strictObject({
    as: z.literal('plugin'),
    do: z.literal('setStock'),
    ...target,
    quantity: z.number().int(),
    /** false: as by direct SQL, without a new date of change (section 5). */
    bump: z.boolean().default(true),
  }),
  z.strictObject({
    as: z.literal('plugin'),
    do: z.literal('setPrice'),
    ...target,
    price: z.string(),
    bump: z.boolean().default(true),
  }),
]);

/** Somebody else's change in the shop: `POST /_sandbox/act`. */
export function act(stores: Map<string, Store>, body: unknown, nowMs: number): unknown {
  const wish = checked(deed, body);
  const store = stores.get(wish.store);
  if (store === undefined) throw new ControlError(`no store ${wish.store}`);
  const product = store.products.get(wish.id ?? store.idBySku.get(skuKey(wish.sku ?? '')) ?? 0);
  if (product === undefined) throw new ControlError('no such product: give sku or id');
  switch (wish.do) {
    case 'sell':
      sell(product, wish.quantity, nowMs);
      break;
    case 'setStock':
      product.isStockManaged = true;
      product.stockQuantity = wish.quantity;
      product.stockStatus = computedStatus(product);
      if (wish.bump) product.modifiedMs = nowMs;
      break;
    case 'setPrice':
      product.regularPrice = wish.price;
      if (wish.bump) product.modifiedMs = nowMs;
      break;
  }
  return { product: stockRow(product) };
}

/** One line of `GET /_sandbox/stock`. */
export function stockRow(product: Product): object {
  const { id, sku, name, status, isStockManaged, stockQuantity, stockStatus, totalSales } = product;
  const price = product.regularPrice;
  return { id, sku, name, status, isStockManaged, stockQuantity, stockStatus, totalSales, price };
}

import { z } from 'zod';

import { type JsonObject } from '../json';
import { checked } from '../server/checked';
import { ControlError } from '../server/control-error';
import { type Moment } from './call';
import { checkOut } from './orders/checkout';
import { type Order } from './orders/model';
import { orderView } from './orders/view';
import { keepProduct } from './products/index-keys';
import { type Product } from './products/model';
import { computedStatus, countSales, moveStock } from './products/stock';
import { eraseProduct, trashProduct, updateProduct } from './products/write';
import { skuKey, type Store } from './store';
import { announce } from './webhooks/events';

const target = { store: z.string(), sku: z.string().optional(), id: z.number().int().optional() };
const address = z.record(z.string(), z.string());

/** What `POST /_sandbox/act` takes. */
export const deed = z.discriminatedUnion('do', [
  z.strictObject({
    as: z.literal('shopper'),
    do: z.literal('sell'),
    ...target,
    quantity: z.number().int().min(1).default(1),
  }),
  /** The next reads of the product are each followed by a sale (woocommerce.md#stock). */
  z.strictObject({
    as: z.literal('shopper'),
    do: z.literal('sellAfterRead'),
    ...target,
    quantity: z.number().int().min(1).default(1),
    times: z.number().int().min(1).default(1),
  }),
  z.strictObject({
    as: z.literal('shopper'),
    do: z.literal('checkout'),
    store: z.string(),
    lines: z.array(
      z.strictObject({
        sku: z.string().optional(),
        id: z.number().int().optional(),
        quantity: z.number().int().min(1).default(1),
      }),
    ),
    billing: address.default({}),
    shippingTotal: z.string().nullable().default(null),
    coupons: z.array(z.string()).default([]),
    paymentMethod: z.string().default('cod'),
    paymentMethodTitle: z.string().default('Cash on delivery'),
    customerAgent: z.string().default('Mozilla/5.0'),
  }),
  z.strictObject({
    as: z.literal('plugin'),
    do: z.literal('setStock'),
    ...target,
    quantity: z.number().int(),
    /** false: as by direct SQL, without a new date of change (woocommerce.md#dates). */
    bump: z.boolean().default(true),
  }),
  z.strictObject({
    as: z.literal('plugin'),
    do: z.literal('setPrice'),
    ...target,
    price: z.string(),
    bump: z.boolean().default(true),
  }),
  /** Every price that is written gets this behind its whole units; null: no more. */
  z.strictObject({
    as: z.literal('plugin'),
    do: z.literal('endPrices'),
    store: z.string(),
    ending: z.string().nullable(),
  }),
  /** In wp-admin: fields as the API names them; a status that only a plug-in knows is kept. */
  z.strictObject({
    as: z.literal('shopkeeper'),
    do: z.literal('editProduct'),
    ...target,
    set: z.record(z.string(), z.json()),
  }),
  z.strictObject({ as: z.literal('shopkeeper'), do: z.literal('trashProduct'), ...target }),
  z.strictObject({ as: z.literal('shopkeeper'), do: z.literal('eraseProduct'), ...target }),
  z.strictObject({
    as: z.literal('plugin'),
    do: z.literal('numberOrders'),
    store: z.string(),
    prefix: z.string().nullable(),
  }),
  z.strictObject({
    as: z.literal('plugin'),
    do: z.literal('addStatus'),
    store: z.string(),
    status: z.string(),
  }),
  /** A row is changed in the database: no hook runs. */
  z.strictObject({
    as: z.literal('database'),
    do: z.literal('setModified'),
    store: z.string(),
    entity: z.enum(['product', 'order']),
    id: z.number().int(),
    at: z.iso.datetime({ offset: true }),
  }),
]);

type Deed = z.output<typeof deed>;

/** A sale that is to follow reads of a product. */
export interface PlannedSale {
  store: string;
  productId: number;
  quantity: number;
  timesLeft: number;
}

/** Somebody else's change in the shop: `POST /_sandbox/act`. */
export function act(
  stores: Map<string, Store>,
  body: unknown,
  at: Omit<Moment, 'store'>,
  sales: PlannedSale[],
): unknown {
  const wish = checked(deed, body);
  const store = stores.get(wish.store);
  if (store === undefined) throw new ControlError(`no store ${wish.store}`);
  const moment: Moment = { ...at, store };
  switch (wish.do) {
    case 'checkout':
      return { order: orderView(store, checkedOut(moment, wish)) };
    case 'numberOrders':
      store.numberPrefix = wish.prefix;
      return { numberPrefix: wish.prefix };
    case 'addStatus':
      store.pluginStatuses = [...new Set([...store.pluginStatuses, wish.status])];
      return { statuses: store.pluginStatuses };
    case 'setModified':
      return setModified(store, wish);
    case 'sellAfterRead': {
      const { id } = productOf(store, wish);
      sales.push({
        store: store.name,
        productId: id,
        quantity: wish.quantity,
        timesLeft: wish.times,
      });
      return { planned: sales.length };
    }
    case 'sell':
      sell(moment, productOf(store, wish), wish.quantity);
      break;
    case 'setStock':
      setStock(moment, productOf(store, wish), wish.quantity, wish.bump);
      break;
    case 'endPrices':
      store.priceEnding = wish.ending;
      return { ending: wish.ending };
    case 'editProduct':
      edit(moment, productOf(store, wish), wish.set);
      break;
    case 'trashProduct':
      return { product: stockRow(trashProduct(moment, productOf(store, wish))) };
    case 'eraseProduct':
      eraseProduct(store, productOf(store, wish));
      return { products: store.products.size };
    case 'setPrice':
      change(moment, productOf(store, wish), { regularPrice: wish.price }, wish.bump);
      break;
  }
  return { product: stockRow(productOf(store, wish)) };
}

/** A sale in the shop itself: stock falls without a check, sales rise (woocommerce.md#stock). */
export function sell(moment: Moment, product: Product, units: number): void {
  countSales(moment.store, product.id, units);
  const sold = moment.store.products.get(product.id) ?? product;
  if (sold.isStockManaged) moveStock(moment, sold.id, units);
  else change(moment, sold, {}, true);
}

function edit(moment: Moment, product: Product, set: JsonObject): void {
  const arrival = { revision: moment.store.revision, order: undefined, product: undefined };
  const edited = updateProduct(moment, product, { input: set, arrival });
  if (typeof set['status'] === 'string') change(moment, edited, { status: set['status'] }, true);
}

function setStock(moment: Moment, product: Product, quantity: number, isBump: boolean): void {
  const after = { ...product, isStockManaged: true, stockQuantity: quantity };
  change(moment, product, { ...after, stockStatus: computedStatus(after) }, isBump);
}

function change(moment: Moment, before: Product, to: Partial<Product>, isBump: boolean): void {
  const modifiedMs = isBump ? moment.nowMs : before.modifiedMs;
  keepProduct(moment.store, before, { ...before, ...to, modifiedMs });
  if (isBump) announce(moment, 'product', 'updated', before.id);
}

function productOf(
  store: Store,
  wish: { id?: number | undefined; sku?: string | undefined },
): Product {
  const product = store.products.get(wish.id ?? store.idBySku.get(skuKey(wish.sku ?? '')) ?? 0);
  if (product === undefined) throw new ControlError('no such product: give sku or id');
  return product;
}

function checkedOut(moment: Moment, wish: Extract<Deed, { do: 'checkout' }>): Order {
  const billing: JsonObject = { ...wish.billing };
  return checkOut(moment, {
    billing,
    lines: wish.lines.map((line) => {
      return { productId: productOf(moment.store, line).id, quantity: line.quantity };
    }),
    shippingTotal: wish.shippingTotal,
    couponCodes: wish.coupons,
    paymentMethod: wish.paymentMethod,
    paymentMethodTitle: wish.paymentMethodTitle,
    customerAgent: wish.customerAgent,
  });
}

function setModified(store: Store, wish: Extract<Deed, { do: 'setModified' }>): unknown {
  const modifiedMs = Date.parse(wish.at);
  const product = store.products.get(wish.id);
  const order = store.orders.get(wish.id);
  if (wish.entity === 'product' && product !== undefined) {
    keepProduct(store, product, { ...product, modifiedMs });
  } else if (wish.entity === 'order' && order !== undefined) {
    store.orders.set(order.id, { ...order, modifiedMs });
  } else throw new ControlError(`no ${wish.entity} ${wish.id}`);
  return { id: wish.id, modified: new Date(modifiedMs).toISOString() };
}

/** One line of `GET /_sandbox/stock`. */
export function stockRow(product: Product): object {
  const { id, sku, name, status, isStockManaged, stockQuantity, stockStatus, totalSales } = product;
  const price = product.regularPrice;
  return { id, sku, name, status, isStockManaged, stockQuantity, stockStatus, totalSales, price };
}

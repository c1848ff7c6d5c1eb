import { type JsonObject } from '../../json';
import { type Moment } from '../call';
import { type Store } from '../store';
import { asBoolean, asWhole } from '../values';
import { announce } from '../webhooks/events';
import { keepProduct } from './index-keys';
import { type Product } from './model';
import { type ProductWrite } from './product-write';

type StockFields = Pick<Product, 'isStockManaged' | 'stockQuantity' | 'stockStatus'>;

/**
 * The stock rules of woocommerce.md#stock (rec: product_update_stock_*,
 * product_update_manage_stock_on_only, product_update_inventory_delta).
 */
export function stockAfter(product: Product, { input, arrival }: ProductWrite): StockFields {
  const manage = input['manage_stock'];
  const isParents = manage === 'parent';
  const isStockManaged =
    manage === undefined || manage === null || isParents
      ? product.isStockManaged && !isParents
      : asBoolean(manage);
  if (!isStockManaged) {
    const status = input['stock_status'];
    const stockStatus = typeof status === 'string' ? status : product.stockStatus;
    return { isStockManaged, stockQuantity: null, stockStatus }; // the quantity is lost for good
  }
  const stockQuantity = quantityAfter(product, input, arrival.product);
  const managed = { ...product, isStockManaged, stockQuantity };
  return { isStockManaged, stockQuantity, stockStatus: computedStatus(managed) };
}

/** A delta is added to the quantity that the call read when it came: it is not atomic. */
function quantityAfter(
  product: Product,
  input: JsonObject,
  seen: Product | undefined,
): number | null {
  const quantity = input['stock_quantity'];
  if (quantity !== undefined) return asWhole(quantity);
  const delta = input['inventory_delta'];
  if (delta === undefined) return product.stockQuantity;
  const read = seen?.id === product.id ? seen.stockQuantity : product.stockQuantity;
  return (read ?? 0) + asWhole(delta);
}

/** The product whose stock a sale of this one moves: a variation may keep its parent's. */
export function stockOwner(store: Store, product: Product): Product {
  if (product.parentId === 0 || product.isStockManaged) return product;
  const parent = store.products.get(product.parentId);
  return parent?.isStockManaged === true ? parent : product;
}

/**
 * A sale, or with negative units its opposite: one SQL update, so it is atomic
 * (woocommerce.md#stock).
 */
export function moveStock(moment: Moment, productId: number, units: number): Product | undefined {
  const { store, nowMs } = moment;
  const product = store.products.get(productId);
  if (product === undefined) return undefined;
  const moved = { ...product, stockQuantity: (product.stockQuantity ?? 0) - units };
  const after = { ...moved, stockStatus: computedStatus(moved), modifiedMs: nowMs };
  keepProduct(store, product, after);
  announce(moment, 'product', 'updated', productId);
  if (after.parentId > 0) {
    const parent = store.products.get(after.parentId);
    if (parent !== undefined) keepProduct(store, parent, { ...parent, modifiedMs: nowMs });
  }
  return after;
}

/** Counts units sold; no date of change moves with it. */
export function countSales(store: Store, productId: number, units: number): void {
  const product = store.products.get(productId);
  if (product === undefined) return;
  keepProduct(store, product, { ...product, totalSales: product.totalSales + units });
}

/** While stock is managed, the status follows from quantity and backorders. */
export function computedStatus(product: Pick<Product, 'stockQuantity' | 'fields'>): string {
  if ((product.stockQuantity ?? 0) > 0) return 'instock';
  return (product.fields['backorders'] ?? 'no') === 'no' ? 'outofstock' : 'onbackorder';
}

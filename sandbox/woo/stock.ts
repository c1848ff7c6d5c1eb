import { type JsonObject } from '../json';
import { asBoolean } from './schema';
import { type Product } from './store';

/**
 * The stock rules of woocommerce.md section 7 (rec: product_update_stock_*,
 * product_update_manage_stock_on_only, product_update_inventory_delta).
 */
export function writeStock(product: Product, input: JsonObject): void {
  const manage = input['manage_stock'];
  if (manage !== undefined && manage !== null) product.isStockManaged = asBoolean(manage);
  if (!product.isStockManaged) {
    product.stockQuantity = null; // the quantity is lost for good
    const status = input['stock_status'];
    if (typeof status === 'string') product.stockStatus = status;
    return;
  }
  const quantity = input['stock_quantity'];
  const delta = input['inventory_delta'];
  if (quantity !== undefined) product.stockQuantity = whole(quantity);
  else if (delta !== undefined) product.stockQuantity = (product.stockQuantity ?? 0) + whole(delta);
  product.stockStatus = computedStatus(product);
}

/** A sale: stock falls without a check, sales rise (section 7). */
export function sell(product: Product, units: number, nowMs: number): void {
  product.totalSales += units;
  product.modifiedMs = nowMs;
  if (!product.isStockManaged) return;
  product.stockQuantity = (product.stockQuantity ?? 0) - units;
  product.stockStatus = computedStatus(product);
}

/** While stock is managed, the status follows from quantity and backorders. */
export function computedStatus(product: Product): string {
  if ((product.stockQuantity ?? 0) > 0) return 'instock';
  return (product.fields['backorders'] ?? 'no') === 'no' ? 'outofstock' : 'onbackorder';
}

function whole(value: unknown): number {
  const number = Math.trunc(Number(value ?? 0));
  return Number.isNaN(number) ? 0 : number;
}

import { type Json, type JsonObject } from '../../json';
import { WooError } from '../answer';
import { type Moment } from '../call';
import { writtenMeta } from '../meta';
import { type Micro, toMicro } from '../money';
import { type Product } from '../products/model';
import { fullName } from '../products/names';
import { currentPrice } from '../products/view';
import { nextId, skuKey, type Store } from '../store';
import { basePlace, ratesFor, taxesWithin, totalOf } from '../taxes/rates';
import { asWhole, objectsOf, textOf } from '../values';
import { type FeeLine, type LineItem, type OrderDraft, type ShippingLine } from './model';

/** Takes over what a write sends for lines, shipping and fees (woocommerce.md#orders). */
export function writeLines(moment: Moment, order: OrderDraft, input: JsonObject): void {
  order.lines = written(moment.store, order.lines, input['line_items'], isLineGone, (line, sent) =>
    writtenLine(moment, line, sent),
  );
  order.shippingLines = written(
    moment.store,
    order.shippingLines,
    input['shipping_lines'],
    (sent) => sent['method_id'] === null,
    (line, sent) => writtenShipping(moment.store, line, sent),
  );
  order.fees = written(
    moment.store,
    order.fees,
    input['fee_lines'],
    (sent) => sent['name'] === null,
    (line, sent) => writtenFee(moment.store, line, sent),
  );
}

/** A line with an id is changed or, when emptied, taken out; one without is new. */
function written<T extends { readonly id: number }>(
  store: Store,
  lines: readonly T[],
  sent: Json | undefined,
  isGone: (entry: JsonObject) => boolean,
  write: (line: T | null, entry: JsonObject) => T,
): readonly T[] {
  let result = [...lines];
  for (const entry of objectsOf(sent)) {
    const id = asWhole(entry['id']);
    const known = result.find((line) => line.id === id);
    if (id !== 0 && known === undefined) {
      const message = 'Order item ID provided is not associated with order.';
      throw new WooError(400, 'woocommerce_rest_invalid_item_id', message);
    }
    if (known !== undefined && isGone(entry)) result = result.filter((line) => line !== known);
    else if (known !== undefined)
      result = result.map((line) => (line === known ? write(line, entry) : line));
    else result.push({ ...write(null, entry), id: nextId(store, 'item') });
  }
  return result;
}

/** rec: order_update_line_quantity_zero. */
function isLineGone(entry: JsonObject): boolean {
  const quantity = entry['quantity'];
  return entry['product_id'] === null || (quantity !== undefined && Number(quantity) === 0);
}

function writtenLine(moment: Moment, before: LineItem | null, sent: JsonObject): LineItem {
  const { store } = moment;
  const quantity =
    sent['quantity'] === undefined ? (before?.quantity ?? 1) : asWhole(sent['quantity']);
  const line = before === null ? newLine(store, sent, quantity) : { ...before, quantity };
  const total = sent['total'] === undefined ? line.total : toMicro(sent['total']);
  const subtotal = sent['subtotal'] === undefined ? line.subtotal : toMicro(sent['subtotal']);
  // A sub-total below the total is lifted to it, as the line itself does when it is set.
  return {
    ...line,
    name: textOf(sent['name']) ?? line.name,
    total,
    subtotal: subtotal < total ? total : subtotal,
    taxClass: textOf(sent['tax_class']) ?? line.taxClass,
    meta: writtenMeta(line.meta, sent['meta_data'], () => nextId(store, 'itemMeta')),
    // The line keeps in step with what was taken from stock (rec: order_update_line_quantity).
    ...(before === null ? {} : reducedTo(before, quantity)),
  };
}

function reducedTo(before: LineItem, quantity: number): Partial<LineItem> {
  if (before.quantity === quantity) return {};
  return {
    meta: before.meta.map((one) =>
      one.key === '_reduced_stock' ? { ...one, value: String(quantity) } : one,
    ),
  };
}

/** An unknown product makes an empty line (rec: order_create_bad_product). */
function newLine(store: Store, sent: JsonObject, quantity: number): LineItem {
  const product = soldProduct(store, sent);
  const net = product === undefined ? 0n : netPrice(store, product, quantity);
  const isVariation = product !== undefined && product.parentId > 0;
  return {
    id: 0,
    name: product === undefined ? '' : fullName(store, product),
    productId: isVariation ? product.parentId : (product?.id ?? 0),
    variationId: isVariation ? product.id : 0,
    quantity,
    taxClass: taxClassOf(store, product),
    subtotal: net,
    total: net,
    taxes: [],
    meta: isVariation ? optionMeta(store, product) : [],
  };
}

function soldProduct(store: Store, sent: JsonObject): Product | undefined {
  const variationId = asWhole(sent['variation_id']);
  const productId = asWhole(sent['product_id']);
  const sku = textOf(sent['sku']) ?? '';
  if (variationId + productId === 0 && sku === '') {
    const message = 'Product ID or SKU is required.';
    throw new WooError(400, 'woocommerce_rest_required_product_reference', message);
  }
  const id = variationId || productId || (store.idBySku.get(skuKey(sku)) ?? 0);
  return store.products.get(id);
}

function taxClassOf(store: Store, product: Product | undefined): string {
  const own = textOf(product?.fields['tax_class']) ?? '';
  if (own !== 'parent' || product === undefined) return own;
  return textOf(store.products.get(product.parentId)?.fields['tax_class']) ?? '';
}

/** The options of a variation stand on the line (rec: order_create_variation). */
function optionMeta(store: Store, product: Product): LineItem['meta'] {
  return objectsOf(product.fields['attributes']).map((one) => ({
    id: nextId(store, 'itemMeta'),
    key: textOf(one['slug']) ?? '',
    value: textOf(one['option']) ?? '',
  }));
}

/**
 * Price times quantity without tax; a negative quantity counts as none (rec:
 * order_create_negative_qty).
 */
function netPrice(store: Store, product: Product, quantity: number): Micro {
  const gross = toMicro(currentPrice(product)) * BigInt(Math.max(0, quantity));
  const { isTaxed, pricesIncludeTax } = store.options;
  const isTaxable = (product.fields['tax_status'] ?? 'taxable') === 'taxable';
  if (!isTaxed || !pricesIncludeTax || !isTaxable) return gross;
  const rates = ratesFor(store, basePlace(store), taxClassOf(store, product));
  return gross - totalOf(taxesWithin(gross, rates));
}

function writtenShipping(
  store: Store,
  before: ShippingLine | null,
  sent: JsonObject,
): ShippingLine {
  const total = sent['total'];
  return {
    id: before?.id ?? 0,
    methodTitle: textOf(sent['method_title']) ?? before?.methodTitle ?? '',
    methodId: textOf(sent['method_id']) ?? before?.methodId ?? '',
    instanceId: textOf(sent['instance_id']) ?? before?.instanceId ?? '',
    total: total === undefined ? (before?.total ?? 0n) : toMicro(total),
    taxes: before?.taxes ?? [],
    taxStatus: textOf(sent['tax_status']) ?? before?.taxStatus ?? 'taxable',
    meta: writtenMeta(before?.meta ?? [], sent['meta_data'], () => nextId(store, 'itemMeta')),
  };
}

function writtenFee(store: Store, before: FeeLine | null, sent: JsonObject): FeeLine {
  const total = sent['total'];
  return {
    id: before?.id ?? 0,
    name: textOf(sent['name']) ?? before?.name ?? '',
    taxClass: textOf(sent['tax_class']) ?? before?.taxClass ?? '',
    taxStatus: textOf(sent['tax_status']) ?? before?.taxStatus ?? 'taxable',
    total: total === undefined ? (before?.total ?? 0n) : toMicro(total),
    taxes: before?.taxes ?? [],
    meta: writtenMeta(before?.meta ?? [], sent['meta_data'], () => nextId(store, 'itemMeta')),
  };
}

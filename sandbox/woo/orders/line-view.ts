import { sum } from '../../decimal';
import { type Json, type JsonObject } from '../../json';
import { fixed, type Micro, perUnit } from '../money';
import { type Product } from '../products/model';
import { type Meta } from '../meta';
import { type Store } from '../store';
import { objectsOf, textOf } from '../values';
import {
  type FeeLine,
  type LineItem,
  type LineTax,
  type ShippingLine,
  type TaxLine,
} from './model';
import { roundedLineTax } from './totals';

/**
 * A line of an order. Its name is that of the sale, its SKU that of now; its tax is added up at
 * every read by the settings of the moment (woocommerce.md#totals).
 */
export function lineView(store: Store, line: LineItem, decimals: number): JsonObject {
  const product = store.products.get(line.variationId || line.productId);
  const parent = line.variationId > 0 ? store.products.get(line.productId) : undefined;
  const isGone = product === undefined;
  return {
    id: line.id,
    name: line.name,
    product_id: isGone ? 0 : line.productId,
    variation_id: isGone ? 0 : line.variationId,
    quantity: line.quantity,
    tax_class: line.taxClass,
    subtotal: fixed(line.subtotal, decimals),
    subtotal_tax: fixed(
      taxNow(store, line.taxes, (tax) => tax.subtotal ?? 0n),
      decimals,
    ),
    total: fixed(line.total, decimals),
    total_tax: fixed(
      taxNow(store, line.taxes, (tax) => tax.total),
      decimals,
    ),
    taxes: taxesView(line.taxes, decimals),
    meta_data: itemMetaView(line.meta, product),
    sku: isGone ? null : product.sku,
    global_unique_id: isGone ? null : product.globalUniqueId,
    price: perUnit(line.total, line.quantity),
    image: { id: isGone || line.variationId > 0 ? 0 : '', src: '' },
    parent_name: parent?.name ?? null,
  };
}

export function shippingView(store: Store, line: ShippingLine, decimals: number): JsonObject {
  return {
    id: line.id,
    method_title: line.methodTitle,
    method_id: line.methodId,
    instance_id: line.instanceId,
    total: fixed(line.total, decimals),
    total_tax: fixed(
      taxNow(store, line.taxes, (tax) => tax.total),
      decimals,
    ),
    taxes: taxesView(line.taxes, decimals),
    tax_status: line.taxStatus,
    meta_data: itemMetaView(line.meta),
  };
}

export function feeView(store: Store, fee: FeeLine, decimals: number): JsonObject {
  return {
    id: fee.id,
    name: fee.name,
    tax_class: fee.taxClass,
    tax_status: fee.taxStatus,
    amount: '',
    total: fixed(fee.total, decimals),
    total_tax: fixed(
      taxNow(store, fee.taxes, (tax) => tax.total),
      decimals,
    ),
    taxes: taxesView(fee.taxes, decimals),
    meta_data: itemMetaView(fee.meta),
  };
}

export function taxLineView(line: TaxLine, decimals: number): JsonObject {
  return {
    id: line.id,
    rate_code: line.rateCode,
    rate_id: line.rateId,
    label: line.label,
    compound: line.isCompound,
    tax_total: fixed(line.taxTotal, decimals),
    shipping_tax_total: fixed(line.shippingTaxTotal, decimals),
    rate_percent: Number(line.rate) / 10_000,
    meta_data: [],
  };
}

function taxNow(store: Store, taxes: readonly LineTax[], pick: (tax: LineTax) => Micro): Micro {
  return sum(taxes.map((tax) => roundedLineTax(store, pick(tax))));
}

/** Shipping and fees have no sub-total: an empty text stands there. */
function taxesView(taxes: readonly LineTax[], decimals: number): Json[] {
  return taxes.map(({ rateId, total, subtotal }) => ({
    id: rateId,
    total: fixed(total, decimals),
    subtotal: subtotal === null ? '' : fixed(subtotal, decimals),
  }));
}

/** Meta of a line with what a person sees; an option of a variation by its name. */
export function itemMetaView(meta: readonly Meta[], product?: Product): Json[] {
  const names = objectsOf(product?.fields['attributes']);
  return meta.map(({ id, key, value }) => ({
    id,
    key,
    value,
    display_key: textOf(names.find((one) => one['slug'] === key)?.['name']) ?? key,
    display_value: value,
  }));
}

import type { ProductBody, StockBody } from '../../../domain/bodies';
import { addDecimals, minorToText } from '../../../domain/money';
import type { JsonObject } from '../../../domain/words';
import { markerKey, productFieldKeys, type WooProduct } from '../api/wire';
import { htmlForStore, isSamePrice, isSameText, plainForStore, taxClassSlug } from './texts';

// Our words ↔ the store's fields (woocommerce.md#products). Pure.

/**
 * The mapped fields of a product, as we want them and keep them in the snapshot. A field left out
 * is "no information".
 */
export interface ProductFields {
  name: string;
  sku: string;
  regular_price: string;
  status: 'publish' | 'draft';
  virtual: boolean;
  description?: string;
  catalog_visibility?: 'visible' | 'hidden';
  /** Of goods without stock of their own; else the record of the stock says it. */
  manage_stock?: false;
  tax_class?: string;
  global_unique_id?: string;
}

/** What of the settings and of the store decides how a product is shown. */
export interface ShopRules {
  /** ISO code of the store's currency; null where it is not known. */
  currency: string | null;
  /** What becomes of a product for 0, such as one whose price is typed at the POS. */
  zeroPrice: 'draft' | 'hold' | 'publish';
}

export type ProductFieldKey = keyof ProductFields;

/**
 * `code` is the SKU as this store knows it. A stock figure is never among the fields: it has a
 * record of its own.
 */
export function productFields(
  body: ProductBody,
  code: string,
  { zeroPrice }: ShopRules,
): ProductFields {
  const { taxClass, barcode, description } = body;
  const isFree = body.priceMinor === 0 && zeroPrice === 'draft';
  return {
    name: body.name,
    sku: code,
    regular_price: priceOf(body),
    // Archived: id and SKU stay, the shop does not show it. Nobody's visibility is touched
    // otherwise.
    status: body.status === 'active' && !isFree ? 'publish' : 'draft',
    virtual: body.type === 'service',
    ...(description === undefined ? {} : { description }),
    ...(body.status === 'archived' ? { catalog_visibility: 'hidden' } : {}),
    ...(hasStock(body) ? {} : { manage_stock: false }),
    ...(taxClass === undefined ? {} : { tax_class: taxClassSlug(taxClass) }),
    // Others are dropped without a word.
    ...(barcode !== undefined && /^[\d-]+$/.test(barcode) ? { global_unique_id: barcode } : {}),
  };
}

/** Whether the store counts it. */
function hasStock({ type, trackStock }: ProductBody): boolean {
  return type === 'goods' && trackStock;
}

function priceOf({ priceMinor, currency }: ProductBody): string {
  if (priceMinor === undefined || currency === undefined)
    throw new Error('Bug: a product without a price is for the books alone');
  return minorToText(priceMinor, currency);
}

/** The fields as a plain object, as kept in the snapshot. */
export function asJson(fields: Partial<ProductFields>): JsonObject {
  const json: Record<string, string | boolean> = {};
  for (const [key, value] of Object.entries(fields)) json[key] = value;
  return json;
}

/**
 * The snapshot once these fields are wanted; who is counted by its stock record is not said to be
 * without stock.
 */
export function snapshotWith(former: JsonObject | null, fields: ProductFields): JsonObject {
  const kept = Object.entries(former ?? {}).filter(([key]) => key !== 'manage_stock');
  return { ...Object.fromEntries(kept), ...asJson(fields) };
}

/** The fields as the store must be sent them. */
export function asSent(fields: Partial<ProductFields>): JsonObject {
  return Object.fromEntries(
    Object.entries(asJson(fields)).map(([key, value]) => [key, sentValue(key, value)]),
  );
}

function sentValue<T>(key: string, value: T): T | string {
  if (typeof value !== 'string') return value;
  if (key === 'name') return plainForStore(value);
  return key === 'description' ? htmlForStore(value) : value;
}

/**
 * What of the wanted fields differs from what we wrote last; a product that we hid and that is
 * active again is shown.
 */
export function changedFields(wanted: ProductFields, snapshot: JsonObject): Partial<ProductFields> {
  const isShownAgain =
    snapshot['catalog_visibility'] === 'hidden' && wanted.catalog_visibility === undefined;
  const whole: ProductFields = isShownAgain ? { ...wanted, catalog_visibility: 'visible' } : wanted;
  return onlyWhere(whole, (key, value) => snapshot[key] !== value);
}

/**
 * What of the wanted fields the store's product does not have, compared as it would read after our
 * write. Of a product that is not ours (`isLinked`) the store's own word stands on whether it is
 * shown and counted.
 */
export function differingFields(
  wanted: ProductFields,
  product: WooProduct,
  isLinked: boolean,
): Partial<ProductFields> {
  const own: readonly string[] = isLinked ? ['status', 'catalog_visibility', 'manage_stock'] : [];
  return onlyWhere(
    wanted,
    (key, value) => !own.includes(key) && !isSame(key, sentValue(key, value), product),
  );
}

function onlyWhere(
  fields: ProductFields,
  isWanted: (key: ProductFieldKey, value: string | boolean) => boolean,
): Partial<ProductFields> {
  const kept: Partial<ProductFields> = { ...fields };
  for (const key of productFieldKeys) {
    const value = fields[key];
    if (value === undefined || !isWanted(key, value)) Reflect.deleteProperty(kept, key);
  }
  return kept;
}

/**
 * Equal after the changes that the store makes to what it reads: entities, paragraphs, zeros of a
 * price. A field that the store's version does not know (null) says nothing.
 */
export function isSame(key: ProductFieldKey, sent: string | boolean, product: WooProduct): boolean {
  const shown = product[key];
  if (shown === null) return true;
  if (typeof sent !== 'string' || typeof shown !== 'string') return sent === shown;
  if (key === 'regular_price') return isSamePrice(sent, shown);
  return key === 'name' || key === 'description' ? isSameText(sent, shown) : sent === shown;
}

/** The fields of a payload that the store's product does not show as they were sent, in words. */
export function differences(
  payload: JsonObject,
  product: WooProduct,
): { key: ProductFieldKey; sent: string; shown: string }[] {
  return productFieldKeys.flatMap((key) => {
    const sent = payload[key];
    if ((typeof sent !== 'string' && typeof sent !== 'boolean') || isSame(key, sent, product))
      return [];
    return [{ key, sent: String(sent), shown: String(product[key]) }];
  });
}

/** Record id in the product's marker, null where the product is not made by us. */
export function markerOf(product: WooProduct): string | null {
  return product.meta_data.find((meta) => meta.key === markerKey)?.value ?? null;
}

/** One figure for a target without places: the sum of all places. */
export function stockTotal(stock: StockBody): string {
  return Object.values(stock.places).reduce(
    (total, place) => addDecimals(total, place.quantity),
    '0',
  );
}

/**
 * The whole pieces in a figure: goods by weight are sold in whole pieces, and never more than there
 * are.
 */
export function wholePieces(figure: string): number {
  const [whole = '0', fraction = ''] = figure.split('.');
  const isShort = figure.startsWith('-') && /[1-9]/.test(fraction);
  return Number(whole) - (isShort ? 1 : 0);
}

/**
 * Whether anybody has counted this SKU: only then a figure may replace one that we did not write.
 */
export function isCounted(stock: StockBody): boolean {
  return Object.values(stock.places).some((place) => place.countedAt !== null);
}

import type { ProductBody, StockBody } from '../../domain/bodies';
import { addDecimals, minorToText } from '../../domain/money';
import type { JsonObject } from '../../domain/words';
import { markerKey, type WooProduct } from './wire';

// Our words ↔ the store's fields (woocommerce.md 7). Pure.

/** The mapped fields of a product, as we write them and keep them in the snapshot. A field left out is "no information". */
export interface ProductFields {
  name: string;
  sku: string;
  regular_price: string;
  status: 'publish' | 'draft';
  virtual: boolean;
  description?: string;
  catalog_visibility?: 'visible' | 'hidden';
}

/** `code` is the SKU as this store knows it. Stock is never among the fields: it has a record of its own. */
export function productFields(body: ProductBody, code: string): ProductFields {
  return {
    name: body.name,
    sku: code,
    regular_price: priceOf(body),
    // Archived: id and SKU stay, the shop does not show it. Nobody's visibility is touched otherwise.
    status: body.status === 'active' ? 'publish' : 'draft',
    virtual: body.type === 'service',
    ...(body.description === undefined ? {} : { description: body.description }),
    ...(body.status === 'archived' ? { catalog_visibility: 'hidden' } : {}),
  };
}

function priceOf({ priceMinor, currency }: ProductBody): string {
  if (priceMinor === undefined || currency === undefined)
    throw new Error('Bug: a product without a price is for the books alone');
  return minorToText(priceMinor, currency);
}

/** The fields as a plain object, keys of undefined left out. */
export function asJson(fields: Partial<ProductFields>): JsonObject {
  const json: Record<string, string | boolean> = {};
  for (const [key, value] of Object.entries(fields)) json[key] = value;
  return json;
}

/** What of the wanted fields differs from what we wrote last; a product that we hid and that is active again is shown. */
export function changedFields(wanted: ProductFields, snapshot: JsonObject): Partial<ProductFields> {
  const whole: ProductFields =
    snapshot['catalog_visibility'] === 'hidden' && wanted.status === 'publish'
      ? { ...wanted, catalog_visibility: 'visible' }
      : wanted;
  return onlyWhere(whole, (key, value) => snapshot[key] !== value);
}

/** What of the wanted fields the store's product does not have, compared as it would read after our write. */
export function differingFields(
  wanted: ProductFields,
  product: WooProduct,
): Partial<ProductFields> {
  return onlyWhere(wanted, (key, value) => !isSame(key, value, product[key]));
}

function onlyWhere(
  fields: ProductFields,
  isWanted: (key: keyof ProductFields, value: string | boolean) => boolean,
): Partial<ProductFields> {
  const { name, sku, regular_price, status, virtual, description, catalog_visibility } = fields;
  return {
    ...(isWanted('name', name) ? { name } : {}),
    ...(isWanted('sku', sku) ? { sku } : {}),
    ...(isWanted('regular_price', regular_price) ? { regular_price } : {}),
    ...(isWanted('status', status) ? { status } : {}),
    ...(isWanted('virtual', virtual) ? { virtual } : {}),
    ...(description !== undefined && isWanted('description', description) ? { description } : {}),
    ...(catalog_visibility !== undefined && isWanted('catalog_visibility', catalog_visibility)
      ? { catalog_visibility }
      : {}),
  };
}

/** Equal after the changes that the store makes to what it reads: entities, paragraphs, zeros of a price. */
export function isSame(
  key: keyof ProductFields,
  wanted: string | boolean,
  present: string | boolean,
): boolean {
  if (typeof wanted !== 'string' || typeof present !== 'string') return wanted === present;
  if (key === 'regular_price') return priceText(wanted) === priceText(present);
  if (key === 'name' || key === 'description') return plainText(wanted) === plainText(present);
  return wanted === present;
}

function priceText(price: string): string {
  return /^-?\d+(\.\d+)?$/.test(price) ? addDecimals(price, '0') : price;
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

/** Text without tags and entities, blanks collapsed: `<p>A &amp; B</p>\n` and `A & B` are the same. */
export function plainText(text: string): string {
  return text
    .replace(/<[/!]?[a-z][^>]*>/gi, ' ')
    .replace(/&(#\d+|#x[0-9a-f]+|[a-z]+);/gi, (whole, name: string) => decoded(whole, name))
    .replace(/[\s\u00a0]+/g, ' ')
    .trim();
}

function decoded(whole: string, name: string): string {
  if (!name.startsWith('#')) return entities[name.toLowerCase()] ?? whole;
  const isHex = name[1]?.toLowerCase() === 'x';
  const code = Number.parseInt(name.slice(isHex ? 2 : 1), isHex ? 16 : 10);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}

/** The store compares SKUs without regard to case, outer blanks and (by the database's collation) accents. */
export function foldedSku(sku: string): string {
  return sku.trim().toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '');
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

/** Whether anybody has counted this SKU: only then a figure may replace one that we did not write. */
export function isCounted(stock: StockBody): boolean {
  return Object.values(stock.places).some((place) => place.countedAt !== null);
}

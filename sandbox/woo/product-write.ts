import { entryOf, isObject, type Json, type JsonObject } from '../json';
import { WooError } from './answer';
import { productDefaults } from './product-view';
import { productStatuses } from './product-parameters';
import { asBoolean } from './schema';
import { writeStock } from './stock';
import { type Product, skuKey, type Store } from './store';
import { freeSlug, normalPrice, normalTitle, withoutScripts } from './text';

/** Creates a product; `{}` makes one named "Product" (rec: product_create_empty_object). */
export function createProduct(store: Store, input: JsonObject, nowMs: number): Product {
  const sentId = Number(input['id'] ?? 0);
  if (sentId > 0 && store.products.has(sentId)) {
    const message = 'Cannot create existing product.';
    throw new WooError(400, 'woocommerce_rest_product_exists', message);
  }
  const product: Product = {
    id: 0,
    fields: {},
    name: 'Product',
    slug: '',
    status: 'publish',
    sku: '',
    globalUniqueId: '',
    regularPrice: '',
    salePrice: '',
    isStockManaged: false,
    stockQuantity: null,
    stockStatus: 'instock',
    totalSales: 0,
    createdMs: nowMs,
    modifiedMs: nowMs,
    meta: [],
  };
  refuseTakenKeys(store, product, input);
  product.id = store.nextId;
  store.nextId += 1;
  apply(store, product, input);
  store.products.set(product.id, product);
  return product;
}

/** A partial update; every one bumps `modified`, an empty one too (section 5). */
export function updateProduct(
  store: Store,
  product: Product,
  input: JsonObject,
  nowMs: number,
): void {
  refuseTakenKeys(store, product, input);
  apply(store, product, input);
  product.modifiedMs = nowMs;
}

/** Into the trash: the SKU stays taken, the slug is marked (rec: product_get_trashed). */
export function trashProduct(store: Store, product: Product, nowMs: number): void {
  addMeta(store, product, '_wp_trash_meta_status', product.status);
  addMeta(store, product, '_wp_trash_meta_time', String(Math.floor(nowMs / 1000)));
  addMeta(store, product, '_wp_desired_post_slug', product.slug);
  setSlug(store, product, `${product.slug}__trashed`);
  product.status = 'trash';
  product.modifiedMs = nowMs;
}

export function eraseProduct(store: Store, product: Product): void {
  forget(store.idBySku, skuKey(product.sku), product.id);
  forget(store.idByGtin, product.globalUniqueId, product.id);
  forget(store.idBySlug, product.slug, product.id);
  store.products.delete(product.id);
}

function forget(index: Map<string, number>, key: string, id: number): void {
  if (index.get(key) === id) index.delete(key);
}

/** Two errors for one cause: a living holder is named, one in the trash is not (section 3). */
function refuseTakenKeys(store: Store, product: Product, input: JsonObject): void {
  const sku = textOf(input['sku'])?.trim() ?? '';
  const holder = store.products.get(store.idBySku.get(skuKey(sku)) ?? 0);
  if (sku !== '' && holder !== undefined && holder.id !== product.id) {
    if (holder.status === 'trash') {
      throw new WooError(
        400,
        'woocommerce_rest_product_not_created',
        `The product with SKU (${sku}) you are trying to insert is already present in the lookup table`,
      );
    }
    throw new WooError(400, 'product_invalid_sku', 'Invalid or duplicated SKU.', {
      resource_id: holder.id,
      unique_sku: uniqueSku(store, sku),
    });
  }
  const gtin = normalGtin(textOf(input['global_unique_id']) ?? '');
  const gtinHolder = store.idByGtin.get(gtin);
  if (gtin !== '' && gtinHolder !== undefined && gtinHolder !== product.id) {
    const message = 'Invalid or duplicated GTIN, UPC, EAN or ISBN.';
    throw new WooError(400, 'product_invalid_global_unique_id', message, {
      resource_id: gtinHolder,
    });
  }
}

function uniqueSku(store: Store, sku: string): string {
  let number = 1;
  while (store.idBySku.has(skuKey(`${sku}-${number}`))) number += 1;
  return `${sku}-${number}`;
}

/** Digits and hyphens only; anything else is dropped (rec: product_create_bad_global_unique_id). */
function normalGtin(text: string): string {
  return /^[\d-]+$/.test(text) ? text : '';
}

function apply(store: Store, product: Product, input: JsonObject): void {
  const name = textOf(input['name']);
  if (name !== undefined) product.name = normalTitle(name);
  setStatus(product, textOf(input['status']));
  writeSlug(store, product, textOf(input['slug']));
  const sku = textOf(input['sku']);
  if (sku !== undefined) setSku(store, product, sku);
  writeGtin(store, product, textOf(input['global_unique_id']));
  writePrices(product, input);
  writeFields(product, input);
  writeMeta(store, product, input['meta_data']);
  writeStock(product, input);
  const created = textOf(input['date_created_gmt']) ?? textOf(input['date_created']);
  // The value is read as UTC, whatever the store's zone (rec: product_update_date_created).
  const createdMs = Date.parse(`${(created ?? '').slice(0, 19)}Z`);
  if (!Number.isNaN(createdMs)) product.createdMs = createdMs;
}

/** A status that no schema check refused and the store does not know becomes draft (section 6). */
function setStatus(product: Product, status: string | undefined): void {
  if (status === undefined) return;
  product.status = productStatuses.includes(status) ? status : 'draft';
}

/** A draft that was never public has no slug (rec: product_list_sku_draft). */
function writeSlug(store: Store, product: Product, wanted: string | undefined): void {
  if (wanted !== undefined && wanted !== product.slug) {
    setSlug(store, product, freeSlug(store, wanted));
  }
  const isPublic = product.status !== 'draft' && product.status !== 'pending';
  if (product.slug === '' && isPublic) setSlug(store, product, freeSlug(store, product.name));
}

function setSlug(store: Store, product: Product, slug: string): void {
  forget(store.idBySlug, product.slug, product.id);
  product.slug = slug;
  if (slug !== '') store.idBySlug.set(slug, product.id);
}

function setSku(store: Store, product: Product, sku: string): void {
  forget(store.idBySku, skuKey(product.sku), product.id);
  product.sku = sku.trim();
  if (product.sku !== '') store.idBySku.set(skuKey(product.sku), product.id);
}

function writeGtin(store: Store, product: Product, text: string | undefined): void {
  if (text === undefined) return;
  forget(store.idByGtin, product.globalUniqueId, product.id);
  product.globalUniqueId = normalGtin(text);
  if (product.globalUniqueId !== '') store.idByGtin.set(product.globalUniqueId, product.id);
}

/** null clears; a sale price that is not below the regular one is dropped without a word. */
function writePrices(product: Product, input: JsonObject): void {
  const regular = input['regular_price'];
  const sale = input['sale_price'];
  if (regular !== undefined) product.regularPrice = normalPrice(textOf(regular) ?? '');
  if (sale !== undefined) product.salePrice = normalPrice(textOf(sale) ?? '');
  const isBelow = Number(product.salePrice) < Number(product.regularPrice);
  if (product.salePrice !== '' && !isBelow) product.salePrice = '';
}

function writeFields(product: Product, input: JsonObject): void {
  for (const [name, value] of Object.entries(input)) {
    const fallback = entryOf(productDefaults, name);
    if (fallback === undefined || value === undefined || unstored.has(name)) continue;
    product.fields[name] = value === null ? fallback : cast(name, value, fallback);
  }
}

/** Categories that are unknown fall back to Uncategorized; images need their own store. */
const unstored = new Set(['categories', 'brands', 'tags', 'images']);

function cast(name: string, value: Json, fallback: Json): Json {
  if (typeof fallback === 'boolean') return asBoolean(value);
  if (typeof fallback === 'number') return Math.trunc(Number(value));
  if (typeof fallback === 'string') return withoutScripts(textOf(value) ?? '');
  if (name === 'low_stock_amount') return Math.trunc(Number(value));
  if (isObject(fallback) && isObject(value)) return { ...fallback, ...value };
  return value;
}

/** By id or by key; null deletes; `_sku` and `_stock` change sku and stock (section 7). */
function writeMeta(store: Store, product: Product, entries: Json | undefined): void {
  if (!Array.isArray(entries)) return;
  for (const entry of entries) {
    if (!isObject(entry)) continue;
    const key = textOf(entry['key']);
    const value = entry['value'] ?? null;
    const known = product.meta.find((one) => one.id === entry['id'] || one.key === key);
    if (key === '_sku') setSku(store, product, textOf(value) ?? '');
    else if (key === '_stock') product.stockQuantity = Math.trunc(Number(value));
    else if (value === null) product.meta = product.meta.filter((one) => one !== known);
    else if (known !== undefined) known.value = value;
    else if (key !== undefined) addMeta(store, product, key, value);
  }
}

function addMeta(store: Store, product: Product, key: string, value: Json): void {
  product.meta.push({ id: store.nextMetaId, key, value });
  store.nextMetaId += 1;
}

/** Batches are not checked against a schema: a number as a text is a text (section 6). */
function textOf(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

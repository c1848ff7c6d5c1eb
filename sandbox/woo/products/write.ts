import { entryOf, isObject, type Json, type JsonObject, plainText } from '../../json';
import { phpFatal, WooError } from '../answer';
import { type Moment } from '../call';
import { withMeta, writtenMeta } from '../meta';
import { nextId, type Store } from '../store';
import { asBoolean, asWhole, objectsOf, textOf } from '../values';
import { announce } from '../webhooks/events';
import { localTime } from '../zone';
import { productDefaults } from './defaults';
import { type Product, type ProductDraft } from './model';
import { productStatuses } from './parameters';
import { type ProductWrite } from './product-write';
import { forgetProduct, keepProduct } from './index-keys';
import { normalGtin, refuseTakenKeys } from './keys';
import { fullName } from './names';
import { stockAfter } from './stock';
import { filteredText, freeSlug, normalPrice, normalTitle, sanitizedText } from './text';

/** Creates a product; `{}` makes one named "Product" (rec: product_create_empty_object). */
export function createProduct(moment: Moment, write: ProductWrite, parent?: Product): Product {
  const { store, nowMs } = moment;
  const sentId = Number(write.input['id'] ?? 0);
  if (sentId > 0 && store.products.has(sentId)) {
    const message = 'Cannot create existing product.';
    throw new WooError(400, 'woocommerce_rest_product_exists', message);
  }
  refuseTakenKeys(moment, null, write);
  refuseRemoteImages(write.input);
  const draft: ProductDraft = {
    ...blank,
    id: nextId(store, 'post'),
    parentId: parent?.id ?? 0,
    name: parent === undefined ? blank.name : '',
    fields: parent === undefined ? {} : { type: 'variation', tax_class: 'parent' },
    createdMs: nowMs,
    modifiedMs: nowMs,
  };
  apply(moment, draft, write, null);
  keepProduct(store, undefined, draft);
  announce(moment, 'product', 'created', draft.id);
  if (parent !== undefined) bumpParent(moment, parent.id);
  return draft;
}

const blank: Product = {
  id: 0,
  parentId: 0,
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
  categoryIds: [],
  createdMs: 0,
  modifiedMs: 0,
  meta: [],
  skuRevision: 0,
};

/** A partial update; every one bumps `modified`, an empty one too (woocommerce.md#dates). */
export function updateProduct(moment: Moment, product: Product, write: ProductWrite): Product {
  const { store, nowMs, settings } = moment;
  refuseTakenKeys(moment, product, write);
  refuseRemoteImages(write.input);
  const draft: ProductDraft = { ...product };
  apply(moment, draft, write, product);
  draft.modifiedMs = nowMs;
  keepProduct(store, product, draft);
  const isSilent = settings['woo.variationRestore'] === 'silent';
  const isRestore = product.status === 'trash' && draft.status !== 'trash';
  if (!(isSilent && isRestore && product.parentId > 0)) {
    announce(moment, 'product', 'updated', draft.id);
  }
  if (draft.parentId > 0) bumpParent(moment, draft.parentId);
  return draft;
}

/** Into the trash: the SKU stays taken, the slug is marked (rec: product_get_trashed). */
export function trashProduct(moment: Moment, product: Product): Product {
  const { store, nowMs } = moment;
  const newId = (): number => nextId(store, 'productMeta');
  let { meta } = product;
  meta = withMeta(meta, '_wp_trash_meta_status', product.status, newId);
  meta = withMeta(meta, '_wp_trash_meta_time', String(Math.floor(nowMs / 1000)), newId);
  meta = withMeta(meta, '_wp_desired_post_slug', product.slug, newId);
  const trashed: Product = {
    ...product,
    meta,
    slug: `${product.slug}__trashed`,
    status: 'trash',
    modifiedMs: nowMs,
  };
  keepProduct(store, product, trashed);
  announce(moment, 'product', 'deleted', product.id);
  return trashed;
}

/** Gone for good, with its variations; no webhook tells of it (woocommerce.md#webhooks). */
export function eraseProduct(store: Store, product: Product): void {
  for (const id of store.variations.get(product.id) ?? []) {
    const variation = store.products.get(id);
    if (variation !== undefined) forgetProduct(store, variation);
  }
  forgetProduct(store, product);
}

/** A change of a variation shows on its parent (woocommerce.md#dates). */
export function bumpParent({ store, nowMs }: Moment, parentId: number): void {
  const parent = store.products.get(parentId);
  if (parent !== undefined) keepProduct(store, parent, { ...parent, modifiedMs: nowMs });
}

function apply(
  moment: Moment,
  draft: ProductDraft,
  write: ProductWrite,
  before: Product | null,
): void {
  const { store } = moment;
  const { input } = write;
  const { 'woo.fatalOn': fatalText } = moment.settings;
  if (fatalText !== '' && JSON.stringify(input).includes(fatalText)) throw phpFatal();
  const name = textOf(input['name']);
  // PHP takes `0` for empty, and a product without a name is called so (woocommerce.md#texts).
  if (name !== undefined)
    draft.name = ['', '0'].includes(normalTitle(name)) ? blank.name : normalTitle(name);
  const status = textOf(input['status']);
  // A status that no schema check refused and the store does not know becomes draft
  // (woocommerce.md#batches).
  if (status !== undefined) draft.status = productStatuses.includes(status) ? status : 'draft';
  const sku = textOf(input['sku']);
  if (sku !== undefined && sanitizedText(sku) !== draft.sku) setSku(store, draft, sku);
  const gtin = textOf(input['global_unique_id']);
  if (gtin !== undefined) draft.globalUniqueId = normalGtin(gtin);
  draft.fields = writtenFields(store, draft, input);
  writePrices(store, draft, input);
  draft.slug = writtenSlug(store, draft, textOf(input['slug']));
  if (input['categories'] !== undefined) draft.categoryIds = categoryIds(store, input);
  writeMeta(store, draft, input['meta_data']);
  Object.assign(draft, stockAfter(draft, write));
  const created = textOf(input['date_created_gmt']) ?? textOf(input['date_created']);
  // The value is read as UTC, whatever the store's zone (rec: product_update_date_created).
  const createdMs = Date.parse(`${(created ?? '').slice(0, 19)}Z`);
  if (!Number.isNaN(createdMs)) moveCreation(store, draft, createdMs);
  // Dated in the future, it is published then (woocommerce.md#products).
  if (draft.status === 'publish' && draft.createdMs > moment.nowMs) draft.status = 'future';
  restoreSlug(draft, before);
}

/** The former day is kept beside it (rec: product_update_date_created). */
function moveCreation(store: Store, draft: ProductDraft, createdMs: number): void {
  const oldDay = localTime(draft.createdMs, store.zone).slice(0, 10);
  const isMoved = oldDay !== localTime(createdMs, store.zone).slice(0, 10);
  draft.createdMs = createdMs;
  if (!isMoved || draft.slug === '') return;
  draft.meta = withMeta(draft.meta, '_wp_old_date', oldDay, () => nextId(store, 'productMeta'));
}

/**
 * Out of the trash a product takes its slug back, if it had one (rec: product_restore_from_trash).
 */
function restoreSlug(draft: ProductDraft, before: Product | null): void {
  if (before?.status !== 'trash' || draft.status === 'trash') return;
  const wanted = draft.meta.find((one) => one.key === '_wp_desired_post_slug');
  if (wanted === undefined || wanted.value === '') return;
  draft.slug = plainText(wanted.value);
  draft.meta = draft.meta.filter((one) => one !== wanted);
}

/**
 * The sandbox fetches nothing: an image from elsewhere cannot be had, and the whole write fails.
 */
function refuseRemoteImages(input: JsonObject): void {
  const remote = objectsOf(input['images']).find((one) => asWhole(one['id']) === 0);
  const source = textOf(remote?.['src']);
  if (source === undefined) return;
  const message = `Error getting remote image ${source}. Error: A valid URL was not provided.`;
  throw new WooError(400, 'woocommerce_product_image_upload_error', message);
}

/** A draft that was never public has no slug (rec: product_list_sku_draft). */
function writtenSlug(store: Store, draft: ProductDraft, wanted: string | undefined): string {
  if (draft.parentId > 0) return variationSlug(store, draft);
  if (wanted !== undefined && wanted !== draft.slug) return freeSlug(store, wanted);
  const isPublic = draft.status !== 'draft' && draft.status !== 'pending';
  return draft.slug === '' && isPublic ? freeSlug(store, draft.name) : draft.slug;
}

/** Parent and chosen options (rec: product_get_variation_id). */
function variationSlug(store: Store, draft: ProductDraft): string {
  return draft.slug === '' ? freeSlug(store, fullName(store, draft)) : draft.slug;
}

function setSku(store: Store, draft: ProductDraft, sku: string): void {
  draft.sku = sanitizedText(sku);
  draft.skuRevision = store.revision + 1;
}

/** null clears; a sale price that is not below the regular one is dropped without a word. */
function writePrices(store: Store, draft: ProductDraft, input: JsonObject): void {
  const regular = input['regular_price'];
  const sale = input['sale_price'];
  if (regular !== undefined)
    draft.regularPrice = shopPrice(store, normalPrice(textOf(regular) ?? ''));
  // The price of a variable product is that of its variations: its own is dropped without a word
  // (woocommerce.md#products).
  if (draft.fields['type'] === 'variable') draft.regularPrice = '';
  if (sale !== undefined) draft.salePrice = normalPrice(textOf(sale) ?? '');
  const isBelow = Number(draft.salePrice) < Number(draft.regularPrice);
  if (draft.salePrice !== '' && !isBelow) draft.salePrice = '';
}

/** A plug-in may give every price another ending. */
function shopPrice({ priceEnding }: Store, price: string): string {
  return typeof priceEnding !== 'string' || price === ''
    ? price
    : `${Math.trunc(Number(price))}${priceEnding}`;
}

/** Standard where the shop has no such class: it says nothing (set_tax_class). */
function taxClass(store: Store, value: Json): string {
  const slug = (textOf(value) ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  const known = [
    'reduced-rate',
    'zero-rate',
    'parent',
    ...[...store.rates.values()].map((rate) => rate.taxClass),
  ];
  return known.includes(slug) ? slug : '';
}

function writtenFields(store: Store, draft: ProductDraft, input: JsonObject): Record<string, Json> {
  const fields = { ...draft.fields };
  for (const [name, value] of Object.entries(input)) {
    const fallback = entryOf(productDefaults, name);
    if (fallback === undefined || value === undefined) continue;
    if (draft.parentId > 0 && name === 'type') continue;
    if (name === 'tax_class' && value !== null) {
      fields[name] = taxClass(store, value);
      continue;
    }
    fields[name] = value === null ? fallback : cast(name, value, fallback, draft.parentId > 0);
  }
  return fields;
}

function cast(name: string, value: Json, fallback: Json, isVariation: boolean): Json {
  if (name === 'attributes') return isVariation ? chosen(value) : attributes(value);
  if (typeof fallback === 'boolean') return asBoolean(value);
  if (typeof fallback === 'number') return asWhole(value);
  if (typeof fallback === 'string') return filteredText(textOf(value) ?? '');
  if (name === 'low_stock_amount') return asWhole(value);
  if (isObject(fallback) && isObject(value)) return { ...fallback, ...value };
  return value;
}

/** rec: product_create_variable. */
function attributes(value: Json): Json {
  return objectsOf(value).map((one, position) => ({
    id: asWhole(one['id']),
    name: textOf(one['name']) ?? '',
    slug: textOf(one['name']) ?? '',
    position: asWhole(one['position'] ?? position),
    visible: asBoolean(one['visible']),
    variation: asBoolean(one['variation']),
    options: Array.isArray(one['options']) ? one['options'] : [],
  }));
}

/** What a variation stands for; rec: variation_create. */
function chosen(value: Json): Json {
  return objectsOf(value).map((one) => ({
    id: asWhole(one['id']),
    name: textOf(one['name']) ?? '',
    slug: (textOf(one['name']) ?? '').toLowerCase(),
    option: textOf(one['option']) ?? '',
  }));
}

/** Ids that the store knows; an unknown one is dropped (rec: product_create_bad_category). */
function categoryIds(store: Store, input: JsonObject): number[] {
  const wanted = objectsOf(input['categories']).map((one) => asWhole(one['id']));
  return wanted.filter((id) => store.categories.has(id));
}

/** `_sku` and `_stock` change sku and stock (woocommerce.md#products). */
function writeMeta(store: Store, draft: ProductDraft, entries: Json | undefined): void {
  const isSpecial = (entry: JsonObject): boolean =>
    entry['key'] === '_sku' || entry['key'] === '_stock';
  const list = objectsOf(entries);
  for (const entry of list.filter(isSpecial)) {
    if (entry['key'] === '_sku') setSku(store, draft, textOf(entry['value']) ?? '');
    else draft.stockQuantity = asWhole(entry['value']);
  }
  const others = list.filter((entry) => !isSpecial(entry));
  draft.meta = writtenMeta(draft.meta, others, () => nextId(store, 'productMeta'));
}

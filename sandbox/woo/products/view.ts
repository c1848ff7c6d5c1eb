import { type Json, type JsonObject, plainText } from '../../json';
import { type Random } from '../../random';
import { selfLinks } from '../links';
import { type Store } from '../store';
import { objectsOf, textOf } from '../values';
import { localTime, utcTime } from '../zone';
import { productDefaults } from './defaults';
import { type Product } from './model';
import { fullName } from './names';
import { stockOwner } from './stock';
import { generatedSlug, nextSlug, paragraphs, priceHtml } from './text';

/** `write`: the answer of a write; raw texts as with `edit`, and figures not read back yet. */
export type Context = 'view' | 'edit' | 'write';

/** The price a customer pays now. */
export function currentPrice(product: Product): string {
  return product.salePrice === '' ? product.regularPrice : product.salePrice;
}

/** A product as it stands on the wire, members in the recorded order. */
export function productView(
  store: Store,
  product: Product,
  context: Context,
  random: Random,
): JsonObject {
  const field = (name: string): Json => product.fields[name] ?? productDefaults[name] ?? null;
  const group = (...names: string[]): JsonObject =>
    Object.fromEntries(names.map((name) => [name, field(name)]));
  const text = (name: string): Json =>
    context === 'view' ? paragraphs(plainText(field(name))) : field(name);
  const isVariation = product.parentId > 0;
  return {
    id: product.id,
    name: fullName(store, product),
    slug: product.slug,
    permalink: permalink(store, product),
    ...dates(store, product),
    type: field('type'),
    status: product.status,
    ...group('featured', 'catalog_visibility'),
    description: text('description'),
    short_description: text('short_description'),
    sku: product.sku,
    ...prices(product, group),
    // A variation's sales are read from the table as they stand there (rec:
    // product_get_variation_id).
    total_sales: isVariation ? String(product.totalSales) : product.totalSales,
    ...group('virtual', 'downloadable', 'downloads', 'download_limit', 'download_expiry'),
    ...group('external_url', 'button_text', 'tax_status'),
    tax_class:
      field('tax_class') === 'parent' ? parentTaxClass(store, product) : field('tax_class'),
    manage_stock: managedBy(store, product),
    stock_quantity: stockOwner(store, product).stockQuantity,
    ...backorders(product, field('backorders')),
    ...group('low_stock_amount', 'sold_individually', 'weight', 'dimensions'),
    shipping_required: field('virtual') !== true,
    shipping_taxable: field('virtual') !== true,
    shipping_class: field('shipping_class'),
    shipping_class_id: 0,
    reviews_allowed: isVariation ? false : field('reviews_allowed'),
    average_rating: context === 'view' ? '0.00' : '0',
    rating_count: 0,
    ...group('upsell_ids', 'cross_sell_ids'),
    parent_id: product.parentId,
    purchase_note: field('purchase_note'),
    categories: categories(store, product),
    brands: [],
    tags: [],
    images: [],
    ...group('attributes', 'default_attributes'),
    variations: [...(store.variations.get(product.id) ?? [])],
    ...group('grouped_products', 'menu_order'),
    price_html: priceHtml(store.options.currency, product.regularPrice, product.salePrice),
    related_ids: isVariation ? [] : relatedIds(store, product, random),
    meta_data: product.meta.map((entry) => ({ ...entry })),
    stock_status: shownStatus(store, product),
    has_options: field('type') === 'variable',
    post_password: field('post_password'),
    global_unique_id: product.globalUniqueId,
    ...(context === 'view' ? {} : slugHints(store, product)),
    _links: links(store, product),
  };
}

function dates(store: Store, product: Product): JsonObject {
  return {
    date_created: localTime(product.createdMs, store.zone),
    date_created_gmt: utcTime(product.createdMs),
    date_modified: localTime(product.modifiedMs, store.zone),
    date_modified_gmt: utcTime(product.modifiedMs),
  };
}

function prices(product: Product, group: (...names: string[]) => JsonObject): JsonObject {
  return {
    price: currentPrice(product),
    regular_price: product.regularPrice,
    sale_price: product.salePrice,
    ...group(
      'date_on_sale_from',
      'date_on_sale_from_gmt',
      'date_on_sale_to',
      'date_on_sale_to_gmt',
    ),
    on_sale: product.salePrice !== '',
    purchasable: isPurchasable(product),
  };
}

/** rec: variation_get_trashed (a trashed variation is not for sale, a trashed product is). */
function isPurchasable(product: Product): boolean {
  if (product.parentId > 0 && product.status !== 'publish') return false;
  return currentPrice(product) !== '';
}

function backorders(product: Product, rule: Json): JsonObject {
  const isAllowed = rule !== 'no';
  return {
    backorders: rule,
    backorders_allowed: isAllowed,
    backordered: isAllowed && product.isStockManaged && (product.stockQuantity ?? 0) < 0,
  };
}

/** true, false, or `parent` where a variation lives on its parent's stock. */
function managedBy(store: Store, product: Product): Json {
  return stockOwner(store, product).id === product.id ? product.isStockManaged : 'parent';
}

function parentTaxClass(store: Store, product: Product): Json {
  return store.products.get(product.parentId)?.fields['tax_class'] ?? '';
}

/**
 * A variable product without variations for sale is out of stock (rec: product_create_variable).
 */
export function shownStatus(store: Store, product: Product): string {
  const owner = stockOwner(store, product);
  if (product.fields['type'] !== 'variable' || product.isStockManaged) return owner.stockStatus;
  const variations = (store.variations.get(product.id) ?? []).map((id) => store.products.get(id));
  const isAnySold = variations.some(
    (one) => one?.status === 'publish' && one.stockStatus !== 'outofstock',
  );
  return isAnySold ? 'instock' : 'outofstock';
}

/** A product without a category is in the shop's default one. */
function categories(store: Store, product: Product): Json[] {
  if (product.parentId > 0) return [];
  const given = product.categoryIds.map((id) => store.categories.get(id));
  const known = given.filter((one) => one !== undefined);
  const shown = known.length > 0 ? known : [...store.categories.values()].slice(0, 1);
  return shown.map(({ id, name, slug }) => ({ id, name, slug }));
}

/** The address in the shop. A variation's holds its options (rec: variation_create). */
function permalink(store: Store, product: Product): string {
  if (product.parentId > 0) {
    const parent = store.products.get(product.parentId);
    const query = objectsOf(product.fields['attributes'])
      .map((one) => `attribute_${textOf(one['slug']) ?? ''}=${textOf(one['option']) ?? ''}`)
      .join('&');
    return `${store.homeUrl}/product/${parent?.slug ?? ''}/${query === '' ? '' : `?${query}`}`;
  }
  const isPublic = product.status === 'publish' || product.status === 'private';
  return isPublic
    ? `${store.homeUrl}/product/${product.slug}/`
    : `${store.homeUrl}/?post_type=product&p=${product.id}`;
}

function slugHints(store: Store, product: Product): JsonObject {
  return {
    permalink_template: `${store.homeUrl}/product/%pagename%/`,
    generated_slug: proposedSlug(store, product),
  };
}

/** The slug that the name would get now: its own one when that comes from the name. */
function proposedSlug(store: Store, product: Product): string {
  const base = generatedSlug(product.name);
  const holder = store.idBySlug.get(base);
  if (holder === undefined || holder === product.id) return base;
  return product.slug.startsWith(`${base}-`) ? product.slug : nextSlug(store, base);
}

function links(store: Store, product: Product): JsonObject {
  const own = selfLinks(store, 'products', String(product.id));
  if (product.parentId === 0) return own;
  return { ...own, up: [{ href: `${store.homeUrl}/wp-json/wc/v3/products/${product.parentId}` }] };
}

/** Up to five other products, different at every read (woocommerce.md#products). */
function relatedIds(store: Store, product: Product, random: Random): number[] {
  const ids = new Set<number>();
  const first = store.products.keys().next().value ?? product.id;
  for (let tries = 0; tries < 10 && ids.size < 5; tries += 1) {
    const id = random.between(first, store.counters.post);
    const other = store.products.get(id);
    if (id !== product.id && other?.status === 'publish' && other.parentId === 0) ids.add(id);
  }
  return [...ids];
}

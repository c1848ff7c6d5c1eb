import { type Json, type JsonObject, plainText } from '../json';
import { type Random } from '../random';
import { type Product, type Store } from './store';
import { paragraphs, priceHtml } from './text';
import { localTime, utcTime } from './zone';

export type Context = 'view' | 'edit';

/** The defaults of `{"name":"x"}` (rec: product_create_minimal). */
export const productDefaults: Record<string, Json> = {
  type: 'simple',
  featured: false,
  catalog_visibility: 'visible',
  description: '',
  short_description: '',
  date_on_sale_from: null,
  date_on_sale_from_gmt: null,
  date_on_sale_to: null,
  date_on_sale_to_gmt: null,
  virtual: false,
  downloadable: false,
  downloads: [],
  download_limit: -1,
  download_expiry: -1,
  external_url: '',
  button_text: '',
  tax_status: 'taxable',
  tax_class: '',
  backorders: 'no',
  low_stock_amount: null,
  sold_individually: false,
  weight: '',
  dimensions: { length: '', width: '', height: '' },
  shipping_class: '',
  reviews_allowed: true,
  upsell_ids: [],
  cross_sell_ids: [],
  parent_id: 0,
  purchase_note: '',
  categories: [{ id: 15, name: 'Uncategorized', slug: 'uncategorized' }],
  brands: [],
  tags: [],
  images: [],
  attributes: [],
  default_attributes: [],
  grouped_products: [],
  menu_order: 0,
  post_password: '',
};

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
  const { fields } = product;
  const field = (name: string): Json => fields[name] ?? productDefaults[name] ?? null;
  const group = (...names: string[]): JsonObject =>
    Object.fromEntries(names.map((name) => [name, field(name)]));
  const text = (name: string): Json =>
    context === 'view' ? paragraphs(plainText(field(name))) : field(name);
  const isBackorderable = field('backorders') !== 'no';
  return {
    id: product.id,
    name: product.name,
    slug: product.slug,
    permalink: permalink(store, product),
    date_created: localTime(product.createdMs, store.zone),
    date_created_gmt: utcTime(product.createdMs),
    date_modified: localTime(product.modifiedMs, store.zone),
    date_modified_gmt: utcTime(product.modifiedMs),
    type: field('type'),
    status: product.status,
    ...group('featured', 'catalog_visibility'),
    description: text('description'),
    short_description: text('short_description'),
    sku: product.sku,
    price: currentPrice(product),
    regular_price: product.regularPrice,
    sale_price: product.salePrice,
    ...group('date_on_sale_from', 'date_on_sale_from_gmt', 'date_on_sale_to', 'date_on_sale_to_gmt'), // prettier-ignore
    on_sale: product.salePrice !== '',
    purchasable: currentPrice(product) !== '',
    total_sales: product.totalSales,
    ...group('virtual', 'downloadable', 'downloads', 'download_limit', 'download_expiry'),
    ...group('external_url', 'button_text', 'tax_status', 'tax_class'),
    manage_stock: product.isStockManaged,
    stock_quantity: product.stockQuantity,
    backorders: field('backorders'),
    backorders_allowed: isBackorderable,
    backordered: isBackorderable && product.stockStatus === 'onbackorder',
    ...group('low_stock_amount', 'sold_individually', 'weight', 'dimensions'),
    shipping_required: field('virtual') !== true,
    shipping_taxable: field('virtual') !== true,
    shipping_class: field('shipping_class'),
    shipping_class_id: 0,
    reviews_allowed: field('reviews_allowed'),
    average_rating: '0',
    rating_count: 0,
    ...group('upsell_ids', 'cross_sell_ids', 'parent_id', 'purchase_note', 'categories'),
    ...group('brands', 'tags', 'images', 'attributes', 'default_attributes'),
    variations: [],
    ...group('grouped_products', 'menu_order'),
    price_html: priceHtml(store.currency, product.regularPrice, product.salePrice),
    related_ids: relatedIds(store, product, random),
    meta_data: product.meta.map((entry) => ({ ...entry })),
    stock_status: product.stockStatus,
    has_options: false,
    post_password: field('post_password'),
    global_unique_id: product.globalUniqueId,
    ...slugHints(store, product),
    _links: links(store, product.id),
  };
}

function permalink(store: Store, product: Product): string {
  const isPublic = product.status === 'publish' || product.status === 'private';
  return isPublic
    ? `${store.homeUrl}/product/${product.slug}/`
    : `${store.homeUrl}/?post_type=product&p=${product.id}`;
}

/** Products in the trash do not show them (rec: product_get_trashed). */
function slugHints(store: Store, product: Product): JsonObject {
  if (product.status === 'trash') return {};
  const generated = product.name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, ''); // prettier-ignore
  return {
    permalink_template: `${store.homeUrl}/product/%pagename%/`,
    generated_slug: generated === '' ? 'product' : generated,
  };
}

function links(store: Store, id: number): JsonObject {
  const collection = `${store.homeUrl}/wp-json/wc/v3/products`;
  return {
    self: [
      {
        href: `${collection}/${id}`,
        targetHints: { allow: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] },
      },
    ],
    collection: [{ href: collection }],
  };
}

/** Up to five other products, different at every read (section 7). */
function relatedIds(store: Store, product: Product, random: Random): number[] {
  const ids = new Set<number>();
  const first = store.products.keys().next().value ?? product.id;
  for (let tries = 0; tries < 10 && ids.size < 5; tries += 1) {
    const id = random.between(first, store.nextId - 1);
    if (id !== product.id && store.products.get(id)?.status === 'publish') ids.add(id);
  }
  return [...ids];
}

/** `_fields=a,b.c` keeps the named members only. */
export function onlyFields(body: JsonObject, wanted: string | undefined): JsonObject {
  if (wanted === undefined || wanted === '') return body;
  const kept: JsonObject = {};
  for (const path of wanted.split(',').map((part) => part.trim())) {
    copyPath(body, kept, path.split('.'));
  }
  return kept;
}

function copyPath(from: JsonObject, to: JsonObject, [name = '', ...rest]: string[]): void {
  const value = from[name];
  if (value === undefined) return;
  if (rest.length === 0 || typeof value !== 'object' || value === null || Array.isArray(value)) {
    to[name] = value;
    return;
  }
  const inner = to[name];
  const target = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? inner : {};
  to[name] = target;
  copyPath(value, target, rest);
}

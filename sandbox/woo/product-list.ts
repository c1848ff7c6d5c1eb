import { type Json, type JsonObject } from '../json';
import { restDate } from './schema';
import { currentPrice } from './product-view';
import { type Product, skuKey, type Store } from './store';
import { localTime, utcTime, withoutGap } from './zone';

/** The page of products that a list call asks for, and how many there are in all. */
export interface ProductPage {
  products: Product[];
  total: number;
  perPage: number;
  page: number;
}

/** Applies the filters that work; all others are ignored (woocommerce.md section 4). */
export function listProducts(store: Store, input: JsonObject): ProductPage {
  const filters = filtersOf(store, input);
  const found = candidates(store, input).filter((product) =>
    filters.every((fits) => fits(product)),
  );
  found.sort(ordering(input));
  const perPage = Number(input['per_page'] ?? 10);
  const page = Number(input['page'] ?? 1);
  const start = input['offset'] === undefined ? (page - 1) * perPage : Number(input['offset']);
  return { products: found.slice(start, start + perPage), total: found.length, perPage, page };
}

/** Look-ups by key take the index, all others walk over the store. */
function candidates(store: Store, input: JsonObject): Product[] {
  const found = (ids: Iterable<number | undefined>): Product[] =>
    [...new Set(ids)]
      .map((id) => store.products.get(id ?? 0))
      .filter((product) => product !== undefined);
  const sku = parameterText(input['sku']);
  if (sku !== '') return found(skusOf(sku).map((one) => store.idBySku.get(skuKey(one))));
  const include = ids(input['include']);
  if (include.length > 0) return found(include);
  const slug = parameterText(input['slug']);
  if (slug !== '') return found(textList(slug).map((one) => store.idBySlug.get(one)));
  const gtin = parameterText(input['global_unique_id']);
  if (gtin !== '') return found(textList(gtin).map((one) => store.idByGtin.get(one)));
  return [...store.products.values()];
}

/** A comma parts SKUs, but the whole text counts as one too (rec: product_list_sku_with_comma). */
function skusOf(sku: string): string[] {
  return [...textList(sku), sku];
}

type Filter = (product: Product) => boolean;

function filtersOf(store: Store, input: JsonObject): Filter[] {
  const filters: Filter[] = [statusFilter(parameterText(input['status']))];
  const exclude = new Set(ids(input['exclude']));
  if (exclude.size > 0) filters.push((product) => !exclude.has(product.id));
  const words = parameterText(input['search']).toLowerCase().split(/\s+/).filter((word) => word !== ''); // prettier-ignore
  if (words.length > 0) {
    filters.push((product) => {
      const fields = `${product.name} ${parameterText(product.fields['description'])} ${parameterText(product.fields['short_description'])}`;
      return words.every((word) => fields.toLowerCase().includes(word));
    });
  }
  const part = parameterText(input['search_sku']).toLowerCase();
  if (part !== '') filters.push((product) => product.sku.toLowerCase().includes(part));
  const nameOrSku = parameterText(input['search_name_or_sku']).toLowerCase();
  if (nameOrSku !== '') {
    filters.push((product) => `${product.name}\n${product.sku}`.toLowerCase().includes(nameOrSku));
  }
  const type = parameterText(input['type']);
  if (type !== '') filters.push((product) => (product.fields['type'] ?? 'simple') === type);
  const stockStatus = parameterText(input['stock_status']);
  if (stockStatus !== '') filters.push((product) => product.stockStatus === stockStatus);
  const category = parameterText(input['category']);
  if (category !== '') filters.push(() => textList(category).includes('15')); // all are Uncategorized
  return [...filters, ...dateFilters(store, input)];
}

/** Without a status, and with `any`, the trash is hidden. */
function statusFilter(status: string): Filter {
  if (status === '' || status === 'any') return (product) => product.status !== 'trash';
  const wanted = textList(status);
  return (product) => wanted.includes(product.status);
}

/**
 * Strictly greater or smaller, in whole seconds. The value becomes a wall-clock time of the site
 * and is compared with the local or, with `dates_are_gmt`, the UTC column: which is wrong in the
 * ways that section 5 lists.
 */
function dateFilters(store: Store, input: JsonObject): Filter[] {
  const isGmt = ['true', '1'].includes(parameterText(input['dates_are_gmt']));
  const column = (ms: number): string => (isGmt ? utcTime(ms) : localTime(ms, store.zone));
  const named = (name: string, fits: (bound: string, product: Product) => boolean): Filter[] => {
    const value = parameterText(input[name]);
    if (!restDate.test(value)) return [];
    const bound = wallTime(value, store.zone);
    return [(product) => fits(bound, product)];
  };
  return [
    ...named('modified_after', (bound, product) => column(product.modifiedMs) > bound),
    ...named('modified_before', (bound, product) => column(product.modifiedMs) < bound),
    ...named('after', (bound, product) => column(product.createdMs) > bound),
    ...named('before', (bound, product) => column(product.createdMs) < bound),
  ];
}

function wallTime(value: string, zone: string): string {
  const isNaive = /^.{19}(\.\d+)?$/.test(value);
  if (isNaive) return withoutGap(`${value.slice(0, 10)}T${value.slice(11, 19)}`, zone);
  return localTime(Date.parse(value), zone);
}

function ordering(input: JsonObject): (a: Product, b: Product) => number {
  const sign = input['order'] === 'asc' ? 1 : -1;
  const include = ids(input['include']);
  const by =
    orderings(include)[parameterText(input['orderby'])] ?? ((a, b) => a.createdMs - b.createdMs);
  // Rows of the same second keep the order of their ids.
  return (a, b) => sign * (by(a, b) || a.id - b.id);
}

function orderings(include: number[]): Partial<Record<string, (a: Product, b: Product) => number>> {
  return {
    id: (a, b) => a.id - b.id,
    include: (a, b) => include.indexOf(b.id) - include.indexOf(a.id),
    title: (a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)),
    slug: (a, b) => (a.slug < b.slug ? -1 : Number(a.slug > b.slug)),
    modified: (a, b) => Math.floor(a.modifiedMs / 1000) - Math.floor(b.modifiedMs / 1000),
    price: (a, b) => Number(currentPrice(a)) - Number(currentPrice(b)),
    popularity: (a, b) => a.totalSales - b.totalSales,
    sales: (a, b) => a.totalSales - b.totalSales,
  };
}

/** A parameter as text; a list joined by commas. */
export function parameterText(value: Json | undefined): string {
  if (Array.isArray(value)) return value.map(String).join(',');
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value);
}

/** The parts of a comma separated text. */
export function textList(value: string): string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function ids(value: Json | undefined): number[] {
  return textList(parameterText(value)).map(Number);
}

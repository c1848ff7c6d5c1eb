import { type JsonObject } from '../../json';
import { type WooCall } from '../call';
import { dateFilters } from '../dates';
import { bySecond, sortedBy } from '../paging';
import { skuKey, type Store } from '../store';
import { ids, parameterText, textList } from '../values';
import { type Product } from './model';
import { fullName } from './names';
import { sanitizedText } from './text';
import { currentPrice, shownStatus } from './view';

/**
 * The products that a list call asks for. Filters that are not here are ignored
 * (woocommerce.md#lists).
 */
export function listedProducts({ store, input }: WooCall): Product[] {
  const filters = filtersOf(store, input);
  const found = candidates(store, input).filter((one) => filters.every((fits) => fits(one)));
  const include = ids(input['include']);
  const by = orderings(include)[parameterText(input['orderby'])] ?? byCreation;
  return sortedBy(found, by, input['order']);
}

const byCreation = (a: Product, b: Product): number => bySecond(a.createdMs, b.createdMs);

/** Look-ups by key take the index, all others walk over the store; variations show by SKU only. */
function candidates(store: Store, input: JsonObject): Product[] {
  const found = (wanted: Iterable<number | undefined>): Product[] =>
    [...new Set(wanted)]
      .map((id) => store.products.get(id ?? 0))
      .filter((product) => product !== undefined);
  const sku = sanitizedText(parameterText(input['sku']));
  // A comma parts SKUs, but the whole text counts as one too (rec: product_list_sku_with_comma).
  // PHP takes `0` for empty: the filter is not there (woocommerce.md#lists).
  if (sku !== '' && sku !== '0') {
    return found([...textList(sku), sku].map((one) => store.idBySku.get(skuKey(one))));
  }
  const isProduct = (one: Product): boolean => one.parentId === 0;
  const include = ids(input['include']);
  if (include.length > 0) return found(include).filter(isProduct);
  const slug = parameterText(input['slug']);
  if (slug !== '') {
    return found(textList(slug).map((one) => store.idBySlug.get(one))).filter(isProduct);
  }
  const gtin = parameterText(input['global_unique_id']);
  if (gtin !== '') return found(textList(gtin).map((one) => store.idByGtin.get(one)));
  return [...store.products.values()].filter(isProduct);
}

type Filter = (product: Product) => boolean;

function filtersOf(store: Store, input: JsonObject): Filter[] {
  const filters: Filter[] = [statusFilter(parameterText(input['status']))];
  const exclude = new Set(ids(input['exclude']));
  if (exclude.size > 0) filters.push((product) => !exclude.has(product.id));
  const words = parameterText(input['search'])
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length > 0) {
    filters.push((product) => {
      const fields =
        `${product.name} ${parameterText(product.fields['description'])} ` +
        `${parameterText(product.fields['short_description'])}`;
      return words.every((word) => fields.toLowerCase().includes(word));
    });
  }
  const part = parameterText(input['search_sku']).toLowerCase();
  if (part !== '') filters.push((product) => product.sku.toLowerCase().includes(part));
  const nameOrSku = parameterText(input['search_name_or_sku']).toLowerCase();
  if (nameOrSku !== '') {
    filters.push((one) => `${fullName(store, one)}\n${one.sku}`.toLowerCase().includes(nameOrSku));
  }
  const type = parameterText(input['type']);
  if (type !== '') filters.push((product) => (product.fields['type'] ?? 'simple') === type);
  const stockStatus = parameterText(input['stock_status']);
  if (stockStatus !== '') filters.push((one) => shownStatus(store, one) === stockStatus);
  const wanted = ids(input['category']);
  if (wanted.length > 0) filters.push((product) => isInCategory(store, product, wanted));
  return [...filters, ...dateFilters(store, input, 'columns')];
}

function isInCategory(store: Store, product: Product, wanted: number[]): boolean {
  const [fallback = 0] = store.categories.keys();
  const own = product.categoryIds.length > 0 ? product.categoryIds : [fallback];
  return own.some((id) => wanted.includes(id));
}

/** Without a status, and with `any`, the trash is hidden. */
function statusFilter(status: string): Filter {
  if (status === '' || status === 'any') return (product) => product.status !== 'trash';
  const wanted = textList(status);
  return (product) => wanted.includes(product.status);
}

function orderings(include: number[]): Partial<Record<string, (a: Product, b: Product) => number>> {
  const text = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
  return {
    id: (a, b) => a.id - b.id,
    include: (a, b) => include.indexOf(b.id) - include.indexOf(a.id),
    title: (a, b) => text(a.name, b.name),
    slug: (a, b) => text(a.slug, b.slug),
    modified: (a, b) => bySecond(a.modifiedMs, b.modifiedMs),
    price: (a, b) => Number(currentPrice(a)) - Number(currentPrice(b)),
    popularity: (a, b) => a.totalSales - b.totalSales,
    sales: (a, b) => a.totalSales - b.totalSales,
  };
}

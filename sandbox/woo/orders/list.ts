import { type JsonObject } from '../../json';
import { type WooCall } from '../call';
import { dateFilters } from '../dates';
import { bySecond, sortedBy } from '../paging';
import { ids, parameterText, textList, textOf } from '../values';
import { type Order } from './model';

/**
 * The orders that a list call asks for. Filters that are not here are ignored
 * (woocommerce.md#lists).
 */
export function listedOrders(call: WooCall): Order[] {
  const { store, input, settings } = call;
  const include = ids(input['include']);
  const found =
    include.length > 0
      ? include.map((id) => store.orders.get(id)).filter((order) => order !== undefined)
      : [...store.orders.values()];
  const rule = settings['woo.hpos'] ? 'instants' : 'columns';
  const filters = [...filtersOf(input), ...dateFilters(store, input, rule)];
  const rows = found.filter((order) => filters.every((fits) => fits(order)));
  const orderby = parameterText(input['orderby']);
  const by = orderings[orderby] ?? ((a, b) => bySecond(a.createdMs, b.createdMs));
  return sortedBy(rows, by, input['order']);
}

const orderings: Partial<Record<string, (a: Order, b: Order) => number>> = {
  id: (a, b) => a.id - b.id,
  modified: (a, b) => bySecond(a.modifiedMs, b.modifiedMs),
};

type Filter = (order: Order) => boolean;

function filtersOf(input: JsonObject): Filter[] {
  const filters: Filter[] = [statusFilter(parameterText(input['status']))];
  const exclude = new Set(ids(input['exclude']));
  if (exclude.size > 0) filters.push((order) => !exclude.has(order.id));
  const [customer] = ids(input['customer']);
  if (customer !== undefined) filters.push((order) => order.customerId === customer);
  const [product] = ids(input['product']);
  if (product !== undefined) {
    filters.push((order) =>
      order.lines.some((line) => line.productId === product || line.variationId === product),
    );
  }
  const parents = ids(input['parent']);
  if (parents.length > 0) filters.push((order) => parents.includes(order.parentId));
  const via = textList(parameterText(input['created_via']));
  if (via.length > 0) filters.push((order) => via.includes(order.createdVia));
  const search = parameterText(input['search']).toLowerCase();
  if (search !== '') filters.push((order) => searchText(order).includes(search));
  return filters;
}

/** `any` hides the trash and drafts of the checkout; both can be asked for by name. */
function statusFilter(status: string): Filter {
  const wanted = textList(status).map((one) => one.replace(/^wc-/, ''));
  if (wanted.length === 0 || wanted.includes('any')) {
    return (order) => order.status !== 'trash' && order.status !== 'checkout-draft';
  }
  return (order) => wanted.includes(order.status);
}

/** Remembered beside the order: an order that changes is another object (store.ts). */
const searchTexts = new WeakMap<Order, string>();

/** What a search looks at: never meta (rec: order_list_search_*). */
function searchText(order: Order): string {
  const known = searchTexts.get(order);
  if (known !== undefined) return known;
  const address = (holder: JsonObject): string[] =>
    Object.values(holder).map((value) => textOf(value) ?? '');
  const text = [
    String(order.id),
    order.transactionId,
    ...address(order.billing),
    ...address(order.shipping),
    ...order.lines.map((line) => line.name),
  ]
    .join('\n')
    .toLowerCase();
  searchTexts.set(order, text);
  return text;
}

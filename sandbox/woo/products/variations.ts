import { type JsonObject, plainText } from '../../json';
import { WooError } from '../answer';
import { batchAnswer, itemWrite } from '../batch';
import { type Answered, type WooCall } from '../call';
import { dateFilters } from '../dates';
import { onlyFields } from '../fields';
import { metaView } from '../meta';
import { bySecond, pageAnswer, sortedBy } from '../paging';
import { skuKey } from '../store';
import { asBoolean, ids, parameterText, textList } from '../values';
import { contextOf, removeProduct } from './calls';
import { type Product } from './model';
import { variationView } from './variation-view';
import { type Context } from './view';
import { bumpParent, createProduct, eraseProduct, updateProduct } from './write';

/** `/products/{id}/variations`. */
export function listVariations(call: WooCall, [parentId = '']: string[]): Answered {
  return listed(call, call.store.variations.get(Number(parentId)) ?? []);
}

/** `/variations`: over all parents (since 10.3; rec: variation_list_all_parents). */
export function listAllVariations(call: WooCall): Answered {
  const parents = ids(call.input['parent_id'] ?? call.input['parent']);
  const chosen = [...call.store.variations]
    .filter(([parentId]) => parents.length === 0 || parents.includes(parentId))
    .flatMap(([, variations]) => variations);
  return listed(call, chosen, true);
}

function listed(call: WooCall, wanted: readonly number[], isOverall = false): Answered {
  const { store, input } = call;
  const include = new Set(ids(input['include']));
  const skus = new Set(textList(parameterText(input['sku'])).map(skuKey));
  const status = parameterText(input['status']);
  const isShown = (one: Product): boolean =>
    status === '' || status === 'any'
      ? one.status !== 'trash'
      : textList(status).includes(one.status);
  const filters = [
    isShown,
    (one: Product): boolean => include.size === 0 || include.has(one.id),
    (one: Product): boolean => skus.size === 0 || skus.has(skuKey(one.sku)),
    ...dateFilters(store, input, 'columns'),
  ];
  const rows = wanted
    .map((id) => store.products.get(id))
    .filter((one) => one !== undefined && filters.every((fits) => fits(one))) as Product[];
  const by =
    input['orderby'] === 'modified'
      ? (a: Product, b: Product): number => bySecond(a.modifiedMs, b.modifiedMs)
      : (a: Product, b: Product): number => bySecond(a.createdMs, b.createdMs);
  const sorted = sortedBy(rows, by, input['order']);
  return pageAnswer(call, sorted, (one) => {
    const body = view(call, one, contextOf(call));
    return isOverall ? { ...body, _links: overallLinks(call, one) } : body;
  });
}

/** Links of `/variations` lead to routes that are not there (rec: variation_list_all_parents). */
function overallLinks({ store }: WooCall, { id }: Product): JsonObject {
  const root = `${store.homeUrl}/wp-json/wc/v3`;
  return {
    self: [{ href: `${root}/variations/${id}` }],
    collection: [{ href: `${root}/variations` }],
    up: [{ href: `${root}/products/0` }],
  };
}

export function getVariation(call: WooCall, parts: string[]): Answered {
  return { status: 200, body: shown(call, known(call, parts), contextOf(call)) };
}

/** The Location holds the raw route pattern (rec: variation_create). */
export function postVariation(call: WooCall, [parentId = '']: string[]): Answered {
  const variation = created(call, parentId, call.input);
  const location = `${call.store.homeUrl}/wp-json/wc/v3/products/(?P<product_id>[\\d]+)/variations/${variation.id}`;
  return {
    status: 201,
    body: shown(call, variation, 'write'),
    headers: { location },
    committed: true,
  };
}

export function putVariation(call: WooCall, parts: string[]): Answered {
  const variation = updateProduct(call, known(call, parts), call);
  return { status: 200, body: shown(call, variation, 'write'), committed: true };
}

export function deleteVariation(call: WooCall, parts: string[]): Answered {
  const variation = known(call, parts);
  const body = shown(call, variation, 'write');
  removeProduct(call, variation, 'product_variation', asBoolean(call.input['force']));
  bumpParent(call, variation.parentId);
  return { status: 200, body, committed: true };
}

export function batchVariations(call: WooCall, [parentId = '']: string[]): Answered {
  const plain: WooCall = { ...call, input: {} };
  return batchAnswer(call, {
    create: (item) =>
      view(plain, created({ ...call, ...itemWrite(call, item) }, parentId, item), 'write'),
    update: (item) => {
      const variation = known(call, [parentId, plainText(item['id'])]);
      return view(plain, updateProduct(call, variation, itemWrite(call, item)), 'write');
    },
    delete: (item) => {
      const variation = known(call, [parentId, plainText(item)]);
      const before = view(plain, variation, 'write');
      eraseProduct(call.store, variation);
      return before;
    },
  });
}

function created(call: WooCall, parentId: string, input: JsonObject): Product {
  const parent = call.store.products.get(Number(parentId));
  if (parent === undefined) {
    throw new WooError(404, 'woocommerce_rest_product_invalid_id', 'Invalid ID.');
  }
  return createProduct(call, { ...call, input }, parent);
}

function known(call: WooCall, [parentId = '', id = '']: string[]): Product {
  const variation = call.store.products.get(Number(id));
  if (variation?.parentId === Number(parentId)) return variation;
  throw new WooError(404, 'woocommerce_rest_product_variation_invalid_id', 'Invalid ID.');
}

function view(call: WooCall, variation: Product, context: Context): JsonObject {
  const body = variationView(call.store, variation, context, call.random);
  return { ...body, meta_data: metaView(variation.meta, call.input) };
}

function shown(call: WooCall, variation: Product, context: Context): JsonObject {
  return onlyFields(view(call, variation, context), parameterText(call.input['_fields']));
}

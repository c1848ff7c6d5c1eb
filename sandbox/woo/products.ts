import { isObject, type Json, type JsonObject, plainText } from '../json';
import { type Random } from '../random';
import { type VendorAnswer } from '../server/vendor';
import { jsonAnswer, WooError } from './answer';
import { listProducts, parameterText, textList } from './product-list';
import { listParameters, writeParameters } from './product-parameters';
import { onlyFields, productView, type Context } from './product-view';
import { createProduct, eraseProduct, trashProduct, updateProduct } from './product-write';
import { asBoolean, validate } from './schema';
import { type Product, type Store } from './store';

/** One call on `/products`, after routing and authentication. */
export interface ProductCall {
  store: Store;
  /** Query and body together, as WordPress reads them. */
  input: JsonObject;
  rawQuery: string;
  nowMs: number;
  random: Random;
}

const batchMax = 100;
const collectionAllow = { allow: 'GET, POST' };
const itemAllow = { allow: 'GET, POST, PUT, PATCH, DELETE' };

export function listCall(call: ProductCall): VendorAnswer {
  const { store, input } = call;
  const { products, total, perPage, page } = listProducts(store, input);
  const pages = Math.ceil(total / perPage);
  const body = products.map((product) => view(call, product, contextOf(input)));
  return jsonAnswer(200, body, null, {
    'x-wp-total': String(total),
    'x-wp-totalpages': String(pages),
    ...collectionAllow,
    ...pageLinks(call, page, pages),
  });
}

/** `prev` and `next` only, on the site's URL, with the query of the call (section 4). */
function pageLinks({ store, rawQuery }: ProductCall, page: number, pages: number): object {
  const link = (to: number, rel: string): string => {
    const query = new URLSearchParams(rawQuery);
    query.set('page', String(to));
    return `<${store.homeUrl}/wp-json/wc/v3/products?${query.toString()}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [link(Math.max(1, Math.min(page - 1, pages)), 'prev')] : []),
    ...(page < pages ? [link(page + 1, 'next')] : []),
  ];
  return links.length === 0 ? {} : { link: links.join(', ') };
}

export function getCall(call: ProductCall, id: string): VendorAnswer {
  const product = living(call.store, id, 404);
  return jsonAnswer(200, view(call, product, contextOf(call.input)), null, itemAllow);
}

export function createCall(call: ProductCall): VendorAnswer {
  const product = createProduct(call.store, call.input, call.nowMs);
  return jsonAnswer(201, view(call, product, 'edit'), true, {
    location: `${call.store.homeUrl}/wp-json/wc/v3/products/${product.id}`,
    ...collectionAllow,
  });
}

/** A missing product is 400 here and 404 elsewhere (rec: product_update_missing). */
export function updateCall(call: ProductCall, id: string): VendorAnswer {
  const product = living(call.store, id, 400);
  updateProduct(call.store, product, call.input, call.nowMs);
  return jsonAnswer(200, view(call, product, 'edit'), true, itemAllow);
}

export function deleteCall(call: ProductCall, id: string): VendorAnswer {
  const before = deleted(call, id, asBoolean(call.input['force'] ?? false));
  return jsonAnswer(200, before, true, itemAllow);
}

/** Answers the product as it was (rec: product_delete_trash). */
function deleted(call: ProductCall, id: string, isForced: boolean): JsonObject {
  const { store, nowMs } = call;
  const product = living(store, id, 404);
  const before = view(call, product, 'edit');
  if (isForced) {
    eraseProduct(store, product);
  } else if (product.status === 'trash') {
    const message = 'The product has already been deleted.';
    throw new WooError(410, 'woocommerce_rest_already_trashed', message);
  } else {
    trashProduct(store, product, nowMs);
  }
  return before;
}

function living(store: Store, id: string, missingStatus: number): Product {
  const product = store.products.get(Number(id));
  if (product !== undefined) return product;
  throw new WooError(missingStatus, 'woocommerce_rest_product_invalid_id', 'Invalid ID.');
}

function contextOf(input: JsonObject): Context {
  return input['context'] === 'edit' ? 'edit' : 'view';
}

function view(call: ProductCall, product: Product, context: Context): JsonObject {
  const { store, input, random } = call;
  const body = productView(store, product, context, random);
  const only = textList(parameterText(input['include_meta']));
  const without = textList(parameterText(input['exclude_meta']));
  if (only.length + without.length > 0) {
    body['meta_data'] = product.meta
      .filter(({ key }) => (only.length === 0 || only.includes(key)) && !without.includes(key))
      .map((entry) => ({ ...entry }));
  }
  return onlyFields(body, parameterText(input['_fields']));
}

/** Checks what OPTIONS declares; batches are not checked (section 6). */
export function validateProductCall(kind: 'list' | 'write', input: JsonObject): void {
  validate(kind === 'list' ? listParameters : writeParameters, input);
}

/** Create, update, delete in this order, item after item, no transaction (section 6). */
export function batchCall(call: ProductCall): VendorAnswer {
  const { input } = call;
  const lists = ['create', 'update', 'delete'] as const;
  if (lists.some((name) => isObject(input[name]))) throw phpFatal();
  const items = (name: string): Json[] => {
    const value = input[name];
    return Array.isArray(value) ? value : [];
  };
  const count = lists.reduce((sum, name) => sum + items(name).length, 0);
  if (count > batchMax) {
    const message = `Unable to accept more than ${batchMax} items for this request.`;
    throw new WooError(413, 'woocommerce_rest_request_entity_too_large', message);
  }
  const plain: ProductCall = { ...call, input: {} };
  const body: JsonObject = {};
  let written = 0;
  const run = (name: string, act: (item: Json) => JsonObject): void => {
    if (items(name).length === 0) return;
    body[name] = items(name).map((item) => {
      try {
        const result = act(item);
        written += 1;
        return result;
      } catch (error) {
        if (!(error instanceof WooError)) throw error;
        return { id: name === 'create' ? 0 : sentId(item), error: error.body() };
      }
    });
  };
  run('create', (item) => {
    const product = createProduct(call.store, asObject(item), call.nowMs);
    return view(plain, product, 'edit');
  });
  run('update', (item) => {
    const product = living(call.store, plainText(asObject(item)['id']), 400);
    updateProduct(call.store, product, asObject(item), call.nowMs);
    return view(plain, product, 'edit');
  });
  run('delete', (item) => deleted(plain, plainText(item), true));
  // `_fields` empties the reply of a batch (section 2); so does an empty request.
  const isEmptied = count === 0 || parameterText(input['_fields']) !== '';
  return jsonAnswer(200, isEmptied ? [] : body, written > 0, { allow: 'POST, PUT, PATCH' });
}

function asObject(item: Json): JsonObject {
  return isObject(item) ? item : {};
}

function sentId(item: Json): Json {
  return isObject(item) ? (item['id'] ?? null) : item;
}

/** rec: product_batch_not_a_list. */
export function phpFatal(): WooError {
  return new WooError(
    500,
    'internal_server_error',
    '<p>There has been a critical error on this website.</p><p><a href="https://wp-help.example/documentation/article/faq-troubleshooting/">Learn more about troubleshooting WordPress.</a></p>',
  );
}

import { createHash } from 'node:crypto';

import { type Json, type JsonObject, plainText } from '../../json';
import { WooError } from '../answer';
import { batchAnswer, itemWrite } from '../batch';
import { type Answered, type WooCall } from '../call';
import { onlyFields } from '../fields';
import { metaView } from '../meta';
import { pageAnswer } from '../paging';
import { asBoolean, parameterText } from '../values';
import { listedProducts } from './list';
import { type Product } from './model';
import { type Context, productView } from './view';
import { createProduct, eraseProduct, trashProduct, updateProduct } from './write';

export function listProducts(call: WooCall): Answered {
  return withTag(
    call,
    pageAnswer(call, listedProducts(call), (product) => view(call, product, contextOf(call))),
  );
}

export function getProduct(call: WooCall, [id = '']: string[]): Answered {
  const product = known(call, id, 404);
  const body = shown(call, product, contextOf(call));
  return withTag(call, { status: 200, body });
}

export function postProduct(call: WooCall): Answered {
  const product = createProduct(call, call);
  return {
    status: 201,
    body: shown(call, product, 'write'),
    headers: { location: `${call.store.homeUrl}/wp-json/wc/v3/products/${product.id}` },
    committed: true,
  };
}

/** A missing product is 400 here and 404 elsewhere (rec: product_update_missing). */
export function putProduct(call: WooCall, [id = '']: string[]): Answered {
  const product = updateProduct(call, writable(call, id), call);
  return { status: 200, body: shown(call, product, 'write'), committed: true };
}

/** Answers the product as it was (rec: product_delete_trash). */
export function deleteProduct(call: WooCall, [id = '']: string[]): Answered {
  const product = known(call, id, 404);
  refuseVariation(product);
  const body = shown(call, product, 'write');
  removeProduct(call, product, 'product', asBoolean(call.input['force']));
  return { status: 200, body, committed: true };
}

/** Into the trash, or gone when forced; 410 when it is there already, 501 without a trash. */
export function removeProduct(
  call: WooCall,
  product: Product,
  type: string,
  isForced: boolean,
): void {
  if (isForced) {
    eraseProduct(call.store, product);
    return;
  }
  if (call.settings['woo.trashDays'] === 0) {
    const message = `The ${type} does not support trashing.`;
    throw new WooError(501, 'woocommerce_rest_trash_not_supported', message);
  }
  if (product.status === 'trash') {
    const message = `The ${type} has already been deleted.`;
    throw new WooError(410, 'woocommerce_rest_already_trashed', message);
  }
  trashProduct(call, product);
}

export function batchProducts(call: WooCall): Answered {
  const plain: WooCall = { ...call, input: {} };
  return batchAnswer(call, {
    create: (item) => view(plain, createProduct(call, itemWrite(call, item)), 'write'),
    update: (item) => {
      const product = writable(call, plainText(item['id']));
      return view(plain, updateProduct(call, product, itemWrite(call, item)), 'write');
    },
    delete: (item) => {
      const product = known(call, plainText(item), 404);
      const before = view(plain, product, 'write');
      eraseProduct(call.store, product);
      return before;
    },
  });
}

function known(call: WooCall, id: string, missingStatus: number): Product {
  const product = call.store.products.get(Number(id));
  if (product !== undefined) return product;
  throw new WooError(missingStatus, 'woocommerce_rest_product_invalid_id', 'Invalid ID.');
}

function writable(call: WooCall, id: string): Product {
  const product = known(call, id, 400);
  refuseVariation(product);
  return product;
}

/** rec: product_update_variation_via_products. */
function refuseVariation(product: Product): void {
  if (product.parentId === 0) return;
  const message =
    'To manipulate product variations you should use the ' +
    '/products/&lt;product_id&gt;/variations/&lt;id&gt; endpoint.';
  throw new WooError(404, 'woocommerce_rest_invalid_product_id', message);
}

export function contextOf({ input }: WooCall): Context {
  return input['context'] === 'edit' ? 'edit' : 'view';
}

function view(call: WooCall, product: Product, context: Context): JsonObject {
  const body = productView(call.store, product, context, call.random);
  const { 'woo.garbledOn': garbledText } = call.settings;
  const isGarbled = garbledText !== '' && JSON.stringify(body).includes(garbledText);
  const garbled = isGarbled ? { sku: [product.sku] } : {};
  const shownBody = { ...body, ...garbled, meta_data: metaView(product.meta, call.input) };
  const { stock_quantity: quantity } = body;
  if (!call.settings['woo.stockAsText'] || typeof quantity !== 'number') return shownBody;
  return { ...shownBody, stock_quantity: String(quantity) };
}

function shown(call: WooCall, product: Product, context: Context): JsonObject {
  return onlyFields(view(call, product, context), parameterText(call.input['_fields']));
}

/**
 * With the experimental cache on, reads carry an ETag and may be answered with 304
 * (woocommerce.md#not-confirmed).
 */
function withTag(call: WooCall, answer: Answered): Answered {
  if (!call.settings['woo.restCache']) return answer;
  const etag = `"${createHash('md5').update(stableText(answer.body)).digest('hex')}"`;
  const headers = { ...answer.headers, etag };
  if (call.request.headers['if-none-match'] === etag) return { status: 304, body: null, headers };
  return { ...answer, headers };
}

/** related_ids are drawn anew at every read and do not count. */
function stableText(body: Json): string {
  return JSON.stringify(body, (name, value: unknown) => (name === 'related_ids' ? [] : value));
}

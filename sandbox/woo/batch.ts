import { isObject, type Json, type JsonObject, plainText } from '../json';
import { phpFatal, WooError } from './answer';
import { type Answered, type WooCall } from './call';
import { type Arrival } from './races';
import { parameterText } from './values';

const lists = ['create', 'update', 'delete'] as const;

/** What a resource does with one item of a batch; each answers the object as it is then. */
export interface BatchDeeds {
  create(item: JsonObject): JsonObject;
  update(item: JsonObject): JsonObject;
  /** A delete in a batch is always forced (woocommerce.md#batches). */
  delete(item: Json): JsonObject;
}

/**
 * Create, update, delete in this order, item after item, no transaction (woocommerce.md#batches).
 */
export function batchAnswer(call: WooCall, deeds: BatchDeeds): Answered {
  const { input } = call;
  if (lists.some((name) => isObject(input[name]))) throw phpFatal();
  const items = (name: (typeof lists)[number]): Json[] => {
    const value = input[name];
    return Array.isArray(value) ? value : [];
  };
  const count = lists.reduce((sum, name) => sum + items(name).length, 0);
  const batchMax = call.settings['woo.batchMax'];
  if (count > batchMax) {
    const message = `Unable to accept more than ${batchMax} items for this request.`;
    throw new WooError(413, 'woocommerce_rest_request_entity_too_large', message);
  }
  const body: JsonObject = {};
  let written = 0;
  let begun = 0;
  for (const name of lists) {
    const slots: Json[] = [];
    for (const item of items(name)) {
      begun += 1;
      if (begun > call.cutAfter) break;
      if (name === 'delete' && castId(item) === 0) continue; // gets no answer slot
      const { slot, isDone } = attempt(name, item, deeds);
      slots.push(slot);
      written += Number(isDone);
    }
    if (items(name).length > 0) body[name] = slots;
  }
  // `_fields` empties the reply of a batch (woocommerce.md#requests); so does an empty request.
  const isEmptied = count === 0 || parameterText(input['_fields']) !== '';
  return { status: 200, body: isEmptied ? [] : body, committed: written > 0 };
}

function attempt(
  name: (typeof lists)[number],
  item: Json,
  deeds: BatchDeeds,
): { slot: JsonObject; isDone: boolean } {
  if (name !== 'delete' && !isObject(item)) throw phpFatal();
  const plain = isObject(item) ? item : {};
  try {
    const slot = name === 'delete' ? deeds.delete(item) : deeds[name](plain);
    return { slot, isDone: true };
  } catch (error) {
    if (!(error instanceof WooError) || error.code === 'internal_server_error') throw error;
    const id = name === 'create' ? 0 : isObject(item) ? (item['id'] ?? null) : item;
    return { slot: { id, error: error.body() }, isDone: false };
  }
}

/**
 * One item as a write of its own: it reads the store when its turn comes, not when the batch came.
 */
export function itemWrite(
  { store }: WooCall,
  input: JsonObject,
): { input: JsonObject; arrival: Arrival } {
  return { input, arrival: { revision: store.revision, order: undefined, product: undefined } };
}

/** An id as PHP casts it: `abc` is 0. */
function castId(item: Json): number {
  const id = Number.parseInt(plainText(isObject(item) ? item['id'] : item), 10);
  return Number.isNaN(id) ? 0 : id;
}

import { type JsonObject, plainText } from '../../json';
import { WooError } from '../answer';
import { batchAnswer } from '../batch';
import { type Answered, type WooCall } from '../call';
import { onlyFields } from '../fields';
import { pageAnswer, sortedBy } from '../paging';
import { type Store } from '../store';
import { asBoolean, ids, parameterText } from '../values';

/** A plain thing of the shop: kept by id, created, read, changed and deleted with force only. */
export interface Resource<T extends { readonly id: number }> {
  /** Its path below `wc/v3/`. */
  path: string;
  /** How a refusal to trash names it: `Customers`, `Resource`. */
  plural: string;
  rows(store: Store): Map<number, T>;
  /** The thing after a write; `before` is null for a new one. Throws what the shop refuses. */
  written(call: WooCall, before: T | null, input: JsonObject): T;
  view(store: Store, row: T): JsonObject;
  missing(): WooError;
  /** Filters of the list; all others are ignored. */
  fits?(row: T, input: JsonObject): boolean;
  /** Sorts the list, ascending, unless the call says otherwise. */
  compare?: (a: T, b: T) => number;
  /** The list starts with the latest (true) or the first (false). */
  isLatestFirst?: boolean;
  afterCreate?(call: WooCall, row: T): void;
}

type Deed = (call: WooCall, parts: string[]) => Answered;

/** The six calls of such a thing. */
export function resourceCalls<T extends { readonly id: number }>(
  of: Resource<T>,
): Record<'list' | 'get' | 'post' | 'put' | 'remove' | 'batch', Deed> {
  const known = (call: WooCall, id: string): T => {
    const row = of.rows(call.store).get(Number(id));
    if (row === undefined) throw of.missing();
    return row;
  };
  const keep = (call: WooCall, before: T | null, input: JsonObject): T => {
    const row = of.written(call, before, input);
    call.store.revision += 1;
    of.rows(call.store).set(row.id, row);
    return row;
  };
  const shown = (call: WooCall, row: T): JsonObject =>
    onlyFields(of.view(call.store, row), parameterText(call.input['_fields']));
  const erase = (call: WooCall, row: T): JsonObject => {
    const body = shown(call, row);
    call.store.revision += 1;
    of.rows(call.store).delete(row.id);
    return body;
  };
  return {
    list: (call) => {
      const include = ids(call.input['include']);
      const rows = [...of.rows(call.store).values()].filter(
        (row) =>
          (include.length === 0 || include.includes(row.id)) &&
          (of.fits?.(row, call.input) ?? true),
      );
      const order = call.input['order'] ?? (of.isLatestFirst === true ? 'desc' : 'asc');
      const sorted = sortedBy(rows, of.compare ?? ((a, b) => a.id - b.id), order);
      return pageAnswer(call, sorted, (row) => of.view(call.store, row));
    },
    get: (call, [id = '']) => ({ status: 200, body: shown(call, known(call, id)) }),
    post: (call) => {
      const row = keep(call, null, call.input);
      const body = shown(call, row);
      of.afterCreate?.(call, row);
      const location = `${call.store.homeUrl}/wp-json/wc/v3/${of.path}/${row.id}`;
      return { status: 201, body, headers: { location }, committed: true };
    },
    put: (call, [id = '']) => {
      const body = shown(call, keep(call, known(call, id), call.input));
      return { status: 200, body, committed: true };
    },
    remove: (call, [id = '']) => {
      const row = known(call, id);
      if (!asBoolean(call.input['force'])) {
        const verb = of.plural === 'Resource' ? 'does' : 'do';
        const message = `${of.plural} ${verb} not support trashing.`;
        throw new WooError(501, 'woocommerce_rest_trash_not_supported', message);
      }
      return { status: 200, body: erase(call, row), committed: true };
    },
    batch: (call) =>
      batchAnswer(call, {
        create: (item) => of.view(call.store, keep(call, null, item)),
        update: (item) => of.view(call.store, keep(call, known(call, plainText(item['id'])), item)),
        delete: (item) => erase({ ...call, input: {} }, known(call, plainText(item))),
      }),
  };
}

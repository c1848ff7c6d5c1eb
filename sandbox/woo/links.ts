import { type JsonObject } from '../json';
import { type Store } from './store';

const itemMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** `_links` of an object: itself and its collection. */
export function selfLinks(
  store: Store,
  collection: string,
  id: string,
  allow: string[] = itemMethods,
): JsonObject {
  const href = `${store.homeUrl}/wp-json/wc/v3/${collection}`;
  return {
    self: [{ href: `${href}/${id}`, targetHints: { allow } }],
    collection: [{ href }],
  };
}

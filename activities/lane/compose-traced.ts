import type {
  Compose,
  Composed,
  Outgoing,
  ProductReference,
  References,
} from '../../connectors/contract';
import type { KnownProducts } from '../../database/known-products';
import type { LoadedReferences } from '../../database/outgoing';
import { isTicket } from '../../domain/posting/guests';
import { addProducts } from '../../domain/records/line-products';
import { salesOf } from '../../domain/records/record-references';
import type { JsonObject } from '../../domain/words';
import type { OpenedConnection } from './open-connection';

/** What composing may ask, and which version of each mapping it has used so far. */
export interface TracedReferences {
  references: References;
  /** Versions by `kind/key`. */
  used: Map<string, number>;
}

/** References of one delivery: what it calls by a SKU is the product that it means. */
export function referencesFrom(
  { mappings, products, ...maps }: LoadedReferences,
  item: Outgoing | null = null,
): TracedReferences {
  const used = new Map<string, number>();
  const mapping: References['mapping'] = (kind, key) => {
    const known = mappings.get(`${kind}/${key}`);
    if (known === undefined) return null;
    used.set(`${kind}/${key}`, known.version);
    return known.target;
  };
  const ownProducts = referenceMap(products, products.byId.keys(), (id) => id);
  const meant = item === null ? new Map<string, string | null>() : meantBy(item, maps.sales);
  const skus = [...products.bySku.keys()];
  const stocked = referenceMap(products, skus, (sku) => products.bySku.get(sku)?.present ?? null);
  const view = referenceMap(
    products,
    skus,
    (sku) => meant.get(sku) ?? products.bySku.get(sku)?.meant ?? null,
  );
  return { references: { ...maps, products: view, ownProducts, stocked, mapping }, used };
}

function referenceMap(
  { byId }: KnownProducts,
  keys: Iterable<string>,
  idOf: (key: string) => string | null,
): Map<string, ProductReference> {
  const map = new Map<string, ProductReference>();
  for (const key of keys) {
    const product = byId.get(idOf(key) ?? '');
    if (product !== undefined) map.set(key, { ...product, code: product.code ?? key });
  }
  return map;
}

/**
 * The products that its lines mean, by SKU: those of the sale that it gives back, where that one
 * says so.
 */
function meantBy(
  { record, combined }: Outgoing,
  sales: LoadedReferences['sales'],
): Map<string, string | null> {
  const meant = new Map<string, string | null>();
  const given = record.kind === 'refund' ? salesOf(record) : [];
  for (const { kind, recordId } of given) {
    const sale = sales.get(`${kind}/${recordId}`);
    if (sale !== undefined) addProducts(meant, sale.ticket.body.lines);
  }
  for (const [sku, productId] of meant) if (productId === null) meant.delete(sku);
  addProducts(meant, combined?.items ?? []);
  if (isTicket(record)) addProducts(meant, record.body.lines);
  return meant;
}

/**
 * Composes one delivery and keeps with its snapshot by which rules: versions of the mappings that
 * it used and the revision of the posting settings. The payload, and so the key, is the same
 * without.
 */
export function composeTraced(
  { postingRev }: OpenedConnection,
  item: Outgoing,
  loaded: LoadedReferences,
  compose: Compose,
): Composed {
  const { references, used } = referencesFrom(loaded, item);
  const composed = compose(item, references);
  if (used.size === 0) return composed;
  const mappings = Object.fromEntries([...used].sort(([a], [b]) => (a < b ? -1 : 1)));
  const composedWith: JsonObject = { posting: postingRev, mappings };
  switch (composed.type) {
    case 'write': {
      const { write } = composed;
      return { ...composed, write: { ...write, snapshot: { ...write.snapshot, composedWith } } };
    }
    case 'adopt':
      // What stands there unchanged was composed with what it was composed with then.
      return item.remoteId === null
        ? { ...composed, snapshot: { ...composed.snapshot, composedWith } }
        : composed;
    case 'hold':
    case 'skip':
    case 'later':
    case 'notReady':
      return composed;
  }
}

import { shortHash } from '../domain/short-hash';
import { foldSku, withEnd } from '../domain/records/sku-codes';
import type { ProductBody } from '../domain/bodies';
import type { JsonObject } from '../domain/words';
import type { Composed, Outgoing, ProductReference, References } from './contract';

// Names that have to be unique there, SKUs of a store and names of items: who lets one go goes
// before who takes it.

/** What we know of the product that is composed. */
export function ownReference(
  { recordId }: Outgoing,
  body: ProductBody,
  { ownProducts, products }: References,
): ProductReference | undefined {
  return ownProducts.get(recordId) ?? products.get(body.sku);
}

/** The name that a product is to have now. */
export type NameStep =
  | { type: 'final' }
  /**
   * One that nobody else wants, so that the one that it has is free for another; it gets its own
   * afterwards.
   */
  | { type: 'interim'; name: string }
  | { type: 'wait'; composed: Composed };

export function nameStepOf(item: Outgoing, known: ProductReference | undefined): NameStep {
  if (!known?.blocker) return { type: 'final' };
  const { code, blocker, isNameWanted } = known;
  if (item.remoteId !== null && isNameWanted === true)
    return { type: 'interim', name: markedName(code, item.recordId) };
  const { recordId, isOpen } = blocker;
  const detail = `Product ${recordId} still has the name "${code}" there`;
  return {
    type: 'wait',
    composed: isOpen
      ? { type: 'later', detail }
      : { type: 'notReady', missing: [{ kind: 'product', ref: recordId }] },
  };
}

/** A name with a mark that stands for the record: no other record gets it. */
export function markedName(code: string, recordId: string): string {
  return withEnd(code, `~${shortHash(recordId)}`);
}

/**
 * What a thing is called there, as names are compared, by what was written last; null where a
 * person named it.
 */
export function labelIn(snapshot: JsonObject): string | null {
  if (snapshot['isLinked'] === true) return null;
  const fields = snapshot['fields'];
  const name = isObject(fields) ? fields['Name'] : snapshot['sku'];
  return typeof name === 'string' ? foldSku(name) : null;
}

function isObject(value: JsonObject[string] | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

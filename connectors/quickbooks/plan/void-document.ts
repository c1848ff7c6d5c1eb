import type { JsonObject } from '../../../domain/words';
import type { Composed, Outgoing } from '../../contract';
import {
  keyOf,
  labelsIn,
  snapshotOf,
  standing,
  type Posted,
  type WrittenDocument,
} from '../books/posted';

/**
 * Voids one document: its number stays visible, its amounts become 0 (quickbooks.md#voids).
 * `posted`: what is to be known once it is done.
 */
export function voidWrite(
  item: Outgoing,
  posted: Posted,
  { document, row }: { document: WrittenDocument; row: JsonObject | null },
  after: { then: 'whole' | 'step' | 'hold'; why: string | null },
): Composed {
  const { id, entity } = document;
  const read = row?.['SyncToken'];
  const syncToken = typeof read === 'string' ? read : (document.version ?? '0');
  const documents = posted.documents.map((one) =>
    keyOf(one) === keyOf(document) ? { ...one, isVoided: true, money: null } : one,
  );
  const known = { ...posted, documents };
  const hasNone = standing(known).length === 0;
  const labels = labelsIn(item.snapshot);
  return {
    type: 'write',
    write: {
      operation: 'void',
      entity,
      group: 'batch',
      payload: { Id: id, SyncToken: syncToken, sparse: true },
      isLinked: false,
      snapshot: snapshotOf(hasNone ? { ...known, net: null, payment: null } : known, labels),
      natural: { kind: 'void', id, syncToken, ...after },
    },
  };
}

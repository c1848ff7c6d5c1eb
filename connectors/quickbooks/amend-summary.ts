import type { JsonObject } from '../../domain/words';
import type { Composed } from '../connector';
import type { DocumentEntity } from './entities';

// A summary that is in the books gets other figures: all its lines, as it would be written today.

/** The document as the books have it. */
export interface PostedDocument {
  entity: DocumentEntity;
  id: string;
  /** The present SyncToken. */
  version: string;
}

/** What the answer must show, as for a new document. */
export interface ExpectedFigures extends JsonObject {
  totalMinor: number;
  currency: string;
}

/**
 * The update of a posted document: what is not sent stays as it is, a sent `Line` array replaces all lines
 * (quickbooks.md 9), and tax that is gone is taken off by a total of zero.
 */
export function composeAmended(
  payload: JsonObject,
  { entity, id, version }: PostedDocument,
  snapshot: JsonObject,
  expected: ExpectedFigures,
): Composed {
  const tax =
    payload['TxnTaxDetail'] === undefined && payload['GlobalTaxCalculation'] === undefined
      ? { TxnTaxDetail: { TotalTax: 0 } }
      : {};
  return {
    type: 'write',
    write: {
      operation: 'update',
      entity,
      group: 'batch',
      payload: { ...payload, ...tax, Id: id, SyncToken: version, sparse: true },
      isLinked: false,
      snapshot,
      natural: { kind: 'documentUpdate', id, syncToken: version, ...expected },
    },
  };
}

import type { Blocker } from './product-waits';
import type { ChangeRow } from './rows';

// What became of a change that was taken in and not applied, in words for a person.

export interface Outcome {
  pos: number;
  outcome: 'stale' | 'failed';
  code: string;
  detail: string;
}

export function staleAfter({ pos, sourceRev }: ChangeRow, newer: number): Outcome {
  const detail = `revision ${sourceRev ?? 0} came after revision ${newer}`;
  return { pos, outcome: 'stale', code: 'stale', detail };
}

export function skuTaken({ pos, blocker }: { pos: number; blocker: Blocker | null }): Outcome {
  const owner =
    blocker === null ? 'A SKU of it is taken' : `SKU ${blocker.sku} belongs to product ${blocker.recordId}`; // prettier-ignore
  const detail = `${owner}. This change waits until that product gives the SKU up; or give this product another SKU`;
  return { pos, outcome: 'failed', code: 'sku_taken', detail };
}

/** The deletion of a document that stands elsewhere: `postedAs` says where, and as what. */
export function postedNotDeleted({ pos, kind, recordId }: ChangeRow, postedAs: string): Outcome {
  const detail = `The ${kind} ${recordId} is in ${postedAs}, so its deletion changed nothing: the document and the stock stay as they are. To take it back, send it again with voided: true`;
  return { pos, outcome: 'failed', code: 'posted_not_deleted', detail };
}

import type { RecordBody } from '../bodies';
import { customerIdOf } from '../posting/guests';
import type { Blocker } from './product-waits';
import type { ChangeRow } from '../rows';

// What the fold says of changes that it did not take, and of what follows from one that it took.

/** Why a change was not taken: its position in the inbox, a code and a text for operators. */
export interface Outcome {
  pos: number;
  outcome: 'stale' | 'failed';
  code: string;
  detail: string;
}

/** The outcome of a change that came after a newer revision. */
export function staleAfter({ pos, sourceRev }: ChangeRow, newer: number): Outcome {
  const detail = `revision ${sourceRev ?? 0} came after revision ${newer}`;
  return { pos, outcome: 'stale', code: 'stale', detail };
}

/** The outcome of a change of a product that waits for a SKU, with whose it is. */
export function skuTaken({ pos, blocker }: { pos: number; blocker: Blocker | null }): Outcome {
  const owner =
    blocker === null
      ? 'A SKU of it is taken'
      : `SKU ${blocker.sku} belongs to product ${blocker.recordId}`;
  const detail =
    `${owner}. This change waits until that product gives the SKU up; or give this product ` +
    'another SKU';
  return { pos, outcome: 'failed', code: 'sku_taken', detail };
}

/** The deletion of a document that stands elsewhere: `postedAs` says where, and as what. */
export function postedNotDeleted({ pos, kind, recordId }: ChangeRow, postedAs: string): Outcome {
  const detail =
    `The ${kind} ${recordId} is in ${postedAs}, so its deletion changed nothing: the ` +
    'document and the stock stay as they are. To take it back, send it again with voided: ' +
    'true';
  return { pos, outcome: 'failed', code: 'posted_not_deleted', detail };
}

/**
 * Whether an invoice is now another customer's, or in another currency, which has customers of its
 * own.
 */
export function hasOtherPayer(before: RecordBody | null, after: RecordBody | null): boolean {
  if (before?.kind !== 'invoice' || after?.kind !== 'invoice') return false;
  const [old, now] = [before.body, after.body];
  return customerIdOf(old) !== customerIdOf(now) || old.currency !== now.currency;
}

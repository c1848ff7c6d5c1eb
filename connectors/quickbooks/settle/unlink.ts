import type { Composed, Outgoing } from '../../contract';
import type { ReadRows } from '../books/books-state';
import { settlementsOf } from './open-items';
import { keyOf, labelsIn, snapshotOf, type BooksKey, type Posted } from '../books/posted';

// A document that was applied to others by payments of 0.00 of ours (ADR 0018) is free again before
// it is voided or becomes another: these are voided first. They move no money, and what is open
// then is applied anew. Pure.

/** Whether such a payment may not be voided: the books are closed over its day. */
export function isLinkLocked(
  rows: ReadRows,
  document: BooksKey,
  bookCloseDate: string | null,
): boolean {
  if (bookCloseDate === null) return false;
  const settlements = settlementsOf(rows, document);
  return settlements.some(({ content: { TxnDate = '' } }) => TxnDate <= bookCloseDate);
}

/** The void of one of them; null where none is left. */
export function unlinked(
  item: Outgoing,
  posted: Posted,
  document: BooksKey,
  rows: ReadRows,
): Composed | null {
  const [first] = settlementsOf(rows, document);
  if (first === undefined || item.isTrial === true) return null;
  const { id, content } = first;
  const { SyncToken: syncToken } = content;
  const documents = posted.documents.map((one) =>
    keyOf(one) === `Payment ${id}` ? { ...one, isVoided: true, money: null } : one,
  );
  // What the others have open then is applied by this delivery, whatever becomes of its change.
  const unapplied = { rev: item.rev, isLast: false, made: 0 };
  return {
    type: 'write',
    write: {
      operation: 'void',
      entity: 'Payment',
      group: 'batch',
      payload: { Id: id, SyncToken: syncToken, sparse: true },
      isLinked: false,
      snapshot: snapshotOf({ ...posted, documents, unapplied }, labelsIn(item.snapshot)),
      natural: { kind: 'void', id, syncToken, then: 'step', why: null },
    },
  };
}

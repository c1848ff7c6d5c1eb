import type { Hold } from '../document';
import { entryStep, hasSameForm, isSameEntry, type MoneyEntry } from './money-entry';
import { foundOtherwise, lockedDay, parkedHold, type BooksState, type PlanOptions } from './plan';

// What to do next with money between accounts that may be in the books already, in the order of
// tickets (plan.ts). Such documents cannot be voided there (quickbooks.md#voids): they are taken
// back by one of their own.

export interface PostedEntry {
  /** Whether a document stands that an update would change. */
  isStanding: boolean;
  /** What all standing documents come to; null: nothing. */
  net: MoneyEntry | null;
  hasDifferences: boolean;
}

export type EntryStep =
  | { type: 'same' }
  | { type: 'create' }
  | { type: 'update' }
  | { type: 'difference'; entry: MoneyEntry; net: MoneyEntry | null; isLast: boolean }
  | Hold;

/** The next step. `wanted` null: nothing of it is to stand in the books. */
export function planEntry(
  wanted: MoneyEntry | null,
  { isStanding, net, hasDifferences }: PostedEntry,
  books: BooksState,
  options: Pick<PlanOptions, 'closed'>,
): EntryStep {
  if (!isStanding) return wanted === null ? { type: 'same' } : { type: 'create' };
  const isSame = net === null || wanted === null ? net === wanted : isSameEntry(net, wanted);
  if (isSame) return { type: 'same' };
  const found = foundOtherwise(wanted === null, books);
  if (found !== null) return found;
  const isLocked = books.isDeposited || books.closedUpTo !== null;
  const isWhole = net !== null && wanted !== null && hasSameForm(net, wanted);
  if (!isLocked && !hasDifferences && isWhole) return { type: 'update' };
  const locked = isLocked ? (parkedHold(books, options) ?? lockedDay(net, wanted)) : null;
  if (locked !== null) return locked;
  const step = entryStep(net, wanted);
  return step === null ? { type: 'same' } : { type: 'difference', ...step };
}

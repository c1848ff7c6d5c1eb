import { hold, type DocumentType, type Hold } from '../document';
import { after, differenceOf } from './difference';
import { isNothing, isSameMoney, type PostedSale } from './posted-sale';

// What to do next with a part of a record that may be in the books already (accounting.md#edits,
// #closed). One step at a time: each is a write of its own, after which the same question is asked
// again.

/** What we have posted of a part and not voided. */
export interface PostedPart {
  /** Kind of the document that an update would change; null where none stands. */
  type: DocumentType | null;
  /** What all standing documents come to; null where none stands. */
  net: PostedSale | null;
  hasDifferences: boolean;
}

/** How the standing documents were found in the books just now. */
export interface BooksState {
  /** A document was deleted there. */
  isGone: boolean;
  isVoided: boolean;
  /** They hold already what is wanted, whoever wrote it. */
  isAsWanted: boolean;
  /** What a person changed in their money, old, theirs and ours; null where nobody did. */
  change: string | null;
  isDeposited: boolean;
  /** Their date lies in a closed period, up to this day; null where it does not. */
  closedUpTo: string | null;
}

export interface PlanOptions {
  /** What a closed period means: nothing is written, or a document on the first open day. */
  closed: { mode: 'park' | 'firstOpenDay' };
  movesStock: (sku: string) => boolean;
}

export type Step =
  /** It is in the books as wanted, or nothing is there and nothing is wanted. */
  | { type: 'same' }
  | { type: 'create' }
  | { type: 'update' }
  /** `isLast`: nothing is to follow. */
  | { type: 'void'; isLast: boolean }
  /** A document of its own; `net` is what is posted with it. */
  | {
      type: 'difference';
      amounts: PostedSale;
      isAdded: boolean;
      net: PostedSale;
      isLast: boolean;
    }
  | Hold;

/** The next step. `wanted` null: nothing of this part is to stand in the books. */
export function planStep(
  wanted: { sale: PostedSale; type: DocumentType } | null,
  posted: PostedPart,
  books: BooksState,
  options: PlanOptions,
): Step {
  if (posted.type === null) return wanted === null ? { type: 'same' } : { type: 'create' };
  const { net } = posted;
  if (net === null) throw new Error('Bug: a document stands, and nobody kept what it comes to');
  if (wanted === null ? isNothing(net) : isSameMoney(net, wanted.sale)) return { type: 'same' };
  const found = foundOtherwise(wanted === null, books);
  if (found !== null) return found;
  const isLocked = books.isDeposited || books.closedUpTo !== null;
  if (!isLocked && !posted.hasDifferences) {
    if (wanted === null) return { type: 'void', isLast: true };
    return wanted.type === posted.type ? { type: 'update' } : { type: 'void', isLast: false };
  }
  const parked = parkedHold(books, options);
  return parked ?? difference(wanted, net, options);
}

/** By the setting nothing further is written of a closed period. */
export function parkedHold(
  { closedUpTo, isDeposited }: BooksState,
  { closed }: Pick<PlanOptions, 'closed'>,
): Hold | null {
  if (closedUpTo === null || isDeposited || closed.mode !== 'park') return null;
  return hold('closed_period', closedUpTo, `The books are closed up to ${closedUpTo}`);
}

const locked = 'The document is deposited or in a closed period';

/** A locked document stays on its day. */
export function lockedDay(
  net: { date: string } | null,
  wanted: { date: string } | null,
): Hold | null {
  if (net === null || wanted === null || wanted.date === net.date) return null;
  return hold(
    'locked',
    'date',
    `${locked}: its day cannot move from ${net.date} to ${wanted.date}`,
  );
}

/**
 * What is posted does not leave the time that is posted (accounting.md#principles); what began
 * before it stays there.
 */
export function beforeStartHold(
  net: { date: string } | null,
  wanted: { date: string } | null,
  startDate: string | null,
): Hold | null {
  if (startDate === null || wanted === null || wanted.date >= startDate) return null;
  if (net?.date === wanted.date) return null;
  return hold(
    'before_start_date',
    startDate,
    `It is posted, and its new day ${wanted.date} is before the start date ${startDate}: ` +
      'void it at the till, or set the start date to an earlier day',
  );
}

/** What people did to it decides first. */
export function foundOtherwise(
  isTakenAway: boolean,
  books: BooksState,
): { type: 'same' } | Hold | null {
  if (books.isAsWanted || (isTakenAway && (books.isVoided || books.isGone)))
    return { type: 'same' };
  if (books.isGone)
    return hold(
      'gone_in_system',
      'document',
      'A document of this was deleted in QuickBooks. To post it again as a new document, ' +
        'redrive this delivery by its id or cause (void what still stands of it there ' +
        'first); to accept the deletion, discard it',
    );
  if (books.isVoided)
    return hold(
      'changed_in_books',
      'voided',
      'Voided by hand in QuickBooks and changed at the POS. To post it again as a new ' +
        'document, redrive this delivery by its id or cause; to accept the void, discard it',
    );
  return books.change === null ? null : hold('changed_in_books', 'money', books.change);
}

function difference(
  wanted: { sale: PostedSale; type: DocumentType } | null,
  net: PostedSale,
  options: PlanOptions,
): Step {
  const moved = lockedDay(isNothing(net) ? null : net, wanted?.sale ?? null);
  if (moved !== null) return moved;
  if (wanted !== null && isSameMoney(net, { ...wanted.sale, dueDate: net.dueDate }))
    return hold(
      'locked',
      'due_date',
      `${locked}: its due day cannot move from ${net.dueDate ?? 'none'} to ` +
        (wanted.sale.dueDate ?? 'none'),
    );
  const { taken, added } = differenceOf(net, wanted?.sale ?? null, options.movesStock);
  const amounts = taken ?? added;
  if (amounts === null) return { type: 'same' };
  const isAdded = taken === null;
  const isLast = isAdded || added === null;
  return { type: 'difference', amounts, isAdded, net: after(net, amounts, isAdded), isLast };
}

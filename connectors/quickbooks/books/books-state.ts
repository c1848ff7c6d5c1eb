import type { BooksState } from '../../../domain/posting/plan/plan';
import type { JsonObject } from '../../../domain/words';
import type { Outgoing } from '../../contract';
import { booksMoneyOf, isSameBooksMoney, threeWay, type BooksMoney } from './books-money';
import { keyOf, standing, withoutDocuments, type Posted, type WrittenDocument } from './posted';
import { documentContentSchema } from '../api/wire';

// How the documents of a part were found in the books just now: gone, voided, changed by a person,
// deposited, closed (accounting.md#edits, #closed).

/** The documents that were read, by kind and id; null where the books have none of that id. */
export type ReadRows = ReadonlyMap<string, JsonObject | null>;

export interface BooksRules {
  bookCloseDate: string | null;
  /** The books refused a change as one of a deposited document: a link may not show it. */
  isRefusedAsLocked: boolean;
}

/** `wanted`: what an update would write; null where it cannot be said or is not wanted. */
export function booksStateOf(
  posted: Posted,
  rows: ReadRows,
  wanted: BooksMoney | null,
  { bookCloseDate, isRefusedAsLocked }: BooksRules,
): BooksState {
  const documents = standing(posted).map((document) =>
    stateOf(document, rows.get(keyOf(document)) ?? null),
  );
  const [only] = documents;
  const isAsWanted =
    documents.length === 1 &&
    only?.money !== null &&
    only?.money !== undefined &&
    wanted !== null &&
    // With equal lines and total the tax is equal, but for a cent that the books may see otherwise.
    isSameBooksMoney(only.money, { ...wanted, tax: only.money.tax });
  const changed = documents.find(({ isChanged }) => isChanged);
  const dates = documents.flatMap(({ money }) => (money === null ? [] : [money.date]));
  const isClosed = bookCloseDate !== null && dates.some((date) => date <= bookCloseDate);
  return {
    isGone: documents.some(({ isGone }) => isGone),
    isVoided: documents.some(({ isVoided }) => isVoided),
    isAsWanted,
    change:
      changed?.money === null || changed === undefined
        ? null
        : threeWay(changed.before, changed.money, wanted),
    isDeposited: isRefusedAsLocked || documents.some(({ isDeposited }) => isDeposited),
    closedUpTo: isClosed ? bookCloseDate : null,
  };
}

interface DocumentState {
  isGone: boolean;
  isVoided: boolean;
  isChanged: boolean;
  isDeposited: boolean;
  before: BooksMoney | null;
  money: BooksMoney | null;
}

function stateOf(
  { money: before, version }: WrittenDocument,
  row: JsonObject | null,
): DocumentState {
  const content = documentContentSchema.safeParse(row);
  const money = booksMoneyOf(row);
  if (!content.success || money === null)
    return {
      isGone: true,
      isVoided: false,
      isChanged: false,
      isDeposited: false,
      before,
      money: null,
    };
  const { TotalAmt, PrivateNote, LinkedTxn, SyncToken } = content.data;
  return {
    isGone: false,
    isVoided: isVoidedNote(PrivateNote) && (TotalAmt ?? 0) === 0,
    // Without figures, for the answer could not be read, only a version that is still ours shows
    // that nobody was there.
    isChanged: before === null ? SyncToken !== version : !isSameBooksMoney(before, money),
    isDeposited: LinkedTxn.some(({ TxnType }) => TxnType === 'Deposit'),
    before,
    money,
  };
}

/**
 * What an operator chose for documents that somebody deleted or voided in the books: by a redrive
 * that names the delivery it is posted anew. Null where nobody chose so, or where a document of it
 * stands still.
 */
export function postedAnew(
  { isPostedAnew }: Pick<Outgoing, 'isPostedAnew'>,
  posted: Posted,
  rows: ReadRows,
): Posted | null {
  const documents = standing(posted);
  if (isPostedAnew !== true || documents.length === 0) return null;
  const states = documents.map((one) => stateOf(one, rows.get(keyOf(one)) ?? null));
  const areGone = states.every(({ isGone, isVoided }) => isGone || isVoided);
  return areGone ? withoutDocuments(posted) : null;
}

/** A void puts the word in front of the note (quickbooks.md#voids). */
export function isVoidedNote(note: string | undefined): boolean {
  return /^voided\b/i.test(note ?? '');
}

import type { BooksState } from '../../../domain/posting/plan/plan';
import type { QboDocument, QboDocumentContent } from '../api/wire';
import type { QboFacts } from '../company/facts';
import { moneyOf, isSameBooksMoney, threeWay, type BooksMoney } from './books-money';
import {
  keyOf,
  standing,
  voided,
  withoutDocuments,
  type BooksKey,
  type Posted,
  type PostedItem,
  type WrittenDocument,
} from './posted';

// How the documents of a part were found in the books just now: gone, voided, changed by a person,
// deposited, closed (accounting.md#edits, #closed).

/** The documents that were read, by kind and id; null where the books have none of that id. */
export type ReadRows = ReadonlyMap<string, QboDocument | null>;

/** A document as it was just read; null where it was not, or is not there. */
export function readOf(rows: ReadRows, key: BooksKey): QboDocument | null {
  return rows.get(keyOf(key)) ?? null;
}

/** A document with its number as it was read: a person may have given it another one. */
export function asFound(document: WrittenDocument, rows: ReadRows): WrittenDocument {
  const read = readOf(rows, document);
  if (read === null) return document;
  return {
    ...document,
    docNumber: read.DocNumber ?? document.docNumber,
    version: read.SyncToken,
    money: document.isVoided ? null : moneyOf(read),
  };
}

/** A delivery, its company, and what was just read there. */
interface Books {
  item: PostedItem;
  company: { facts: Pick<QboFacts, 'bookCloseDate'> };
  rows: ReadRows;
}

/** The documents of a delivery as they are found, or once they are taken away. */
export function documentsNow({ item, rows }: Books, isAway: boolean): WrittenDocument[] {
  return item.posted.documents.map((one) => (isAway ? voided(one) : asFound(one, rows)));
}

/** Whether a payment in it went to the bank, so that it may not be touched. */
export function isDeposited({ LinkedTxn }: QboDocumentContent): boolean {
  return LinkedTxn.some(({ TxnType }) => TxnType === 'Deposit');
}

/** `wanted`: what an update would write; null where it cannot be said or is not wanted. */
export function booksStateOf(
  { item, rows, company }: Books,
  wanted: BooksMoney | null,
): BooksState {
  const { bookCloseDate } = company.facts;
  // The books refused a change as one of a deposited document: a link may not show it.
  const isRefusedAsLocked = item.lastClass === 'LOCKED';
  const documents = standing(item.posted).map((one) => stateOf(one, readOf(rows, one)));
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
    isDeposited: isRefusedAsLocked || documents.some((one) => one.isDeposited),
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
  read: QboDocument | null,
): DocumentState {
  if (read === null) {
    const none = { isVoided: false, isChanged: false, isDeposited: false, money: null };
    return { ...none, isGone: true, before };
  }
  const money = moneyOf(read);
  return {
    isGone: false,
    isVoided: isVoidedNote(read.PrivateNote) && (read.TotalAmt ?? 0) === 0,
    // Without figures, for the answer could not be read, only a version that is still ours shows
    // that nobody was there.
    isChanged: before === null ? read.SyncToken !== version : !isSameBooksMoney(before, money),
    isDeposited: isDeposited(read),
    before,
    money,
  };
}

/**
 * What an operator chose for documents that somebody deleted or voided in the books: by a redrive
 * that names the delivery it is posted anew. Null where nobody chose so, or where a document of it
 * stands still.
 */
export function postedAnew({ isPostedAnew, posted }: PostedItem, rows: ReadRows): Posted | null {
  const documents = standing(posted);
  if (isPostedAnew !== true || documents.length === 0) return null;
  const states = documents.map((one) => stateOf(one, readOf(rows, one)));
  const areGone = states.every(({ isGone, isVoided }) => isGone || isVoided);
  return areGone ? withoutDocuments(posted) : null;
}

/** A void puts the word in front of the note (quickbooks.md#voids). */
export function isVoidedNote(note: string | undefined): boolean {
  return /^voided\b/i.test(note ?? '');
}

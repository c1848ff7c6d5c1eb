import { minorToText, sumMinor, textToMinor } from '../../../domain/money';
import type { ReadRows } from '../books/books-state';
import type { CircleDocument } from './circle';
import { exactNumber } from '../shape/mapping';
import { isSettlementNote } from './settlement-marker';
import { keyOf, type BooksKey } from '../books/posted';
import { documentContentSchema, type QboDocumentContent } from '../api/wire';

// What documents of a customer's account have open, as the books were read. An entry shows no
// balance there: what payments took of it is counted from their lines. Pure.

/** A charge (above 0) or a credit that is open. */
export interface OpenItem extends CircleDocument {
  customer: string;
  date: string;
  openMinor: number;
  isDeposited: boolean;
}

/** What is open among these documents, in the order of their days and ids. */
export function openItems(
  documents: readonly CircleDocument[],
  rows: ReadRows,
  currency: string,
): OpenItem[] {
  const minor = (amount: number): number => textToMinor(amount, currency) ?? 0;
  const items = documents.flatMap((document): OpenItem[] => {
    const { entity, id } = document;
    const content = contentOf(rows, keyOf({ entity, id }));
    if (content === null) return [];
    const found = onAccount(entity, content, minor, appliedTo(rows, { entity, id }, minor));
    if (found === null || found.openMinor === 0) return [];
    const isDeposited = content.LinkedTxn.some(({ TxnType }) => TxnType === 'Deposit');
    return [{ ...document, ...found, date: content.TxnDate ?? '', isDeposited }];
  });
  return items.sort((a, b) =>
    a.date === b.date ? Number(a.id) - Number(b.id) : a.date < b.date ? -1 : 1,
  );
}

function onAccount(
  entity: CircleDocument['entity'],
  content: QboDocumentContent,
  minor: (amount: number) => number,
  appliedMinor: number,
): Pick<OpenItem, 'customer' | 'openMinor'> | null {
  const { CustomerRef, Balance = 0, UnappliedAmt = 0 } = content;
  const customer = CustomerRef?.value ?? '';
  if (entity === 'Invoice') return { customer, openMinor: minor(Balance) };
  if (entity === 'CreditMemo') return { customer, openMinor: 0 - minor(Balance) };
  if (entity === 'Payment') return { customer, openMinor: 0 - minor(UnappliedAmt) };
  const owed = content.Line.flatMap(({ Amount = 0, JournalEntryLineDetail: detail }) => {
    const who = detail?.Entity?.EntityRef?.value;
    if (who === undefined) return [];
    return [{ who, minor: detail?.PostingType === 'Credit' ? 0 - minor(Amount) : minor(Amount) }];
  });
  const [first] = owed;
  if (first === undefined) return null;
  const totalMinor = sumMinor(owed.map((line) => line.minor));
  const left = Math.max(0, Math.abs(totalMinor) - appliedMinor);
  return { customer: first.who, openMinor: totalMinor < 0 ? 0 - left : left };
}

/** What the payments that were read apply of a document. */
function appliedTo(rows: ReadRows, document: BooksKey, minor: (amount: number) => number): number {
  return sumMinor(
    paymentsIn(rows).flatMap(({ content }) =>
      linesTo(content, document).map(({ Amount = 0 }) => minor(Amount)),
    ),
  );
}

/** A payment of 0.00 of ours that applies documents to each other. */
export interface Settlement {
  id: string;
  content: QboDocumentContent;
}

/** Those that apply this document to others. */
export function settlementsOf(rows: ReadRows, document: BooksKey): Settlement[] {
  return paymentsIn(rows).filter(
    ({ content }) =>
      (content.TotalAmt ?? 0) === 0 &&
      isSettlementNote(content.PrivateNote) &&
      linesTo(content, document).length > 0,
  );
}

/** How much of a document these apply. */
export function settledMinor(rows: ReadRows, document: BooksKey, currency: string): number {
  return sumMinor(
    settlementsOf(rows, document).flatMap(({ content }) =>
      linesTo(content, document).map(({ Amount = 0 }) => textToMinor(Amount, currency) ?? 0),
    ),
  );
}

function paymentsIn(rows: ReadRows): Settlement[] {
  return [...rows.keys()].flatMap((key) => {
    const content = key.startsWith('Payment ') ? contentOf(rows, key) : null;
    return content === null ? [] : [{ id: key.slice('Payment '.length), content }];
  });
}

function linesTo(
  { Line: lines }: QboDocumentContent,
  { entity, id }: BooksKey,
): QboDocumentContent['Line'] {
  return lines.filter(({ LinkedTxn = [] }) =>
    LinkedTxn.some(({ TxnId, TxnType }) => TxnId === id && TxnType === entity),
  );
}

function contentOf(rows: ReadRows, key: string): QboDocumentContent | null {
  return documentContentSchema.safeParse(rows.get(key) ?? null).data ?? null;
}

/** A line of a payment that applies so much of a document. */
export function linkLine(
  { entity, id }: BooksKey,
  minor: number,
  currency: string,
): {
  Amount: number;
  LinkedTxn: { TxnId: string; TxnType: string }[];
} {
  const Amount = exactNumber(minorToText(minor, currency));
  return { Amount, LinkedTxn: [{ TxnId: id, TxnType: entity }] };
}

import { sumMinor, textToMinor } from '../../../domain/money';
import { markerNamed, moneyMarker } from '../../../domain/posting/marker';
import type { Outgoing } from '../../contract';
import type { QboDocument } from '../api/wire';
import { isDeposited, readOf, type ReadRows } from '../books/books-state';
import type { BooksKey } from '../books/posted';
import { amountOf } from '../shape/mapping';
import type { CircleDocument } from './circle';

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
    const read = readOf(rows, document);
    if (read === null) return [];
    const found = onAccount(entity, read, minor, appliedTo(rows, { entity, id }, minor));
    if (found === null || found.openMinor === 0) return [];
    return [{ ...document, ...found, date: read.TxnDate ?? '', isDeposited: isDeposited(read) }];
  });
  return items.sort((a, b) =>
    a.date === b.date ? Number(a.id) - Number(b.id) : a.date < b.date ? -1 : 1,
  );
}

function onAccount(
  entity: CircleDocument['entity'],
  content: QboDocument,
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
  return sumMinor(paymentsIn(rows).flatMap((payment) => amountsTo(payment, document).map(minor)));
}

/** The payments of 0.00 of ours that apply this document to others. */
export function settlementsOf(rows: ReadRows, document: BooksKey): QboDocument[] {
  return paymentsIn(rows).filter(
    (payment) =>
      (payment.TotalAmt ?? 0) === 0 &&
      isSettlementNote(payment.PrivateNote) &&
      amountsTo(payment, document).length > 0,
  );
}

/** How much of a document these apply. */
export function settledMinor(rows: ReadRows, document: BooksKey, currency: string): number {
  const amounts = settlementsOf(rows, document).flatMap((one) => amountsTo(one, document));
  return sumMinor(amounts.map((amount) => textToMinor(amount, currency) ?? 0));
}

/** The payments that were read. */
export function paymentsIn(rows: ReadRows): QboDocument[] {
  return [...rows].flatMap(([key, read]) =>
    key.startsWith('Payment ') && read !== null ? [read] : [],
  );
}

/** What the lines of a payment apply of a document. */
function amountsTo({ Line: lines }: QboDocument, { entity, id }: BooksKey): number[] {
  return lines.flatMap(({ Amount = 0, LinkedTxn }) =>
    LinkedTxn.some(({ TxnId, TxnType }) => TxnId === id && TxnType === entity) ? [Amount] : [],
  );
}

/** By its marker a payment of 0.00 of ours is known that applies documents to each other. */
export function settlementMarker({ record, recordId, part, rev }: Outgoing, nth: number): string {
  const own = moneyMarker(record.kind, recordId, part);
  return markerNamed(own, `settlement ${nth} of rev ${rev}`);
}

/** Whether a note is that of such a payment; a void one is none. */
function isSettlementNote(note: string | undefined): boolean {
  return /^truth-sync \w+ settlement \d+ of rev /.test(note ?? '');
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
  return { Amount: amountOf(minor, currency), LinkedTxn: [{ TxnId: id, TxnType: entity }] };
}

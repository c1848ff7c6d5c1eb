import { minorToText, textToMinor } from '../../../domain/money';
import type { PostingDocument } from '../../../domain/posting/document';
import { postedSaleOf } from '../../../domain/posting/plan/posted-sale';
import type { JsonObject } from '../../../domain/words';
import type { Composed } from '../../contract';
import { booksMoneyOf, type BooksMoney } from '../books/books-money';
import type { ReadRows } from '../books/books-state';
import { naturalOf, noteOfSummary, reasonsIn } from './create-document';
import { hold } from '../company/hold';
import { exactNumber } from '../shape/mapping';
import { mergedPayload } from '../shape/merge-document';
import { markerNamed } from '../../../domain/posting/marker';
import type { Asked } from './new-document';
import { decisionFor } from './context';
import {
  countOf,
  keyOf,
  mainOf,
  snapshotOf,
  type Posted,
  type WrittenDocument,
} from '../books/posted';
import { locationOf, missingBefore } from './sale-of';
import { shapeDocument } from '../shape/sales-form';
import { documentContentSchema } from '../api/wire';

// A posted document in an open period that the till changed: written anew in place, what people set
// kept.

export type ShapedUpdate =
  | {
      type: 'shaped';
      document: PostingDocument;
      payload: JsonObject;
      marker: string;
      reasons: JsonObject;
      money: BooksMoney | null;
    }
  | { type: 'stop'; composed: Composed; money: null };

/** The body that the sale has now, or why it has none. */
export function shapedUpdate({ ticket, company, sale }: Asked, posted: Posted): ShapedUpdate {
  const nth = countOf(posted, 'main');
  const named = nth < 2 ? sale : { ...sale, marker: markerNamed(sale.marker, `posting ${nth}`) };
  const decision = decisionFor(named, company, { startDate: null });
  const stop = (composed: Composed): ShapedUpdate => ({ type: 'stop', composed, money: null });
  if (decision.type === 'nothing') return stop({ type: 'skip', reason: decision.reason });
  if (decision.type === 'hold') return stop(hold(decision.reason, decision.what, decision.detail));
  const { document, reasons } = decision;
  const location = locationOf(ticket);
  const { references, settings } = company;
  const missing = missingBefore(ticket, references);
  const docNumber = mainOf(posted)?.docNumber ?? null;
  const shaped = shapeDocument(document, { docNumber, location, missing, settings }, company);
  if (shaped.type === 'stop') return stop(shaped.composed);
  const amount = (minor: number): number => exactNumber(minorToText(minor, document.currency));
  const tax = document.tax.mode === 'none' || document.tax.mode === 'line' ? 0 : document.taxMinor;
  const money = booksMoneyOf({
    ...shaped.payload,
    TotalAmt: amount(document.totalMinor),
    TxnTaxDetail: { TotalTax: amount(tax) },
  });
  return { ...shaped, document, reasons: reasonsIn([...reasons, ...shaped.reasons]), money };
}

export function updateWrite(
  asked: Asked,
  posted: Posted,
  update: Extract<ShapedUpdate, { type: 'shaped' }>,
  rows: ReadRows,
): Composed {
  const main = mainOf(posted);
  const row = main === null ? null : (rows.get(keyOf(main)) ?? null);
  const read = documentContentSchema.safeParse(row);
  if (main === null || row === null || !read.success)
    throw new Error('Bug: a document is updated that was not read');
  const { document, payload, marker, reasons } = update;
  const documents = posted.documents.map((one) =>
    keyOf(one) === keyOf(main) ? asFound(one, rows) : one,
  );
  const labels = {
    totalMinor: document.totalMinor,
    ...reasons,
    ...noteOfSummary(document, payload),
  };
  const former = asked.item.snapshot?.['note'];
  return {
    type: 'write',
    write: {
      operation: 'update',
      entity: main.entity,
      group: 'batch',
      payload: mergedPayload(row, payload, marker, typeof former === 'string' ? former : null),
      isLinked: false,
      snapshot: snapshotOf({ ...posted, documents, net: postedSaleOf(asked.sale) }, labels),
      natural: {
        ...naturalOf(document, marker, read.data.DocNumber ?? null),
        edits: { id: main.id, syncToken: read.data.SyncToken },
        then: 'whole',
      },
    },
  };
}

/**
 * Whether more was paid on an invoice, or applied of a credit memo, than its new total, below which
 * it cannot go.
 */
export function isPaidAbove(main: WrittenDocument, update: ShapedUpdate, rows: ReadRows): boolean {
  const read = documentContentSchema.safeParse(rows.get(keyOf(main)) ?? null);
  if (update.type === 'stop' || !read.success) return false;
  if (main.entity !== 'Invoice' && main.entity !== 'CreditMemo') return false;
  const { currency, totalMinor } = update.document;
  const { TotalAmt = 0 } = read.data;
  const { Balance = main.entity === 'Invoice' ? 0 : TotalAmt } = read.data;
  const paidMinor = (textToMinor(TotalAmt, currency) ?? 0) - (textToMinor(Balance, currency) ?? 0);
  return paidMinor > totalMinor;
}

/** Whether a payment of it that was read may not be touched: then it will not be voided first. */
export function hasLockedPayment(rows: ReadRows, bookCloseDate: string | null): boolean {
  return [...rows].some(([key, row]) => {
    const read = documentContentSchema.safeParse(row);
    if (!key.startsWith('Payment ') || !read.success) return false;
    const { LinkedTxn, TxnDate = '' } = read.data;
    const isClosed = bookCloseDate !== null && TxnDate <= bookCloseDate;
    return isClosed || LinkedTxn.some(({ TxnType }) => TxnType === 'Deposit');
  });
}

/** A document with its number as it was read: a person may have given it another one. */
export function asFound(document: WrittenDocument, rows: ReadRows): WrittenDocument {
  const read = documentContentSchema.safeParse(rows.get(keyOf(document)) ?? null);
  if (!read.success) return document;
  return {
    ...document,
    docNumber: read.data.DocNumber ?? document.docNumber,
    version: read.data.SyncToken,
    money: document.isVoided ? null : booksMoneyOf(rows.get(keyOf(document))),
  };
}

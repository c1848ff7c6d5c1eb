import { minorToText, textToMinor } from '../../domain/money';
import type { PostingDocument } from '../../domain/posting/document';
import { postedSaleOf } from '../../domain/posting/posted-sale';
import type { JsonObject } from '../../domain/words';
import type { Composed } from '../connector';
import { booksMoneyOf, type BooksMoney } from './books-money';
import type { ReadRows } from './books-state';
import { naturalOf, noteOfSummary, reasonsIn } from './create-document';
import { hold } from './hold';
import { exactNumber } from './mapping';
import { mergedPayload } from './merge-document';
import { markerNamed, type Asked } from './new-document';
import { decisionFor } from './place';
import { countOf, keyOf, mainOf, snapshotOf, type Posted, type WrittenDocument } from './posted';
import { locationOf, missingBefore } from './sale-of';
import { shapeDocument } from './shape';
import { documentContentSchema, type QboDocumentContent } from './wire';

// A posted document in an open period that the till changed: written anew in place, what people set kept.

export type ShapedUpdate =
  | { type: 'shaped'; document: PostingDocument; payload: JsonObject; marker: string; reasons: JsonObject; money: BooksMoney | null }
  | { type: 'stop'; composed: Composed; money: null }; // prettier-ignore

/** The body that the sale has now, or why it has none. */
export function shapedUpdate({ ticket, place, sale }: Asked, posted: Posted): ShapedUpdate {
  const nth = countOf(posted, 'main');
  const named = nth < 2 ? sale : { ...sale, marker: markerNamed(sale.marker, `posting ${nth}`) };
  const decision = decisionFor(named, place, { startDate: null });
  const stop = (composed: Composed): ShapedUpdate => ({ type: 'stop', composed, money: null });
  if (decision.type === 'nothing') return stop({ type: 'skip', reason: decision.reason });
  if (decision.type === 'hold') return stop(hold(decision.reason, decision.what, decision.detail));
  const { document, reasons } = decision;
  const location = locationOf(ticket);
  const { references, facts } = place;
  const missing = missingBefore(ticket, references);
  const docNumber = mainOf(posted)?.docNumber ?? null;
  const shaped = shapeDocument(document, { docNumber, location, missing }, references, facts);
  if (shaped.type === 'stop') return stop(shaped.composed);
  const amount = (minor: number): number => exactNumber(minorToText(minor, document.currency));
  const tax = document.tax.mode === 'none' || document.tax.mode === 'line' ? 0 : document.taxMinor;
  const money = booksMoneyOf({ ...shaped.payload, TotalAmt: amount(document.totalMinor), TxnTaxDetail: { TotalTax: amount(tax) } }); // prettier-ignore
  return { ...shaped, document, reasons: reasonsIn(reasons), money };
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
  const paid = paidAboveTotal(read.data, document, main, asked);
  if (paid !== null) return paid;
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
        ...naturalOf(
          document,
          marker,
          read.data.DocNumber ?? null,
          asked.place.settings,
          asked.sale.members ?? 1,
        ),
        edits: { id: main.id, syncToken: read.data.SyncToken },
      },
    },
  };
}

/** An invoice cannot go below what was paid on it: payments of the same ticket that change too go first. */
function paidAboveTotal(
  { TotalAmt = 0, Balance = 0 }: QboDocumentContent,
  document: PostingDocument,
  main: WrittenDocument,
  { item, ticket }: Asked,
): Composed | null {
  const { currency, totalMinor } = document;
  const paidMinor = (textToMinor(TotalAmt, currency) ?? 0) - (textToMinor(Balance, currency) ?? 0);
  if (main.entity !== 'Invoice' || paidMinor <= totalMinor) return null;
  if (ticket.kind === 'order')
    return { type: 'notReady', missing: [{ kind: 'order', ref: item.recordId, isOpen: true }] };
  return hold('paid_above_total', 'invoice', `More was paid on invoice ${main.docNumber ?? main.id} than its new total of ${minorToText(totalMinor, currency)}`); // prettier-ignore
}

/** A document with its number as it was read: a person may have given it another one. */
export function asFound(document: WrittenDocument, rows: ReadRows): WrittenDocument {
  const read = documentContentSchema.safeParse(rows.get(keyOf(document)) ?? null);
  if (!read.success) return document;
  return { ...document, docNumber: read.data.DocNumber ?? document.docNumber, version: read.data.SyncToken, money: document.isVoided ? null : booksMoneyOf(rows.get(keyOf(document))) }; // prettier-ignore
}

import { correctionDayOf } from '../../../domain/posting/decide/date';
import { typeOf } from '../../../domain/posting/decide/decide';
import type { DocumentType, PostingDocument, Reason } from '../../../domain/posting/document';
import { markerNamed } from '../../../domain/posting/marker';
import type { Step as PlanStep } from '../../../domain/posting/plan/plan';
import { postedSaleOf, saleOfAmounts } from '../../../domain/posting/plan/posted-sale';
import type { Sale } from '../../../domain/posting/sale';
import { partsOfOrder, tenderBetween } from '../../../domain/posting/source/ticket';
import { unpaidHold } from '../../../domain/posting/source/unpaid';
import type { JsonObject } from '../../../domain/words';
import type { MissingReference } from '../../contract';
import type { DocumentEntity } from '../api/wire';
import { countOf, mainOf } from '../books/posted';
import { decisionFor, underCare } from '../company/context';
import { heldBy, type Stop } from '../company/hold';
import { docNumberOf, otherDocNumber } from '../shape/mapping';
import { markerOf, shapeDocument } from '../shape/sales-form';
import type { NewDocument, PlanRequest } from './planned';
import { locationOf, missingBefore, type DocumentSource } from './sale-of';

// New documents of a sale: its own one, a further one where that was voided, and the difference
// between what stands there and what the POS says now (accounting.md#edits, #numbers). Pure.

/** What is asked for: a part of a ticket in this company, and its sale. */
export interface TicketRequest extends PlanRequest {
  ticket: DocumentSource;
  sale: Sale;
}

const entityOf: Readonly<Record<DocumentType, DocumentEntity>> = {
  salesReceipt: 'SalesReceipt',
  refundReceipt: 'RefundReceipt',
  invoice: 'Invoice',
  creditMemo: 'CreditMemo',
};

export type Made = NewDocument | Stop | { type: 'nothing'; reason: string };

/** The document of the sale itself; from the second on it says so and has a number of its own. */
export function newMain(asked: TicketRequest): Made {
  const { ticket, company, sale, item } = asked;
  const nth = countOf(item.posted, 'main') + 1;
  const startDate = nth > 1 ? null : company.settings.startDate;
  const made = newForm(
    asked,
    namedFor(sale, nth),
    { startDate },
    {
      role: 'main',
      posted: { ...item.posted, net: postedSaleOf(sale) },
      isLast: true,
      ending: nth === 1 ? '' : `-V${nth}`,
      missing: missingBefore(ticket, company.references),
    },
  );
  if (made.type !== 'new' || ticket.kind !== 'invoice') return made;
  const known = company.references.sales.get(`invoice/${item.recordId}`);
  const waiting = unpaidHold(ticket.body, known, company.settings);
  return waiting === null ? made : heldBy(waiting);
}

/** The sale as its nth document says it. */
export function namedFor(sale: Sale, nth: number): Sale {
  return nth < 2 ? sale : { ...sale, marker: markerNamed(sale.marker, `posting ${nth}`) };
}

/** The difference, on the sale's own day or, where that is closed, the first open one. */
export function newDifference(
  asked: TicketRequest,
  { amounts, isAdded, net, isLast }: Extract<PlanStep, { type: 'difference' }>,
): Made {
  const { item, sale, company } = asked;
  const { posted, changedOn, rev } = item;
  const nth = countOf(posted, 'difference') + 1;
  const other = sale.side === 'sale' ? 'refund' : 'sale';
  const standsAs = mainOf(posted)?.docNumber ?? sale.number;
  const { date, notes } = correctionDayOf(
    { ownDate: amounts.date, changedOn, what: sale.side },
    company.settings,
  );
  const { tender, totalMinor: amountMinor } = amounts;
  const corrected = saleOfAmounts(
    { ...amounts, date },
    {
      side: isAdded ? sale.side : other,
      marker: markerNamed(sale.marker, `difference ${nth} of rev ${rev}`),
      notes: [`${isAdded ? 'added to' : 'taken from'} ${standsAs}`, ...notes],
      number: sale.number,
      guest: sale.guest,
      members: sale.members,
      tender:
        tender === null
          ? null
          : { tender, amountMinor, reference: null, isExchange: tender === tenderBetween },
      names: new Map(sale.items.map((line) => [line.sku, line.description])),
    },
  );
  return newForm(asked, { ...corrected, isCorrection: true }, underCare, {
    role: 'difference',
    posted: { ...posted, net },
    isLast,
    ending: sale.members === undefined ? `-D${nth}` : `-${nth + 1}`,
    missing: [],
  });
}

interface Form extends Pick<NewDocument, 'role' | 'posted' | 'isLast'> {
  /** What tells its number from others of the sale. */
  ending: string;
  /** What must be in the books first and is not. */
  missing: readonly MissingReference[];
}

function newForm(
  { item, ticket, company, sale }: TicketRequest,
  named: Sale,
  changes: Parameters<typeof decisionFor>[2],
  { ending, missing, ...made }: Form,
): Made {
  const decision = decisionFor(named, company, changes);
  if (decision.type === 'nothing') return decision;
  if (decision.type === 'hold') return heldBy(decision);
  const { document, reasons } = decision;
  const isSplit = ticket.kind === 'order' && partsOfOrder(ticket.body).length === 2;
  const suffix = `${isSplit && sale.side === 'refund' ? '-R' : ''}${ending}`;
  const { totalMinor, currency, date: txnDate } = document;
  const location = locationOf(ticket);
  return {
    type: 'new',
    entity: entityOf[typeOf(named)],
    ...made,
    numbers: [docNumberOf(sale.number, suffix), otherDocNumber(sale.number, suffix, item.recordId)],
    sought: { marker: markerOf(document), totalMinor, currency, txnDate },
    isFoundByNumber: true,
    labels: { totalMinor, ...reasonsIn(reasons) },
    shape: (docNumber, present) => {
      const { settings } = present;
      const shaped = shapeDocument(document, { docNumber, location, missing, settings }, present);
      if (shaped.type === 'stop') return shaped;
      const { payload, marker } = shaped;
      const note = made.role === 'main' ? noteOfSummary(document, payload) : {};
      return {
        type: 'shaped',
        payload,
        labels: { ...reasonsIn([...reasons, ...shaped.reasons]), ...note },
        natural: { ...naturalOf(document, marker, docNumber), netBefore: item.posted.net },
      };
    },
  };
}

/** The words by which a summary names its tickets: remembered, for they change with them. */
export function noteOfSummary({ bucket }: PostingDocument, payload: JsonObject): JsonObject {
  const { PrivateNote: note = null } = payload;
  return bucket === 'daily-customer' ? { note } : {};
}

/** How a write of this document is looked for, and what its answer must show. */
export function naturalOf(
  document: PostingDocument,
  marker: string,
  docNumber: string | null,
): JsonObject {
  const { totalMinor, currency, date: txnDate } = document;
  const tax = expectedTax(document);
  return { kind: 'document', docNumber, marker, totalMinor, currency, txnDate, ...tax };
}

/**
 * The tax that the answer must show, and how far it may be off; nothing where the document states
 * none.
 */
function expectedTax({ tax, taxMinor, taxVarianceMinor }: PostingDocument): JsonObject {
  switch (tax.mode) {
    case 'none':
    case 'line':
      return {};
    case 'total':
    case 'excluded':
      return { taxMinor, taxVarianceMinor: 0 };
    case 'included':
      return { taxMinor, taxVarianceMinor };
  }
}

/** Kept with the delivery where a choice was made, so that it can be explained later. */
export function reasonsIn(reasons: readonly Reason[]): JsonObject {
  return reasons.length === 0 ? {} : { reasons: reasons.map((reason) => ({ ...reason })) };
}

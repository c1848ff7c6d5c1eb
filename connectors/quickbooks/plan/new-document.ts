import { markerNamed } from '../../../domain/posting/marker';
import { typeOf } from '../../../domain/posting/decide/decide';
import { correctionDayOf } from '../../../domain/posting/decide/date';
import type { PostingDocument, Reason } from '../../../domain/posting/document';
import type { Step } from '../../../domain/posting/plan/plan';
import {
  postedSaleOf,
  saleOfAmounts,
  type PostedSale,
} from '../../../domain/posting/plan/posted-sale';
import { unpaidHold } from '../../../domain/posting/source/unpaid';
import type { Sale } from '../../../domain/posting/sale';
import { partsOfOrder, tenderBetween } from '../../../domain/posting/source/ticket';
import type { Composed, MissingReference, Outgoing } from '../../contract';
import { hold } from '../company/hold';
import { docNumberOf, otherDocNumber } from '../shape/mapping';
import type { CompanyContext } from '../company/context';
import { decisionFor, entityOf } from './context';
import { countOf, mainOf, type Posted } from '../books/posted';
import { locationOf, missingBefore, type DocumentSource } from './sale-of';
import type { DocumentEntity } from '../api/entities';

// Documents that do not stand in the books yet: the one of a sale, a further one where that was
// voided, and the difference between what stands there and what the till says now
// (accounting.md#edits, #numbers).

/** A document that does not stand in the books yet, with all that its creation needs. */
export interface NewDocument {
  type: 'new';
  entity: DocumentEntity;
  document: PostingDocument;
  reasons: readonly Reason[];
  docNumber: string;
  /** Taken where somebody else's document has the first one. */
  otherDocNumber: string;
  role: 'main' | 'difference';
  posted: Posted;
  /** What is posted once it stands. */
  net: PostedSale;
  isLast: boolean;
  location: string;
  /** What must be in the books first and is not. */
  missing: readonly MissingReference[];
}

/** What is asked for: a part of a ticket in this company, and its sale. */
export interface Asked {
  item: Outgoing;
  ticket: DocumentSource;
  company: CompanyContext;
  sale: Sale;
}

export type Made =
  NewDocument | { type: 'done'; composed: Composed } | { type: 'nothing'; reason: string };

/** The document of the sale itself; from the second on it says so and has a number of its own. */
export function newMain(asked: Asked, posted: Posted): Made {
  const { ticket, company, sale } = asked;
  const nth = countOf(posted, 'main') + 1;
  const startDate = nth > 1 ? null : company.settings.startDate;
  const named = nth === 1 ? sale : { ...sale, marker: markerNamed(sale.marker, `posting ${nth}`) };
  const made = madeOf(asked, named, { startDate }, nth === 1 ? '' : `-V${nth}`);
  if (made.type !== 'new') return made;
  const waiting =
    ticket.kind === 'invoice'
      ? unpaidHold(
          ticket.body,
          company.references.sales.get(`invoice/${asked.item.recordId}`),
          company.settings,
        )
      : null;
  if (waiting !== null)
    return { type: 'done', composed: hold(waiting.reason, waiting.what, waiting.detail) };
  const missing = missingBefore(ticket, company.references);
  const net = postedSaleOf(sale);
  return { ...made, role: 'main', posted, net, isLast: true, missing };
}

/** The difference, on the sale's own day or, where that is closed, the first open one. */
export function newDifference(
  asked: Asked,
  posted: Posted,
  step: Extract<Step, { type: 'difference' }>,
): Made {
  const { item, sale, company } = asked;
  const { amounts, isAdded, net, isLast } = step;
  const nth = countOf(posted, 'difference') + 1;
  const other = sale.side === 'sale' ? 'refund' : 'sale';
  const standsAs = mainOf(posted)?.docNumber ?? sale.number;
  const { date, notes } = correctionDayOf(
    { ownDate: amounts.date, changedOn: item.changedOn, what: sale.side },
    company.settings,
  );
  const corrected = saleOfAmounts(
    { ...amounts, date },
    {
      side: isAdded ? sale.side : other,
      marker: markerNamed(sale.marker, `difference ${nth} of rev ${item.rev}`),
      notes: [`${isAdded ? 'added to' : 'taken from'} ${standsAs}`, ...notes],
      number: sale.number,
      guest: sale.guest,
      members: sale.members,
      tender:
        amounts.tender === null
          ? null
          : {
              tender: amounts.tender,
              amountMinor: amounts.totalMinor,
              reference: null,
              isExchange: amounts.tender === tenderBetween,
            },
      names: new Map(sale.items.map((line) => [line.sku, line.description])),
    },
  );
  const difference = { ...corrected, isCorrection: true };
  const made = madeOf(
    asked,
    difference,
    { startDate: null, closed: { mode: 'firstOpenDay' } },
    sale.members === undefined ? `-D${nth}` : `-${nth + 1}`,
  );
  if (made.type !== 'new') return made;
  return { ...made, role: 'difference', posted, net, isLast, missing: [] };
}

type Base = Pick<
  NewDocument,
  'type' | 'entity' | 'document' | 'reasons' | 'docNumber' | 'otherDocNumber' | 'location'
>;

function madeOf(
  { item, ticket, company, sale }: Asked,
  named: Sale,
  changes: Parameters<typeof decisionFor>[2],
  ending: string,
): Base | Exclude<Made, NewDocument> {
  const decision = decisionFor(named, company, changes);
  switch (decision.type) {
    case 'nothing':
      return decision;
    case 'hold':
      return { type: 'done', composed: hold(decision.reason, decision.what, decision.detail) };
    case 'post':
      break;
  }
  const isSplit = ticket.kind === 'order' && partsOfOrder(ticket.body).length === 2;
  const suffix = `${isSplit && sale.side === 'refund' ? '-R' : ''}${ending}`;
  return {
    type: 'new',
    entity: entityOf[typeOf(named)],
    document: decision.document,
    reasons: decision.reasons,
    docNumber: docNumberOf(sale.number, suffix),
    otherDocNumber: otherDocNumber(sale.number, suffix, item.recordId),
    location: locationOf(ticket),
  };
}

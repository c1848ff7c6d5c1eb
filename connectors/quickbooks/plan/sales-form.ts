import { typeOf } from '../../../domain/posting/decide/decide';
import type { DocumentType, PostingDocument } from '../../../domain/posting/document';
import { creditedPart } from '../../../domain/posting/part-names';
import {
  beforeStartHold,
  planStep,
  type BooksState,
  type Step as PlanStep,
} from '../../../domain/posting/plan/plan';
import {
  isSameMoney,
  postedSaleOf,
  type PostedSale,
} from '../../../domain/posting/plan/posted-sale';
import type { JsonObject } from '../../../domain/words';
import type { DocumentEntity } from '../api/wire';
import { moneyOfPayload, type BooksMoney } from '../books/books-money';
import { asFound, booksStateOf, documentsNow, postedAnew, readOf } from '../books/books-state';
import {
  countOf,
  hasDifferences,
  keyOf,
  mainOf,
  standing,
  type PostedItem,
  type WrittenDocument,
} from '../books/posted';
import { decisionFor, underCare, type CompanyContext } from '../company/context';
import { held, heldBy, notReady, skip, type Stop } from '../company/hold';
import { amountOf } from '../shape/mapping';
import { shapeDocument } from '../shape/sales-form';
import { inUseHold } from './in-use';
import { otherSideHold } from './mixed-ticket';
import { isLinkLocked, paidBefore, paidBeforeVoid, unlinked } from './paid-documents';
import { kept, updateWrite, voidWrite, type Planned } from './planned';
import { isWanted, locationOf, missingBefore, saleOfPart, type DocumentSource } from './sale-of';
import {
  namedFor,
  naturalOf,
  newDifference,
  newMain,
  noteOfSummary,
  reasonsIn,
  type TicketRequest,
} from './sales-document';

// What a ticket's document needs next, from what is posted and what the books hold. Pure; asked
// twice, once to know what to look for, once to compose.

const typeOfEntity: Partial<Record<DocumentEntity, DocumentType>> = {
  SalesReceipt: 'salesReceipt',
  RefundReceipt: 'refundReceipt',
  Invoice: 'invoice',
  CreditMemo: 'creditMemo',
};

/**
 * Whether composing depends on what the books hold: something stands there, and not as it is
 * wanted.
 */
export function needsReading(
  item: PostedItem,
  ticket: DocumentSource,
  company: CompanyContext,
): boolean {
  const { posted } = item;
  if (standing(posted).length === 0) return false;
  if (posted.voidDue !== null || posted.net === null || !isWanted(item, ticket)) return true;
  return !isSameMoney(posted.net, postedSaleOf(saleOfPart(item, ticket, company).sale));
}

export function planDocument(asked: Omit<TicketRequest, 'sale'>): Planned {
  const { item, ticket, company } = asked;
  const { sale, hold: forbidden } = saleOfPart(item, ticket, company);
  const isWantedNow = isWanted(item, ticket);
  if (forbidden !== null && isWantedNow) {
    // What it refers to may not have come yet: then that is what to wait for.
    const missing = missingBefore(ticket, company.references);
    return missing.length > 0 ? notReady(...missing) : heldBy(forbidden);
  }
  const side = isWantedNow ? otherSideHold(item, ticket, company) : null;
  return side === null ? planFrom({ ...asked, sale }) : heldBy(side);
}

function planFrom(asked: TicketRequest): Planned {
  const { item, ticket, company, sale, rows } = asked;
  const { posted } = item;
  const { settings, references } = company;
  if (posted.documents.length === 0) return firstPlanned(asked);
  const anew = isWanted(item, ticket) ? postedAnew(item, rows) : null;
  if (anew !== null) return planFrom({ ...asked, item: { ...item, posted: anew } });
  const main = mainOf(posted);
  const startDate = main === null ? settings.startDate : null;
  const trial = isWanted(item, ticket)
    ? decisionFor(sale, company, { ...underCare, startDate })
    : null;
  const wanted =
    trial === null || trial.type === 'nothing'
      ? null
      : { sale: postedSaleOf(sale), type: typeOf(sale) };
  if (main === null && wanted === null)
    return nothingStands(item, trial?.type === 'nothing' ? trial.reason : null);
  const early =
    main === null ? null : beforeStartHold(posted.net, wanted?.sale ?? null, settings.startDate);
  if (early !== null) return heldBy(early);
  const update = main === null || wanted === null ? null : shapedUpdate(asked);
  const books = booksStateOf(asked, update?.type === 'shaped' ? update.money : null);
  const plan = (found: BooksState): PlanStep =>
    planStep(
      wanted,
      {
        type: main === null ? null : (typeOfEntity[main.entity] ?? null),
        net: posted.net,
        hasDifferences: hasDifferences(posted),
      },
      found,
      {
        // Of a summary the difference gets the first open day, whatever the setting says of new
        // sales (accounting.md#summaries).
        closed: ticket.kind === 'summary' ? underCare.closed : settings.closed,
        movesStock: (sku) =>
          references.mapping('item', sku) !== null ||
          (references.products.get(sku)?.isLinked ?? false),
      },
    );
  let step = plan(books);
  if (main !== null) {
    const paid =
      step.type === 'update' && update?.type === 'shaped' ? paidBefore(asked, main, update) : null;
    if (paid !== null && paid !== 'locked') return paid;
    if (paid === 'locked' || (step.type === 'void' && isLinkLocked(asked, main)))
      step = plan({ ...books, isDeposited: true });
  }
  const isTouched = step.type === 'update' || step.type === 'void' || step.type === 'difference';
  const inUse = isTouched ? inUseHold(item, company) : null;
  if (inUse !== null) return heldBy(inUse);
  return stepPlanned(asked, step, { wanted: wanted?.sale ?? null, books, update });
}

/** Nothing was ever posted of it. */
function firstPlanned(asked: TicketRequest): Planned {
  const { item, ticket, company } = asked;
  if (!isWanted(item, ticket)) return nothingStands(item, null);
  const made = newMain(asked);
  if (made.type === 'nothing') return nothingStands(item, made.reason);
  // Without its sale nobody knows what it will be, nor what it needs to be mapped.
  const missing = item.part === creditedPart ? missingBefore(ticket, company.references) : [];
  return missing.length > 0 ? notReady(...missing) : made;
}

/** Never posted: passed over with the reason; voided already: as wanted. */
function nothingStands(item: PostedItem, reason: string | null): Planned {
  if (item.posted.documents.length === 0)
    return skip(reason ?? (item.op === 'absent' ? 'part_gone' : 'voided'));
  return reason === 'before_start_date'
    ? held(
        reason,
        'voided',
        'It was posted once and its document is void: set the start date to an earlier day ' +
          'to post it anew',
      )
    : kept(item, item.posted);
}

function stepPlanned(
  asked: TicketRequest,
  step: PlanStep,
  {
    wanted,
    books,
    update,
  }: { wanted: PostedSale | null; books: BooksState; update: ShapedUpdate | Stop | null },
): Planned {
  const { item } = asked;
  const { posted } = item;
  const main = mainOf(posted);
  const isAway = wanted === null && (books.isVoided || books.isGone);
  switch (step.type) {
    case 'hold':
      return heldBy(step);
    case 'same':
      return kept(item, {
        ...posted,
        documents: documentsNow(asked, isAway),
        net: isAway ? null : (wanted ?? posted.net),
      });
    case 'create': {
      const made = newMain(asked);
      if (made.type === 'nothing')
        throw new Error('Bug: nothing to post was planned as a document');
      return made;
    }
    case 'update':
      if (update === null || main === null) throw new Error('Bug: an update without a sale');
      return update.type === 'stop' ? update : updated(asked, main, update);
    case 'void':
      if (main === null) throw new Error('Bug: a void without a document');
      return (
        paidBeforeVoid(asked, main) ??
        unlinked(asked, main) ??
        voidWrite(asked, main, step.isLast ? 'whole' : 'step')
      );
    case 'difference': {
      const made = newDifference(asked, step);
      // Of 0.00, and nothing moves: as if it were posted.
      return made.type === 'nothing'
        ? planFrom({ ...asked, item: { ...item, posted: { ...posted, net: step.net } } })
        : made;
    }
  }
}

/** A posted document in an open period that the POS changed, as it is written anew in place. */
interface ShapedUpdate {
  type: 'shaped';
  document: PostingDocument;
  payload: JsonObject;
  marker: string;
  labels: JsonObject;
  money: BooksMoney;
}

/** The body that the sale has now, or why it has none. */
function shapedUpdate({ item, ticket, company, sale }: TicketRequest): ShapedUpdate | Stop {
  const named = namedFor(sale, countOf(item.posted, 'main'));
  const decision = decisionFor(named, company, { startDate: null });
  if (decision.type === 'nothing') return skip(decision.reason);
  if (decision.type === 'hold') return heldBy(decision);
  const { document, reasons } = decision;
  const { currency, totalMinor, tax, taxMinor } = document;
  const { references, settings } = company;
  const missing = missingBefore(ticket, references);
  const docNumber = mainOf(item.posted)?.docNumber ?? null;
  const labels = { docNumber, location: locationOf(ticket), missing, settings };
  const shaped = shapeDocument(document, labels, company);
  if (shaped.type === 'stop') return shaped;
  const { payload, marker } = shaped;
  const isStated = tax.mode !== 'none' && tax.mode !== 'line';
  return {
    type: 'shaped',
    document,
    payload,
    marker,
    labels: {
      totalMinor,
      ...reasonsIn([...reasons, ...shaped.reasons]),
      ...noteOfSummary(document, payload),
    },
    money: moneyOfPayload({
      ...payload,
      TotalAmt: amountOf(totalMinor, currency),
      TxnTaxDetail: { TotalTax: amountOf(isStated ? taxMinor : 0, currency) },
    }),
  };
}

function updated(
  { item: { posted, snapshot }, rows, sale }: TicketRequest,
  main: WrittenDocument,
  { document, payload, marker, labels }: ShapedUpdate,
): Planned {
  const read = readOf(rows, main);
  const documents = posted.documents.map((one) =>
    keyOf(one) === keyOf(main) ? asFound(one, rows) : one,
  );
  const former = snapshot?.['note'];
  return updateWrite(
    main.entity,
    read,
    { payload, marker, former: typeof former === 'string' ? former : null },
    {
      posted: { ...posted, documents, net: postedSaleOf(sale) },
      labels,
      natural: naturalOf(document, marker, read?.DocNumber ?? null),
      then: 'whole',
    },
  );
}

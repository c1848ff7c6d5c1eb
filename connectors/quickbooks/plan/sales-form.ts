import { typeOf } from '../../../domain/posting/decide/decide';
import { creditedPart } from '../../../domain/posting/part-names';
import {
  beforeStartHold,
  planStep,
  type BooksState,
  type Step,
} from '../../../domain/posting/plan/plan';
import {
  isSameMoney,
  postedSaleOf,
  type PostedSale,
} from '../../../domain/posting/plan/posted-sale';
import type { Composed, Outgoing } from '../../contract';
import { booksStateOf, postedAnew, type ReadRows } from '../books/books-state';
import { hold } from '../company/hold';
import { inUseHold } from './in-use';
import { otherSideHold } from './mixed-ticket';
import { newDifference, newMain, type Asked, type NewDocument } from './new-document';
import type { CompanyContext } from '../company/context';
import { decisionFor, isWanted, saleOfPart, typeOfEntity } from './context';
import { settlementsOf } from '../settle/open-items';
import { paidBeforeVoid } from './paid-before-void';
import { awaitedPayments, isPaidByOther } from './paid-by-other';
import {
  keyOf,
  labelsIn,
  mainOf,
  postedOf,
  snapshotOf,
  standing,
  type Posted,
} from '../books/posted';
import {
  asFound,
  isPaidAbove,
  shapedUpdate,
  updateWrite,
  type ShapedUpdate,
} from './update-document';
import { missingBefore, type DocumentSource } from './sale-of';
import { isLinkLocked, unlinked } from '../settle/unlink';
import { voidWrite } from './void-document';

// What a ticket's document needs next, from what is posted and what the books hold. Pure; asked
// twice, once to know what to look for, once to compose.

export type Planned = { type: 'done'; composed: Composed } | NewDocument;

/**
 * Whether composing depends on what the books hold: something stands there, and not as it is
 * wanted.
 */
export function needsReading(
  item: Outgoing,
  ticket: DocumentSource,
  company: CompanyContext,
): boolean {
  const posted = postedOf(item);
  if (standing(posted).length === 0) return false;
  if (posted.voidDue !== null || posted.net === null) return true;
  const { sale } = saleOfPart(item, ticket, company);
  return !isWanted(item, ticket) || !isSameMoney(posted.net, postedSaleOf(sale));
}

export function planDocument(
  item: Outgoing,
  ticket: DocumentSource,
  company: CompanyContext,
  rows: ReadRows,
): Planned {
  const { sale, hold: forbidden } = saleOfPart(item, ticket, company);
  const posted = postedOf(item);
  const due = voidDue(item, posted, rows);
  if (due !== null) return done(due);
  if (item.lastClass === 'CLOSED' && item.attempts > 1)
    return done(
      hold('closed_period', 'refused', 'QuickBooks refuses the day as one of a closed period'),
    );
  if (forbidden !== null && isWanted(item, ticket)) {
    // What it refers to may not have come yet: then that is what to wait for.
    const missing = missingBefore(ticket, company.references);
    if (missing.length > 0) return done({ type: 'notReady', missing });
    return done(hold(forbidden.reason, forbidden.what, forbidden.detail));
  }
  const side = isWanted(item, ticket) ? otherSideHold(item, ticket, company) : null;
  if (side !== null) return done(hold(side.reason, side.what, side.detail));
  return planFrom({ item, ticket, company, sale }, rows, posted);
}

function planFrom(asked: Asked, rows: ReadRows, posted: Posted): Planned {
  const { item, ticket, company, sale } = asked;
  const { settings, references } = company;
  const main = mainOf(posted);
  if (posted.documents.length === 0) return firstPlanned(asked, posted);
  const anew = isWanted(item, ticket) ? postedAnew(item, posted, rows) : null;
  if (anew !== null) return planFrom(asked, rows, anew);
  // What is posted stays under our care, whatever the start date is now.
  const startDate = main === null ? settings.startDate : null;
  const trial = decisionFor(sale, company, { startDate, closed: { mode: 'firstOpenDay' } });
  const isWantedNow = isWanted(item, ticket);
  if (main === null && !(isWantedNow && trial.type !== 'nothing'))
    return done(
      nothingStands(item, posted, isWantedNow && trial.type === 'nothing' ? trial.reason : null),
    );
  const wanted =
    isWantedNow && trial.type !== 'nothing'
      ? { sale: postedSaleOf(sale), type: typeOf(sale) }
      : null;
  const early =
    main === null ? null : beforeStartHold(posted.net, wanted?.sale ?? null, settings.startDate);
  if (early !== null) return done(hold(early.reason, early.what, early.detail));
  const update = main === null || wanted === null ? null : shapedUpdate(asked, posted);
  const books = booksStateOf(posted, rows, update?.money ?? null, {
    bookCloseDate: company.facts.bookCloseDate,
    isRefusedAsLocked: item.lastClass === 'LOCKED',
  });
  const part = {
    type: main === null ? null : (typeOfEntity[main.entity] ?? null),
    net: posted.net,
    hasDifferences: standing(posted).some(({ role }) => role === 'difference'),
  };
  const options = {
    // Of a summary the difference gets the first open day, whatever the setting says of new sales
    // (accounting.md#summaries).
    closed: ticket.kind === 'summary' ? { mode: 'firstOpenDay' as const } : settings.closed,
    movesStock: (sku: string) =>
      references.mapping('item', sku) !== null || (references.products.get(sku)?.isLinked ?? false),
  };
  let step = planStep(wanted, part, books, options);
  if (step.type === 'update' && main !== null && update !== null) {
    const isOfOther = isPaidByOther(main, update, rows);
    // What would be freed first does not count where nothing is written.
    const isFreed = item.isTrial === true && settlementsOf(rows, main).length > 0;
    if (!isFreed && (isOfOther || isPaidAbove(main, update, rows))) {
      const freed = isLinkLocked(rows, main, company.facts.bookCloseDate)
        ? null
        : unlinked(item, posted, main, rows);
      if (freed !== null) return done(freed);
      const missing = awaitedPayments(asked, rows, isOfOther);
      if (missing.length > 0) return done({ type: 'notReady', missing });
      step = planStep(wanted, part, { ...books, isDeposited: true }, options);
    }
  }
  if (
    step.type === 'void' &&
    main !== null &&
    isLinkLocked(rows, main, company.facts.bookCloseDate)
  )
    step = planStep(wanted, part, { ...books, isDeposited: true }, options);
  const isTouched = step.type === 'update' || step.type === 'void' || step.type === 'difference';
  const inUse = isTouched ? inUseHold(item, company) : null;
  if (inUse !== null) return done(hold(inUse.reason, inUse.what, inUse.detail));
  return stepPlanned(asked, rows, posted, { step, wanted: wanted?.sale ?? null, books, update });
}

/** Nothing was ever posted of it. */
function firstPlanned(asked: Asked, posted: Posted): Planned {
  const { item, ticket } = asked;
  if (!isWanted(item, ticket)) return done(nothingStands(item, posted, null));
  const made = newMain(asked, posted);
  if (made.type === 'nothing') return done(nothingStands(item, posted, made.reason));
  // Without its sale nobody knows what it will be, nor what it needs to be mapped.
  const missing = item.part === creditedPart ? missingBefore(ticket, asked.company.references) : [];
  return missing.length > 0 ? done({ type: 'notReady', missing }) : made;
}

function done(composed: Composed): Planned {
  return { type: 'done', composed };
}

/** Never posted: passed over with the reason; voided already: as wanted. */
function nothingStands(item: Outgoing, posted: Posted, reason: string | null): Composed {
  if (posted.documents.length > 0 && reason === 'before_start_date')
    return hold(
      reason,
      'voided',
      'It was posted once and its document is void: set the start date to an earlier day ' +
        'to post it anew',
    );
  if (posted.documents.length > 0) return adopted(item, posted);
  return { type: 'skip', reason: reason ?? (item.op === 'absent' ? 'part_gone' : 'voided') };
}

function adopted(item: Outgoing, posted: Posted, net: PostedSale | null = posted.net): Composed {
  const labels = labelsIn(item.snapshot);
  return {
    type: 'adopt',
    remoteId: item.remoteId ?? '',
    remoteVersion: item.remoteVersion,
    snapshot: snapshotOf({ ...posted, net }, labels),
    isLinked: false,
  };
}

/**
 * A document whose answer was not the source's goes before anything else; one that is void already
 * is passed.
 */
function voidDue(item: Outgoing, posted: Posted, rows: ReadRows): Composed | null {
  const due = posted.voidDue;
  const document =
    due === null ? undefined : posted.documents.find((one) => keyOf(one) === keyOf(due));
  if (due === null || document === undefined || document.isVoided) return null;
  const next = { ...posted, net: due.netBefore, voidDue: null };
  return voidWrite(
    item,
    next,
    { document, row: rows.get(keyOf(due)) ?? null },
    {
      then: 'hold',
      why: due.why,
    },
  );
}

function stepPlanned(
  asked: Asked,
  rows: ReadRows,
  posted: Posted,
  {
    step,
    wanted,
    books,
    update,
  }: { step: Step; wanted: PostedSale | null; books: BooksState; update: ShapedUpdate | null },
): Planned {
  const { item } = asked;
  const main = mainOf(posted);
  switch (step.type) {
    case 'hold':
      return done(hold(step.reason, step.what, step.detail));
    case 'same': {
      const isVoided = wanted === null && (books.isVoided || books.isGone);
      const documents = isVoided
        ? posted.documents.map((document) => ({ ...document, isVoided: true, money: null }))
        : posted.documents.map((document) => asFound(document, rows));
      return done(
        adopted(item, { ...posted, documents }, isVoided ? null : (wanted ?? posted.net)),
      );
    }
    case 'create': {
      const made = newMain(asked, posted);
      if (made.type === 'nothing')
        throw new Error('Bug: nothing to post was planned as a document');
      return made;
    }
    case 'update':
      if (update === null) throw new Error('Bug: an update without a sale');
      if (update.type === 'stop') return done(update.composed);
      return done(updateWrite(asked, posted, update, rows));
    case 'void':
      if (main === null) throw new Error('Bug: a void without a document');
      return done(
        paidBeforeVoid(asked, main, rows) ??
          unlinked(item, posted, main, rows) ??
          voidWrite(
            item,
            posted,
            { document: main, row: rows.get(keyOf(main)) ?? null },
            {
              then: step.isLast ? 'whole' : 'step',
              why: null,
            },
          ),
      );
    case 'difference': {
      const made = newDifference(asked, posted, step);
      // Of 0.00, and nothing moves: as if it were posted.
      return made.type === 'nothing' ? planFrom(asked, rows, { ...posted, net: step.net }) : made;
    }
  }
}

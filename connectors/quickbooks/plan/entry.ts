import { textToMinor } from '../../../domain/money';
import { beforeStartHold } from '../../../domain/posting/plan/plan';
import type { PaymentDocument } from '../../../domain/posting/source/payment';
import { planEntry } from '../../../domain/posting/plan/plan-money';
import { appliedPart } from '../../../domain/posting/part-names';
import type { Composed, Outgoing, RecordReference, References } from '../../contract';
import { booksMoneyOf } from '../books/books-money';
import { booksStateOf, postedAnew, type ReadRows } from '../books/books-state';
import type { DocumentFinding } from '../books/findings';
import { inUseHold } from './in-use';
import { entryShape, isPayment, wantedPayment } from './wanted-money';
import { composeNewMoney, done, held, kept, newMoney, type PlannedMoney } from './new-money';
import { markerNamed } from '../../../domain/posting/marker';
import type { CompanyContext } from '../company/context';
import { circleDocuments } from '../settle/circle';
import { beforeSettling, readToSettle } from './settlement';
import { isLinkLocked, unlinked } from '../settle/unlink';
import { difference, markedAs, moneyOf, updated, type PlanRequest } from './entry-writes';
import { planOnePayment, type WantedPayment } from './payment';
import { countOf, keyOf, mainOf, postedOf, standing, type BooksKey } from '../books/posted';
import { saleReference } from './sale-of';
import { customerOf } from '../shape/sales-form';
import { type MoneyShape, type ShapedMoney } from '../shape/money';
import { asFound } from './update-document';
import { documentContentSchema } from '../api/wire';

// What a document of money alone needs next, from what is posted and what the books hold (ADR
// 0009). Pure.

export function composeMoney(
  item: Outgoing,
  company: CompanyContext,
  rows: ReadRows,
  finding: DocumentFinding | null,
): Composed {
  const planned = planMoney(item, company, rows);
  return planned.type === 'done'
    ? planned.composed
    : composeNewMoney(item, planned, company, finding);
}

/**
 * What is read before such a delivery is planned: its standing documents, or of a new payment, also
 * one that applies a credit, its invoice.
 */
export function moneyToRead(item: Outgoing, company: CompanyContext): BooksKey[] {
  return readToSettle(item, company, () => ownToRead(item, company));
}

function ownToRead(item: Outgoing, company: CompanyContext): BooksKey[] {
  const documents = standing(postedOf(item));
  if (documents.length > 0) return [...documents, ...linksOfEntries(item, documents, company)];
  const { references } = company;
  const invoice = invoiceBehind(item, references);
  if (!invoice?.remoteId || invoice.entity !== 'Invoice') return [];
  const memo = item.part === appliedPart ? memoOf(item, references) : null;
  return [{ entity: 'Invoice', id: invoice.remoteId }, ...(memo === null ? [] : [memo])];
}

/** Of entries on account the books do not say which payments of 0.00 applied them. */
function linksOfEntries(
  item: Outgoing,
  documents: readonly BooksKey[],
  company: CompanyContext,
): BooksKey[] {
  const hasEntry = documents.some(({ entity }) => entity === 'JournalEntry');
  return hasEntry ? (circleDocuments(item, company)?.settlements ?? []) : [];
}

/** The credit memo that an owed refund is there. */
function memoOf({ recordId }: Outgoing, references: References): BooksKey | null {
  const memo = references.documents.get(`refund/${recordId}`);
  return memo?.remoteId && memo.entity === 'CreditMemo'
    ? { entity: 'CreditMemo', id: memo.remoteId }
    : null;
}

/** What a later payment pays, or an owed refund takes from. */
function invoiceBehind(
  { record, part }: Outgoing,
  references: References,
): RecordReference | undefined {
  if (record.kind === 'payment')
    return references.documents.get(`invoice/${record.body.invoiceId ?? ''}`);
  if (record.kind !== 'refund' || part !== appliedPart || record.body.orderId === undefined)
    return undefined;
  return saleReference(record.body.orderId, references);
}

/**
 * An invoice that is still to become this customer's: until then a new payment could not be applied
 * to it.
 */
function invoiceToCome(
  { record }: Outgoing,
  payment: PaymentDocument,
  company: CompanyContext,
  rows: ReadRows,
): ReturnType<typeof done> | null {
  if (record.kind !== 'payment' || record.body.invoiceId === undefined) return null;
  const { invoiceId: ref } = record.body;
  const invoice = company.references.documents.get(`invoice/${ref}`);
  const row = rows.get(keyOf({ entity: 'Invoice', id: invoice?.remoteId ?? '' })) ?? null;
  const customer = customerOf(payment, company);
  const isOfOther = customer.type === 'known' && booksMoneyOf(row)?.customer !== customer.id;
  if (invoice?.isOpen !== true || row === null || !isOfOther) return null;
  return done({ type: 'notReady', missing: [{ kind: 'invoice', ref }] });
}

export function planMoney(item: Outgoing, company: CompanyContext, rows: ReadRows): PlannedMoney {
  return beforeSettling(item, company, rows, (rest) => planUnsettled(rest, company, rows));
}

function planUnsettled(item: Outgoing, company: CompanyContext, rows: ReadRows): PlannedMoney {
  const posted = postedOf(item);
  const isStanding = mainOf(posted) !== null;
  // What is posted stays under our care, whatever the start date is now; a closed day is asked
  // about below.
  const settings = {
    ...company.settings,
    startDate: null,
    closed: { mode: 'firstOpenDay' as const },
  };
  const lenient = isStanding ? { ...company, settings } : company;
  const none = unwanted(item);
  const inUse = inUseHold(item, company);
  if (inUse !== null) return held(inUse.reason, inUse.what, inUse.detail);
  if (isPayment(item)) {
    const wanted = none === null ? wantedPayment(item, lenient) : { none };
    if ('composed' in wanted) return done(wanted.composed);
    const waits = 'none' in wanted ? null : invoiceToCome(item, wanted.payment, company, rows);
    const left = isStanding ? wanted : leftOfMemo(item, wanted, company, rows);
    return planOnePayment({ item, company, rows, posted, wanted: left, waits });
  }
  if (item.lastClass === 'CLOSED' && item.attempts > 1)
    return held('closed_period', 'refused', 'QuickBooks refuses the day as one of a closed period');
  const shape = none === null ? entryShape(item, lenient) : skipped(none);
  if (shape.type === 'shaped') return planBetween({ item, company, rows, posted }, shape);
  if (shape.composed.type !== 'skip') return done(shape.composed);
  return isStanding || posted.documents.length > 0
    ? planBetween({ item, company, rows, posted }, null)
    : done(shape.composed);
}

/** What an owed refund still has to apply: its credit memo may have met something else. */
function leftOfMemo(
  item: Outgoing,
  wanted: WantedPayment | { none: string },
  { references }: CompanyContext,
  rows: ReadRows,
): WantedPayment | { none: string } {
  const memo = item.part === appliedPart ? memoOf(item, references) : null;
  const read = documentContentSchema.safeParse(
    memo === null ? null : (rows.get(keyOf(memo)) ?? null),
  );
  if ('none' in wanted || !read.success) return wanted;
  const { Balance = 0 } = read.data;
  const leftMinor = textToMinor(Balance, wanted.payment.currency) ?? 0;
  if (leftMinor === 0) return { none: 'applied' };
  const shape: WantedPayment['shape'] = (payment, invoice) =>
    wanted.shape({ ...payment, totalMinor: Math.min(payment.totalMinor, leftMinor) }, invoice);
  return { ...wanted, shape };
}

/** Why the till no longer has it; null where it does. */
function unwanted({ op, record }: Outgoing): string | null {
  if ('voided' in record.body && record.body.voided === true) return 'voided';
  return op === 'absent' ? 'nothing_to_void' : null;
}

function skipped(reason: string): MoneyShape {
  return { type: 'stop', composed: { type: 'skip', reason } };
}

function planBetween(asked: PlanRequest, shaped: ShapedMoney | null): PlannedMoney {
  const { item, company, rows, posted } = asked;
  const main = mainOf(posted);
  const wanted = shaped?.entry ?? null;
  const anew = shaped === null ? null : postedAnew(item, posted, rows);
  if (anew !== null) return planBetween({ ...asked, posted: anew }, shaped);
  if (posted.voidDue !== null)
    return held(
      'totals_differ_in_books',
      posted.voidDue.entity,
      `${posted.voidDue.why}. It cannot be voided there: correct it by hand`,
    );
  if (main !== null && posted.entry === undefined)
    throw new Error('Bug: money stands, and nobody kept what it comes to');
  const early =
    main === null || posted.entry === null
      ? null
      : beforeStartHold(posted.entry ?? null, wanted, company.settings.startDate);
  if (early !== null) return held(early.reason, early.what, early.detail);
  const { bookCloseDate } = company.facts;
  const linked = standing(posted).filter(({ entity }) => entity === 'JournalEntry');
  const isLinkedForGood = linked.some((one) => isLinkLocked(rows, one, bookCloseDate));
  const books = booksStateOf(posted, rows, shaped === null ? null : moneyOf(shaped), {
    bookCloseDate,
    isRefusedAsLocked: item.lastClass === 'LOCKED' || isLinkedForGood,
  });
  const step = planEntry(
    wanted,
    {
      isStanding: main !== null,
      net: posted.entry ?? null,
      hasDifferences: standing(posted).some(({ role }) => role === 'difference'),
    },
    books,
    company.settings,
  );
  const isChanged = step.type === 'update' || step.type === 'difference';
  const freed =
    isChanged && !isLinkedForGood
      ? linked.flatMap((one) => unlinked(item, posted, one, rows) ?? [])
      : [];
  if (freed[0] !== undefined) return done(freed[0]);
  switch (step.type) {
    case 'hold':
      return held(step.reason, step.what, step.detail);
    case 'same': {
      const isGone = wanted === null && (books.isGone || books.isVoided);
      const documents = isGone
        ? posted.documents.map((one) => ({ ...one, isVoided: true, money: null }))
        : posted.documents.map((one) => asFound(one, rows));
      return kept(item, { ...posted, documents, entry: wanted });
    }
    case 'create': {
      if (shaped === null) throw new Error('Bug: nothing is created');
      const nth = countOf(posted, 'main') + 1;
      const named =
        nth === 1 ? shaped : markedAs(shaped, markerNamed(shaped.marker, `posting ${nth}`));
      return newMoney(named, { ...posted, entry: wanted }, 'main', true);
    }
    case 'update':
      if (shaped === null || main === null) throw new Error('Bug: an update of nothing');
      return updated(asked, shaped, main);
    case 'difference':
      return difference(asked, step);
  }
}

import { canonicalJson } from '../../../domain/canonical';
import { paymentOf, type PaymentDocument } from '../../../domain/posting/source/payment';
import {
  beforeStartHold,
  foundOtherwise,
  lockedDay,
  parkedHold,
} from '../../../domain/posting/plan/plan';
import type { JsonObject } from '../../../domain/words';
import type { Outgoing, RecordReference } from '../../contract';
import { booksStateOf, postedAnew, type ReadRows } from '../books/books-state';
import { inUseHold } from './in-use';
import { done, held, kept, newMoney, type PlannedMoney } from './new-money';
import { markerNamed } from '../../../domain/posting/marker';
import { receivableDifference } from './payment-difference';
import type { CompanyContext } from '../company/context';
import { decisionFor, isWanted, saleOfPart } from './context';
import {
  countOf,
  keyOf,
  mainOf,
  onAccount,
  postedOf,
  standing,
  type Posted,
  type PostedPayment,
} from '../books/posted';
import type { DocumentSource } from './sale-of';
import type { MoneyShape } from '../shape/money';
import { shapePayment } from '../shape/payment';
import { voidWrite } from './void-document';

// A payment of an invoice. It is never changed: where it is not as the till says it is voided, and
// the right one posted, so that an invoice is never paid above its total. Pure.

/** A payment as the till has it. */
export interface WantedPayment {
  payment: PaymentDocument;
  key: PostedPayment;
  /** `invoice`: as it was read. */
  shape: (payment: PaymentDocument, invoice: JsonObject | null) => MoneyShape;
}

/** Why there is to be no payment; `isToCome`: one of another invoice follows. */
interface NoPayment {
  none: string;
  isToCome?: boolean;
}

/** What a payment's delivery asks for. */
export interface AskedPayment {
  item: Outgoing;
  company: CompanyContext;
  rows: ReadRows;
  posted: Posted;
  wanted: WantedPayment | NoPayment;
  /** What a new one waits for. */
  waits: Extract<PlannedMoney, { type: 'done' }> | null;
}

/** The payment of one tender of a ticket, from 0. */
export function planPayment(
  {
    item,
    ticket,
    company,
    rows,
  }: Omit<AskedPayment, 'posted' | 'wanted' | 'waits'> & { ticket: DocumentSource },
  index: number,
): PlannedMoney {
  const posted = postedOf(item);
  const main = mainOf(posted);
  const { sale } = saleOfPart(item, ticket, company);
  const changes =
    main === null ? {} : { startDate: null, closed: { mode: 'firstOpenDay' as const } };
  const decision = decisionFor(sale, company, changes);
  const isStillWanted = isWanted(item, ticket);
  const inUse = inUseHold(item, company);
  if (inUse !== null) return held(inUse.reason, inUse.what, inUse.detail);
  if (isStillWanted && decision.type === 'hold' && posted.voidDue === null)
    return held(decision.reason, decision.what, decision.detail);
  const payment =
    isStillWanted && decision.type === 'post' ? paymentOf(sale, decision.document, index) : null;
  const invoice = company.references.orders.get(item.recordId);
  const invoiceId = invoice === undefined ? null : invoiceOf(invoice);
  // Until the invoice is as it is to be, a payment could be more than is owed.
  const isOpen = invoice?.isOpen ?? false;
  const isReady = invoiceId !== null && !isOpen;
  const isVoided = ticket.kind !== 'summary' && ticket.body.voided === true;
  const wanted: AskedPayment['wanted'] =
    payment === null || (invoiceId === null && main !== null)
      ? { none: isVoided ? 'voided' : 'part_gone', isToCome: payment !== null }
      : {
          payment,
          key: paymentKeyOf(payment, invoiceId ?? '', sale.date),
          shape: (one: PaymentDocument, row: JsonObject | null) =>
            shapePayment(one, invoiceId ?? '', company, row),
        };
  const waits = isReady
    ? null
    : done({ type: 'notReady', missing: [{ kind: 'order', ref: item.recordId }] });
  return planOnePayment({ item, company, rows, posted, wanted, waits });
}

/**
 * The invoice that a payment belongs to; empty where the ticket is owed, but its own document is a
 * receipt.
 */
function invoiceOf({ entity, remoteId }: RecordReference): string | null {
  if (entity === onAccount) return '';
  return entity === 'Invoice' ? remoteId : null;
}

/**
 * What one payment needs next: a ticket's own, one that came later, one that applies a credit memo.
 */
export function planOnePayment(asked: AskedPayment): PlannedMoney {
  const { item, posted, wanted, waits, rows } = asked;
  const main = mainOf(posted);
  if (posted.voidDue !== null && main !== null)
    return done(
      voidWrite(
        item,
        { ...posted, voidDue: null },
        { document: main, row: rows.get(keyOf(main)) ?? null },
        {
          then: 'hold',
          why: posted.voidDue.why,
        },
      ),
    );
  if (item.lastClass === 'CLOSED' && item.attempts > 1)
    return held('closed_period', 'refused', 'QuickBooks refuses the day as one of a closed period');
  const anew = 'none' in wanted ? null : postedAnew(item, posted, rows);
  if (anew !== null) return planOnePayment({ ...asked, posted: anew });
  if (main !== null) return planStanding(asked, 'none' in wanted ? null : wanted);
  if ('none' in wanted)
    return posted.documents.length > 0
      ? kept(item, posted)
      : done({ type: 'skip', reason: wanted.none });
  if (waits !== null) return waits;
  const nth = countOf(posted, 'main') + 1;
  const { payment, key } = wanted;
  const marker = nth === 1 ? payment.marker : markerNamed(payment.marker, `posting ${nth}`);
  const read = rows.get(keyOf({ entity: 'Invoice', id: key.invoiceId })) ?? null;
  return newMoney(
    wanted.shape({ ...payment, marker }, read),
    { ...posted, payment: key },
    'main',
    true,
  );
}

export function paymentKeyOf(
  { currency, customerId, totalMinor, tender }: PaymentDocument,
  invoiceId: string,
  ownDate: string,
): PostedPayment {
  return {
    invoiceId,
    tender: tender?.tender ?? '',
    date: ownDate,
    currency,
    customerId,
    totalMinor,
  };
}

function planStanding(asked: AskedPayment, wanted: WantedPayment | null): PlannedMoney {
  const { item, posted, rows, company } = asked;
  const isToCome = 'none' in asked.wanted && asked.wanted.isToCome === true;
  if (wanted !== null && isSame(posted, wanted))
    return kept(item, { ...posted, payment: wanted.key });
  const early =
    posted.payment === null
      ? null
      : beforeStartHold(posted.payment, wanted?.key ?? null, company.settings.startDate);
  if (early !== null) return held(early.reason, early.what, early.detail);
  const hasDifferences = standing(posted).some(({ role }) => role === 'difference');
  const books = booksStateOf(posted, rows, null, {
    bookCloseDate: company.facts.bookCloseDate,
    isRefusedAsLocked: item.lastClass === 'LOCKED',
  });
  const found = foundOtherwise(wanted === null, books);
  if (found?.type === 'same') {
    const documents = posted.documents.map((one) => ({ ...one, isVoided: true, money: null }));
    return kept(item, { ...posted, documents, payment: null });
  }
  if (found !== null) return held(found.reason, found.what, found.detail);
  const main = mainOf(posted);
  if (main === null || (posted.payment === null && !hasDifferences))
    throw new Error('Bug: no payment stands, or nobody kept what it is');
  const isLocked = books.isDeposited || books.closedUpTo !== null;
  if (!isLocked && !hasDifferences)
    return done(
      voidWrite(
        item,
        posted,
        { document: main, row: rows.get(keyOf(main)) ?? null },
        {
          then: wanted !== null || isToCome ? 'step' : 'whole',
          why: null,
        },
      ),
    );
  const locked = isLocked
    ? (parkedHold(books, company.settings) ?? lockedDay(posted.payment, wanted?.key ?? null))
    : null;
  if (locked !== null) return held(locked.reason, locked.what, locked.detail);
  return receivableDifference(asked, wanted?.key ?? null);
}

/**
 * Whether it stands as it is to be, also where its new day lies in a closed period and it stands on
 * the day that this makes of it.
 */
function isSame({ payment: known }: Posted, { payment, key }: WantedPayment): boolean {
  const keys = [key, { ...key, date: payment.date }];
  return known !== null && keys.some((one) => canonicalJson(known) === canonicalJson(one));
}

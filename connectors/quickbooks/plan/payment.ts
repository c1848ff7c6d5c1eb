import { canonicalJson } from '../../../domain/canonical';
import { correctionDateOf } from '../../../domain/posting/decide/date';
import { markerNamed, moneyMarker } from '../../../domain/posting/marker';
import { paymentStep } from '../../../domain/posting/plan/payment-difference';
import {
  beforeStartHold,
  foundOtherwise,
  lockedDay,
  parkedHold,
} from '../../../domain/posting/plan/plan';
import { receivableAccount } from '../../../domain/posting/source/money-document';
import { paymentOf, type PaymentDocument } from '../../../domain/posting/source/payment';
import type { QboDocument } from '../api/wire';
import { booksStateOf, documentsNow, postedAnew, readOf } from '../books/books-state';
import {
  countOf,
  hasDifferences,
  mainOf,
  onAccount,
  type Posted,
  type PostedPayment,
} from '../books/posted';
import { decisionFor, underCare } from '../company/context';
import { heldBy, notReady, skip, type Stop } from '../company/hold';
import { shapeMoney, type MoneyShape } from '../shape/money';
import { shapePayment } from '../shape/payment';
import { inUseHold } from './in-use';
import { newMoney } from './new-document';
import { kept, voidWrite, type Planned, type PlanRequest } from './planned';
import { isWanted, saleOfPart } from './sale-of';
import type { TicketRequest } from './sales-document';

// A payment of an invoice. It is never changed: where it is not as the POS says it is voided, and
// the right one posted, so that an invoice is never paid above its total. Pure.

/** A payment as the POS has it. */
export interface WantedPayment {
  type: 'payment';
  payment: PaymentDocument;
  key: PostedPayment;
  /** `invoice`: as it was read. */
  shape: (payment: PaymentDocument, invoice: QboDocument | null) => MoneyShape;
  /** What a new one waits for. */
  waits?: Stop | null;
}

/** Why there is to be no payment; `isToCome`: one of another invoice follows. */
export interface NoPayment {
  type: 'none';
  reason: string;
  isToCome?: boolean;
}

/** The payment of one tender of a ticket, from 0. */
export function planPayment(asked: Omit<TicketRequest, 'sale'>, index: number): Planned {
  const { item, ticket, company } = asked;
  const isStanding = mainOf(item.posted) !== null;
  const { sale } = saleOfPart(item, ticket, company);
  const isStillWanted = isWanted(item, ticket);
  const inUse = inUseHold(item, company);
  if (inUse !== null) return heldBy(inUse);
  const decision = decisionFor(sale, company, isStanding ? underCare : {});
  if (isStillWanted && decision.type === 'hold') return heldBy(decision);
  const payment =
    isStillWanted && decision.type === 'post' ? paymentOf(sale, decision.document, index) : null;
  const {
    entity,
    remoteId = null,
    isOpen = false,
  } = company.references.orders.get(item.recordId) ?? {};
  // Empty where the ticket is owed, but its own document is a receipt.
  const invoiceId = entity === onAccount ? '' : entity === 'Invoice' ? remoteId : null;
  if (payment === null || (invoiceId === null && isStanding)) {
    const reason =
      ticket.kind !== 'summary' && ticket.body.voided === true ? 'voided' : 'part_gone';
    return planOnePayment(asked, { type: 'none', reason, isToCome: payment !== null });
  }
  // Until the invoice is as it is to be, a payment could be more than is owed.
  const isReady = invoiceId !== null && !isOpen;
  return planOnePayment(asked, {
    type: 'payment',
    payment,
    key: paymentKeyOf(payment, invoiceId ?? '', sale.date),
    shape: (one, row) => shapePayment(one, invoiceId ?? '', company, row),
    waits: isReady ? null : notReady({ kind: 'order', ref: item.recordId }),
  });
}

/**
 * What one payment needs next: a ticket's own, one that came later, one that applies a credit memo.
 */
export function planOnePayment(asked: PlanRequest, wanted: WantedPayment | NoPayment): Planned {
  const { item, rows } = asked;
  const { posted } = item;
  const anew = wanted.type === 'none' ? null : postedAnew(item, rows);
  if (anew !== null) return planOnePayment({ ...asked, item: { ...item, posted: anew } }, wanted);
  if (mainOf(posted) !== null) return planStanding(asked, wanted);
  if (wanted.type === 'none')
    return posted.documents.length > 0 ? kept(item, posted) : skip(wanted.reason);
  const { payment, key, shape, waits = null } = wanted;
  if (waits !== null) return waits;
  const nth = countOf(posted, 'main') + 1;
  const marker = nth === 1 ? payment.marker : markerNamed(payment.marker, `posting ${nth}`);
  const invoice = readOf(rows, { entity: 'Invoice', id: key.invoiceId });
  const shaped = shape({ ...payment, marker }, invoice);
  return newMoney(shaped, item, { ...posted, payment: key }, { role: 'main', isLast: true });
}

export function paymentKeyOf(
  { currency, customerId, totalMinor, tender }: PaymentDocument,
  invoiceId: string,
  date: string,
): PostedPayment {
  return { invoiceId, tender: tender?.tender ?? '', date, currency, customerId, totalMinor };
}

function planStanding(asked: PlanRequest, wanted: WantedPayment | NoPayment): Planned {
  const { item, company } = asked;
  const { posted } = item;
  const key = wanted.type === 'none' ? null : wanted.key;
  if (wanted.type === 'payment' && isSame(posted, wanted))
    return kept(item, { ...posted, payment: key });
  const early =
    posted.payment === null
      ? null
      : beforeStartHold(posted.payment, key, company.settings.startDate);
  if (early !== null) return heldBy(early);
  const books = booksStateOf(asked, null);
  const found = foundOtherwise(key === null, books);
  if (found?.type === 'same')
    return kept(item, { ...posted, documents: documentsNow(asked, true), payment: null });
  if (found !== null) return heldBy(found);
  const main = mainOf(posted);
  if (main === null || (posted.payment === null && !hasDifferences(posted)))
    throw new Error('Bug: no payment stands, or nobody kept what it is');
  const isLocked = books.isDeposited || books.closedUpTo !== null;
  const isFollowed = wanted.type === 'payment' || wanted.isToCome === true;
  if (!isLocked && !hasDifferences(posted))
    return voidWrite(asked, main, isFollowed ? 'step' : 'whole');
  const locked = isLocked
    ? (parkedHold(books, company.settings) ?? lockedDay(posted.payment, key))
    : null;
  return locked === null ? receivableDifference(asked, key) : heldBy(locked);
}

/**
 * Whether it stands as it is to be, also where its new day lies in a closed period and it stands on
 * the day that this makes of it.
 */
function isSame({ payment: known }: Posted, { payment, key }: WantedPayment): boolean {
  const keys = [key, { ...key, date: payment.date }];
  return known !== null && keys.some((one) => canonicalJson(known) === canonicalJson(one));
}

/**
 * A payment that may not be touched is corrected by an entry between receivables and the account of
 * its tender, as an accountant books a cheque that came back (ADR 0009).
 */
function receivableDifference(
  { item, company }: PlanRequest,
  wanted: PostedPayment | null,
): Planned {
  const { recordId, part, record, rev, changedOn, posted } = item;
  const step = paymentStep(posted.payment, wanted);
  // Only another invoice of the same customer, or a credit that is applied: receivables hold the
  // same.
  if (step === null) return kept(item, { ...posted, payment: wanted });
  if (step.of.tender === '') return kept(item, posted);
  const { of, amountMinor, net, isLast } = step;
  const dated = correctionDateOf(
    { ownDate: of.date, changedOn, what: 'payment' },
    company.settings,
    company.facts,
  );
  if (dated.type === 'hold') return heldBy(dated);
  const name = `difference ${countOf(posted, 'difference') + 1} of rev ${rev}`;
  const clearing = `clearing:${of.tender}`;
  const isMore = amountMinor > 0;
  const shaped = shapeMoney(
    {
      type: 'journal',
      marker: markerNamed(moneyMarker(record.kind, recordId, part), name),
      date: dated.date,
      notes: [isMore ? 'received' : 'taken back', ...dated.notes],
      currency: of.currency,
      exchangeRate: 'exchangeRate' in record.body ? record.body.exchangeRate : undefined,
      debit: isMore ? clearing : receivableAccount,
      credit: isMore ? receivableAccount : clearing,
      amountMinor: Math.abs(amountMinor),
      description: isMore ? 'Received' : 'Taken back',
      location: null,
      owedBy: { customerId: of.customerId, guest: null },
    },
    company,
  );
  return newMoney(shaped, item, { ...posted, payment: net }, { role: 'difference', isLast });
}

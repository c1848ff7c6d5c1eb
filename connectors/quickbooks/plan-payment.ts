import { canonicalJson } from '../../domain/canonical';
import { paymentOf, type PaymentDocument } from '../../domain/posting/payment';
import type { Composed, Outgoing } from '../connector';
import { booksMoneyOf, isSameBooksMoney } from './books-money';
import { booksStateOf, type ReadRows } from './books-state';
import { adopted, touched } from './create-document';
import { creation } from './creation';
import type { DocumentFinding } from './findings';
import { hold } from './hold';
import { markerNamed } from './new-document';
import { decisionFor, isWanted, saleOfPart, type Place } from './place';
import {
  countOf,
  keyOf,
  labelsIn,
  mainOf,
  postedOf,
  snapshotOf,
  type Posted,
  type PostedPayment,
} from './posted';
import type { DocumentSource } from './sale-of';
import { shapePayment } from './shape-money';
import { voidWrite } from './void-document';

// A payment of the invoice that the same record is. It is never changed: where it is not as the till says it
// is voided, and the right one posted, so that an invoice is never paid above its total. Pure.

/** A payment that does not stand in the books yet. */
export interface NewPayment {
  type: 'payment';
  payment: PaymentDocument;
  key: PostedPayment;
  posted: Posted;
}

export type PlannedPayment = { type: 'done'; composed: Composed } | NewPayment;

interface Asked {
  item: Outgoing;
  ticket: DocumentSource;
  place: Place;
  rows: ReadRows;
}

export function planPayment(asked: Asked, index: number): PlannedPayment {
  const { item, ticket, place, rows } = asked;
  const posted = postedOf(item, 'Payment');
  const main = mainOf(posted);
  if (posted.voidDue !== null && main !== null)
    return done(voidWrite(item, { ...posted, voidDue: null }, main, rows.get(keyOf(main)) ?? null, { then: 'hold', why: posted.voidDue.why })); // prettier-ignore
  const { sale } = saleOfPart(item, ticket, place);
  const changes = main === null ? {} : { startDate: null, closed: { mode: 'firstOpenDay' as const } }; // prettier-ignore
  const decision = decisionFor(sale, place, changes);
  const isStillWanted = isWanted(item, ticket);
  if (isStillWanted && decision.type === 'hold')
    return held(decision.reason, decision.what, decision.detail);
  const payment = isStillWanted && decision.type === 'post' ? paymentOf(sale, decision.document, index) : null; // prettier-ignore
  const invoice = place.references.orders.get(item.recordId);
  const invoiceId = invoice?.entity === 'Invoice' ? (invoice.remoteId ?? null) : null;
  if (main !== null) {
    const key = payment === null || invoiceId === null ? null : paymentKeyOf(payment, invoiceId);
    if (payment !== null && key !== null && isSame(asked, posted, payment, key))
      return same(item, { ...posted, payment: key });
    return voided(asked, posted, payment !== null);
  }
  if (payment === null) {
    if (posted.documents.length > 0) return same(item, posted);
    const reason =
      ticket.kind !== 'summary' && ticket.body.voided === true ? 'voided' : 'part_gone';
    return done({ type: 'skip', reason });
  }
  // Until the invoice is as it is to be, a payment could be more than is owed.
  const isOpen = invoice?.isOpen ?? false;
  if (invoiceId === null || isOpen)
    return done({ type: 'notReady', missing: [{ kind: 'order', ref: item.recordId, isOpen }] });
  const nth = countOf(posted, 'main') + 1;
  const marker = nth === 1 ? payment.marker : markerNamed(payment.marker, `posting ${nth}`);
  return { type: 'payment', payment: { ...payment, marker }, key: paymentKeyOf(payment, invoiceId), posted }; // prettier-ignore
}

export function composePayment(
  { payment, key, posted }: NewPayment,
  place: Place,
  finding: DocumentFinding | null,
): Composed {
  const { totalMinor, currency, date: txnDate } = payment;
  const labels = { totalMinor };
  const withNew = (id: string, version: string | null, money: Posted['documents'][number]['money']): Posted => ({
    ...posted,
    payment: key,
    documents: [...posted.documents, { entity: 'Payment', id, version, docNumber: null, role: 'main', isVoided: false, money }],
  }); // prettier-ignore
  if (finding?.found === 'touched') return touched('Payment', finding.id);
  if (finding?.found === 'ours')
    return adopted(withNew(finding.id, finding.syncToken, booksMoneyOf(finding.row)), labels, true);
  const shaped = shapePayment(payment, key.invoiceId, place.references, place.facts);
  if (shaped.type === 'stop') return shaped.composed;
  const { payload, marker } = shaped;
  const natural = { kind: 'document', docNumber: null, marker, totalMinor, currency, txnDate };
  return creation('Payment', payload, snapshotOf(withNew('', null, null), labels), natural);
}

function done(composed: Composed): PlannedPayment {
  return { type: 'done', composed };
}

function same(item: Outgoing, posted: Posted): PlannedPayment {
  const labels = labelsIn(item.snapshot);
  return done({
    type: 'adopt',
    remoteId: item.remoteId ?? '',
    remoteVersion: item.remoteVersion,
    snapshot: snapshotOf(posted, labels),
    isLinked: false,
  });
}

function paymentKeyOf(payment: PaymentDocument, invoiceId: string): PostedPayment {
  const { date, currency, customerId, totalMinor, tender } = payment;
  return { invoiceId, tender: tender?.tender ?? '', date, currency, customerId, totalMinor };
}

/** Whether it stands as it is to be; of one that an older version wrote the books say so. */
function isSame(
  asked: Asked,
  posted: Posted,
  payment: PaymentDocument,
  key: PostedPayment,
): boolean {
  if (posted.payment !== null) return canonicalJson(posted.payment) === canonicalJson(key);
  const { references, facts } = asked.place;
  const main = mainOf(posted);
  const shaped = shapePayment(payment, key.invoiceId, references, facts);
  const wanted = shaped.type === 'shaped' ? booksMoneyOf(shaped.payload) : null;
  const found = booksMoneyOf(asked.rows.get(main === null ? '' : keyOf(main)));
  return wanted !== null && found !== null && isSameBooksMoney(wanted, found);
}

function voided({ item, place, rows }: Asked, posted: Posted, isFollowed: boolean): PlannedPayment {
  const main = mainOf(posted);
  if (main === null) throw new Error('Bug: a void without a payment');
  const books = booksStateOf(posted, rows, null, {
    bookCloseDate: place.facts.bookCloseDate,
    isRefusedAsLocked: item.lastClass === 'LOCKED',
  });
  if (books.isGone || books.isVoided) {
    if (isFollowed)
      return held('changed_in_books', 'voided', 'A person voided or deleted the payment, the till changed it'); // prettier-ignore
    const documents = posted.documents.map((one) => ({ ...one, isVoided: true, money: null }));
    return same(item, { ...posted, documents, payment: null });
  }
  if (books.change !== null) return held('changed_in_books', 'money', books.change);
  if (books.isDeposited)
    return held('locked', 'deposited', 'The payment is deposited: take it out of the deposit, or correct it by hand'); // prettier-ignore
  if (books.closedUpTo !== null)
    return held('closed_period', books.closedUpTo, `The books are closed up to ${books.closedUpTo}`); // prettier-ignore
  const row = rows.get(keyOf(main)) ?? null;
  return done(voidWrite(item, posted, main, row, { then: isFollowed ? 'step' : 'whole', why: null })); // prettier-ignore
}

function held(reason: string, what: string, detail: string): PlannedPayment {
  return done(hold(reason, what, detail));
}

import { dateOf } from '../../../domain/posting/decide/date';
import { sumMinor, textToMinor } from '../../../domain/money';
import type { Composed, Outgoing } from '../../contract';
import type { ReadRows } from '../books/books-state';
import { circleDocuments } from '../settle/circle';
import { mergedPayload } from '../shape/merge-document';
import type { NewMoney, PlannedMoney } from './new-money';
import { linkLine, openItems, type OpenItem } from '../settle/open-items';
import type { Place } from '../company/context';
import {
  countOf,
  keyOf,
  labelsIn,
  postedIn,
  snapshotOf,
  type BooksKey,
  type Posted,
} from '../books/posted';
import { settlementMarker } from '../settle/settlement-marker';
import { currencyFields, markerOf, noteOf } from '../shape/sales-form';
import { documentContentSchema } from '../api/wire';

// What nets to zero on a customer's account is applied to each other (ADR 0018): after each write
// that opens something there the delivery looks at all documents of its circle and applies charges
// to credits, by a payment of
// 0.00 or by what a payment has left, until one side has nothing open. It moves no money. Pure.

/**
 * Refusals of one application after which it is left to a person: somebody else applied it
 * meanwhile.
 */
const triesMax = 5;

/**
 * Applications of one delivery after which it makes no more: two deliveries that free and apply the
 * same documents in turn would go on for ever. What is open then stays open beside each other.
 */
const appliedMax = 12;

/** What is read before a delivery settles its circle; null where it has nothing to settle now. */
export function settlingToRead(item: Outgoing, place: Place): BooksKey[] | null {
  if (dueOf(item) === null) return null;
  const circle = circleDocuments(item, place);
  return circle === null ? [] : [...circle.standing, ...circle.settlements];
}

/** What is due before anything else; a document that has to be voided goes first. */
function dueOf({ snapshot }: Outgoing): { posted: Posted; rev: number; isLast: boolean } | null {
  const posted = snapshot === null ? null : postedIn(snapshot);
  if (posted?.unapplied === undefined || posted.unapplied === null || posted.voidDue !== null)
    return null;
  return { posted, ...posted.unapplied };
}

/** The circle first, then whatever is planned; `next` gets the delivery without what was due. */
export function afterSettling<T>(
  item: Outgoing,
  place: Place,
  rows: ReadRows,
  next: (item: Outgoing) => T,
): T | PlannedMoney {
  const due = dueOf(item);
  if (due === null) return next(item);
  const { posted, rev, isLast } = due;
  const applies = nextApplication(item, place, rows, posted);
  if (applies !== null) return applies;
  const snapshot = snapshotOf({ ...posted, unapplied: null }, labelsIn(item.snapshot));
  if (!isLast || rev !== item.rev) return next({ ...item, snapshot });
  const { remoteVersion } = item;
  const remoteId = item.remoteId ?? '';
  return {
    type: 'done',
    composed: { type: 'adopt', remoteId, remoteVersion, snapshot, isLinked: false },
  };
}

/** The currency of a circle, with its rate; null where its sale is not known. */
function currencyOf(
  { record }: Outgoing,
  { references }: Place,
): Parameters<typeof currencyFields>[0] | null {
  if (record.kind === 'order' || record.kind === 'invoice' || record.kind === 'refund')
    return record.body;
  if (record.kind !== 'payment') return null;
  return references.sales.get(`invoice/${record.body.invoiceId ?? ''}`)?.ticket.body ?? null;
}

function nextApplication(
  item: Outgoing,
  place: Place,
  rows: ReadRows,
  posted: Posted,
): PlannedMoney | null {
  const circle = circleDocuments(item, place);
  const money = currencyOf(item, place);
  const isRefused = item.lastClass === 'STALE' && item.attempts >= triesMax;
  const isEnough = countOf(posted, 'applied') >= appliedMax;
  if (circle === null || money === null || isRefused || isEnough) return null;
  const items = openItems(circle.standing, rows, money.currency);
  const { bookCloseDate } = place.facts;
  const isOpenDay = (date: string): boolean => bookCloseDate === null || date > bookCloseDate;
  const isPayment = ({ entity }: OpenItem): boolean => entity === 'Payment';
  const met = meeting(items.filter((one) => !isPayment(one)));
  if (met !== null) return application(item, place, posted, met, money);
  // What is deposited or in a closed period stays as it is.
  const isFree = ({ isDeposited, date }: OpenItem): boolean =>
    !isDeposited && item.lastClass !== 'LOCKED' && isOpenDay(date);
  const ofPayments = meeting(items.filter((one) => !isPayment(one) || isFree(one)));
  const [first] = (ofPayments ?? []).filter(isPayment);
  if (ofPayments === null || first === undefined) return null;
  const write = fromPayment(first, ofPayments, rows, posted, item, money.currency);
  return write === null ? null : { type: 'done', composed: write };
}

/** An open item with how much of it is applied. */
interface Applied extends OpenItem {
  minor: number;
}

/**
 * By these an item meets others, the nearest first: an entry what takes it back, then what one
 * record has, then all.
 */
function groupsOf({ customer, of, entity, isApart }: OpenItem): string[] {
  const names = [[customer, of, entity], [customer, of], ...(isApart ? [] : [[customer]])];
  return names.map((name) => JSON.stringify(name));
}

/** The charges and credits of one customer that are applied to each other next, in equal sums. */
function meeting(items: readonly OpenItem[]): Applied[] | null {
  const groups = [0, 1, 2].flatMap((rank) => items.map((one) => groupsOf(one)[rank]));
  for (const group of new Set(groups)) {
    const own = items.filter((one) => groupsOf(one).some((name) => name === group));
    const charges = own.filter(({ openMinor }) => openMinor > 0);
    const credits = own.filter(({ openMinor }) => openMinor < 0);
    const minor = Math.min(sumOf(charges), sumOf(credits));
    if (minor > 0) return [...upTo(charges, minor), ...upTo(credits, minor)];
  }
  return null;
}

function sumOf(items: readonly OpenItem[]): number {
  return sumMinor(items.map(({ openMinor }) => Math.abs(openMinor)));
}

/** Of these in their order as much as comes to the sum. */
function upTo(items: readonly OpenItem[], sum: number): Applied[] {
  let left = sum;
  return items.flatMap((one) => {
    const minor = Math.min(left, Math.abs(one.openMinor));
    left -= minor;
    return minor === 0 ? [] : [{ ...one, minor }];
  });
}

/** A payment of 0.00 that applies them. */
function application(
  item: Outgoing,
  { facts }: Place,
  posted: Posted,
  met: readonly Applied[],
  money: Parameters<typeof currencyFields>[0],
): NewMoney | null {
  const { currency } = money;
  const day =
    met
      .map(({ date }) => date)
      .sort()
      .at(-1) ?? '';
  const dated = dateOf(day, 'application', { closed: { mode: 'firstOpenDay' } }, facts);
  if (dated.type === 'hold') return null;
  const marker = markerOf({ marker: settlementMarker(item, countOf(posted, 'applied') + 1) });
  const { date: txnDate, notes } = dated;
  const payload = {
    CustomerRef: { value: met[0]?.customer ?? '' },
    TxnDate: txnDate,
    TotalAmt: 0,
    PrivateNote: noteOf({ notes, guest: null, tender: null }, marker),
    ...currencyFields(money, facts),
    Line: met.map((one) => linkLine(one, one.minor, currency)),
  };
  const shaped = {
    type: 'shaped' as const,
    entity: 'Payment' as const,
    payload,
    marker,
    totalMinor: 0,
    currency,
    txnDate,
  };
  return { type: 'money', shaped, posted, role: 'applied', isLast: false };
}

/**
 * What a payment has left is applied by itself: its lines with those of the charges that it meets.
 */
function fromPayment(
  payment: Applied,
  met: readonly Applied[],
  rows: ReadRows,
  posted: Posted,
  item: Outgoing,
  currency: string,
): Composed | null {
  const row = rows.get(keyOf(payment)) ?? null;
  const read = documentContentSchema.safeParse(row);
  if (row === null || !read.success) return null;
  const { Line: lines, SyncToken: syncToken, TotalAmt = 0, PrivateNote: note = '' } = read.data;
  const kept = lines.flatMap(({ Amount = 0, LinkedTxn = [] }) =>
    LinkedTxn.slice(0, 1).map(({ TxnId, TxnType }) => ({
      Amount,
      LinkedTxn: [{ TxnId, TxnType }],
    })),
  );
  const charges = upTo(
    met.filter(({ openMinor }) => openMinor > 0),
    payment.minor,
  );
  const added = charges.map((one) => linkLine(one, one.minor, currency));
  return {
    type: 'write',
    write: {
      operation: 'update',
      entity: 'Payment',
      group: 'batch',
      payload: mergedPayload(
        row,
        { TotalAmt, PrivateNote: note, Line: [...kept, ...added] },
        note,
        null,
      ),
      isLinked: false,
      snapshot: snapshotOf(posted, labelsIn(item.snapshot)),
      natural: {
        ...{ kind: 'document', docNumber: null, marker: note, currency, txnDate: payment.date },
        totalMinor: textToMinor(TotalAmt, currency) ?? 0,
        edits: { id: payment.id, syncToken },
        then: 'step',
        isSettling: true,
      },
    },
  };
}

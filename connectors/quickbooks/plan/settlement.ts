import { dateOf } from '../../../domain/posting/decide/date';
import { sumMinor, textToMinor } from '../../../domain/money';
import type { Composed, Outgoing } from '../../contract';
import type { ReadRows } from '../books/books-state';
import { circleDocuments, type CircleDocuments } from '../settle/circle';
import { mergedPayload } from '../shape/merge-document';
import { contestedMax, done, kept, type NewMoney, type PlannedMoney } from './new-money';
import type { Planned } from './sales-form';
import { linkLine, openItems, type OpenItem } from '../settle/open-items';
import type { CompanyContext } from '../company/context';
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
 * Applications for one write after which its delivery makes no more: others free again what they
 * are about to change, and apply it themselves afterwards.
 */
const madeMax = 12;

/** What is read before planning: `own`, and its circle where it is to apply open items there. */
export function readToSettle(
  item: Outgoing,
  company: CompanyContext,
  own: () => BooksKey[],
): BooksKey[] {
  const due = dueOf(item);
  if (due === null) return own();
  const { standing, settlements } = circleDocuments(item, company) ?? noDocuments;
  return [...standing, ...settlements, ...(isAllDone(item, due) ? [] : own())];
}

const noDocuments: CircleDocuments = { standing: [], settlements: [] };

/** What is to be settled; a document that has to be voided goes first. */
function dueOf({ snapshot }: Outgoing): Due | null {
  const posted = snapshot === null ? null : postedIn(snapshot);
  if (posted?.unapplied === undefined || posted.unapplied === null || posted.voidDue !== null)
    return null;
  return { ...posted, unapplied: posted.unapplied };
}

type Due = Posted & { unapplied: NonNullable<Posted['unapplied']> };

/** Whether nothing but the settling is left of this revision. */
function isAllDone({ rev }: Outgoing, { unapplied }: Due): boolean {
  return unapplied.isLast && unapplied.rev === rev;
}

/**
 * What is to be written first, then the circle. In the other order two deliveries of a sale that
 * both have something to write would free and apply the same documents in turn.
 */
export function beforeSettling<T extends Planned | PlannedMoney>(
  item: Outgoing,
  company: CompanyContext,
  rows: ReadRows,
  plan: (item: Outgoing) => T,
): T | PlannedMoney {
  const due = dueOf(item);
  if (due === null) return plan(item);
  const isDone = isAllDone(item, due);
  const planned = isDone ? null : plan(item);
  if (planned !== null && (planned.type !== 'done' || planned.composed.type === 'write'))
    return planned;
  // It was freed for a change that has to wait: applied again it would be freed again.
  const isFreed = !due.unapplied.isLast && planned?.composed.type !== 'adopt';
  if (planned !== null && isFreed) return planned;
  const applies = nextApplication(item, company, rows, due);
  if (applies !== null) return applies;
  const settled = { ...due, unapplied: null };
  if (isDone) return kept(item, settled);
  return plan({ ...item, snapshot: snapshotOf(settled, labelsIn(item.snapshot)) });
}

/** The currency of a circle, with its rate; null where its sale is not known. */
function currencyOf(
  { record }: Outgoing,
  { references }: CompanyContext,
): Parameters<typeof currencyFields>[0] | null {
  if (record.kind === 'order' || record.kind === 'invoice' || record.kind === 'refund')
    return record.body;
  if (record.kind !== 'payment') return null;
  return references.sales.get(`invoice/${record.body.invoiceId ?? ''}`)?.ticket.body ?? null;
}

function nextApplication(
  item: Outgoing,
  company: CompanyContext,
  rows: ReadRows,
  due: Due,
): PlannedMoney | null {
  const circle = circleDocuments(item, company);
  const money = currencyOf(item, company);
  const isRefused = item.lastClass === 'STALE' && item.attempts >= contestedMax;
  const { unapplied } = due;
  const isEnough = unapplied.made >= madeMax;
  if (circle === null || money === null || isRefused || isEnough) return null;
  const posted = { ...due, unapplied: { ...unapplied, made: unapplied.made + 1 } };
  const items = openItems(circle.standing, rows, money.currency);
  const { bookCloseDate } = company.facts;
  const isOpenDay = (date: string): boolean => bookCloseDate === null || date > bookCloseDate;
  const isPayment = ({ entity }: OpenItem): boolean => entity === 'Payment';
  // What is deposited or in a closed period stays as it is.
  const isFree = ({ isDeposited, date }: OpenItem): boolean =>
    !isDeposited && item.lastClass !== 'LOCKED' && isOpenDay(date);
  const met =
    meeting(items.filter((one) => !isPayment(one))) ??
    meeting(items.filter((one) => !isPayment(one) || isFree(one)));
  if (met === null) return null;
  // Who waits to be free of it would free it again at once.
  if (isAllDone(item, due) && met.some(({ isChanging }) => isChanging))
    return done({ type: 'later', detail: 'Documents of this sale are being changed' });
  const payment = met.find(isPayment);
  if (payment === undefined) return application(item, company, posted, { met, money });
  const write = fromPayment({ payment, met }, rows, posted, { item, currency: money.currency });
  return write === null ? null : done(write);
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
  { facts }: CompanyContext,
  posted: Posted,
  { met, money }: { met: readonly Applied[]; money: Parameters<typeof currencyFields>[0] },
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
  { payment, met }: { payment: Applied; met: readonly Applied[] },
  rows: ReadRows,
  posted: Posted,
  { item, currency }: { item: Outgoing; currency: string },
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

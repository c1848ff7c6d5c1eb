import { sumMinor, textToMinor } from '../../../domain/money';
import { dateOf } from '../../../domain/posting/decide/date';
import type { Outgoing } from '../../contract';
import { readOf } from '../books/books-state';
import { countOf, labelsIn, type BooksKey, type Posted, type PostedItem } from '../books/posted';
import type { CompanyContext } from '../company/context';
import { stop } from '../company/hold';
import { circleDocuments, type CircleDocuments } from '../settle/circle';
import { linkLine, openItems, settlementMarker, type OpenItem } from '../settle/open-items';
import { currencyFields, markerOf, noteOf } from '../shape/sales-form';
import { contestedMax, newMoney } from './new-document';
import { kept, updateWrite, type Planned, type PlanRequest } from './planned';

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
  item: PostedItem,
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
function dueOf({ posted }: PostedItem): Due | null {
  const { unapplied = null, voidDue } = posted;
  return unapplied === null || voidDue !== null ? null : { ...posted, unapplied };
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
export function beforeSettling(asked: PlanRequest, plan: (asked: PlanRequest) => Planned): Planned {
  const { item } = asked;
  const due = dueOf(item);
  if (due === null) return plan(asked);
  const isDone = isAllDone(item, due);
  const planned = isDone ? null : plan(asked);
  if (planned?.type === 'write' || planned?.type === 'new') return planned;
  // It was freed for a change that has to wait: applied again it would be freed again.
  if (planned?.type === 'stop' && !due.unapplied.isLast) return planned;
  const applies = nextApplication(asked, due);
  if (applies !== null) return applies;
  const settled = { ...due, unapplied: null };
  return isDone ? kept(item, settled) : plan({ ...asked, item: { ...item, posted: settled } });
}

/** The currency of a circle, with its rate; null where its sale is not known. */
function currencyOf({ item: { record }, company }: PlanRequest): Money | null {
  if (record.kind === 'order' || record.kind === 'invoice' || record.kind === 'refund')
    return record.body;
  if (record.kind !== 'payment') return null;
  const { sales } = company.references;
  return sales.get(`invoice/${record.body.invoiceId ?? ''}`)?.ticket.body ?? null;
}

type Money = Parameters<typeof currencyFields>[0];

function nextApplication(asked: PlanRequest, due: Due): Planned | null {
  const { item, company, rows } = asked;
  const circle = circleDocuments(item, company);
  const money = currencyOf(asked);
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
    return stop({ type: 'later', detail: 'Documents of this sale are being changed' });
  const applying = { ...asked, item: { ...item, posted } };
  const payment = met.find(isPayment);
  return payment === undefined
    ? application(applying, met, money)
    : fromPayment(applying, payment, met, money.currency);
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
  { item, company: { facts } }: PlanRequest,
  met: readonly Applied[],
  money: Money,
): Planned | null {
  const { posted } = item;
  const { currency } = money;
  const [day = ''] = met
    .map(({ date }) => date)
    .sort()
    .reverse();
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
  const found = { entity: 'Payment', payload, marker, totalMinor: 0, currency, txnDate } as const;
  return newMoney({ type: 'shaped', ...found }, item, posted, { role: 'applied', isLast: false });
}

/**
 * What a payment has left is applied by itself: its lines with those of the charges that it meets.
 */
function fromPayment(
  { item, rows }: PlanRequest,
  payment: Applied,
  met: readonly Applied[],
  currency: string,
): Planned | null {
  const read = readOf(rows, payment);
  if (read === null) return null;
  const { Line: lines, TotalAmt = 0, PrivateNote: note = '' } = read;
  const kept = lines.flatMap(({ Amount = 0, LinkedTxn: [link] }) =>
    link === undefined ? [] : [{ Amount, LinkedTxn: [link] }],
  );
  const charges = met.filter(({ openMinor }) => openMinor > 0);
  const added = upTo(charges, payment.minor).map((one) => linkLine(one, one.minor, currency));
  const payload = { TotalAmt, PrivateNote: note, Line: [...kept, ...added] };
  const totalMinor = textToMinor(TotalAmt, currency) ?? 0;
  const sought = { marker: note, totalMinor, currency, txnDate: payment.date };
  return updateWrite(
    'Payment',
    read,
    { payload, marker: note },
    {
      posted: item.posted,
      labels: labelsIn(item.snapshot),
      natural: { kind: 'document', docNumber: null, ...sought, isSettling: true },
      then: 'step',
    },
  );
}

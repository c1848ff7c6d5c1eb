import type { PayoutBody, RecordBody } from '../../bodies';
import type { PaidOutKind } from '../../words';
import { groupBy } from '../../group-by';
import { minorToText, sumMinor } from '../../money';
import { hold, type Hold } from '../document';
import { receivedTenders } from './ticket';
import { keyOf } from '../../records/record-references';

// What a payout lists against what the tender brought there and what other payouts list
// (accounting.md#clearing): money that came in once leaves the clearing account once.

/** A payout that lists a thing. */
export interface ListingPayout {
  payoutId: string;
  body: PayoutBody;
  /** In the books, or on its way there. */
  isPosted: boolean;
  /** May still be posted by itself. */
  isOpen: boolean;
}

/**
 * An order, refund, invoice or payment that payouts list. Amounts are signed minor units of its
 * currency.
 */
export interface ListedThing {
  kind: PaidOutKind;
  recordId: string;
  /** Null where it is in the currency of the books, or its currency is not known. */
  currency: string | null;
  /** What each tender brought of it; a voided one brought nothing. */
  broughtMinor: Readonly<Record<string, number>>;
  /** Of an invoice: its payments. What lists one of them lists a part of the invoice. */
  paymentIds: readonly string[];
  /** Of a payment: its invoice, which is listed beside it; null of all others. */
  invoiceId: string | null;
  /**
   * Those that list it or charge it back, or a payment of it, in the order in which they came,
   * neither deleted nor voided.
   */
  payouts: readonly ListingPayout[];
}

/** What each tender brought of a ticket or a payment; `payments`: of an invoice. */
export function broughtBy(
  content: RecordBody,
  payments: readonly RecordBody[],
): Readonly<Record<string, number>> {
  const brought: Record<string, number> = {};
  const add = (tender: string, minor: number): void => {
    brought[tender] = (brought[tender] ?? 0) + minor;
  };
  if (content.kind === 'order' || content.kind === 'refund') {
    if (content.body.voided !== true)
      for (const { tender, amountMinor } of receivedTenders(content)) add(tender, amountMinor);
  }
  for (const { kind, body } of [content, ...payments])
    if (kind === 'payment' && body.voided !== true) add(body.tender, body.amountMinor);
  return brought;
}

/** The tender whose money a payout pays out. */
export function tenderOfPayout({ tender, processor }: PayoutBody): string {
  return tender ?? processor;
}

/** Where a payout lists something: as paid out, or as charged back. */
type Listing = 'includes' | 'chargebacks';

/** What a payout lists of a thing; of an invoice, its payments too. */
function linesOf(body: PayoutBody, listing: Listing, thing: ListedThing): PaidOutLine[] {
  const keys = new Set([
    keyOf(thing),
    ...thing.paymentIds.map((recordId) => keyOf({ kind: 'payment', recordId })),
  ]);
  return (body[listing] ?? []).filter((line) => keys.has(keyOf(line)));
}

/** What a payout pays out of a thing, an invoice with its payments. */
export function paidOutOf(body: PayoutBody, thing: ListedThing): number {
  return minorOf(linesOf(body, 'includes', thing));
}

/** Whether a payout lists the thing by its own name. */
export function namesItself(
  body: PayoutBody,
  thing: Pick<ListedThing, 'kind' | 'recordId'>,
  listing: Listing = 'includes',
): boolean {
  return (body[listing] ?? []).some((line) => keyOf(line) === keyOf(thing));
}

type PaidOutLine = PayoutBody['includes'][number];

function minorOf(lines: readonly PaidOutLine[]): number {
  return sumMinor(lines.map(({ amountMinor }) => amountMinor));
}

/** The payout that is asked about, and where in it. */
interface Asked {
  recordId: string;
  body: PayoutBody;
  currency: string;
  listing: Listing;
}

/**
 * Why a payout is not booked: it lists something at another amount than was brought or is left, or
 * charges back more than was brought; null where it may be.
 */
export function payoutHold(
  recordId: string,
  body: PayoutBody,
  currency: string,
  listed: (kind: PaidOutKind, recordId: string) => ListedThing | undefined,
): Hold | null {
  for (const listing of ['includes', 'chargebacks'] as const) {
    const asked = { recordId, body, currency, listing };
    for (const [, [first]] of groupBy(body[listing] ?? [], keyOf)) {
      const thing = first === undefined ? undefined : listed(first.kind, first.recordId);
      // In another currency the processor's rate decides.
      const isOther = (thing?.currency ?? currency) !== currency;
      if (thing === undefined || isOther) continue;
      const invoice = thing.invoiceId === null ? undefined : listed('invoice', thing.invoiceId);
      const found = listedHold(asked, thing) ?? wholeHold(asked, invoice);
      if (found !== null) return found;
    }
  }
  return null;
}

/** Paid out once, or in parts that are the whole together; charged back at most once. */
function listedHold(asked: Asked, thing: ListedThing): Hold | null {
  const { soFarMinor, allMinor, broughtMinor, isPosted } = countedOf(asked, thing);
  if (asked.listing === 'chargebacks')
    return 0 - soFarMinor <= Math.abs(broughtMinor) ? null : differs(asked, thing);
  // By those before it, or, where it is paid out in parts, by all of them together.
  if (soFarMinor === broughtMinor || allMinor === broughtMinor) return null;
  // What is in the books leaves a rest where the sale grew since: that lies on the clearing
  // account.
  return isPosted && isWithin(soFarMinor, broughtMinor) ? null : differs(asked, thing);
}

/** Of a payment: where its invoice is listed by its own name, that has its money in it. */
function wholeHold(asked: Asked, invoice: ListedThing | undefined): Hold | null {
  if (invoice === undefined) return null;
  const bodies = [asked.body, ...invoice.payouts.map(({ body }) => body)];
  if (!bodies.some((body) => namesItself(body, invoice, asked.listing))) return null;
  if (asked.listing === 'chargebacks') return listedHold(asked, invoice);
  const { soFarMinor, broughtMinor } = countedOf(asked, invoice);
  return isWithin(soFarMinor, broughtMinor) ? null : differs(asked, invoice);
}

/** What a payout lists of a thing, with what counts before it and with all that list it. */
function countedOf(
  { recordId, body, listing }: Asked,
  thing: ListedThing,
): {
  soFarMinor: number;
  allMinor: number;
  broughtMinor: number;
  isPosted: boolean;
  rest: ListingPayout[];
} {
  const tender = tenderOfPayout(body);
  const same = thing.payouts.filter((one) => tenderOfPayout(one.body) === tender);
  const own = same.findIndex((one) => one.payoutId === recordId);
  const rest = same.filter(({ payoutId }) => payoutId !== recordId);
  const before = same.filter(
    ({ isPosted, isOpen }, index) => index !== own && (isPosted || (isOpen && index < own)),
  );
  const withOwn = (some: readonly ListingPayout[]): number =>
    minorOf([body, ...some.map((one) => one.body)].flatMap((one) => linesOf(one, listing, thing)));
  return {
    soFarMinor: withOwn(before),
    allMinor: withOwn(rest),
    broughtMinor: thing.broughtMinor[tender] ?? 0,
    isPosted: same[own]?.isPosted === true,
    rest,
  };
}

function differs(asked: Asked, thing: ListedThing): Hold {
  const { recordId, body, currency, listing } = asked;
  const { broughtMinor, rest } = countedOf(asked, thing);
  const text = (minor: number): string => minorToText(minor, currency);
  const lines = linesOf(body, listing, thing);
  const names = [...new Set(lines.map(({ kind, recordId: id }) => `${kind} ${id}`))];
  const of = names.includes(`${thing.kind} ${thing.recordId}`)
    ? ''
    : ` of ${thing.kind} ${thing.recordId}`;
  const isBack = listing === 'chargebacks';
  const already = rest.flatMap((one) => {
    const others = linesOf(one.body, listing, thing);
    return others.length === 0 ? [] : [`${text(minorOf(others))} in payout ${one.payoutId}`];
  });
  const verb = isBack ? 'charged back' : 'paid out';
  const before =
    already.length === 0 ? '' : ` and was ${verb} already: ${already.slice(0, 5).join(', ')}`;
  const detail =
    `Payout ${recordId} lists ${isBack ? 'a chargeback of ' : ''}` +
    `${names.slice(0, 5).join(' and ')}${of} at ${text(minorOf(lines))}; its tender ` +
    `${tenderOfPayout(body)} brought ${text(broughtMinor)}${before}. Correct the payout or the ` +
    `${thing.kind}, or void the payout that is too much`;
  return hold('payout_differs', 'payout', detail);
}

function isWithin(minor: number, broughtMinor: number): boolean {
  return broughtMinor < 0
    ? minor >= broughtMinor && minor <= 0
    : minor >= 0 && minor <= broughtMinor;
}

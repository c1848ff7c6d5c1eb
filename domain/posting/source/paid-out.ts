import type { PaidOutKind, PayoutBody, RecordBody } from '../../bodies';
import { groupBy } from '../../group-by';
import { minorToText, sumMinor } from '../../money';
import type { Hold } from '../document';
import { receivedTenders } from './ticket';

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
  /** In the order in which they came, neither deleted nor voided. */
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
function tenderOfPayout({ tender, processor }: PayoutBody): string {
  return tender ?? processor;
}

/**
 * Why a payout is not booked: it lists something at another amount than was brought or is left;
 * null where it may be.
 */
export function payoutHold(
  recordId: string,
  body: PayoutBody,
  currency: string,
  listed: (kind: PaidOutKind, recordId: string) => ListedThing | undefined,
): Hold | null {
  const tender = tenderOfPayout(body);
  for (const [, [first, ...more]] of groupBy(body.includes, keyOf)) {
    const thing = first === undefined ? undefined : listed(first.kind, first.recordId);
    if (first === undefined || thing === undefined) continue;
    // In another currency the processor's rate decides.
    if (thing.currency !== null && thing.currency !== currency) continue;
    const amountMinor = sumMinor([first, ...more].map((one) => one.amountMinor));
    const broughtMinor = thing.broughtMinor[tender] ?? 0;
    const others = thing.payouts.filter((one) => tenderOfPayout(one.body) === tender);
    const own = others.findIndex((one) => one.payoutId === recordId);
    const of = ({ body: { includes } }: ListingPayout): number =>
      sumMinor(includes.flatMap((one) => (keyOf(one) === keyOf(first) ? [one.amountMinor] : [])));
    const rest = others.filter(({ payoutId }) => payoutId !== recordId);
    const before = others.filter(
      ({ isPosted, isOpen }, index) => index !== own && (isPosted || (isOpen && index < own)),
    );
    // By those before it, or, where it is paid out in parts, by all of them together.
    const [soFarMinor, allMinor] = [before, rest].map(
      (some) => sumMinor(some.map(of)) + amountMinor,
    );
    if (soFarMinor === broughtMinor || allMinor === broughtMinor) continue;
    // What is in the books leaves a rest where the sale grew since: that lies on the clearing
    // account.
    if (others[own]?.isPosted === true && isWithin(soFarMinor ?? 0, broughtMinor)) continue;
    const text = (minor: number): string => minorToText(minor, currency);
    const what = `${first.kind} ${first.recordId}`;
    const already = rest.map((one) => `${text(of(one))} in payout ${one.payoutId}`).slice(0, 5);
    const paidOut = already.length === 0 ? '' : ` and was paid out already: ${already.join(', ')}`;
    const detail =
      `Payout ${recordId} lists ${what} at ${text(amountMinor)}; its tender ${tender} ` +
      `brought ${text(broughtMinor)}${paidOut}. Correct the payout or the ${first.kind}, or ` +
      'void the payout that is too much';
    return { type: 'hold', reason: 'payout_differs', what: 'payout', detail };
  }
  return null;
}

function isWithin(minor: number, broughtMinor: number): boolean {
  return broughtMinor < 0
    ? minor >= broughtMinor && minor <= 0
    : minor >= 0 && minor <= broughtMinor;
}

function keyOf({ kind, recordId }: { kind: PaidOutKind; recordId: string }): string {
  return `${kind}/${recordId}`;
}

import type { CashBody, ExchangeRate } from '../../bodies';
import { moneyMarker } from '../marker';
import type { Hold, PostingDocument } from '../document';
import type { SaleTender } from '../sale';
import type { PostingSettings } from '../settings';

// Money that moves between accounts without a sale of its own, in our words. Accounts are keys of
// mappings.

/** One line of a booking: what came to its account from there; negative: what went there. */
export interface BookingLine {
  account: string;
  amountMinor: number;
  description: string;
}

interface Head {
  marker: string;
  notes: readonly string[];
  date: string;
  currency: string;
  exchangeRate?: ExchangeRate | undefined;
}

export type MoneyDocument = Head &
  (
    | { type: 'booking'; account: string; lines: readonly BookingLine[] }
    | { type: 'transfer'; from: string; to: string; amountMinor: number }
    | {
        type: 'journal';
        debit: string;
        credit: string;
        amountMinor: number;
        description: string;
        location: string | null;
        /** Whose receivables they are, where one of the accounts is `receivable`. */
        owedBy?: OwedBy | undefined;
      }
  );

/** A customer of the till, or a guest. */
export type OwedBy = Pick<PostingDocument, 'customerId' | 'guest'>;

/** What customers owe: each entry on it names its customer (quickbooks.md#journal-entries). */
export const receivableAccount = 'receivable';

export type MoneyDecision = MoneyDocument | Hold | { type: 'nothing'; reason: string };

/**
 * The account between the sides of an exchange: zero as soon as all its tenders are moved (ADR
 * 0006).
 */
export const exchangeAccount = 'clearing:exchange';

/** What one tender of such a ticket brought to its own account. */
export function moveOf(
  head: Head,
  part: string,
  { tender, amountMinor }: SaleTender,
): MoneyDocument {
  const own = `clearing:${tender}`;
  const [from, to] = amountMinor > 0 ? [exchangeAccount, own] : [own, exchangeAccount];
  return {
    type: 'transfer',
    ...head,
    marker: partMarker(head.marker, part),
    from,
    to,
    amountMinor: Math.abs(amountMinor),
  };
}

/**
 * What one tender paid back of a sale that is an invoice: its credit memo takes it off what the
 * customer owes, this puts it back there and out of the tender's account, so that both come to
 * nothing (accounting.md#refunds, #edits, ADR 0012). A tender that brought money beside those that
 * paid back goes the other way: a line below zero is refused.
 */
export function paidBackOf(
  head: Head,
  part: string,
  { tender, amountMinor, reference }: SaleTender,
  { owedBy, location }: { owedBy: OwedBy; location: string },
): MoneyDocument {
  const own = `clearing:${tender}`;
  const isPaidBack = amountMinor > 0;
  return {
    type: 'journal',
    ...head,
    marker: partMarker(head.marker, part),
    notes: reference === null ? head.notes : [...head.notes, reference],
    debit: isPaidBack ? receivableAccount : own,
    credit: isPaidBack ? own : receivableAccount,
    amountMinor: Math.abs(amountMinor),
    description: isPaidBack ? 'Paid back' : 'Received with a refund',
    location,
    owedBy,
  };
}

function partMarker(marker: string, part: string): string {
  return marker.replace(/^(truth-sync \w+) /, `$1 ${part.replace('-', ' ')} of `);
}

/**
 * Cash that was put in, taken out, or counted otherwise than booked (accounting.md#when-to-post).
 */
export function cashDocument(
  body: CashBody,
  recordId: string,
  homeCurrency: string,
  settings: Pick<PostingSettings, 'cash'>,
): MoneyDecision {
  if (settings.cash.mode === 'off') return { type: 'nothing', reason: 'cash_off' };
  if (body.amountMinor === 0) return { type: 'nothing', reason: 'nothing_to_post' };
  const drawer = `clearing:${body.tender}`;
  const other = `cash:${body.account ?? 'over-short'}`;
  const isIn = body.type === 'paid_in' || (body.type === 'difference' && body.amountMinor > 0);
  const word = { paid_in: 'paid in', paid_out: 'paid out', difference: 'difference' }[body.type];
  return {
    type: 'journal',
    marker: moneyMarker('cash', recordId, ''),
    notes: body.reason === undefined ? [word] : [word, body.reason],
    date: body.businessDate,
    currency: body.currency ?? homeCurrency,
    exchangeRate: body.exchangeRate,
    debit: isIn ? drawer : other,
    credit: isIn ? other : drawer,
    amountMinor: Math.abs(body.amountMinor),
    description: body.reason === undefined ? `Cash ${word}` : `Cash ${word}: ${body.reason}`,
    location: body.location ?? 'default',
  };
}

import type { CashBody, ExchangeRate } from '../bodies';
import { moneyMarker } from './marker';
import type { Hold } from './document';
import type { SaleTender } from './sale';
import type { PostingSettings } from './settings';

// Money that moves between accounts without a sale of its own, in our words. Accounts are keys of mappings.

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
        location: string;
      }
  );

export type MoneyDecision = MoneyDocument | Hold | { type: 'nothing'; reason: string };

/** The account between the halves of an exchange: zero as soon as all its tenders are moved (ADR 0006). */
const exchangeAccount = 'clearing:exchange';

/** What one tender of such a ticket brought to its own account. */
export function moveOf(
  head: Head,
  part: string,
  { tender, amountMinor }: SaleTender,
): MoneyDocument {
  const own = `clearing:${tender}`;
  const [from, to] = amountMinor > 0 ? [exchangeAccount, own] : [own, exchangeAccount];
  const marker = head.marker.replace(/^(truth-sync \w+) /, `$1 ${part.replace('-', ' ')} of `);
  return { type: 'transfer', ...head, marker, from, to, amountMinor: Math.abs(amountMinor) };
}

/** Cash that was put in, taken out, or counted otherwise than booked (accounting.md 3). */
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

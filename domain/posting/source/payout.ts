import type { PayoutBody } from '../../bodies';
import { minorToText, sumMinor } from '../../money';
import type { BookingLine, MoneyDecision } from './money-document';
import { moneyMarker } from '../marker';

// What a processor paid out (accounting.md#clearing): gross out of clearing, fees to expense, the
// net on the bank, so that the bank's feed matches one line.

/** The account on which a payout's money lies until it is paid out. */
export function clearingOf({ tender, processor }: PayoutBody): string {
  return `clearing:${tender ?? processor}`;
}

/**
 * One part of a payout. A clearing account of type Bank cannot be emptied by a deposit line: then
 * the net is a transfer, and fees and the like are booked on the clearing account itself
 * (quickbooks.md#deposits).
 */
export function payoutPart(
  body: PayoutBody,
  recordId: string,
  part: string,
  { currency, isClearingBank }: { currency: string; isClearingBank: boolean },
): MoneyDecision {
  const bank = `bank:${body.processor}`;
  const head = {
    marker: moneyMarker('payout', recordId, part),
    notes: [
      ...(body.reference === undefined || body.reference === recordId ? [] : [body.reference]),
      ...(body.chargebacks ?? []).map(chargebackText),
    ],
    date: body.businessDate,
    currency,
    exchangeRate: body.exchangeRate,
  };
  const others = otherLines(body);
  if (!isClearingBank) {
    if (part === 'fees') return { type: 'nothing', reason: 'within_deposit' };
    const lines = [...includedLine(body, recordId, currency), ...others];
    if (lines.length === 0) return { type: 'nothing', reason: 'nothing_to_post' };
    return { type: 'booking', ...head, account: bank, lines };
  }
  if (part === 'fees')
    return others.length === 0
      ? { type: 'nothing', reason: 'nothing_to_post' }
      : { type: 'booking', ...head, account: clearingOf(body), lines: others };
  const { netMinor } = body;
  if (netMinor === 0) return { type: 'nothing', reason: 'nothing_to_post' };
  const [from, to] = netMinor > 0 ? [clearingOf(body), bank] : [bank, clearingOf(body)];
  return { type: 'transfer', ...head, from, to, amountMinor: Math.abs(netMinor) };
}

/** Sales less refunds, out of clearing in one line. */
function includedLine(body: PayoutBody, recordId: string, currency: string): BookingLine[] {
  const sum = (isRefund: boolean): number =>
    sumMinor(
      body.includes
        .filter(({ kind }) => (kind === 'refund') === isRefund)
        .map(({ amountMinor }) => amountMinor),
    );
  const [salesMinor, refundsMinor] = [sum(false), sum(true)];
  const amountMinor = salesMinor + refundsMinor;
  if (amountMinor === 0) return [];
  const sales = `payout ${body.reference ?? recordId}: sales ${minorToText(salesMinor, currency)}`;
  const refunds = refundsMinor === 0 ? '' : `, refunds ${minorToText(refundsMinor, currency)}`;
  return [{ account: clearingOf(body), amountMinor, description: sales + refunds }];
}

/** Links it to the sale, which has no link of its own there. */
function chargebackText({ kind, recordId }: { kind: string; recordId: string }): string {
  return `chargeback of ${kind} ${recordId}`;
}

/** What has an account of its own: chargebacks with the sale they belong to, adjustments, fees. */
function otherLines(body: PayoutBody): BookingLine[] {
  const { processor, feesMinor, chargebacks = [], adjustments = [] } = body;
  const lines = [
    ...chargebacks.map(({ kind, recordId, amountMinor }) => ({
      account: `chargebacks:${processor}`,
      amountMinor,
      description: chargebackText({ kind, recordId }),
    })),
    ...adjustments.map(({ name, amountMinor }) => ({
      account: `adjustments:${processor}`,
      amountMinor,
      description: name,
    })),
    { account: `fees:${processor}`, amountMinor: 0 - feesMinor, description: 'processor fees' },
  ];
  return lines.filter(({ amountMinor }) => amountMinor !== 0);
}

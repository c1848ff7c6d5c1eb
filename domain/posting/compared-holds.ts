import type { HoldCode } from '../hold-reasons';
import { unpaid } from './source/unpaid';

/**
 * Reasons of holds that compare a record with others: its sale, deposit, invoice or payout. Each is
 * looked at again when what it is compared with changes, so that it lifts by itself and its text
 * names present figures.
 */
export const comparedHolds = [
  unpaid,
  'payment_above_invoice',
  'paid_above_total',
  'refund_above_sale',
  'refund_without_tender',
  'in_use',
  'deposit_differs',
  'credit_not_owed',
  'currency_differs',
  'too_many_entries',
  'payout_differs',
] as const satisfies readonly HoldCode[];

export function isComparedHold(reason: string | null): boolean {
  return reason !== null && (comparedHolds as readonly string[]).includes(reason);
}

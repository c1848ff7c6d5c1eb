import type { NamedAmount, OrderBody, OrderLine } from '../../bodies';
import { signOf, sumMinor } from '../../money';

// What of an order is given back: lines below zero, and fees below zero where the sale cannot bear
// them (accounting.md#documents).

export function isBack(line: OrderLine): boolean {
  return signOf(line.quantity) < 0 || line.netMinor < 0;
}

export function isBackFee(fee: NamedAmount): boolean {
  return fee.amountMinor < 0;
}

/**
 * Whether the fees below zero of an order (a discount, loyalty money) are given back by a refund of
 * their own: with them what is sold, or its tax, would be below zero, and no sales form says that.
 */
export function areFeesGivenBack(order: OrderBody): boolean {
  const {
    fees = [],
    shipping = [],
    tips = [],
    giftCards,
    deposits = [],
    roundingMinor = 0,
  } = order;
  if (!fees.some(isBackFee)) return false;
  const sold = order.lines.filter((line) => !isBack(line));
  const amounts = [...fees, ...shipping];
  const taxes = [...sold, ...amounts].flatMap((line) => line.taxes ?? []);
  const taxMinor = sumMinor(taxes.map((tax) => tax.taxMinor));
  const untaxedMinor = sumMinor([
    ...sold.map((line) => line.netMinor),
    ...[...amounts, ...tips, ...(giftCards?.sold ?? [])].map((one) => one.amountMinor),
    ...[...(giftCards?.used ?? []), ...deposits].map((one) => 0 - one.amountMinor),
    roundingMinor,
  ]);
  return taxMinor < 0 || untaxedMinor + taxMinor < 0;
}

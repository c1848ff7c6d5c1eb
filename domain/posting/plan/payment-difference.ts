import { canonicalJson } from '../../canonical';

// A payment that is in the books and may not be touched there: deposited, or of a closed period.
// What it was too much or too little goes between receivables and the account of its tender (ADR
// 0009).

/** A payment as far as it is money. */
export interface PaymentMoney {
  tender: string;
  customerId: string | null;
  currency: string;
  totalMinor: number;
}

/** What more (positive) or less was received. */
export interface PaymentStep<T extends PaymentMoney> {
  of: T;
  amountMinor: number;
  /** What is posted once it is. */
  net: T | null;
  isLast: boolean;
}

/**
 * The next entry on the way from what is posted to what is wanted (null: nothing); null where none
 * is needed.
 */
export function paymentStep<T extends PaymentMoney>(
  net: T | null,
  wanted: T | null,
): PaymentStep<T> | null {
  if (wanted === null)
    return net === null
      ? null
      : { of: net, amountMinor: 0 - net.totalMinor, net: null, isLast: true };
  if (net === null)
    return { of: wanted, amountMinor: wanted.totalMinor, net: wanted, isLast: true };
  // Another customer, currency or tender moves the whole.
  const head = ({ tender, customerId, currency }: T): string =>
    canonicalJson({ tender, customerId, currency });
  if (head(net) !== head(wanted))
    return { of: net, amountMinor: 0 - net.totalMinor, net: null, isLast: false };
  const amountMinor = wanted.totalMinor - net.totalMinor;
  return amountMinor === 0 ? null : { of: wanted, amountMinor, net: wanted, isLast: true };
}

import type { ExchangeRate } from '../../bodies';
import type { PostingDocument } from '../document';
import type { Sale, SaleTender } from '../sale';

// Money received on an invoice of ours: each of several tenders is one payment, so that each
// clearing account holds what it got (accounting.md#documents, #clearing).

export interface PaymentDocument {
  marker: string;
  date: string;
  currency: string;
  customerId: string | null;
  exchangeRate?: ExchangeRate | null | undefined;
  /** Behind the marker. */
  notes?: readonly string[] | undefined;
  /** Null where no money moves. */
  tender: SaleTender | null;
  totalMinor: number;
}

/**
 * Whether these tenders are booked as an invoice and a payment each; money given back in one has no
 * rule.
 */
export function areSeveralPayments(tenders: readonly SaleTender[]): boolean {
  return tenders.length > 1 && tenders.every(({ amountMinor }) => amountMinor > 0);
}

/**
 * The payment of one tender of a sale, on the day of its invoice; null where there is no such
 * tender.
 */
export function paymentOf(
  sale: Sale,
  invoice: PostingDocument,
  index: number,
): PaymentDocument | null {
  const tender = sale.tenders?.[index];
  if (tender === undefined || invoice.type !== 'invoice') return null;
  return {
    marker: invoice.marker.replace(/^(truth-sync \w+) /, `$1 payment ${index + 1} of `),
    date: invoice.date,
    currency: invoice.currency,
    exchangeRate: invoice.exchangeRate,
    customerId: invoice.customerId,
    tender,
    totalMinor: tender.amountMinor,
  };
}

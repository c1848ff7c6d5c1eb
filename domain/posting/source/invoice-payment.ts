import type { PaymentBody } from '../../bodies';
import { customerIdOf } from '../guests';
import type { KnownSale } from './known-sale';
import { paymentMarker } from '../marker';
import type { PaymentDocument } from './payment';

/**
 * A payment that came later, of an invoice of ours (accounting.md#examples, E11b): on its own day,
 * from the invoice's customer.
 */
export function invoicePayment(
  body: PaymentBody,
  recordId: string,
  { ticket, recordId: invoiceId }: KnownSale,
): PaymentDocument {
  const { tender, amountMinor, reference = null } = body;
  const { number } = body;
  return {
    marker: paymentMarker(recordId, invoiceId),
    notes: number === recordId ? [] : [number],
    date: body.businessDate,
    currency: ticket.body.currency,
    exchangeRate: body.exchangeRate,
    customerId: customerIdOf(ticket.body) ?? null,
    tender: { tender, amountMinor, reference },
    totalMinor: amountMinor,
  };
}

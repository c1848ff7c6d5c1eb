// Names of the deliveries of a ticket. Those that others refer to, `refund` and `sale`, stand
// behind all others in the alphabet.

/**
 * The sale of an order that came while `paid.as` was `invoicePayment`: it keeps that way, whatever
 * is set later.
 */
export const invoicedPart = 'sale-invoice';
/**
 * The document of a refund that came while `refund.invoice` was `creditMemo`: it keeps that way,
 * whatever is set later.
 */
export const creditedPart = 'refund-credit';

export const paymentPrefix = 'payment-';
export const firstPayment = `${paymentPrefix}1`;
export const movePrefix = 'move-';
/** A tender of a refund that came as `refund-credit`. */
export const backPrefix = 'back-';
/** The payment of 0.00 by which a credit memo is applied to its invoice. */
export const appliedPart = 'applied';

/** Whether the part moves a tender, also where the ticket has none such any more. */
export function isMovePart(part: string): boolean {
  return part.startsWith(movePrefix) || part.startsWith(backPrefix);
}

/** Which tender a part is the payment of, from 0; null where it is none. */
export function tenderOfPart(part: string): number | null {
  return part.startsWith(paymentPrefix) ? Number(part.slice(paymentPrefix.length)) - 1 : null;
}

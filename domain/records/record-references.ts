import type { DepositAmount, RecordBody } from '../bodies';
import { customerIdOf } from '../posting/guests';
import type { Kind } from '../words';

// What a record refers to: what must be in a system before it.

/** A record by its kind and id. */
export interface Thing {
  kind: Kind;
  recordId: string;
}

/** One text for a record, as a key of maps: `kind/recordId`. */
export function keyOf({ kind, recordId }: { kind: string; recordId: string }): string {
  return `${kind}/${recordId}`;
}

/**
 * Records that this one refers to; where one id may be of two kinds, both. SKUs are no records of
 * their own.
 */
export function thingsReferredTo(content: RecordBody | null): Thing[] {
  switch (content?.kind) {
    case 'order':
      return [...customerOf(customerIdOf(content.body)), ...paymentsOf(content.body.deposits)];
    case 'invoice':
      return customerOf(customerIdOf(content.body));
    case 'refund':
      return [
        ...customerOf(customerIdOf(content.body)),
        ...paymentsOf(content.body.deposits),
        ...salesOf(content),
      ];
    case 'payment':
      return [...customerOf(content.body.customerId), ...salesOf(content)];
    case 'payout':
      return [...content.body.includes, ...(content.body.chargebacks ?? [])].map(
        ({ kind, recordId }) => ({ kind, recordId }),
      );
    case 'customer':
    case 'product':
    case 'inventory':
    case 'cash':
    case 'summary':
    case undefined:
      return [];
  }
}

function customerOf(customerId: string | undefined): Thing[] {
  return customerId === undefined ? [] : [{ kind: 'customer', recordId: customerId }];
}

function paymentsOf(deposits: readonly DepositAmount[] = []): Thing[] {
  return deposits.map(({ paymentId }) => ({ kind: 'payment', recordId: paymentId }));
}

/**
 * Record id of the order whose lay-away money this is, uses or gives back; null where it is none of
 * these.
 */
export function layAwayOf(content: RecordBody, recordId: string): string | null {
  if (content.kind === 'payment') return content.body.depositFor ?? null;
  if (content.kind === 'order') return content.body.deposits === undefined ? null : recordId;
  if (content.kind !== 'refund' || content.body.deposits === undefined) return null;
  return content.body.orderId ?? null;
}

/**
 * The sale that a refund gives back or a payment pays. A refund may name an order or an invoice.
 */
export function salesOf(content: RecordBody): Thing[] {
  if (content.kind === 'payment') {
    const { invoiceId } = content.body;
    return invoiceId === undefined ? [] : [{ kind: 'invoice', recordId: invoiceId }];
  }
  if (content.kind !== 'refund' || content.body.orderId === undefined) return [];
  // A deposit is given back of its payment: the order that it was for may never come.
  if (content.body.deposits !== undefined) return [];
  const recordId = content.body.orderId;
  return [
    { kind: 'order', recordId },
    { kind: 'invoice', recordId },
  ];
}

/** Record id of the sale that a refund, payment or deposit belongs to; null where it names none. */
export function saleIdOf(content: RecordBody | null): string | null {
  if (content?.kind === 'refund') return content.body.orderId ?? null;
  if (content?.kind !== 'payment') return null;
  return content.body.invoiceId ?? content.body.depositFor ?? null;
}

import type { RecordBody } from '../bodies';
import type { JsonObject, Kind } from '../words';
import { invoicedPart, tenderOfPart } from './part-names';
import { isOwed } from './ticket';

/**
 * Documents on a customer's account that belong together: of a sale its invoices, payments and refunds that are owed;
 * of a refund that is paid back its credit memo and the entries that pay it. What nets to zero in one is applied to
 * each other.
 */
export interface Circle {
  kind: 'sale' | 'refund';
  /** Record id of the order, invoice or refund. */
  recordId: string;
}

/** A delivery of a circle, with what it knows of its documents. */
export interface CirclePart {
  kind: Kind;
  recordId: string;
  snapshot: JsonObject;
}

export function circleKey({ kind, recordId }: Circle): string {
  return `${kind}/${recordId}`;
}

/** The circle of a delivery; null where it puts nothing on account, or nothing of it is there that others could meet. */
export function circleOf(
  { recordId, part, record }: { recordId: string; part: string; record: RecordBody },
  isPosted: boolean,
): Circle | null {
  switch (record.kind) {
    case 'payment': {
      const { invoiceId } = record.body;
      return invoiceId === undefined ? null : { kind: 'sale', recordId: invoiceId };
    }
    case 'refund': {
      const { orderId } = record.body;
      if (orderId === undefined || record.body.deposits !== undefined) return null;
      return isOwed(record.body)
        ? { kind: 'sale', recordId: orderId }
        : { kind: 'refund', recordId };
    }
    case 'invoice':
      return isPosted ? { kind: 'sale', recordId } : null;
    case 'order':
      return tenderOfPart(part) !== null || (part === invoicedPart && isPosted)
        ? { kind: 'sale', recordId }
        : null;
    case 'customer':
    case 'product':
    case 'inventory':
    case 'payout':
    case 'cash':
    case 'summary':
      return null;
  }
}

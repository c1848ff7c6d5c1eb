import type { RecordBody } from '../../bodies';
import type { JsonObject, Kind } from '../../words';
import { invoicedPart, tenderOfPart } from '../part-names';
import { isOwed } from '../source/ticket';

// The documents of one sale on its customer's account: invoices, payments, and what is given back.
// What nets to zero among them is applied to each other (ADR 0018).

/** A delivery of a sale, with what it knows of its documents. */
export interface CirclePart {
  kind: Kind;
  recordId: string;
  snapshot: JsonObject;
  /**
   * A refund that is paid back and not whole yet: what it takes off the account it puts back there
   * itself.
   */
  isApart: boolean;
  /** A newer revision of it is about to be written: what it needs free is left free. */
  isChanging: boolean;
}

/**
 * Record id of the sale whose circle a delivery belongs to; null where it puts nothing on account,
 * or nothing is there that it could meet. `isPosted`: something of the delivery is in the books.
 */
export function circleOf(
  { recordId, part, record }: { recordId: string; part: string; record: RecordBody },
  isPosted: boolean,
): string | null {
  switch (record.kind) {
    case 'payment':
      return record.body.invoiceId ?? null;
    case 'refund': {
      const { orderId, deposits } = record.body;
      return deposits === undefined ? (orderId ?? null) : null;
    }
    case 'invoice':
      return isPosted ? recordId : null;
    case 'order':
      return tenderOfPart(part) !== null || (part === invoicedPart && isPosted) ? recordId : null;
    case 'customer':
    case 'product':
    case 'inventory':
    case 'payout':
    case 'cash':
    case 'summary':
      return null;
  }
}

/** Whether a record meets only itself until it is whole. */
export function isApart(record: RecordBody): boolean {
  return record.kind === 'refund' && !isOwed(record.body);
}

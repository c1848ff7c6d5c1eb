import { z } from 'zod';

import type { ChangeBody, RecordBody } from '../domain/bodies';
import type { Kind } from '../domain/words';
import { cash, payment, payout, recordPayment, recordPayout } from './money-bodies';
import {
  invoice,
  order,
  recordInvoice,
  recordOrder,
  recordRefund,
  refund,
  tillInvoice,
  tillOrder,
  tillRefund,
} from './sale-bodies';
import { customer, inventory, product, recordProduct, stock, summary } from './thing-bodies';

// The JSON of changes and records: what intake accepts (`Change` in `/v1/openapi.json`) and what
// the tables hold.

/** The body that a change of the POS must have, by its kind. */
export const changeBodySchemas = {
  customer,
  product,
  inventory,
  order: tillOrder,
  refund: tillRefund,
  invoice: tillInvoice,
  payment,
  payout,
  cash,
} as const;

/**
 * The body of a change of any source by its kind; throws ZodError where it is not what the kind
 * asks for.
 */
export function parseChangeBody(kind: Kind, body: unknown): ChangeBody {
  switch (kind) {
    case 'summary':
      throw new Error('Bug: nobody sends a summary');
    case 'inventory':
      return { kind, body: inventory.parse(body) };
    case 'customer':
      return { kind, body: customer.parse(body) };
    case 'product':
      return { kind, body: product.parse(body) };
    case 'order':
      return { kind, body: order.parse(body) };
    case 'refund':
      return { kind, body: refund.parse(body) };
    case 'invoice':
      return { kind, body: invoice.parse(body) };
    case 'payment':
      return { kind, body: payment.parse(body) };
    case 'payout':
      return { kind, body: payout.parse(body) };
    case 'cash':
      return { kind, body: cash.parse(body) };
  }
}

/** A record's body by its kind. */
export function parseRecordBody(kind: Kind, body: unknown): RecordBody {
  switch (kind) {
    case 'summary':
      return { kind, body: summary.parse(body) };
    case 'inventory':
      return { kind, body: stock.parse(body) };
    case 'product':
      return { kind, body: recordProduct.parse(body) };
    case 'order':
      return { kind, body: recordOrder.parse(body) };
    case 'refund':
      return { kind, body: recordRefund.parse(body) };
    case 'invoice':
      return { kind, body: recordInvoice.parse(body) };
    case 'payment':
      return { kind, body: recordPayment.parse(body) };
    case 'payout':
      return { kind, body: recordPayout.parse(body) };
    case 'customer':
      return { kind, body: customer.parse(body) };
    case 'cash':
      return { kind, body: cash.parse(body) };
  }
}

/**
 * The body, or null where the present schemas refuse what is stored: that is for its own record to
 * show.
 */
export function readRecordBody(kind: Kind, body: unknown): RecordBody | null {
  try {
    return parseRecordBody(kind, body);
  } catch (error) {
    if (error instanceof z.ZodError) return null;
    throw error;
  }
}

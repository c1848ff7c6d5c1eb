import { decide } from '../../domain/posting/decide';
import type { Decision, DocumentType } from '../../domain/posting/document';
import type { Sale } from '../../domain/posting/sale';
import type { PostingSettings } from '../../domain/posting/settings';
import { saleOfTicket, type Ticket } from '../../domain/posting/ticket';
import type { Outgoing, References } from '../connector';
import type { QboFacts } from './facts';
import type { DocumentEntity } from './shape';
import { taxCodeOf } from './tax-codes';

// What planning and composing a document rest on: company, mappings, settings, and the sale of a part.

/** What both askings need. */
export interface Place {
  references: References;
  facts: QboFacts;
  settings: PostingSettings;
}

export const entityOf: Readonly<Record<DocumentType, DocumentEntity>> = {
  salesReceipt: 'SalesReceipt',
  refundReceipt: 'RefundReceipt',
  invoice: 'Invoice',
};
export const typeOfEntity = { SalesReceipt: 'salesReceipt', RefundReceipt: 'refundReceipt', Invoice: 'invoice' } as const; // prettier-ignore

/** The sale of a part of a ticket. */
export function saleOfPart(item: Outgoing, ticket: Ticket): Sale {
  const isRefund = ticket.kind === 'refund' || item.part === 'refund';
  return saleOfTicket(ticket, item.recordId, isRefund ? 'refund' : 'sale');
}

/** Whether the till still wants it: neither taken away nor voided. */
export function isWanted(item: Outgoing, ticket: Ticket): boolean {
  return item.op === 'present' && ticket.body.voided !== true;
}

/** What posting decides for a sale in this company. */
export function decisionFor(sale: Sale, place: Place, changes: Partial<PostingSettings> = {}): Decision {
  const { references, facts, settings } = place;
  return decide(sale, { ...settings, ...changes }, {
    ...facts,
    taxCode: (taxKey) => taxCodeOf(taxKey, references, facts),
  });
} // prettier-ignore

import type { RecordBody } from '../bodies';
import { isAmountOnly } from './amount-refund';
import type { Share, Shares } from './summary-shares';
import { sharesOf } from './summary-shares';
import {
  isThroughExchange,
  partsOfOrder,
  saleOfTicket,
  type DocumentPart,
  type Ticket,
} from './ticket';

// Tickets of the POS as members of daily summaries.

export type SummaryTicket = Exclude<Ticket, { kind: 'invoice' }>;

/** The ticket that a record is, where it is one that a summary may hold. */
export function ticketOf(content: RecordBody | null): SummaryTicket | null {
  return content?.kind === 'order' || content?.kind === 'refund' ? content : null;
}

export interface TicketShare {
  part: DocumentPart;
  share: Share;
}

/** All shares of a ticket: one for each side and tender. Where one part has no rule, none of it is summed up. */
export function ticketShares(
  ticket: SummaryTicket,
  recordId: string,
): { type: 'shares'; shares: TicketShare[] } | Extract<Shares, { type: 'hold' }> {
  if (isThroughExchange(ticket))
    return {
      type: 'hold',
      reason: 'not_built',
      what: 'several_tenders',
      detail: 'An even exchange or one of several tenders, a refund of several, or money given back in another tender', // prettier-ignore
    };
  if (ticket.kind === 'refund' && ticket.body.deposits !== undefined)
    return {
      type: 'hold',
      reason: 'not_built',
      what: 'deposit_back',
      detail: 'A deposit that is given back on a day of summaries',
    };
  // Which lines and tax it gives back its sale says, and what came before it: no share may change with those.
  if (ticket.kind === 'refund' && ticket.body.orderId !== undefined && isAmountOnly(ticket.body))
    return {
      type: 'hold',
      reason: 'not_built',
      what: 'amount_only',
      detail: 'A refund of a sale that says an amount and no lines: send the lines that it gives back', // prettier-ignore
    };
  const parts: DocumentPart[] = ticket.kind === 'order' ? partsOfOrder(ticket.body) : ['refund'];
  const shares: TicketShare[] = [];
  for (const part of parts) {
    const sale = saleOfTicket(ticket, recordId, part);
    const shared = sharesOf(sale, ticket.body.location ?? 'default');
    if (shared.type === 'hold') return shared;
    for (const share of shared.shares) shares.push({ part, share });
  }
  return { type: 'shares', shares };
}

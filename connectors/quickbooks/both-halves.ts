import type { Hold } from '../../domain/posting/document';
import { partsOfOrder, saleOfTicket } from '../../domain/posting/ticket';
import type { Outgoing } from '../connector';
import { decisionFor, type Place } from './place';
import type { DocumentSource } from './sale-of';

/**
 * Why a ticket that is a sale and a refund in one cannot be posted: one half that no rule posts keeps the other
 * and the moves of its tenders out too, so that nothing of it is posted by half. Null where both can.
 */
export function otherHalfHold(
  { recordId, part }: Pick<Outgoing, 'recordId' | 'part'>,
  ticket: DocumentSource,
  place: Place,
): Hold | null {
  if (ticket.kind !== 'order') return null;
  const parts = partsOfOrder(ticket.body);
  if (parts.length < 2) return null;
  for (const other of parts) {
    if (other === part) continue;
    // Day and start are the same for both; each looks at its own document about them.
    const decision = decisionFor(saleOfTicket(ticket, recordId, other), place, { startDate: null, closed: { mode: 'firstOpenDay' } }); // prettier-ignore
    if (decision.type === 'hold')
      return { ...decision, detail: `Its ${other} cannot be posted, so neither is this: ${decision.detail}` }; // prettier-ignore
  }
  return null;
}

import type { OrderBody } from '../../../domain/bodies';
import type { Hold } from '../../../domain/posting/document';
import {
  partsOfOrder,
  saleOfTicket,
  type DocumentPart,
} from '../../../domain/posting/source/ticket';
import type { Outgoing } from '../../contract';
import { decisionFor, underCare, type DecisionContext } from '../company/context';
import type { DocumentSource } from './sale-of';

// A mixed ticket is a sale and a return in one and is posted as a whole: a side that no rule posts
// keeps the other and the moves of its tenders out too.

/** What of its other side keeps this part of a ticket out of the books; null where nothing does. */
export function otherSideHold(
  { recordId, part }: Pick<Outgoing, 'recordId' | 'part'>,
  ticket: DocumentSource,
  company: DecisionContext,
): Hold | null {
  if (ticket.kind !== 'order') return null;
  const found = heldSide(ticket.body, recordId, company, part);
  if (found === null) return null;
  const { side, hold } = found;
  return { ...hold, detail: `Its ${side} cannot be posted, so neither is this: ${hold.detail}` };
}

/**
 * What keeps a mixed ticket out of daily summaries, by itself as on a day without; null
 * where nothing does.
 */
export function mixedTicketHold(
  body: OrderBody,
  recordId: string,
  company: DecisionContext,
): Hold | null {
  const found = heldSide(body, recordId, company, null);
  if (found === null) return null;
  const { side, hold } = found;
  return { ...hold, detail: `Its ${side} cannot be posted, so none of it is: ${hold.detail}` };
}

function heldSide(
  body: OrderBody,
  recordId: string,
  company: DecisionContext,
  except: string | null,
): { side: DocumentPart; hold: Hold } | null {
  const parts = partsOfOrder(body);
  if (parts.length < 2) return null;
  for (const side of parts) {
    if (side === except) continue;
    // Day and start are the same for both; each looks at its own document about them.
    const sale = saleOfTicket({ kind: 'order', body }, recordId, side);
    const decision = decisionFor(sale, company, underCare);
    if (decision.type === 'hold') return { side, hold: decision };
  }
  return null;
}

import type { OrderBody } from '../../../domain/bodies';
import type { Hold } from '../../../domain/posting/document';
import {
  partsOfOrder,
  saleOfTicket,
  type DocumentPart,
} from '../../../domain/posting/source/ticket';
import type { Outgoing } from '../../contract';
import type { DecisionContext } from '../company/context';
import { decisionFor } from './context';
import type { DocumentSource } from './sale-of';

// A ticket that is a sale and a refund in one is posted as a whole: one half that no rule posts
// keeps the other and the moves of its tenders out too, so that nothing of it is posted by half.

/** What of its other half keeps this part of a ticket out of the books; null where nothing does. */
export function otherHalfHold(
  { recordId, part }: Pick<Outgoing, 'recordId' | 'part'>,
  ticket: DocumentSource,
  company: DecisionContext,
): Hold | null {
  if (ticket.kind !== 'order') return null;
  const found = heldHalf(ticket.body, recordId, company, part);
  if (found === null) return null;
  const { half, hold } = found;
  return { ...hold, detail: `Its ${half} cannot be posted, so neither is this: ${hold.detail}` };
}

/**
 * What keeps a ticket of two halves out of daily summaries, by itself as on a day without; null
 * where nothing does.
 */
export function halvesHold(
  body: OrderBody,
  recordId: string,
  company: DecisionContext,
): Hold | null {
  const found = heldHalf(body, recordId, company, null);
  if (found === null) return null;
  const { half, hold } = found;
  return { ...hold, detail: `Its ${half} cannot be posted, so none of it is: ${hold.detail}` };
}

function heldHalf(
  body: OrderBody,
  recordId: string,
  company: DecisionContext,
  except: string | null,
): { half: DocumentPart; hold: Hold } | null {
  const parts = partsOfOrder(body);
  if (parts.length < 2) return null;
  for (const half of parts) {
    if (half === except) continue;
    // Day and start are the same for both; each looks at its own document about them.
    const decision = decisionFor(saleOfTicket({ kind: 'order', body }, recordId, half), company, {
      startDate: null,
      closed: { mode: 'firstOpenDay' },
    });
    if (decision.type === 'hold') return { half, hold: decision };
  }
  return null;
}

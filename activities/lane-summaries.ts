import type { Pool } from 'pg';

import { readRecords, withCursor } from '../database/absorb-store';
import { lockDeliveriesOf } from '../database/deliveries';
import type { PickedDelivery } from '../database/outgoing';
import { modesOf } from '../database/summaries';
import { readSummary } from '../database/summary-members';
import { SummaryFold, type SummarySale } from '../domain/posting/summary';
import { summaryIdOf, type Shares } from '../domain/posting/summary-shares';
import { ticketOf, ticketShares } from '../domain/posting/summary-tickets';
import type { Thing } from '../domain/record-references';
import { recordKey } from '../domain/absorb';
import { isAlone } from './join-summaries';
import type { LaneTurn } from './lane-turn';
import { wantDeliveries } from './want-deliveries';

// What a lane does for daily summaries before it composes.

/** A ticket of a day of summaries that no summary can hold, and why. */
interface Unshared {
  delivery: PickedDelivery;
  shared: Extract<Shares, { type: 'hold' }>;
}

/**
 * The due deliveries that are posted by themselves. A ticket of a day of summaries that waits here was kept back
 * until now (direction, dependency, redrive): it joins its summary, it is never sent alone.
 */
export async function withoutSummedUp(
  pool: Pool,
  { tenant, now }: LaneTurn,
  due: readonly PickedDelivery[],
): Promise<{ due: PickedDelivery[]; sent: Unshared[] }> {
  const tickets = due.flatMap((delivery) => {
    const ticket = ticketOf(delivery.record);
    const wasAlone = delivery.remoteId !== null && delivery.snapshot?.['summary'] === undefined;
    // What comes voided, or is no part any more, has nothing to leave: composing passes it over.
    const isUnwanted = delivery.desiredOp === 'absent' || ticket?.body.voided === true;
    const isNothing = delivery.remoteId === null && isUnwanted;
    return ticket === null || wasAlone || isNothing ? [] : [{ delivery, ticket }];
  });
  const days = tickets.map(({ ticket }) => ticket.body.businessDate);
  const modes = await modesOf(pool, tenant, days);
  const ofDays = tickets.filter(({ ticket }) => modes.get(ticket.body.businessDate) === 'summary');
  if (ofDays.length === 0) return { due: [...due], sent: [] };
  return withCursor(pool, tenant, async (tx) => {
    const rows = await lockDeliveriesOf(tx, tenant, thingsOf(ofDays.map(({ delivery }) => delivery))); // prettier-ignore
    const qbo = rows.filter(({ system }) => system === 'qbo');
    // Where one document of a ticket stands by itself all of them do, also those that an edit adds.
    const alone = new Set(qbo.filter(isAlone).map(keyOf));
    const summedUp = ofDays.filter(({ delivery }) => !alone.has(keyOf(delivery)));
    const sent: Unshared[] = [];
    const joining: PickedDelivery[] = [];
    for (const { delivery, ticket } of summedUp) {
      const shared = ticketShares(ticket, delivery.recordId);
      if (shared.type === 'hold' && delivery.desiredOp === 'present')
        sent.push({ delivery, shared });
      else joining.push(delivery);
    }
    await wantDeliveries(tx, tenant, await readRecords(tx, tenant, thingsOf(joining)), now);
    const taken = new Set(summedUp.map(({ delivery }) => delivery.id));
    return { due: due.filter(({ id }) => !taken.has(id)), sent };
  });
}

function keyOf({ kind, recordId }: Thing): string {
  return recordKey(kind, recordId);
}

/** The records of these deliveries, each once. */
function thingsOf(deliveries: readonly PickedDelivery[]): Thing[] {
  const things = deliveries.map(({ kind, recordId }) => ({ kind, recordId }));
  return [...new Map(things.map((thing) => [keyOf(thing), thing])).values()];
}

/** A summary with its members as one sale, at the revision that they make up; any other delivery as it is. */
export async function withMembers(
  pool: Pool,
  tenant: number,
  delivery: PickedDelivery,
): Promise<PickedDelivery & { combined?: SummarySale }> {
  const { record, recordId } = delivery;
  if (record?.kind !== 'summary') return delivery;
  const { key, number } = record.body;
  const { rev, members } = await readSummary(
    pool,
    tenant,
    recordId,
    () => new SummaryFold(),
    (fold, member) => {
      const ticket = ticketOf(member.content);
      const shared = ticket === null ? null : ticketShares(ticket, member.recordId);
      if (shared?.type !== 'shares')
        throw new Error(`Bug: ${member.recordId} is in a summary without a share`);
      for (const { part, share } of shared.shares)
        if (part === member.part && summaryIdOf(share.key) === recordId)
          fold.add(share.sale, share.label);
    },
  );
  delivery.desiredRev = rev;
  return { ...delivery, combined: members.sale(key, number) };
}

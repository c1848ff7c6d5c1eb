import type { Pool } from 'pg';

import { readRecords, withCursor } from '../database/absorb-store';
import type { PickedDelivery } from '../database/outgoing';
import { modesOf } from '../database/summaries';
import { readSummary } from '../database/summary-members';
import { SummaryFold, type SummarySale } from '../domain/posting/summary';
import { summaryIdOf, type Shares } from '../domain/posting/summary-shares';
import { ticketOf, ticketShares } from '../domain/posting/summary-tickets';
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
    const isAlone = delivery.remoteId !== null && delivery.snapshot?.['summary'] === undefined;
    return ticket === null || isAlone ? [] : [{ delivery, ticket }];
  });
  const days = tickets.map(({ ticket }) => ticket.body.businessDate);
  const modes = await modesOf(pool, tenant, days);
  const summedUp = tickets.filter(({ ticket }) => modes.get(ticket.body.businessDate) === 'summary'); // prettier-ignore
  if (summedUp.length === 0) return { due: [...due], sent: [] };
  const sent: Unshared[] = [];
  const joining: PickedDelivery[] = [];
  for (const { delivery, ticket } of summedUp) {
    const shared = ticketShares(ticket, delivery.recordId);
    if (shared.type === 'hold' && delivery.desiredOp === 'present') sent.push({ delivery, shared });
    else joining.push(delivery);
  }
  if (joining.length > 0)
    await withCursor(pool, tenant, async (tx) => {
      const keys = new Map(joining.map(({ kind, recordId }) => [`${kind}/${recordId}`, { kind, recordId }])); // prettier-ignore
      await wantDeliveries(tx, tenant, await readRecords(tx, tenant, [...keys.values()]), now);
    });
  const taken = new Set(summedUp.map(({ delivery }) => delivery.id));
  return { due: due.filter(({ id }) => !taken.has(id)), sent };
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

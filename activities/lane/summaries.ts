import type { Pool } from 'pg';

import { hold, type Composed } from '../../connectors/contract';
import { readRecords, withCursor, type AbsorbTransaction } from '../../database/absorb-store';
import { lockDeliveriesOf } from '../../database/deliveries';
import type { PickedDelivery } from '../../database/outgoing';
import { inTransaction } from '../../database/pool';
import { modesOf } from '../../database/summaries';
import { readSummary } from '../../database/summary-members';
import { SummaryFold, type SummarySale } from '../../domain/posting/summary/summary';
import { summaryIdOf } from '../../domain/posting/summary/summary-shares';
import {
  ticketOf,
  ticketShares,
  usesDeposits,
  type Compared,
} from '../../domain/posting/summary/summary-tickets';
import type { Thing } from '../../domain/records/record-references';
import { recordKey } from '../../domain/records/absorb';
import { compareRefunds } from '../absorb/compare-refunds';
import { heldMixedTickets } from '../absorb/mixed-tickets';
import { isAlone } from '../absorb/join-summaries';
import { membersInUse } from '../absorb/members-in-use';
import type { LaneTurn } from './turn';
import { wantDeliveries } from '../absorb/want-deliveries';

// What a lane does for daily summaries before it composes.

/** Due deliveries, by what becomes of tickets on days of summaries. */
export interface SortedDue {
  /** What is posted by itself. */
  due: PickedDelivery[];
  /**
   * To be summed up: a ticket that was kept back until now (direction, dependency, redrive), a
   * refund that names its sale.
   */
  joining: PickedDelivery[];
  /** What can neither be summed up nor posted by itself now, and why. */
  stopped: { delivery: PickedDelivery; composed: Composed }[];
}

/**
 * The due deliveries that are composed now, without the tickets that joined their summaries, and
 * without those summaries: more of their tickets may come with the next.
 */
export async function withoutSummedUp(
  pool: Pool,
  { tenant, now }: LaneTurn,
  due: readonly PickedDelivery[],
): Promise<SortedDue> {
  const ofDays = await onSummaryDays(pool, tenant, due);
  if (ofDays.length === 0) return { due: [...due], joining: [], stopped: [] };
  return withCursor(pool, tenant, async (tx) => {
    const sorted = await sort(tx, tenant, due, ofDays);
    const things = thingsOf(sorted.joining);
    await wantDeliveries(tx, tenant, await readRecords(tx, tenant, things), {
      nowMs: now,
      compared: new Set(things.map(keyOf)),
    });
    const moved = new Set(sorted.joining.flatMap(summaryIdsOf));
    return {
      ...sorted,
      due: sorted.due.filter(({ kind, recordId }) => kind !== 'summary' || !moved.has(recordId)),
    };
  });
}

/** The same without moving anything: for who only looks. */
export async function sortSummedUp(
  pool: Pool,
  tenant: number,
  due: readonly PickedDelivery[],
): Promise<SortedDue> {
  const ofDays = await onSummaryDays(pool, tenant, due);
  if (ofDays.length === 0) return { due: [...due], joining: [], stopped: [] };
  return inTransaction(pool, (tx) => sort(tx, tenant, due, ofDays));
}

/**
 * Those of tickets that days of summaries have, and of which something is to be or was in the
 * books.
 */
async function onSummaryDays(
  pool: Pool,
  tenant: number,
  due: readonly PickedDelivery[],
): Promise<PickedDelivery[]> {
  const tickets = due.flatMap((delivery) => {
    const ticket = ticketOf(delivery.record);
    const wasAlone = delivery.remoteId !== null && delivery.snapshot?.['summary'] === undefined;
    // What is no part any more has nothing to leave: composing passes it over.
    const isNothing = delivery.remoteId === null && delivery.desiredOp === 'absent';
    return ticket === null || wasAlone || isNothing ? [] : [{ delivery, ticket }];
  });
  const days = tickets.map(({ ticket }) => ticket.body.businessDate);
  const modes = await modesOf(pool, tenant, days);
  return tickets
    .filter(
      ({ delivery, ticket }) =>
        isKept(delivery) || modes.get(ticket.body.businessDate) === 'summary',
    )
    .map(({ delivery }) => delivery);
}

/** Its summary has a former share of it, wherever its present revision belongs. */
function isKept({ snapshot }: PickedDelivery): boolean {
  return snapshot?.['keptShare'] !== undefined;
}

function isUnwanted({ record, desiredOp }: PickedDelivery): boolean {
  return desiredOp === 'absent' || ticketOf(record)?.body.voided === true;
}

async function sort(
  tx: AbsorbTransaction,
  tenant: number,
  due: readonly PickedDelivery[],
  ofDays: readonly PickedDelivery[],
): Promise<SortedDue> {
  const rows = await lockDeliveriesOf(tx, tenant, thingsOf(ofDays));
  const qbo = rows.filter(({ system }) => system === 'qbo');
  // Where one document of a ticket stands by itself all of them do, also those that an edit adds.
  const alone = new Set(qbo.filter(isAlone).map(keyOf));
  const candidates = ofDays.filter((delivery) => !alone.has(keyOf(delivery)));
  const contents = candidates.map(({ recordId, record }) => ({ recordId, content: record }));
  const compared = await compareRefunds(tx, tenant, contents);
  const mixed = await heldMixedTickets(tx, tenant, contents);
  const held = await membersInUse(tx, tenant, contents);
  const sorted: SortedDue = { due: [], joining: [], stopped: [] };
  const own = new Set(candidates.map(({ id }) => id));
  for (const delivery of due) {
    const ticket = own.has(delivery.id) ? ticketOf(delivery.record) : null;
    if (ticket === null) {
      sorted.due.push(delivery);
      continue;
    }
    const shared = ticketShares(ticket, delivery.recordId);
    const found = compared.get(delivery.recordId);
    const mixedHold = ticket.kind === 'order' ? mixed.get(delivery.recordId) : undefined;
    const inUse = held.get(keyOf(delivery));
    // What comes voided is in no summary: composing passes it over.
    const wasNowhere = delivery.remoteId === null && inUse === undefined;
    if (inUse) sorted.stopped.push({ delivery, composed: stoppedBy(inUse, delivery) });
    // Nothing rests on it any more: where it belongs is decided anew.
    else if (isKept(delivery)) sorted.joining.push(delivery);
    else if (isUnwanted(delivery)) (wasNowhere ? sorted.due : sorted.joining).push(delivery);
    else if (shared.type === 'alone' || found?.type === 'alone' || usesDeposits(ticket))
      sorted.due.push(delivery);
    else if (shared.type === 'hold')
      sorted.stopped.push({ delivery, composed: stoppedBy(shared, delivery) });
    else if (mixedHold !== undefined)
      sorted.stopped.push({ delivery, composed: stoppedBy(mixedHold, delivery) });
    else if (ticket.kind === 'refund' && found !== undefined && found.type !== 'join')
      sorted.stopped.push({ delivery, composed: stoppedBy(found, delivery) });
    else sorted.joining.push(delivery);
  }
  return sorted;
}

function stoppedBy(
  why: Exclude<Compared, { type: 'join' | 'alone' }>,
  { record }: PickedDelivery,
): Composed {
  if (why.type === 'hold') return hold(why.reason, why.what, why.detail);
  const ref = record?.kind === 'refund' ? (record.body.orderId ?? '') : '';
  return { type: 'notReady', missing: why.kinds.map((kind) => ({ kind, ref, isOpen: true })) };
}

function summaryIdsOf({ record, recordId }: PickedDelivery): string[] {
  const ticket = ticketOf(record);
  const shared = ticket === null ? null : ticketShares(ticket, recordId);
  return shared?.type === 'shares' ? shared.shares.map(({ share }) => summaryIdOf(share.key)) : [];
}

function keyOf({ kind, recordId }: Thing): string {
  return recordKey(kind, recordId);
}

/** The records of these deliveries, each once. */
function thingsOf(deliveries: readonly PickedDelivery[]): Thing[] {
  const things = deliveries.map(({ kind, recordId }) => ({ kind, recordId }));
  return [...new Map(things.map((thing) => [keyOf(thing), thing])).values()];
}

/**
 * A summary with its members as one sale, at the revision that they make up; any other delivery as
 * it is.
 */
export async function withMembers(
  pool: Pool,
  tenant: number,
  delivery: PickedDelivery,
): Promise<PickedDelivery & { combined?: SummarySale }> {
  const { record, recordId } = delivery;
  if (record?.kind !== 'summary') return delivery;
  const { key, number } = record.body;
  const { rev, members } = await readSummary(pool, tenant, recordId, {
    begin: () => new SummaryFold(),
    take: (fold, member) => {
      const ticket = ticketOf(member.content);
      const shared = ticket === null ? null : ticketShares(ticket, member.recordId);
      if (shared?.type !== 'shares')
        throw new Error(`Bug: ${member.recordId} is in a summary without a share`);
      for (const { part, share } of shared.shares)
        if (part === member.part && summaryIdOf(share.key) === recordId)
          fold.add(share.sale, share.label);
    },
  });
  delivery.desiredRev = rev;
  return { ...delivery, combined: members.sale(key, number) };
}

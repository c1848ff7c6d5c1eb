import type { AbsorbTransaction } from '../../database/absorb-store';
import {
  insertDeliveries,
  lockDeliveriesOf,
  type DeliveryRow,
  type NewDelivery,
} from '../../database/deliveries';
import { updateDeliveries, type DeliveryUpdate } from '../../database/delivery-updates';
import { writeKeptShares, type KeptShare } from '../../database/kept-shares';
import { postingInForce } from '../../database/settings';
import {
  fixDays,
  forgetSummaryOf,
  liveMembers,
  moveSummaries,
  writeMembers,
  type LiveMember,
  type NewMember,
} from '../../database/summaries';
import { timeZoneOf } from '../../database/tenants';
import { type RecordRow } from '../../domain/records/absorb';
import type { RecordBody, SummaryKey } from '../../domain/bodies';
import { isOpen, transition } from '../../domain/delivery/delivery-state';
import { allowsPush, type DirectionPolicy } from '../../domain/delivery/direction';
import { groupBy } from '../../domain/group-by';
import { dayEndsAtMs } from '../../domain/posting/modes';
import { creditedPart } from '../../domain/posting/part-names';
import type { PostingSettings } from '../../domain/posting/settings';
import { summaryIdOf } from '../../domain/posting/summary/summary-shares';
import {
  ticketOf,
  ticketShares,
  usesDeposits,
  type TicketShare,
} from '../../domain/posting/summary/summary-tickets';
import {
  documentNamesOf,
  beginningOf,
  gateFor,
  type Gate,
  type WantedDelivery,
} from '../../domain/delivery/wanted-deliveries';
import { compareRefunds } from './compare-refunds';
import { heldMixedTickets } from './mixed-tickets';
import { restingTickets } from './resting-tickets';
import { keyOf } from '../../domain/records/record-references';

// Tickets on their way into daily summaries, inside the transaction of absorb: which of them belong
// there, and the new revisions of the summaries that they join, change or leave.

/** A ticket that waits for its summary, or for the one that no longer has it. */
export const inSummary = { kind: 'held', reason: 'summary' } as const;

export function isInSummary(row: DeliveryRow): boolean {
  return (
    row.summaryId !== null ||
    row.isKept ||
    (row.state === 'held' && row.reason === inSummary.reason)
  );
}

/** The tickets among some records, and what of them goes into summaries. */
export interface SummaryTickets {
  records: readonly RecordRow[];
  posting: PostingSettings;
  /** By `kind/recordId`: a ticket without entry is posted by itself. */
  shares: ReadonlyMap<string, readonly TicketShare[]>;
  /** Deliveries of tickets that are posted by themselves from now on. */
  leaving: readonly string[];
  /** Deliveries whose tickets keep a former share from now on, or no longer do. */
  kept: readonly KeptShare[];
  /** The deliveries of a ticket that is summed up; null for every other record. */
  wantedOf: (record: RecordRow) => WantedDelivery[] | null;
}

interface SummaryContext {
  direction: DirectionPolicy;
  compared: ReadonlySet<string>;
  former: ReadonlyMap<string, RecordBody | null>;
}

export async function summaryTickets(
  tx: AbsorbTransaction,
  tenant: number,
  { records, locked }: { records: readonly RecordRow[]; locked: readonly DeliveryRow[] },
  { direction, compared, former }: SummaryContext,
): Promise<SummaryTickets> {
  const tickets = records.filter((record) => ticketOf(record.content) !== null);
  const { value: posting } = await postingInForce(tx, tenant);
  const days = tickets.flatMap(({ content }) => ticketOf(content)?.body.businessDate ?? []);
  const modes = await fixDays(tx, tenant, [...new Set(days)], posting.mode.switches);
  const rows = groupBy(
    locked.filter((row) => row.system === 'qbo'),
    keyOf,
  );
  // A refund that is summed up already is compared here, a new one by the lane, where its sale is
  // known.
  const members = tickets.filter((record) => rows.get(keyOf(record))?.some(isInSummary));
  const found = await compareRefunds(tx, tenant, members);
  const ofDays = tickets.filter(
    ({ content }) => modes.get(ticketOf(content)?.body.businessDate ?? '') === 'summary',
  );
  const held = await heldMixedTickets(tx, tenant, ofDays);
  const { live, resting, kept } = await restingTickets(tx, tenant, tickets, { rows, former });
  const shares = new Map<string, readonly TicketShare[]>();
  const leaving: string[] = [];
  for (const record of tickets) {
    const ticket = ticketOf(record.content);
    if (ticket === null) continue;
    const key = keyOf(record);
    const own = rows.get(key) ?? [];
    const wasIn = own.some(isInSummary);
    // Others rest on it: its former share stays in its summary, and the lane says why.
    const rests = resting.get(key);
    if (rests !== undefined) {
      shares.set(key, rests);
      continue;
    }
    const isMember = wasIn || live.has(key);
    if (record.op === 'absent' || (isMember && ticket.body.voided === true)) {
      if (isMember) shares.set(key, []);
      continue;
    }
    // One that comes voided was in no summary: it has nothing to leave.
    const isSummedUp =
      !isCredited(record.content, own, posting) &&
      ticket.body.voided !== true &&
      !usesDeposits(ticket) &&
      modes.get(ticket.body.businessDate) === 'summary' &&
      !(ticket.kind === 'order' && held.has(record.recordId)) &&
      !own.some(isAlone) &&
      (wasIn || allowsPush(direction, 'qbo', record.kind));
    const namesSale = ticket.kind === 'refund' && ticket.body.orderId !== undefined;
    const mayJoin = !namesSale || compared.has(key) || found.get(record.recordId)?.type === 'join';
    const shared = isSummedUp && mayJoin ? ticketShares(ticket, record.recordId) : null;
    if (shared?.type === 'shares') shares.set(key, shared.shares);
    else leaving.push(...own.filter((row) => row.summaryId !== null).map((row) => row.id));
  }
  return {
    records: tickets,
    posting,
    shares,
    leaving,
    kept,
    wantedOf: (record) => {
      const key = keyOf(record);
      const gate = resting.has(key) ? gateFor(direction, 'qbo', record.kind, 'present') : inSummary;
      return wantedOf(shares.get(key), gate);
    },
  };
}

function wantedOf(shares: readonly TicketShare[] | undefined, gate: Gate): WantedDelivery[] | null {
  if (shares === undefined) return null;
  const parts = [...new Set(shares.map(({ part }) => part))];
  return parts.map((part) => ({ system: 'qbo', part, gate }));
}

/**
 * Of a sale that may be an invoice: that says whether it is a credit memo, which no summary can
 * hold.
 */
function isCredited(
  content: RecordBody | null,
  rows: readonly DeliveryRow[],
  posting: PostingSettings,
): boolean {
  const parts = rows.map(({ part }) => part);
  return (
    content?.kind === 'refund' && documentNamesOf(content, parts, posting).refund === creditedPart
  );
}

/** A document of its own is in the books, or may be: then it never goes into a summary as well. */
export function isAlone(row: DeliveryRow): boolean {
  if (row.part === creditedPart) return true;
  if (row.state === 'sending' || row.state === 'verifying') return true;
  return row.hasRemote && row.summaryId === null;
}

/**
 * Writes the memberships that changed and moves their summaries; answers by how many the open
 * deliveries rose.
 */
export async function joinSummaries(
  tx: AbsorbTransaction,
  tenant: number,
  { records, shares, leaving, kept, posting }: SummaryTickets,
  { direction, nowMs }: { direction: DirectionPolicy; nowMs: number },
): Promise<number> {
  await forgetSummaryOf(tx, tenant, leaving);
  await writeKeptShares(tx, tenant, kept);
  const live = await liveMembers(tx, tenant, records);
  const wanted = new Map<string, NewMember>();
  const summaries = new Map<string, SummaryKey | null>();
  for (const record of records)
    for (const { part, share } of shares.get(keyOf(record)) ?? []) {
      if (record.kind !== 'order' && record.kind !== 'refund') continue;
      const { kind, recordId, rev } = record;
      const summaryId = summaryIdOf(share.key);
      const { totalMinor, taxMinor } = share.sale;
      const member = { summaryId, kind, recordId, part, rev, totalMinor, taxMinor };
      wanted.set(memberKey(member), member);
      summaries.set(summaryId, share.key);
    }
  // Of one that no longer keeps its former share the share is another one of the same revision.
  const freed = new Set(kept.flatMap((one) => (one.body === null ? [keyOf(one)] : [])));
  const isSame = (member: LiveMember): boolean =>
    wanted.has(memberKey(member)) && !freed.has(keyOf(member));
  const ended = live.filter((member) => !isSame(member));
  for (const member of live.filter(isSame)) wanted.delete(memberKey(member));
  const begun = [...wanted.values()];
  const moved = new Set([...ended, ...begun].map(({ summaryId }) => summaryId));
  if (moved.size === 0) return 0;
  const revs = await moveSummaries(
    tx,
    tenant,
    new Map([...moved].map((id) => [id, summaries.get(id) ?? null])),
  );
  await writeMembers(tx, tenant, { ended, begun }, revs);
  return wantSummaries(tx, tenant, revs, { posting, direction, nowMs });
}

function memberKey(member: Omit<NewMember, 'totalMinor' | 'taxMinor'>): string {
  return JSON.stringify([member.summaryId, member.kind, member.recordId, member.part, member.rev]);
}

interface WantContext {
  posting: PostingSettings;
  direction: DirectionPolicy;
  nowMs: number;
}

/**
 * The deliveries of summaries at their new revisions: due when the day is over, later changes at
 * once.
 */
async function wantSummaries(
  tx: AbsorbTransaction,
  tenant: number,
  revs: ReadonlyMap<string, number>,
  { posting, direction, nowMs }: WantContext,
): Promise<number> {
  const zone = await timeZoneOf(tx, tenant);
  const gate = gateFor(direction, 'qbo', 'summary', 'present');
  const things = [...revs.keys()].map((recordId) => ({ kind: 'summary' as const, recordId }));
  const rows = new Map(
    (await lockDeliveriesOf(tx, tenant, things)).map((row) => [row.recordId, row]),
  );
  const created: NewDelivery[] = [];
  const updates: DeliveryUpdate[] = [];
  for (const [recordId, rev] of revs) {
    const endsAtMs = dayEndsAtMs(recordId.slice(0, 10), zone, posting.date.dayCutHour);
    const dueAtMs = Math.max(nowMs, endsAtMs + posting.summary.dueAfterMinutes * 60_000);
    const row = rows.get(recordId);
    if (row === undefined) {
      created.push({
        system: 'qbo',
        kind: 'summary',
        recordId,
        part: '',
        ...beginningOf(gate),
        desiredRev: rev,
        desiredOp: 'present',
        waitsFor: null,
        dueAtMs,
      });
      continue;
    }
    const event = { type: 'desired' as const, rev, op: 'present' as const, gate, nowMs: dueAtMs };
    const after = transition(row, event);
    if (after !== null) updates.push({ row, after, lastClass: null });
  }
  await insertDeliveries(tx, tenant, created);
  const opened = await updateDeliveries(tx, tenant, updates);
  return created.filter(({ state }) => isOpen(state)).length + (opened.get('qbo') ?? 0);
}

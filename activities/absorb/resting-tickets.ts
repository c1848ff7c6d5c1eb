import type { AbsorbTransaction } from '../../database/absorb-store';
import type { DeliveryRow } from '../../database/deliveries';
import { keptNoMore, keptShare, readKeptShares, type KeptShare } from '../../database/kept-shares';
import { type RecordRow } from '../../domain/records/absorb';
import type { RecordBody } from '../../domain/bodies';
import {
  ticketOf,
  ticketShares,
  type TicketShare,
} from '../../domain/posting/summary/summary-tickets';
import { membersInUse } from './members-in-use';
import { keyOf } from '../../domain/records/record-references';

/** Tickets in summaries, by `kind/recordId`, of which others in the books may rest on some. */
export interface RestingTickets {
  live: ReadonlySet<string>;
  /** What the summaries go on to have of those that others rest on. */
  resting: ReadonlyMap<string, readonly TicketShare[]>;
  /** Deliveries whose tickets keep that from now on, or no longer do. */
  kept: readonly KeptShare[];
}

interface RestingContext {
  /** The deliveries to QuickBooks, by `kind/recordId`. */
  rows: ReadonlyMap<string, readonly DeliveryRow[]>;
  /** What stood in the records that changed before they did, by `kind/recordId`. */
  former: ReadonlyMap<string, RecordBody | null>;
}

/**
 * Which of these tickets stand in summaries, and what stays there of those that may not change: by
 * `kind/recordId`.
 */
export async function restingTickets(
  tx: AbsorbTransaction,
  tenant: number,
  tickets: readonly RecordRow[],
  { rows, former }: RestingContext,
): Promise<RestingTickets> {
  const rowsOf = (record: RecordRow): readonly DeliveryRow[] => rows.get(keyOf(record)) ?? [];
  // One that comes for the first time is in none.
  const seen = tickets.filter((record) => rowsOf(record).length > 0);
  const inUse = await membersInUse(tx, tenant, seen);
  const held = seen.filter((record) => record.op === 'present' && inUse.get(keyOf(record)));
  const known = await readKeptShares(tx, tenant, held.flatMap(rowsOf));
  const resting = new Map<string, readonly TicketShare[]>();
  const kept: KeptShare[] = [];
  for (const record of held) {
    const key = keyOf(record);
    const before = ticketOf(known.get(key) ?? former.get(key) ?? record.content);
    const stays = before === null ? null : ticketShares(before, record.recordId);
    if (before === null || stays?.type !== 'shares') continue;
    const parts = new Set<string>(stays.shares.map(({ part }) => part));
    const without = rowsOf(record).filter((row) => parts.has(row.part) && !row.isKept);
    resting.set(key, stays.shares);
    kept.push(...without.map((row) => keptShare(row, before.body)));
  }
  const others = seen.filter((one) => !resting.has(keyOf(one)));
  kept.push(...keptNoMore(others.flatMap(rowsOf)));
  return { live: new Set(inUse.keys()), resting, kept };
}

import type { AbsorbTransaction } from '../../database/absorb-store';
import type { DeliveryRow } from '../../database/deliveries';
import { keptShare, readKeptShares, type KeptShare } from '../../database/kept-shares';
import { recordKey, type RecordRow } from '../../domain/absorb';
import type { RecordBody } from '../../domain/bodies';
import { ticketOf, ticketShares, type TicketShare } from '../../domain/posting/summary-tickets';
import { membersInUse } from './members-in-use';

/** What the summaries go on to have of a ticket that others in the books rest on. */
export interface Resting {
  shares: readonly TicketShare[];
  /** Deliveries that are to keep it from now on. */
  kept: readonly KeptShare[];
}

interface RestingContext {
  /** The deliveries to QuickBooks, by `kind/recordId`. */
  rows: ReadonlyMap<string, readonly DeliveryRow[]>;
  /** What stood in the records that changed before they did, by `kind/recordId`. */
  former: ReadonlyMap<string, RecordBody | null>;
}

/** Which of these tickets stand in summaries, and what stays there of those that may not change: by `kind/recordId`. */
export async function restingTickets(
  tx: AbsorbTransaction,
  tenant: number,
  tickets: readonly RecordRow[],
  { rows, former }: RestingContext,
): Promise<{ live: ReadonlySet<string>; resting: ReadonlyMap<string, Resting> }> {
  const rowsOf = ({ kind, recordId }: RecordRow): readonly DeliveryRow[] =>
    rows.get(recordKey(kind, recordId)) ?? [];
  // One that comes for the first time is in none.
  const seen = tickets.filter((record) => rowsOf(record).length > 0);
  const inUse = await membersInUse(tx, tenant, seen);
  const held = seen.filter(
    ({ kind, recordId, op }) => op === 'present' && inUse.get(recordKey(kind, recordId)),
  );
  const known = await readKeptShares(tx, tenant, held.flatMap(rowsOf));
  const resting = new Map<string, Resting>();
  for (const record of held) {
    const key = recordKey(record.kind, record.recordId);
    const before = ticketOf(known.get(key) ?? former.get(key) ?? record.content);
    const stays = before === null ? null : ticketShares(before, record.recordId);
    if (before === null || stays?.type !== 'shares') continue;
    const parts = new Set<string>(stays.shares.map(({ part }) => part));
    const without = rowsOf(record).filter((row) => parts.has(row.part) && !row.isKept);
    resting.set(key, {
      shares: stays.shares,
      kept: without.map((row) => keptShare(row, before.body)),
    });
  }
  return { live: new Set(inUse.keys()), resting };
}

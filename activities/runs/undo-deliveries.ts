import type { Pool } from 'pg';

import { readRecords, withCursor, type AbsorbTransaction } from '../../database/absorb-store';
import { countMade, lockDeliveriesOf } from '../../database/deliveries';
import { updateDeliveries, type DeliveryUpdate } from '../../database/delivery-updates';
import { keptNoMore } from '../../database/kept-shares';
import { lookAgain } from '../../database/look-again';
import { directionInForce, postingInForce } from '../../database/settings';
import {
  countUndoing,
  datedDeliveries,
  lockUndo,
  notBegun,
  openRedriveIds,
  postedShares,
  raiseRecords,
  saveUndo,
  undoneAmong,
} from '../../database/undo';
import { transition, undone, type DeliveryEvent } from '../../domain/delivery/delivery-state';
import type { DirectionPolicy } from '../../domain/delivery/direction';
import { inChunks } from '../../domain/group-by';
import { keyOf, type Thing } from '../../domain/records/record-references';
import { undoKinds, undoWayOf, type UndoKind, type UndoWay } from '../../domain/delivery/undo';
import { runSelector, type RunSelector, type UndoProgress } from '../../schemas/runs';
import { gateFor } from '../../domain/delivery/wanted-deliveries';
import { inSummary, isInSummary, joinSummaries } from '../absorb/join-summaries';
import { wantDeliveries } from '../absorb/want-deliveries';

// An undo's steps under the tenant's cursor: it wants that documents are taken away, as absorb
// wants them there. How they are taken away is the lane's business, the same as for what the till
// voids.

/** Deliveries looked at in one transaction: the tenant's cursor is held for some 50 ms. */
const pageSize = 500;
/**
 * As many as these under way, a run waits: what was not begun can still be cancelled, and the queue
 * stays short.
 */
const underWayMax = 500;
/** Absorb waits that long at most. */
const stayMs = 1_000;

/**
 * Goes on with a run: wants its next documents taken back, or, where it was cancelled, those that
 * were not begun there again. Done again after a kill it finds where it was. True where a lane may
 * have work.
 */
export async function undoDeliveries(
  pool: Pool,
  tenant: number,
  run: string,
  now: () => number,
): Promise<boolean> {
  const endsAtMs = now() + stayMs;
  for (let hasWork = false; ;) {
    const moved = await withCursor(pool, tenant, (tx) => step(tx, tenant, run, now()));
    if (moved === null) return hasWork;
    hasWork ||= moved > 0;
    if (now() >= endsAtMs) return hasWork;
  }
}

/** Answers how many deliveries moved; null where nothing is to be done now. */
async function step(
  tx: AbsorbTransaction,
  tenant: number,
  run: string,
  nowMs: number,
): Promise<number | null> {
  const found = await lockUndo(tx, tenant, run);
  if (found?.state === 'cancelled') {
    const things = await notBegun(tx, tenant, run, pageSize);
    await wantAgain(tx, tenant, things, nowMs);
    return things.length === 0 ? null : things.length;
  }
  if (found?.state !== 'running' || found.progress.isFound) return null;
  const selector = runSelector.parse(found.selector);
  const { progress } = found;
  const kind = progress.at?.kind ?? nextKind(selector, null);
  if (kind === null) {
    await saveUndo(tx, tenant, run, { ...progress, isFound: true });
    return null;
  }
  const isBegun = progress.at !== null && progress.at.recordId !== '';
  const underWay = await countUndoing(tx, tenant, run);
  // A kind begins when what refers to it was taken back.
  if (underWay >= (isBegun ? underWayMax : 1)) return null;
  const { things, at } = await page(tx, tenant, kind, { ...selector, at: progress.at });
  const moved = await takeBack(tx, tenant, { run, things }, nowMs);
  await saveUndo(tx, tenant, run, after(progress, selector, kind, at));
  return moved;
}

function nextKind({ kinds }: RunSelector, former: UndoKind | null): UndoKind | null {
  const index = former === null ? -1 : undoKinds.indexOf(former);
  return undoKinds.slice(index + 1).find((kind) => kinds.includes(kind)) ?? null;
}

function after(
  progress: UndoProgress,
  selector: RunSelector,
  kind: UndoKind,
  at: UndoProgress['at'],
): UndoProgress {
  if (at !== null) return { ...progress, at };
  const next = nextKind(selector, kind);
  if (next === null) return { ...progress, isFound: true };
  return { ...progress, at: { kind: next, recordId: '', part: '' } };
}

interface Page {
  /** Records of which something is to be taken back. */
  things: Thing[];
  count: number;
  /** The last delivery that was looked at; null after the last of this kind. */
  at: UndoProgress['at'];
}

async function page(
  db: Parameters<typeof datedDeliveries>[0],
  tenant: number,
  kind: UndoKind,
  { from, to, at }: RunSelector & Pick<UndoProgress, 'at'>,
): Promise<Page> {
  const place = at?.kind === kind ? at : { recordId: '', part: '' };
  const rows = await datedDeliveries(db, tenant, kind, { after: place, limit: pageSize });
  const meant = rows.filter(
    ({ day, isVoided, ...row }) =>
      day !== null && day >= (from ?? '') && day <= (to ?? '') && undoWayOf(row, isVoided) !== null,
  );
  const ids = [...new Set(meant.map(({ recordId }) => recordId))];
  const last = rows.length < pageSize ? undefined : rows.at(-1);
  return {
    things: ids.map((recordId) => ({ kind, recordId })),
    count: meant.length,
    at: last === undefined ? null : { kind, recordId: last.recordId, part: last.part },
  };
}

/** How many deliveries a run would take back now. */
export async function countUndoable(
  pool: Pool,
  tenant: number,
  selector: RunSelector,
): Promise<number> {
  let count = 0;
  for (let kind = nextKind(selector, null); kind !== null; kind = nextKind(selector, kind)) {
    for (let at: UndoProgress['at'] = { kind, recordId: '', part: '' }; at !== null;) {
      const found: Page = await page(pool, tenant, kind, { ...selector, at });
      count += found.count;
      at = found.at;
    }
  }
  return count;
}

/** Wants that nothing of these records is in the books, and that nothing of them comes there. */
async function takeBack(
  tx: AbsorbTransaction,
  tenant: number,
  { run, things }: { run: string; things: readonly Thing[] },
  nowMs: number,
): Promise<number> {
  if (things.length === 0) return 0;
  await raiseRecords(tx, tenant, things);
  const records = await readRecords(tx, tenant, things);
  const byKey = new Map(records.map((record) => [keyOf(record), record]));
  const direction = await directionInForce(tx, tenant);
  const woken = await lookAgain(tx, tenant, 'qbo', { things });
  const rows = (await lockDeliveriesOf(tx, tenant, things)).filter(
    ({ system }) => system === 'qbo',
  );
  const shared = new Set(rows.filter(isInSummary).map(keyOf));
  const tickets = records.filter((one) => shared.has(keyOf(one)));
  const posted = await postedShares(tx, tenant, tickets);
  const updates = rows.flatMap((row): DeliveryUpdate[] => {
    const record = byKey.get(keyOf(row));
    const body = record?.content?.body;
    const isVoided = body !== undefined && 'voided' in body && body.voided === true;
    const way = undoWayOf(row, isVoided);
    if (record === undefined || way === null) return [];
    const isPosted = posted.has(`${row.kind}/${row.recordId}/${row.part}`);
    const gate = gateOf(way, isPosted, direction, row.kind);
    const event = {
      type: 'desired' as const,
      rev: record.rev,
      op: 'absent' as const,
      gate,
      nowMs,
      undoneBy: run,
    };
    const next = transition(row, event);
    return next === null ? [] : [{ row, after: next, lastClass: null, waitsFor: null }];
  });
  const made = await updateDeliveries(tx, tenant, updates);
  const { value: posting } = await postingInForce(tx, tenant);
  const shares = new Map(tickets.map((record) => [keyOf(record), []]));
  const left = {
    records: tickets,
    posting,
    shares,
    leaving: [],
    kept: keptNoMore(rows),
    wantedOf: () => null,
  };
  const rise = await joinSummaries(tx, tenant, left, { direction, nowMs });
  await countMade(tx, tenant, new Map([...made, ['qbo', (made.get('qbo') ?? 0) + woken + rise]]));
  return updates.length;
}

type Gate = Extract<DeliveryEvent, { type: 'desired' }>['gate'];

function gateOf(
  way: UndoWay,
  isPosted: boolean,
  direction: DirectionPolicy,
  kind: Thing['kind'],
): Gate {
  if (way === 'document') return gateFor(direction, 'qbo', kind, 'present');
  // A share that the books have goes with the next revision of its summary.
  return way === 'summary' && isPosted ? inSummary : { kind: 'skipped', reason: undone };
}

/** Wants these records as they stand, as if a change of them had come. */
async function wantAgain(
  tx: AbsorbTransaction,
  tenant: number,
  things: readonly Thing[],
  nowMs: number,
): Promise<void> {
  if (things.length === 0) return;
  await raiseRecords(tx, tenant, things);
  await wantDeliveries(tx, tenant, await readRecords(tx, tenant, things), { nowMs });
}

/**
 * Of a redrive by ids: records whose documents an undo took back are wanted again. Done twice
 * nothing is left to do. True where there were some.
 */
export async function redriveUndone(
  pool: Pool,
  tenant: number,
  redriveId: string,
  nowMs: number,
): Promise<boolean> {
  const ids = await openRedriveIds(pool, tenant, redriveId);
  if (ids.length === 0) return false;
  const things = await undoneAmong(pool, tenant, ids);
  for (const some of inChunks(things, pageSize))
    await withCursor(pool, tenant, (tx) => wantAgain(tx, tenant, some, nowMs));
  return things.length > 0;
}

import type { Pool, PoolClient } from 'pg';
import { z } from 'zod';

import { pushDifferences, type DirectionPolicy } from '../domain/delivery/direction';
import { isDocumentKind, kinds, targets } from '../domain/words';
import { withCursor } from './absorb-store';
import { countMade } from './deliveries';
import { freeWaitingForItems } from './own-records';
import { firstRow } from './pool';
import type { SettingsPart } from './settings';

// Deliveries that follow a request of settings which is in force. They may be millions: they move
// in slices, each under the tenant's cursor for a moment; what is left stands in the request, so
// that anybody may go on.

const placed = { system: z.enum(targets), kind: z.enum(kinds) };
const moveSchema = z.discriminatedUnion('type', [
  /** The direction is off: what waits is held. */
  z.strictObject({ type: z.literal('keepBack'), ...placed }),
  /** The direction is on: what was held is sent, or left out for good. */
  z.strictObject({ type: z.literal('release'), ...placed, isSent: z.boolean() }),
  /** Articles get an item: what waits for one is looked at again. */
  z.strictObject({ type: z.literal('items') }),
]);
export type Move = z.output<typeof moveSchema>;

/**
 * What has to move when the direction changes. Documents that were kept back need a decision, or
 * they stay held.
 */
export function directionMoves(
  before: DirectionPolicy,
  after: DirectionPolicy,
  catchUp: boolean | null,
): Move[] {
  return pushDifferences(before, after).flatMap(({ system, kind, isAllowed }): Move[] => {
    if (!isAllowed) return [{ type: 'keepBack', system, kind }];
    const isSent = isDocumentKind(kind) ? catchUp : true;
    return isSent === null ? [] : [{ type: 'release', system, kind, isSent }];
  });
}

export function isSamePlace(move: Move, place: { system: string; kind: string }): boolean {
  return move.type !== 'items' && move.system === place.system && move.kind === place.kind;
}

/** What the request in force still has to move. */
export async function pendingMoves(
  tx: PoolClient,
  tenant: number,
  part: SettingsPart,
): Promise<Move[]> {
  const row = await firstRow<{ moves: unknown }>(
    tx,
    `SELECT pending_moves AS moves FROM settings
     WHERE tenant = $1 AND part = $2 AND in_force_at IS NOT NULL AND superseded_at IS NULL`,
    [tenant, part],
  );
  return row === null || row.moves === null ? [] : z.array(moveSchema).parse(row.moves);
}

/** Deliveries moved at a time. */
export const sliceMax = 5_000;

/**
 * Moves everything that requests in force still have to move; a call that is cut off is gone on
 * with by the next.
 */
export async function movePending(pool: Pool, tenant: number, sliceSize = sliceMax): Promise<void> {
  while (await moveSlice(pool, tenant, sliceSize));
}

/** One slice of the first move that is left; false where none is. */
async function moveSlice(pool: Pool, tenant: number, sliceSize: number): Promise<boolean> {
  const waits = await firstRow(
    pool,
    'SELECT FROM settings WHERE tenant = $1 AND pending_moves IS NOT NULL LIMIT 1',
    [tenant],
  );
  if (waits === null) return false;
  return withCursor(pool, tenant, async (tx) => {
    const row = await firstRow<{ part: SettingsPart; rev: number; moves: unknown }>(
      tx,
      `SELECT part, rev, pending_moves AS moves FROM settings
       WHERE tenant = $1 AND pending_moves IS NOT NULL ORDER BY part LIMIT 1`,
      [tenant],
    );
    if (row === null) return false;
    const rest = await applyMoves(tx, tenant, z.array(moveSchema).parse(row.moves), sliceSize);
    await tx.query(
      'UPDATE settings SET pending_moves = $4 WHERE tenant = $1 AND part = $2 AND rev = $3',
      [tenant, row.part, row.rev, movesText(rest)],
    );
    return true;
  });
}

/** Moves up to so many deliveries; answers what is left to move. */
export async function applyMoves(
  tx: PoolClient,
  tenant: number,
  moves: readonly Move[],
  limit: number,
): Promise<Move[]> {
  const rest = [...moves];
  let left = limit;
  for (let move = rest[0]; move !== undefined && left > 0; move = rest[0]) {
    const moved = await moveDeliveries(tx, tenant, move, left);
    if (moved < left) rest.shift();
    left -= moved;
  }
  return rest;
}

/** As it stands in the request. */
export function movesText(moves: readonly Move[]): string | null {
  return moves.length === 0 ? null : JSON.stringify(moves);
}

/** Tenants whose requests in force have moved nothing for so long: whoever moved was killed. */
export async function movingTenants(pool: Pool, quietMs: number): Promise<number[]> {
  const result = await pool.query<{ tenant: number }>(
    `SELECT tenant FROM settings WHERE pending_moves IS NOT NULL
       AND in_force_at < now() - make_interval(secs => $1 / 1000.0) ORDER BY tenant LIMIT 200`,
    [quietMs],
  );
  return [...new Set(result.rows.map(({ tenant }) => tenant))];
}

/**
 * The same rows of the transition table as `directionOff` and `directionOn`; answers how many were
 * moved.
 */
async function moveDeliveries(
  tx: PoolClient,
  tenant: number,
  move: Move,
  limit: number,
): Promise<number> {
  if (move.type === 'items') {
    const { looked, freed } = await freeWaitingForItems(tx, tenant, limit);
    await countMade(tx, tenant, new Map([['qbo', freed]]));
    return looked;
  }
  const { system, kind } = move;
  if (move.type === 'keepBack') {
    const kept = await tx.query(
      `UPDATE deliveries SET state = 'held', reason = 'direction', cause = 'direction',
         detail = NULL, changed_at = now()
       WHERE id = ANY (ARRAY(SELECT id FROM deliveries WHERE tenant = $1 AND system = $2
         AND kind = $3
         AND state = 'waiting' ORDER BY due_at, id LIMIT $4))`,
      [tenant, system, kind, limit],
    );
    await countMade(tx, tenant, new Map([[system, -(kept.rowCount ?? 0)]]));
    return kept.rowCount ?? 0;
  }
  const released = await tx.query(
    `UPDATE deliveries SET state = $5, reason = $6, cause = $6, detail = NULL, due_at = now(),
       changed_at = now()
     WHERE id = ANY (ARRAY(SELECT id FROM deliveries WHERE tenant = $1 AND system = $2 AND kind = $3
       AND state = 'held' AND reason = 'direction' LIMIT $4))`,
    [
      ...[tenant, system, kind, limit],
      ...(move.isSent ? ['waiting', null] : ['skipped', 'direction']),
    ],
  );
  const moved = released.rowCount ?? 0;
  await countMade(tx, tenant, new Map([[system, move.isSent ? moved : 0]]));
  return moved;
}

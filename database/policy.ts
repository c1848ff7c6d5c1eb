import type { Pool, PoolClient } from 'pg';

import type { DirectionPolicy } from '../domain/delivery/direction';
import { pushDifferences } from '../domain/delivery/direction';
import { documentKinds } from '../domain/words';
import { withCursor } from './absorb-store';
import {
  applyMoves,
  directionMoves,
  isSamePlace,
  movePending,
  movesText,
  pendingMoves,
  sliceMax,
  type Move,
} from './policy-moves';
import { firstRow, type Db } from './pool';
import {
  directionInForce,
  newestSettings,
  postingInForce,
  postingSettingsSchema,
  syncSettingsSchema,
  type SettingsPart,
} from './settings';
import { directionPolicy } from '../schemas/settings';

// Bringing the newest request of a settings part in force: one transaction under the tenant's
// cursor, so that it never overlaps absorb, and picks see all of it or nothing
// (architecture.md#settings-in-force).

/** Revision that is in force now, and whether this call brought it there. */
export interface InForce {
  rev: number;
  hasChanged: boolean;
}

/**
 * Brings the newest request in force; deliveries follow it in the same transaction, very many of
 * them in further ones.
 */
export async function bringInForce(
  pool: Pool,
  tenant: number,
  part: Extract<SettingsPart, 'direction' | 'sync' | 'posting'>,
  sliceSize = sliceMax,
): Promise<InForce> {
  const inForce = await withCursor(pool, tenant, async (tx) => {
    const newest = await newestSettings(tx, tenant, part);
    if (newest === null) throw new Error(`Bug: tenant ${tenant} has no settings part ${part}`);
    if (newest.inForceAt !== null) return { rev: newest.rev, hasChanged: false };
    const moves = await applyMoves(tx, tenant, await movesOf(tx, tenant, part, newest), sliceSize);
    await tx.query(
      `UPDATE settings SET superseded_at = now(), pending_moves = NULL
       WHERE tenant = $1 AND part = $2 AND rev < $3 AND superseded_at IS NULL`,
      [tenant, part, newest.rev],
    );
    await tx.query(
      `UPDATE settings SET in_force_at = now(), pending_moves = $4
       WHERE tenant = $1 AND part = $2 AND rev = $3`,
      [tenant, part, newest.rev, movesText(moves)],
    );
    return { rev: newest.rev, hasChanged: true };
  });
  await movePending(pool, tenant, sliceSize);
  return inForce;
}

/** What has to move for the newest request; changes that need no moving are made here. */
async function movesOf(
  tx: PoolClient,
  tenant: number,
  part: 'direction' | 'sync' | 'posting',
  newest: { value: unknown; catchUp: boolean | null },
): Promise<Move[]> {
  switch (part) {
    case 'direction': {
      const before = await directionInForce(tx, tenant);
      const after = directionPolicy.parse(newest.value);
      const moves = directionMoves(before, after, newest.catchUp);
      // What an earlier change had not moved yet still has to move, unless this one says otherwise.
      const rest = (await pendingMoves(tx, tenant, part)).filter(
        (move) =>
          !pushDifferences(before, after).some((difference) => isSamePlace(move, difference)),
      );
      return [...rest, ...moves];
    }
    case 'sync': {
      const { queueBound } = syncSettingsSchema.parse(newest.value);
      await tx.query('UPDATE tenant_intake SET queue_bound = $2 WHERE tenant = $1', [
        tenant,
        queueBound,
      ]);
      return [];
    }
    case 'posting': {
      const after = postingSettingsSchema.parse(newest.value);
      const { value: before } = await postingInForce(tx, tenant);
      // What is held for want of an item is looked at again where articles get one now.
      const getsItems =
        after.item.unmapped !== 'hold' && after.item.unmapped !== before.item.unmapped;
      return getsItems ? [{ type: 'items' }] : pendingMoves(tx, tenant, part);
    }
  }
}

/** How many documents this change of direction would set free: they need `catchUp`. */
export async function keptBackDocuments(
  db: Db,
  tenant: number,
  after: DirectionPolicy,
): Promise<number> {
  const freed = pushDifferences(await directionInForce(db, tenant), after).filter(
    ({ kind, isAllowed }) => isAllowed && documentKinds.some((document) => document === kind),
  );
  if (freed.length === 0) return 0;
  const row = await firstRow<{ count: number }>(
    db,
    `SELECT count(*)::int AS count FROM json_to_recordset($2::json) AS k(system text, kind text)
     JOIN deliveries d ON d.tenant = $1 AND d.system = k.system AND d.kind = k.kind
     WHERE d.state = 'held' AND d.reason = 'direction'`,
    [tenant, JSON.stringify(freed)],
  );
  return row?.count ?? 0;
}

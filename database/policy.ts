import type { Pool, PoolClient } from 'pg';

import type { DirectionPolicy } from '../domain/direction';
import { pushDifferences } from '../domain/direction';
import type { PostingSettings } from '../domain/posting/settings';
import { documentKinds, isDocumentKind, type Kind, type Target } from '../domain/words';
import { withCursor } from './absorb-store';
import { countMade } from './deliveries';
import { freeWaitingForItems } from './own-records';
import { firstRow, type Db } from './pool';
import {
  directionInForce,
  directionSchema,
  newestSettings,
  postingInForce,
  postingSettingsSchema,
  syncSettingsSchema,
  type SettingsPart,
} from './settings';

// Bringing the newest request of a settings part in force: one transaction under the tenant's cursor, so
// that it never overlaps absorb, and picks see all of it or nothing (architecture section 6, "In force").

/** Revision that is in force now, and whether this call brought it there. */
export interface InForce {
  rev: number;
  hasChanged: boolean;
}

export async function bringInForce(
  pool: Pool,
  tenant: number,
  part: Extract<SettingsPart, 'direction' | 'sync' | 'posting'>,
): Promise<InForce> {
  return withCursor(pool, tenant, async (tx) => {
    const newest = await newestSettings(tx, tenant, part);
    if (newest === null) throw new Error(`Bug: tenant ${tenant} has no settings part ${part}`);
    if (newest.inForceAt !== null) return { rev: newest.rev, hasChanged: false };
    if (part === 'direction') {
      const before = await directionInForce(tx, tenant);
      await moveByDirection(
        tx,
        tenant,
        before,
        directionSchema.parse(newest.value),
        newest.catchUp,
      );
    } else if (part === 'sync') {
      const { queueBound } = syncSettingsSchema.parse(newest.value);
      await tx.query('UPDATE tenant_intake SET queue_bound = $2 WHERE tenant = $1', [
        tenant,
        queueBound,
      ]);
    } else {
      await moveByPosting(tx, tenant, postingSettingsSchema.parse(newest.value));
    }
    await tx.query(
      `UPDATE settings SET superseded_at = now() WHERE tenant = $1 AND part = $2 AND rev < $3 AND superseded_at IS NULL`,
      [tenant, part, newest.rev],
    );
    await tx.query(
      'UPDATE settings SET in_force_at = now() WHERE tenant = $1 AND part = $2 AND rev = $3',
      [tenant, part, newest.rev],
    );
    return { rev: newest.rev, hasChanged: true };
  });
}

/** What is held for want of an item is looked at again where articles get one now. */
async function moveByPosting(
  tx: PoolClient,
  tenant: number,
  after: PostingSettings,
): Promise<void> {
  const { value: before } = await postingInForce(tx, tenant);
  if (after.item.unmapped === 'hold' || after.item.unmapped === before.item.unmapped) return;
  await countMade(tx, tenant, new Map([['qbo', await freeWaitingForItems(tx, tenant)]]));
}

/** The same rows of the transition table as `directionOff` and `directionOn`, for whole kinds at once. */
async function moveByDirection(
  tx: PoolClient,
  tenant: number,
  before: DirectionPolicy,
  after: DirectionPolicy,
  catchUp: boolean | null,
): Promise<void> {
  const made = new Map<Target, number>();
  for (const { system, kind, isAllowed } of pushDifferences(before, after)) {
    const rise = isAllowed
      ? await release(tx, tenant, system, kind, catchUp)
      : -(await keepBack(tx, tenant, system, kind));
    made.set(system, (made.get(system) ?? 0) + rise);
  }
  await countMade(tx, tenant, made);
}

async function keepBack(
  tx: PoolClient,
  tenant: number,
  system: Target,
  kind: Kind,
): Promise<number> {
  const result = await tx.query(
    `UPDATE deliveries SET state = 'held', reason = 'direction', cause = 'direction', detail = NULL, changed_at = now()
     WHERE tenant = $1 AND system = $2 AND kind = $3 AND state = 'waiting'`,
    [tenant, system, kind],
  );
  return result.rowCount ?? 0;
}

/** Documents that were kept back need a decision; without one they stay held. Answers how many are open now. */
async function release(
  tx: PoolClient,
  tenant: number,
  system: Target,
  kind: Kind,
  catchUp: boolean | null,
): Promise<number> {
  const isSent = isDocumentKind(kind) ? catchUp : true;
  if (isSent === null) return 0;
  const result = await tx.query(
    `UPDATE deliveries SET state = $4, reason = $5, cause = $5, detail = NULL, due_at = now(), changed_at = now()
     WHERE tenant = $1 AND system = $2 AND kind = $3 AND state = 'held' AND reason = 'direction'`,
    [tenant, system, kind, isSent ? 'waiting' : 'skipped', isSent ? null : 'direction'],
  );
  return isSent ? (result.rowCount ?? 0) : 0;
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

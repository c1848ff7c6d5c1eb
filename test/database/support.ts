import { createHash, randomUUID } from 'node:crypto';

import type { Pool } from 'pg';

import { absorbChanges } from '../../activities/absorb/absorb-changes';
import { storeChanges, type IntakeItem, type IntakeResult } from '../../database/changes';
import { takeLease, type LaneHold } from '../../database/lanes';
import { bringInForce } from '../../database/policy';
import { requestSettings, type SettingsPart } from '../../database/settings';
import {
  recordSends,
  type Recorded,
  type SendDraft,
  type SendMember,
  type SendRow,
} from '../../database/sends';
import {
  settleSends,
  type MemberSettlement,
  type SendOutcome,
  type Settled,
} from '../../database/settlements';
import { createTenant } from '../../database/tenants';
import { canonicalJson } from '../../domain/canonical';
import type { DirectionPolicy } from '../../domain/delivery/direction';
import type { DeliveryState } from '../../domain/delivery/delivery-state';
import type { RateLimit } from '../../domain/lane/rate-budget';
import type { Kind, Target } from '../../domain/words';
import type { TestChange } from '../support/stack';

// What tests of the tables do again and again: tenants, intake, absorb, a lane's holder and its
// sends.

let sequence = 0;

/** A tenant with its counters, lanes and start settings; answers its internal number. */
export async function newTenant(pool: Pool): Promise<number> {
  sequence += 1;
  const tenantId = `tenant-${sequence}`;
  const tenant = await createTenant(
    pool,
    { tenantId, name: tenantId, timeZone: 'Europe/London', currency: 'USD', country: 'GB' },
    `key-of-${tenantId}`,
  );
  if (tenant === null) throw new Error(`tenant ${tenantId} is there already`);
  return tenant.id;
}

/** A change as intake stores it; its id and time are made up unless given. */
export function item(change: TestChange): IntakeItem {
  sequence += 1;
  const { kind, op = 'upsert', recordId, body } = change;
  const revision = change.revision ?? (kind === 'inventory' ? null : 1);
  return {
    id: change.id ?? `e${sequence}`,
    kind,
    op,
    recordId,
    revision,
    occurredAt: change.occurredAt ?? '2026-11-21T10:00:00.000Z',
    bodyText: op === 'delete' ? null : JSON.stringify(body),
    hash: createHash('sha256')
      .update(canonicalJson({ kind, op, recordId, body: body ?? null }))
      .digest(),
  };
}

export function store(
  pool: Pool,
  tenant: number,
  changes: readonly TestChange[],
): Promise<IntakeResult> {
  return storeChanges(pool, tenant, 'pos', changes.map(item));
}

/** Stores and absorbs, so that records and deliveries are there. */
export async function absorb(
  pool: Pool,
  tenant: number,
  changes: readonly TestChange[] = [],
): Promise<void> {
  if (changes.length > 0) await store(pool, tenant, changes);
  await absorbChanges(pool, tenant, [], Date.now);
}

/** Requests settings and brings them in force, as route and workflow do. */
export async function setSettings(
  pool: Pool,
  tenant: number,
  part: Extract<SettingsPart, 'direction' | 'sync' | 'posting'>,
  value: object,
  catchUp: boolean | null = null,
): Promise<void> {
  const request = {
    part,
    requestId: randomUUID(),
    value,
    catchUp,
    requestedBy: 'test',
    expectedRev: null,
  };
  await requestSettings(pool, tenant, request);
  await bringInForce(pool, tenant, part);
}

/** A direction that pushes all, but for the systems and kinds named. */
export function pushingAllBut(off: readonly [Target, Kind][]): DirectionPolicy {
  const kindsOff = (system: Target): DirectionPolicy['systems'][Target]['kinds'] =>
    Object.fromEntries(
      off.flatMap(([target, kind]) => (target === system ? [[kind, 'disabled']] : [])),
    );
  return {
    systems: {
      woo: { default: 'push', kinds: kindsOff('woo') },
      qbo: { default: 'push', kinds: kindsOff('qbo') },
    },
  };
}

/** A lane taken by a new token. */
export async function holdLane(pool: Pool, tenant: number, system: Target): Promise<LaneHold> {
  const token = randomUUID();
  await pool.query(
    'UPDATE lanes SET token = NULL, lease_until = NULL WHERE tenant = $1 AND system = $2',
    [tenant, system],
  );
  const lease = await takeLease(pool, tenant, system, token);
  if (lease === null) throw new Error(`the lane ${system} is held`);
  return { tenant, system, token };
}

export interface Row {
  id: string;
  system: Target;
  kind: Kind;
  recordId: string;
  part: string;
  state: DeliveryState;
  reason: string | null;
  desiredRev: number;
  deliveredRev: number;
  generation: number;
  attempts: number;
  remoteId: string | null;
}

/** The tenant's deliveries, in order of their ids. */
export async function deliveries(pool: Pool, tenant: number, system?: Target): Promise<Row[]> {
  const result = await pool.query<Row>(
    `SELECT id::text AS id, system, kind, record_id AS "recordId", part, state, reason,
       desired_rev AS "desiredRev",
       delivered_rev AS "deliveredRev", generation, attempts, remote_id AS "remoteId"
     FROM deliveries WHERE tenant = $1 AND ($2::text IS NULL OR system = $2)
       ORDER BY deliveries.id`,
    [tenant, system ?? null],
  );
  return result.rows;
}

export async function delivery(
  pool: Pool,
  tenant: number,
  system: Target,
  kind: Kind,
  recordId: string,
): Promise<Row> {
  const rows = await deliveries(pool, tenant, system);
  const row = rows.find((one) => one.kind === kind && one.recordId === recordId);
  if (row === undefined) throw new Error(`no delivery of ${kind} ${recordId} to ${system}`);
  return row;
}

export function memberOf(row: Pick<Row, 'id' | 'desiredRev' | 'generation'>): SendMember {
  return {
    deliveryId: row.id,
    rev: row.desiredRev,
    generation: row.generation,
    isLinked: false,
    write: {},
  };
}

/** The key of a send of these members, as the lane makes it: by member, revision and generation. */
export function keyOf(members: readonly SendMember[]): string {
  const text = canonicalJson(
    members.map(({ deliveryId, rev, generation }) => [deliveryId, rev, generation]),
  );
  return createHash('sha256').update(text).digest('hex');
}

/** Records one send. */
export function recordSend(
  pool: Pool,
  lane: LaneHold,
  candidates: readonly SendMember[],
  freeze: SendDraft['freeze'],
  limits: readonly RateLimit[],
): Promise<Recorded> {
  return recordSends(pool, lane, [{ candidates, freeze }], limits);
}

/** Settles one send. */
export function settleSend(
  pool: Pool,
  lane: LaneHold,
  sent: SendRow,
  members: readonly MemberSettlement[],
  outcome: SendOutcome,
): Promise<Settled> {
  return settleSends(pool, lane, [{ sendId: sent.id, members, outcome }]);
}

/** Records a send of these deliveries; null where none could be sent. */
export async function send(
  pool: Pool,
  lane: LaneHold,
  rows: readonly Pick<Row, 'id' | 'desiredRev' | 'generation'>[],
): Promise<SendRow | null> {
  const recorded = await recordSend(
    pool,
    lane,
    rows.map(memberOf),
    (kept) => ({
      key: keyOf(kept),
      request: { method: 'POST', path: '/batch', body: JSON.stringify(kept) },
      members: [...kept],
    }),
    [],
  );
  if (recorded.type !== 'recorded') throw new Error(`not recorded: ${recorded.type}`);
  return recorded.sends[0] ?? null;
}

export function accepted(deliveryId: string, remoteId = `r${deliveryId}`): MemberSettlement {
  return {
    deliveryId,
    event: { type: 'accepted', resting: 'waiting', nowMs: Date.now() },
    remote: { id: remoteId, version: '0', snapshot: {}, isLinked: false },
  };
}

export function refused(deliveryId: string, to: 'dead' | 'held' = 'dead'): MemberSettlement {
  return {
    deliveryId,
    event: { type: 'refusedForGood', to, reason: to === 'dead' ? 'DATA' : 'closed_period' },
    cause: 'DATA:1',
    lastClass: 'DATA',
  };
}

/** Sends these deliveries and has all of them accepted. */
export async function deliver(
  pool: Pool,
  lane: LaneHold,
  rows: readonly Pick<Row, 'id' | 'desiredRev' | 'generation'>[],
): Promise<void> {
  const sent = await send(pool, lane, rows);
  if (sent === null) throw new Error('nothing was sent');
  await settleSend(
    pool,
    lane,
    sent,
    sent.members.map(({ deliveryId }) => accepted(deliveryId)),
    { state: 'settled', outcome: 'accepted' },
  );
}

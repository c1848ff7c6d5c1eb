import { randomUUID } from 'node:crypto';

import { beforeEach, expect, test } from '@jest/globals';

import {
  applyRedrive,
  countRedrivable,
  listCauses,
  listFailures,
  requestRedrive,
} from '../../database/failures';
import { bringInForce, keptBackDocuments } from '../../database/policy';
import { movePending } from '../../database/policy-moves';
import {
  requestSettings,
  settingsInForce,
  settingsVersions,
  type SettingsRow,
} from '../../database/settings';
import { settleWithoutSend } from '../../database/settlements';
import { queueDepth } from '../../database/status';
import { recount } from '../../database/watchdog';
import { initialSyncSettings } from '../../domain/lane/sync-settings';
import { withDatabase } from '../support/database';
import { count, customer, order, product } from '../support/samples';
import {
  absorb,
  deliveries,
  holdLane,
  newTenant,
  pushingAllBut,
  refused,
  send,
  setSettings,
  store,
  settleSend,
} from './support';

const database = withDatabase();
let tenant = 0;

beforeEach(async () => {
  tenant = await newTenant(database.pool);
});

function request(
  requestId: string,
  bound: number,
  expectedRev: number | null = null,
): Promise<SettingsRow | null> {
  const value = { ...initialSyncSettings, queueBound: bound };
  return requestSettings(database.pool, tenant, {
    part: 'sync',
    requestId,
    value,
    catchUp: null,
    requestedBy: 'a',
    expectedRev,
  });
}

async function states(): Promise<string[]> {
  const rows = await deliveries(database.pool, tenant, 'qbo');
  return rows.map(
    ({ kind, state, reason }) => `${kind} ${state}${reason === null ? '' : `(${reason})`}`,
  );
}

test('a request is the next revision, and is not in force before it is brought there', async () => {
  expect(await request('a', 10)).toMatchObject({ rev: 2, inForceAt: null });
  expect(await settingsInForce(database.pool, tenant, 'sync')).toMatchObject({ rev: 1 });
  expect(await bringInForce(database.pool, tenant, 'sync')).toEqual({ rev: 2, hasChanged: true });
  expect(await settingsInForce(database.pool, tenant, 'sync')).toMatchObject({ rev: 2 });
  expect(await bringInForce(database.pool, tenant, 'sync')).toEqual({ rev: 2, hasChanged: false });
});

test('a queue bound in force is the one that intake obeys', async () => {
  await setSettings(database.pool, tenant, 'sync', { ...initialSyncSettings, queueBound: 1 });
  expect(await store(database.pool, tenant, [customer('a')])).toMatchObject({ type: 'stored' });
  expect(await store(database.pool, tenant, [customer('b')])).toEqual({
    type: 'full',
    depth: 1,
    bound: 1,
  });
});

test('only the newest request comes in force, older ones are superseded', async () => {
  for (const [n, id] of ['a', 'b', 'c'].entries()) await request(id, 10 + n);
  await bringInForce(database.pool, tenant, 'sync');
  const versions = await settingsVersions(database.pool, tenant, 'sync', {
    after: null,
    limit: 10,
  });
  expect(
    versions.map(({ rev, inForceAt, supersededAt }) => [
      rev,
      inForceAt !== null,
      supersededAt !== null,
    ]),
  ).toEqual([
    [4, true, false],
    [3, false, true],
    [2, false, true],
    [1, true, true],
  ]);
  expect(
    (await settingsVersions(database.pool, tenant, 'sync', { after: '3', limit: 1 })).map(
      ({ rev }) => rev,
    ),
  ).toEqual([2]);
});

test('a request id stores once, a stale revision is refused, and parallel requests get revisions of their own', async () => {
  const first = await request('a', 10);
  expect(await request('a', 99)).toEqual(first);
  expect(await request('b', 10, 1)).toBeNull();
  expect(await request('b', 10, 2)).toMatchObject({ rev: 3 });
  const rows = await Promise.all(Array.from({ length: 8 }, (_, n) => request(`p${n}`, 10)));
  expect(rows.map((row) => row?.rev).sort()).toEqual([10, 11, 4, 5, 6, 7, 8, 9]);
  const raced = await Promise.all(['x', 'y', 'z'].map((id) => request(id, 10, 11)));
  expect(raced.filter((row) => row !== null)).toHaveLength(1);
});

test('turning a direction off holds what waits, turning it on again sends the latest of things', async () => {
  await setSettings(database.pool, tenant, 'direction', pushingAllBut([]));
  await absorb(database.pool, tenant, [customer('c'), order('o', [])]);
  await setSettings(
    database.pool,
    tenant,
    'direction',
    pushingAllBut([
      ['qbo', 'customer'],
      ['woo', 'customer'],
    ]),
  );
  expect(await states()).toEqual(['customer held(direction)', 'order waiting']);
  expect(await queueDepth(database.pool, tenant)).toBe(1);
  await setSettings(database.pool, tenant, 'direction', pushingAllBut([]));
  expect(await states()).toEqual(['customer waiting', 'order waiting']);
});

test.each([
  [null, 'order held(direction)', 0],
  [true, 'order waiting', 1],
  [false, 'order skipped(direction)', 0],
])('documents that were kept back need a decision: %s leaves %s', async (catchUp, state, depth) => {
  const off = pushingAllBut([['qbo', 'order']]);
  await setSettings(database.pool, tenant, 'direction', off);
  await absorb(database.pool, tenant, [order('o', [])]);
  const on = pushingAllBut([]);
  expect(await keptBackDocuments(database.pool, tenant, on)).toBe(1);
  expect(await keptBackDocuments(database.pool, tenant, off)).toBe(0);
  await setSettings(database.pool, tenant, 'direction', on, catchUp);
  expect(await states()).toEqual([state]);
  expect(await queueDepth(database.pool, tenant)).toBe(depth);
});

test('things that were kept back are no documents and need no decision', async () => {
  await setSettings(database.pool, tenant, 'direction', pushingAllBut([['qbo', 'customer']]));
  await absorb(database.pool, tenant, [customer('c'), product('a'), count('a', '1')]);
  expect(await keptBackDocuments(database.pool, tenant, pushingAllBut([]))).toBe(0);
});

async function withFailures(): Promise<void> {
  await absorb(
    database.pool,
    tenant,
    ['1', '2', '3', '4'].map((id) => customer(id)),
  );
  const lane = await holdLane(database.pool, tenant, 'qbo');
  const [first, second, third, fourth] = await deliveries(database.pool, tenant, 'qbo');
  if (!first || !second || !third || !fourth) throw new Error('four deliveries expected');
  const sent = await send(database.pool, lane, [first, second]);
  if (sent === null) throw new Error('nothing sent');
  await settleSend(database.pool, lane, sent, [refused(first.id), refused(second.id, 'held')], {
    state: 'settled',
    outcome: '',
  });
  await settleWithoutSend(database.pool, lane, [
    {
      deliveryId: third.id,
      event: { type: 'hold', reason: 'mapping_missing' },
      cause: 'mapping:x',
    },
    { deliveryId: fourth.id, event: { type: 'hold', reason: 'dependency' } },
  ]);
}

test('failures are listed by class, reason, kind and system, and grouped by cause', async () => {
  await withFailures();
  const found = async (filter: Parameters<typeof listFailures>[2]): Promise<string[]> =>
    (
      await listFailures(
        database.pool,
        tenant,
        { system: 'qbo', ...filter },
        { afterId: null, limit: 50 },
      )
    ).map(({ recordId }) => recordId);
  expect(await found({})).toEqual(['1', '2', '3', '4']);
  expect(await found({ class: 'DATA' })).toEqual(['1']);
  expect(await found({ reason: 'closed_period' })).toEqual(['2']);
  expect(await found({ kind: 'order' })).toEqual([]);
  const [page] = await listFailures(
    database.pool,
    tenant,
    { system: 'qbo' },
    { afterId: null, limit: 1 },
  );
  expect(
    (
      await listFailures(
        database.pool,
        tenant,
        { system: 'qbo' },
        { afterId: page?.id ?? null, limit: 1 },
      )
    ).map(({ recordId }) => recordId),
  ).toEqual(['2']);
  const causes = await listCauses(database.pool, tenant, 50);
  expect(
    causes.filter(({ cause }) => cause === 'DATA:1').map(({ state, count: n }) => [state, n]),
  ).toEqual([
    ['dead', 1],
    ['held', 1],
  ]);
});

test.each([
  [{ all: true as const }, 4],
  [{ cause: 'DATA:1' }, 2],
  [{ cause: 'direction' }, 0],
])(
  'a redrive of %j covers %i, once, and passes over what lifts itself',
  async (selector, covered) => {
    await withFailures();
    expect(await countRedrivable(database.pool, tenant, selector)).toBe(covered);
    expect(await requestRedrive(database.pool, tenant, 'r', { selector, by: 'a' })).toBe(true);
    expect(await requestRedrive(database.pool, tenant, 'r', { selector, by: 'a' })).toBe(false);
    const opened = await applyRedrive(database.pool, tenant, 'r', Date.now());
    expect(opened?.get('qbo') ?? 0).toBe(covered);
    expect(await applyRedrive(database.pool, tenant, 'r', Date.now())).toBeNull();
    expect(await queueDepth(database.pool, tenant)).toBe(covered);
    expect((await states()).filter((state) => state === 'customer waiting')).toHaveLength(covered);
  },
);

test('a redrive while the direction is off holds by direction', async () => {
  await withFailures();
  await setSettings(
    database.pool,
    tenant,
    'direction',
    pushingAllBut([
      ['qbo', 'customer'],
      ['woo', 'customer'],
    ]),
  );
  await requestRedrive(database.pool, tenant, 'r', { selector: { all: true }, by: 'a' });
  await applyRedrive(database.pool, tenant, 'r', Date.now());
  expect((await states()).filter((state) => state === 'customer held(direction)')).toHaveLength(4);
  expect(await queueDepth(database.pool, tenant)).toBe(0);
});

const customersOff = pushingAllBut([['qbo', 'customer']]);
const seven = Array.from({ length: 7 }, (_, index) => customer(`c${index}`));
const pendingOf = async (): Promise<unknown[]> =>
  (
    await database.pool.query<object>(
      'SELECT FROM settings WHERE tenant = $1 AND pending_moves IS NOT NULL',
      [tenant],
    )
  ).rows;

async function turnDirection(value: object, sliceSize: number): Promise<void> {
  await requestSettings(database.pool, tenant, {
    part: 'direction',
    requestId: randomUUID(),
    value,
    catchUp: null,
    requestedBy: 'a',
    expectedRev: null,
  });
  await bringInForce(database.pool, tenant, 'direction', sliceSize);
}

test('O12: a direction that moves more than a slice moves all of it, and counts it', async () => {
  await absorb(database.pool, tenant, seven);
  await turnDirection(customersOff, 2);
  expect(new Set(await states())).toEqual(new Set(['customer held(direction)']));
  expect(await recount(database.pool, tenant)).toEqual([]);
  await turnDirection(pushingAllBut([['qbo', 'payout']]), 3);
  expect(new Set(await states())).toEqual(new Set(['customer waiting']));
  expect(await recount(database.pool, tenant)).toEqual([]);
  expect(await pendingOf()).toEqual([]);
});

test('O12: what was cut off is gone on with, and a later request has the last word', async () => {
  await absorb(database.pool, tenant, seven);
  await turnDirection(customersOff, 100);
  const cutOff = async (): Promise<void> => {
    await database.pool.query(
      `UPDATE settings SET pending_moves = '[{"type":"keepBack","system":"qbo","kind":"customer"}]'
       WHERE tenant = $1 AND part = 'direction' AND superseded_at IS NULL
         AND in_force_at IS NOT NULL`,
      [tenant],
    );
    await database.pool.query(
      `UPDATE deliveries SET state = 'waiting', reason = NULL WHERE tenant = $1 AND system = 'qbo'
         AND record_id IN ('c1', 'c2')`,
      [tenant],
    );
  };
  await cutOff();
  await movePending(database.pool, tenant, 1);
  expect(new Set(await states())).toEqual(new Set(['customer held(direction)']));
  await cutOff();
  await turnDirection(pushingAllBut([['qbo', 'payout']]), 2);
  expect(new Set(await states())).toEqual(new Set(['customer waiting']));
  expect(await pendingOf()).toEqual([]);
});

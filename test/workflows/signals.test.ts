import { describe, expect, test } from '@jest/globals';

import { laneStates } from '../../database/lanes';
import { calls, documents, fault, noFaults } from '../support/sandboxes';
import { customer, order, product } from '../support/samples';
import {
  connect,
  createTestTenant,
  quickSettings,
  sendChanges,
  withStack,
  until,
  untilIdle,
  wake,
  type TestTenant,
} from '../support/stack';
import {
  activityCounts,
  attributesOf,
  eventsOf,
  signal,
  statusOf,
  untilAttributes,
  untilStatus,
  workflowOf,
} from '../support/tenant-workflow';

const stack = withStack();

/** A tenant that has nothing to do, and whose workflow knows it. */
async function idleTenant(settings = quickSettings): Promise<TestTenant> {
  const tenant = await createTestTenant(stack, settings);
  await wake(stack, tenant);
  // Loaded, and both lanes have found nothing to do in their first turn.
  await until(
    'idle',
    async () => activityCounts(await eventsOf(stack, tenant), 'ended'),
    (ended) => ended['pushDeliveries'] === 2 && ended['absorbChanges'] === 1,
  );
  return tenant;
}

const names = [
  'wake',
  'setDirection',
  'setDeletePolicy',
  'setPolicy',
  'setPaused',
  'setBreaker',
  'credentialsUpdated',
  'redrive',
  'continueAsNewNow',
  'noSuchSignal',
];
const long = 'x'.repeat(65);
const bodies: unknown[] = [
  null,
  [],
  {},
  7,
  'text',
  { id: long, direction: { systems: {} }, policy: {}, all: true },
  { id: '', all: true },
  { id: 1, direction: 1, deletePolicy: 1, policy: 1, cause: 1, all: 1, redriveId: 1 },
  { id: 'a', direction: null, policy: 'none', cause: '', redriveId: '' },
  { id: 'b', direction: [], policy: [], all: 'yes' },
  { id: 'c', direction: { systems: 'all' }, policy: { queueBound: -1 }, cause: 'y'.repeat(301) },
  { id: 'd', direction: { text: 'z'.repeat(5_000) }, policy: { text: 'z'.repeat(5_000) } },
  { lane: 'pos', paused: true, to: 'closed' },
  { lane: 'qbo', paused: 'yes', to: 'open' },
  { lane: 1, paused: 1, to: 1 },
  { paused: null },
];

describe('signals by hand', () => {
  test('malformed ones of every kind change nothing, and the workflow goes on', async () => {
    const tenant = await idleTenant();
    const before = await statusOf(stack, tenant);
    for (const name of names.filter((one) => one !== 'wake' && one !== 'continueAsNewNow')) {
      await signal(stack, tenant, name);
      await signal(stack, tenant, name, {}, {});
      await Promise.all(bodies.map((body) => signal(stack, tenant, name, body)));
    }
    await signal(stack, tenant, 'wake', null);
    await signal(stack, tenant, 'wake', [1]);
    const after = await untilStatus(
      stack,
      tenant,
      'all taken',
      ({ pendingRequests, lanes }) =>
        pendingRequests === 0 && !lanes.woo.isInTurn && !lanes.qbo.isInTurn,
    );
    expect(after).toEqual(before);
    await signal(stack, tenant, 'continueAsNewNow', { any: 'thing' });
    await sendChanges(stack, tenant, [
      customer('c1'),
      product('A'),
      order('P-1', [['A', 1]], 'c1'),
    ]);
    await untilIdle(stack, tenant);
    expect(await documents(stack, tenant)).toEqual(['SalesReceipt P-1 12.50']);
    const { status } = await workflowOf(stack, tenant).describe();
    expect(status.name).toBe('RUNNING');
  });

  test('a repeated id is taken once', async () => {
    const tenant = await idleTenant();
    for (let time = 0; time < 5; time++) {
      await signal(stack, tenant, 'redrive', { id: 'again', all: true });
    }
    await untilStatus(stack, tenant, 'all taken', ({ pendingRequests }) => pendingRequests === 0);
    expect(activityCounts(await eventsOf(stack, tenant))['redriveDeliveries']).toBe(1);
  });

  test('a redrive that fails for good does not end the workflow', async () => {
    const tenant = await idleTenant();
    const { pool } = stack.database;
    await pool.query(
      `INSERT INTO redrives (id, tenant, selector, requested_by)
         VALUES ('broken', $1, '{"odd":1}', 'test')`,
      [tenant.id],
    );
    await signal(stack, tenant, 'redrive', { id: 'broken', redriveId: 'broken' });
    await until(
      'it failed',
      async () =>
        (await eventsOf(stack, tenant)).filter((event) => event.activityTaskFailedEventAttributes),
      (failed) => failed.length > 0,
    );
    await sendChanges(stack, tenant, [customer('c1')]);
    await untilIdle(stack, tenant);
    const { status } = await workflowOf(stack, tenant).describe();
    expect(status.name).toBe('RUNNING');
  });
});

test("an operator's setBreaker during a turn wins over the end of the turn", async () => {
  const tenant = await idleTenant();
  await fault(stack, tenant, 'qbo', { fault: 'slowBody', delayMs: 800, match: { method: 'GET' } });
  await sendChanges(stack, tenant, [product('A')]);
  await untilStatus(stack, tenant, 'in a turn', ({ lanes }) => lanes.qbo.isInTurn);
  await signal(stack, tenant, 'setBreaker', { lane: 'qbo', to: 'isolated' });
  const ended = await untilStatus(
    stack,
    tenant,
    'the turn ended',
    ({ lanes }) => !lanes.qbo.isInTurn,
  );
  expect(ended.lanes.qbo.breaker).toEqual({ kind: 'isolated' });
  await noFaults(stack.qbo);
  const called = (await calls(stack, tenant, 'qbo')).length;
  await sendChanges(stack, tenant, [product('B')]);
  await untilStatus(stack, tenant, 'absorbed', ({ depth }) => depth === 2);
  expect(await calls(stack, tenant, 'qbo')).toHaveLength(called);
  expect(openTimers(await eventsOf(stack, tenant))).toBe(0); // isolated needs no timer
  await signal(stack, tenant, 'setBreaker', { lane: 'qbo', to: 'closed' });
  await untilIdle(stack, tenant);
});

function openTimers(events: Awaited<ReturnType<typeof eventsOf>>): number {
  const started = events.filter((event) => event.timerStartedEventAttributes).length;
  const ended = events.filter(
    (event) => event.timerFiredEventAttributes ?? event.timerCanceledEventAttributes,
  ).length;
  return started - ended;
}

test('credentials that are refused park the lane until new ones come', async () => {
  const tenant = await idleTenant();
  await fault(stack, tenant, 'woo', { fault: 'status:401', match: { method: 'GET' } });
  await sendChanges(stack, tenant, [product('A')]);
  await untilAttributes(stack, tenant, 'parked', ({ state }) => state === 'NEEDS_AUTH');
  expect(await needsAuth(tenant)).toBe(true);
  const called = (await calls(stack, tenant, 'woo')).length;
  await sendChanges(stack, tenant, [product('B')]);
  await untilStatus(stack, tenant, 'absorbed', ({ depth }) => depth === 2);
  expect(await calls(stack, tenant, 'woo')).toHaveLength(called);
  await noFaults(stack.woo);
  await connect(stack, tenant);
  await signal(stack, tenant, 'credentialsUpdated', { lane: 'woo' });
  await untilIdle(stack, tenant);
  await untilAttributes(stack, tenant, 'well again', ({ state }) => state === 'OK');
});

test('a failure of old credentials does not park the lane when new ones have come meanwhile', async () => {
  const tenant = await idleTenant();
  await fault(stack, tenant, 'woo', { fault: 'status:401', delayMs: 700, times: 1 });
  const before = (await calls(stack, tenant, 'woo')).length;
  await sendChanges(stack, tenant, [product('A')]);
  await until(
    'the call is open',
    () => calls(stack, tenant, 'woo'),
    (all) => all.length > before,
  );
  await connect(stack, tenant);
  expect((await statusOf(stack, tenant)).lanes.woo.isInTurn).toBe(true);
  await signal(stack, tenant, 'credentialsUpdated', { lane: 'woo' });
  await untilIdle(stack, tenant);
  expect((await calls(stack, tenant, 'woo'))[before]?.status).toBe(401);
  expect(await needsAuth(tenant)).toBe(false);
  expect((await statusOf(stack, tenant)).state).toBe('OK');
});

async function needsAuth(tenant: TestTenant): Promise<boolean | undefined> {
  const lanes = await laneStates(stack.database.pool, tenant.id);
  return lanes.find(({ system }) => system === 'woo')?.needsAuth;
}

test('search attributes follow pause, isolation, backlog and policy within seconds', async () => {
  const tenant = await idleTenant();
  const first = await untilAttributes(stack, tenant, 'at rest', ({ state }) => state === 'OK');
  expect(first).toMatchObject({ dead: 0, backlog: 0, policyRev: 2 });
  await signal(stack, tenant, 'setPaused', { paused: true });
  await untilAttributes(stack, tenant, 'paused', ({ state }) => state === 'PAUSED');
  await signal(stack, tenant, 'setBreaker', { lane: 'woo', to: 'isolated' });
  await untilAttributes(
    stack,
    tenant,
    'isolated',
    ({ breakers }) => breakers?.[0] === 'woo:isolated',
  );
  await sendChanges(
    stack,
    tenant,
    Array.from({ length: 12 }, (_, index) => product(`S${index}`)),
  );
  await untilAttributes(stack, tenant, 'a backlog of tens', ({ backlog }) => backlog === 10);
  await signal(stack, tenant, 'setPolicy', {
    id: 'p1',
    policy: { ...quickSettings, queueBound: 500 },
  });
  await untilAttributes(stack, tenant, 'the new policy', ({ policyRev }) => policyRev === 3);
  await signal(stack, tenant, 'setPolicy', {
    id: 'p2',
    policy: { ...quickSettings, queueBound: -5 },
  });
  await signal(stack, tenant, 'setBreaker', { lane: 'woo', to: 'closed' });
  await signal(stack, tenant, 'setPaused', { paused: false });
  await untilAttributes(
    stack,
    tenant,
    'well again',
    ({ state, breakers }) => state === 'OK' && (breakers ?? []).length === 0,
  );
  await untilIdle(stack, tenant);
  await untilAttributes(stack, tenant, 'no backlog', ({ backlog }) => backlog === 0);
  expect((await attributesOf(stack, tenant)).policyRev).toBe(3);
});

test('rows that are due but cannot be taken cause no hot loop', async () => {
  const tenant = await idleTenant();
  await stack.database.pool.query(
    `UPDATE lanes SET token = gen_random_uuid(), lease_until = now() + interval '4 seconds'
       WHERE tenant = $1`,
    [tenant.id],
  );
  await sendChanges(stack, tenant, [product('A')]);
  await untilIdle(stack, tenant);
  const counts = activityCounts(await eventsOf(stack, tenant));
  expect(counts['pushDeliveries']).toBeLessThanOrEqual(14); // waits of 1, 2, 4 s per lane
  // Orders whose product never arrives are due and not ready: nobody asks for them again and again.
  await fault(stack, tenant, 'qbo', {
    fault: 'itemFault',
    code: 2050,
    item: 1,
    times: 1,
    match: { write: true },
  });
  await sendChanges(stack, tenant, [product('B'), order('P-9', [['B', 1]])]);
  await untilIdle(stack, tenant);
  const before = activityCounts(await eventsOf(stack, tenant))['pushDeliveries'] ?? 0;
  await sendChanges(stack, tenant, [customer('c1')]);
  await untilIdle(stack, tenant);
  const after = activityCounts(await eventsOf(stack, tenant))['pushDeliveries'] ?? 0;
  expect(after - before).toBeLessThanOrEqual(4);
});

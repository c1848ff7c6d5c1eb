import { expect, test } from '@jest/globals';

import { laneStates } from '../../database/lanes';
import { calls, documents, fault, noFaults, shelf, writes } from '../support/sandboxes';
import { customer, order, product } from '../support/samples';
import {
  createTestTenant,
  quickSettings,
  sendChanges,
  withStack,
  until,
  untilIdle,
  type TestTenant,
} from '../support/stack';
import {
  activityCounts,
  attributesOf,
  eventsOf,
  signal,
  statusOf,
  untilStatus,
  workflowOf,
} from '../support/tenant-workflow';

const stack = withStack();

async function breakerInLaneRow(tenant: TestTenant): Promise<unknown> {
  const lanes = await laneStates(stack.database.pool, tenant.id);
  return lanes.find(({ system }) => system === 'qbo')?.breaker;
}

/** A pause long enough to look at it. */
const slowBreaker = { ...quickSettings, breaker: { failures: 3, openMs: 1_000, successes: 2 } };

test('a system that fails opens the breaker after the set number of attempts, and probes close it', async () => {
  const tenant = await createTestTenant(stack, slowBreaker);
  await fault(stack, tenant, 'qbo', { fault: 'status:500', match: { method: 'GET' } });
  await sendChanges(stack, tenant, [product('A'), product('B'), product('C'), product('D')]);
  const open = await untilStatus(
    stack,
    tenant,
    'open',
    ({ lanes }) => lanes.qbo.breaker.kind === 'open',
  );
  expect(open.lanes.qbo.breaker).toMatchObject({ kind: 'open', opens: 1 });
  expect(await calls(stack, tenant, 'qbo')).toHaveLength(slowBreaker.breaker.failures);
  await until(
    'in the lane row',
    () => breakerInLaneRow(tenant),
    (row) => JSON.stringify(row).includes('open'),
  );
  await until(
    'shown',
    () => attributesOf(stack, tenant),
    ({ breakers }) => breakers?.[0] === 'qbo:open',
  );

  const again = await untilStatus(
    stack,
    tenant,
    'a probe failed',
    ({ lanes }) => lanes.qbo.breaker.kind === 'open' && lanes.qbo.breaker.opens === 2,
  );
  expect(again.lanes.qbo.dead).toBe(0);
  expect(await calls(stack, tenant, 'qbo')).toHaveLength(slowBreaker.breaker.failures + 1);

  await noFaults(stack.qbo);
  await untilIdle(stack, tenant);
  await untilStatus(stack, tenant, 'closed', ({ lanes }) => lanes.qbo.breaker.kind === 'closed');
  const sent = (await writes(stack, tenant, 'qbo')).map(({ operations }) => operations);
  expect(sent).toEqual([1, 1, 2]); // two probes with one member each, then the rest in one batch
  await until(
    'in the lane row',
    () => breakerInLaneRow(tenant),
    (row) => JSON.stringify(row).includes('closed'),
  );
  const attempts = await attemptsOf(tenant);
  expect(attempts).toEqual([0]);
});

async function attemptsOf(tenant: TestTenant): Promise<number[]> {
  const { rows } = await stack.database.pool.query<{ attempts: number }>(
    `SELECT DISTINCT attempts FROM deliveries WHERE tenant = $1 AND system = 'qbo'`,
    [tenant.id],
  );
  return rows.map(({ attempts }) => attempts);
}

test('a workflow started anew loads the breaker, the pause and the isolation that were there', async () => {
  const tenant = await createTestTenant(stack, {
    ...quickSettings,
    breaker: { failures: 2, openMs: 60_000, successes: 2 },
  });
  await fault(stack, tenant, 'qbo', { fault: 'status:500', match: { method: 'GET' } });
  await sendChanges(stack, tenant, [product('A')]);
  await untilStatus(stack, tenant, 'open', ({ lanes }) => lanes.qbo.breaker.kind === 'open');
  await signal(stack, tenant, 'setPaused', { lane: 'woo', paused: true });
  await until(
    'mirrored',
    () => laneStates(stack.database.pool, tenant.id),
    (rows) =>
      rows.some(({ breaker }) => breaker.kind === 'open') && rows.some(({ isPaused }) => isPaused),
  );
  const called = (await calls(stack, tenant, 'qbo')).length;
  await workflowOf(stack, tenant).terminate('test');
  await sendChanges(stack, tenant, [product('B')]);
  const anew = await untilStatus(stack, tenant, 'B is absorbed', ({ depth }) => depth >= 2);
  expect(anew.lanes.qbo.breaker).toMatchObject({ kind: 'open', opens: 1 });
  expect(anew.lanes.woo.isPaused).toBe(true);
  expect(await calls(stack, tenant, 'qbo')).toHaveLength(called);

  await noFaults(stack.qbo);
  await signal(stack, tenant, 'setBreaker', { lane: 'qbo', to: 'isolated' });
  await until(
    'mirrored',
    () => laneStates(stack.database.pool, tenant.id),
    (rows) => rows.some(({ isIsolated }) => isIsolated),
  );
  await workflowOf(stack, tenant).terminate('test');
  await sendChanges(stack, tenant, [product('C')]);
  const isolated = await untilStatus(stack, tenant, 'C is absorbed', ({ depth }) => depth >= 3);
  expect(isolated.lanes.qbo.breaker).toEqual({ kind: 'isolated' });

  await signal(stack, tenant, 'setPaused', { paused: false });
  await signal(stack, tenant, 'setBreaker', { lane: 'qbo', to: 'closed' });
  await untilIdle(stack, tenant);
  expect(await calls(stack, tenant, 'woo')).not.toEqual([]);
});

test('429 is neither a failure nor a success: the lane waits by a timer and no attempt is used up', async () => {
  const tenant = await createTestTenant(stack);
  await fault(stack, tenant, 'qbo', {
    fault: 'status:429',
    retryAfter: 1,
    match: { write: true },
    times: 4,
  });
  await sendChanges(stack, tenant, [customer('c1'), product('A'), order('P-1', [['A', 1]], 'c1')]);
  await untilIdle(stack, tenant);
  expect(await documents(stack, tenant)).toEqual(['SalesReceipt P-1 12.50']);
  const sent = await writes(stack, tenant, 'qbo');
  expect(sent.filter(({ status }) => status === 429)).toHaveLength(4);
  const times = sent.map(({ startedAt }) => Date.parse(startedAt));
  const waits = times.slice(1, 5).map((time, index) => time - (times[index] ?? 0));
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(1_000);
  const { lanes } = await statusOf(stack, tenant);
  expect(lanes.qbo.breaker).toEqual({ kind: 'closed' });
  const { rows } = await stack.database.pool.query<{ breaker: unknown; attempts: number }>(
    `SELECT l.breaker, (SELECT max(attempts) FROM deliveries d
       WHERE d.tenant = l.tenant) AS attempts
     FROM lanes l WHERE l.tenant = $1 AND l.system = 'qbo'`,
    [tenant.id],
  );
  expect(rows).toEqual([{ breaker: { kind: 'closed' }, attempts: 0 }]);
  const events = await eventsOf(stack, tenant);
  expect(activityCounts(events)['setLane']).toBeUndefined();
  expect(events.some((event) => event.timerStartedEventAttributes)).toBe(true);
});

test('failures of single items never open the breaker', async () => {
  const tenant = await createTestTenant(stack);
  await fault(stack, tenant, 'qbo', {
    fault: 'itemFault',
    code: 2050,
    item: 1,
    times: 6,
    match: { entity: 'Item', write: true },
  });
  const some = Array.from({ length: 8 }, (_, index) => product(`S${index}`));
  for (const one of some) {
    await sendChanges(stack, tenant, [one]);
    await untilIdle(stack, tenant);
  }
  const { lanes } = await untilStatus(
    stack,
    tenant,
    'dead',
    (status) => status.lanes.qbo.dead === 6,
  );
  expect(lanes.qbo.breaker).toEqual({ kind: 'closed' });
  expect(activityCounts(await eventsOf(stack, tenant))['setLane']).toBeUndefined();
  expect(await shelf(stack, tenant)).toHaveLength(8);
});

test('a database that is away and a lane that is busy do not touch the breaker', async () => {
  const tenant = await createTestTenant(stack);
  const { pool } = stack.database;
  await pool.query(
    `UPDATE lanes SET token = gen_random_uuid(), lease_until = now() + interval '2 seconds'
       WHERE tenant = $1`,
    [tenant.id],
  );
  await sendChanges(stack, tenant, [product('A'), product('B')]);
  await until(
    'a turn found the lane busy',
    async () =>
      (await eventsOf(stack, tenant)).filter((event) => event.activityTaskFailedEventAttributes),
    (failed) => failed.length >= 2,
  );
  await pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
  await untilIdle(stack, tenant);
  const { lanes } = await statusOf(stack, tenant);
  expect([lanes.woo.breaker.kind, lanes.qbo.breaker.kind]).toEqual(['closed', 'closed']);
  expect(activityCounts(await eventsOf(stack, tenant))['setLane']).toBeUndefined();
});

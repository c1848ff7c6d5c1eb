import { expect, test } from '@jest/globals';

import { queueDepth } from '../../database/status';
import { listFailures } from '../../database/failures';
import { startCases } from '../support/cases';
import { queuesApart, serveLane, startLaneProcess } from '../support/lane-workers';
import { calls, documents, fault, shelf, writes } from '../support/sandboxes';
import { count, customer, order, product } from '../support/samples';
import {
  control,
  createTestTenant,
  quickSettings,
  sendChanges,
  withStack,
  until,
  untilIdle,
  type TestTenant,
} from '../support/stack';
import { statusOf, untilStatus } from '../support/tenant-workflow';

const stack = withStack();
// It waits for the heartbeat time-out of 20 s, while the other tests run.
const caseOf = startCases(['killed'], killedAfterRenewal, stack);

async function killedAfterRenewal(): Promise<TestTenant> {
  const queues = queuesApart(stack, 'qbo');
  const tenant = await createTestTenant(stack, undefined, { queues });
  await fault(stack, tenant, 'qbo', { fault: 'expireToken', times: 1, match: { write: true } });
  const lane = await startLaneProcess(stack, queues, 'qbo', {
    on: 'statement',
    matches: '^UPDATE connections SET sealed',
    signal: 'SIGKILL',
  });
  await sendChanges(stack, tenant, [customer('c1'), product('A'), order('P-1', [['A', 1]], 'c1')]);
  await lane.reached;
  await lane.kill();
  const stop = await serveLane(stack, queues, 'qbo');
  await untilIdle(stack, tenant).finally(stop);
  return tenant;
}

test('the budget is charged before each call: over a hundred batches are never throttled', async () => {
  const quota = { requestsPerMinute: 60_000, requestsPerSecond: 50, batchesPerMinute: 6_000 };
  const tenant = await createTestTenant(stack, {
    ...quickSettings,
    batch: { woo: 50, qbo: 1 },
    quota: { woo: null, qbo: quota },
  });
  await control(stack.qbo, 'quota', {
    on: true,
    perMinute: 60_000,
    perSecond: 50,
    batchesPerMinute: 6_000,
  });
  await sendChanges(
    stack,
    tenant,
    Array.from({ length: 105 }, (_, index) => product(`S${index}`)),
  );
  await untilIdle(stack, tenant);
  await control(stack.qbo, 'quota', { on: false });
  const all = await calls(stack, tenant, 'qbo');
  expect(all.filter(({ isWrite }) => isWrite)).toHaveLength(105);
  expect(all.filter(({ status }) => status === 429)).toEqual([]);
  const times = all.map(({ startedAt }) => Date.parse(startedAt));
  const perSecond = times.map(
    (time) => times.filter((other) => other > time - 1_000 && other <= time).length,
  );
  expect(Math.max(...perSecond)).toBeLessThanOrEqual(50);
});

test('a send whose outcome is unknown comes before everything else that is due', async () => {
  const tenant = await createTestTenant(stack);
  await fault(stack, tenant, 'qbo', {
    fault: 'resetAfterCommit',
    times: 1,
    match: { write: true },
  });
  await sendChanges(stack, tenant, [product('A')]);
  await untilStatus(stack, tenant, 'unknown', ({ lanes }) => lanes.qbo.verifying === 1);
  await stack.database.pool.query(
    `UPDATE sends SET due_at = now() + interval '300 milliseconds' WHERE tenant = $1
       AND state = 'verifying'`,
    [tenant.id],
  );
  await fault(stack, tenant, 'qbo', {
    fault: 'status:429',
    retryAfter: 1,
    times: 1,
    match: { method: 'GET' },
  });
  await sendChanges(stack, tenant, [product('B')]);
  await untilIdle(stack, tenant);
  const ids = (await writes(stack, tenant, 'qbo')).map(({ query }) => query['requestid']);
  expect(ids).toHaveLength(3);
  expect(ids[1]).toBe(ids[0]);
});

test('a send that was written down while the one before failed is let go, not taken for unknown', async () => {
  const tenant = await createTestTenant(stack, { ...quickSettings, batch: { woo: 50, qbo: 1 } });
  // The fourth send is of the first window with sends behind it.
  await fault(stack, tenant, 'qbo', {
    fault: 'resetBeforeCommit',
    match: { write: true, nth: 4 },
  });
  await sendChanges(
    stack,
    tenant,
    Array.from({ length: 9 }, (_, index) => product(`L${index}`)),
  );
  let mostAsked = 0;
  const depth = async (): Promise<number> => {
    const found = await stack.database.pool.query<{ asked: number }>(
      `SELECT count(*)::int AS asked FROM deliveries WHERE tenant = $1 AND system = 'qbo'
         AND state = 'verifying'`,
      [tenant.id],
    );
    mostAsked = Math.max(mostAsked, found.rows[0]?.asked ?? 0);
    return queueDepth(stack.database.pool, tenant.id);
  };
  await untilIdle(stack, tenant, depth);
  // What was being composed when it failed was not written down any more.
  expect(mostAsked).toBe(1);
  const outcomes = await stack.database.pool.query<{ outcome: string; writes: number }>(
    `SELECT outcome, count(*)::int AS writes FROM journal WHERE tenant = $1 GROUP BY outcome
       ORDER BY outcome`,
    [tenant.id],
  );
  expect(outcomes.rows).toEqual([
    { outcome: 'accepted', writes: 18 }, // nine in the shop, nine in the books
    { outcome: 'answerLost', writes: 1 },
    { outcome: 'notExecuted', writes: expect.any(Number) }, // those written down by then
  ]);
  // Nine, and the repeat of the lost one: those that were let go left once.
  expect(await writes(stack, tenant, 'qbo')).toHaveLength(10);
});

test('Retry-After of a look-up is obeyed by every call that follows', async () => {
  const tenant = await createTestTenant(stack);
  await sendChanges(stack, tenant, [product('A')]);
  await untilIdle(stack, tenant);
  const before = (await calls(stack, tenant, 'woo')).length;
  await fault(stack, tenant, 'woo', { fault: 'status:503', retryAfter: 2, times: 1 });
  await sendChanges(stack, tenant, [product('B')]);
  await sendChanges(stack, tenant, [product('C')]);
  await untilIdle(stack, tenant);
  const [refused, next] = (await calls(stack, tenant, 'woo')).slice(before);
  expect(refused?.status).toBe(503);
  expect(
    Date.parse(next?.startedAt ?? '') - Date.parse(refused?.startedAt ?? ''),
  ).toBeGreaterThanOrEqual(2_000);
});

test.each(['POST', 'GET'])(
  'an access token that dies at a %s is renewed inside the turn and stored',
  async (method) => {
    const tenant = await createTestTenant(stack);
    const { pool } = stack.database;
    const sealed = async (): Promise<unknown> =>
      (
        await pool.query(`SELECT sealed FROM connections WHERE tenant = $1 AND system = 'qbo'`, [
          tenant.id,
        ])
      ).rows;
    const first = await sealed();
    await fault(stack, tenant, 'qbo', { fault: 'expireToken', times: 1, match: { method } });
    await sendChanges(stack, tenant, [
      customer('c1'),
      product('A'),
      order('P-1', [['A', 1]], 'c1'),
    ]);
    await untilIdle(stack, tenant);
    expect(await documents(stack, tenant)).toEqual(['SalesReceipt P-1 12.50']);
    expect(await sealed()).not.toEqual(first);
    expect((await statusOf(stack, tenant)).lanes.qbo).toMatchObject({
      needsAuth: false,
      breaker: { kind: 'closed' },
    });
    const refused = (await calls(stack, tenant, 'qbo')).filter(({ status }) => status === 401);
    expect(refused.map((call) => call.method)).toEqual([method]);
  },
);

test('a figure that somebody else set in the shop is not overwritten', async () => {
  const tenant = await createTestTenant(stack);
  await sendChanges(stack, tenant, [product('A'), count('A', '10', '2026-11-20T08:00:00Z')]);
  await untilIdle(stack, tenant);
  expect(await shelf(stack, tenant)).toEqual(['A Article A 10']);
  await control(stack.woo, 'act', {
    as: 'plugin',
    do: 'setStock',
    store: tenant.store,
    sku: 'A',
    quantity: 4,
  });
  await sendChanges(stack, tenant, [count('A', '8', '2026-11-20T09:00:00Z')]);
  await untilIdle(stack, tenant);
  expect(await shelf(stack, tenant)).toEqual(['A Article A 4']);
  const failures = await listFailures(
    stack.database.pool,
    tenant.id,
    { system: 'woo' },
    { afterId: null, limit: 5 },
  );
  expect(failures).toMatchObject([{ state: 'held', reason: 'stock_changed_elsewhere' }]);
});

test('what exists already in shop and books is linked, not created again', async () => {
  const first = await createTestTenant(stack);
  const records = [customer('c1'), product('A'), count('A', '10', '2026-11-20T08:00:00Z')];
  await sendChanges(stack, first, records);
  await untilIdle(stack, first);
  // Everything that we knew of it is gone, as for a tenant who connects systems that are in use.
  const { pool } = stack.database;
  await pool.query(
    'UPDATE deliveries SET remote_id = NULL, remote_version = NULL, snapshot = NULL WHERE ' +
      'tenant = $1',
    [first.id],
  );
  const before = (await writes(stack, first, 'qbo')).length;
  await sendChanges(stack, first, [
    { ...product('A', { name: 'Article A', description: 'New' }), revision: 2 },
    {
      ...customer('c1'),
      revision: 2,
      body: { name: 'Customer c1', email: 'C1@example.test', phone: '1' },
    },
    { ...order('P-1', [['A', 1]], 'c1'), occurredAt: '2026-11-21T08:00:00Z' },
  ]);
  await untilIdle(stack, first);
  await until(
    'posted',
    () => documents(stack, first),
    (all) => all.length === 1,
  );
  expect(await shelf(stack, first)).toHaveLength(1);
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM deliveries WHERE tenant = $1 AND system = 'qbo'
       AND kind IN ('product', 'customer') AND is_linked`,
    [first.id],
  );
  expect(rows).toEqual([{ count: 2 }]);
  expect((await writes(stack, first, 'qbo')).length).toBeGreaterThan(before);
});

test('killed after a token was renewed and before it was stored, the next process renews again', async () => {
  const { tenant } = await caseOf('killed');
  expect(await documents(stack, tenant)).toEqual(['SalesReceipt P-1 12.50']);
  expect((await statusOf(stack, tenant)).lanes.qbo.needsAuth).toBe(false);
});

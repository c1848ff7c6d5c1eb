import { expect, test } from '@jest/globals';

import { calls, documents, shelf, writes } from '../support/sandboxes';
import { count, customer, order, product } from '../support/samples';
import {
  createTestTenant,
  sendChanges,
  withStack,
  storeOnly,
  until,
  untilIdle,
  wake,
  type TestTenant,
} from '../support/stack';
import {
  eventsOf,
  inputBytes,
  runsOf,
  signal,
  statusOf,
  untilAtRest,
  untilStatus,
} from '../support/tenant-workflow';

const stack = withStack();

/** As the API does: signals only where intake says so. */
async function intake(
  tenant: TestTenant,
  changes: Parameters<typeof storeOnly>[2],
): Promise<boolean> {
  const shouldWake = await storeOnly(stack, tenant, changes);
  if (shouldWake) await wake(stack, tenant);
  return shouldWake;
}

test('no wake is lost: of many parallel intakes beside absorb nothing stays behind', async () => {
  const tenant = await createTestTenant(stack);
  await sendChanges(stack, tenant, [customer('c1'), product('A')]);
  const woken = await Promise.all(
    Array.from({ length: 12 }, async (_client, client) => {
      let signals = 0;
      for (let turn = 0; turn < 10; turn++) {
        if (await intake(tenant, [order(`P-${client}-${turn}`, [['A', 1]], 'c1')])) signals += 1;
      }
      return signals;
    }),
  );
  await untilIdle(stack, tenant);
  expect(await documents(stack, tenant)).toHaveLength(120);
  expect(woken.reduce((sum, signals) => sum + signals, 0)).toBeLessThan(120);
  await Promise.all(await historiesAreSmall(tenant));
});

test('a wake that comes after the last look at the inbox, while absorb still runs, arms the next round', async () => {
  const tenant = await createTestTenant(stack);
  await wake(stack, tenant);
  await signal(stack, tenant, 'setPaused', { paused: true });
  await untilStatus(
    stack,
    tenant,
    'paused',
    ({ state, pendingRequests, lanes }) =>
      state === 'PAUSED' && pendingRequests === 0 && !lanes.qbo.isInTurn && !lanes.woo.isInTurn,
  );
  await untilAtRest(stack, tenant); // the first absorb would wait for the lock as well
  const { pool } = stack.database;
  const blocker = await pool.connect();
  try {
    // Absorb does not touch this table; what it reads for its answer does.
    await blocker.query('BEGIN');
    await blocker.query('LOCK TABLE sends IN ACCESS EXCLUSIVE MODE');
    await sendChanges(stack, tenant, [product('A')]);
    const absorbed = 'SELECT absorbed::int AS absorbed FROM tenant_absorb WHERE tenant = $1';
    await until(
      'A is absorbed',
      () => pool.query<{ absorbed: number }>(absorbed, [tenant.id]),
      ({ rows }) => rows[0]?.absorbed === 1,
    );
    await sendChanges(stack, tenant, [product('B')]);
    await blocker.query('COMMIT');
    await until(
      'B is absorbed',
      () => pool.query<{ absorbed: number }>(absorbed, [tenant.id]),
      ({ rows }) => rows[0]?.absorbed === 2,
    );
  } finally {
    await blocker.query('ROLLBACK');
    blocker.release();
  }
  await signal(stack, tenant, 'setPaused', { paused: false });
  await untilIdle(stack, tenant);
  expect(await shelf(stack, tenant)).toHaveLength(2);
});

async function historiesAreSmall(tenant: TestTenant): Promise<Promise<void>[]> {
  return (await runsOf(stack, tenant)).map(async (run) => {
    const events = await eventsOf(stack, tenant, run);
    expect(events.length).toBeLessThanOrEqual(1_000);
    expect(inputBytes(events)).toBeLessThan(10_000);
  });
}

test('200 changes of one record become few writes, the last of them the latest state', async () => {
  const tenant = await createTestTenant(stack);
  await sendChanges(stack, tenant, [product('A')]);
  await untilIdle(stack, tenant);
  const before = (await writes(stack, tenant, 'woo')).length;
  for (let revision = 2; revision <= 201; revision++) {
    await intake(tenant, [{ ...product('A', { name: `Name ${revision}` }), revision }]);
  }
  await untilIdle(stack, tenant);
  expect(await shelf(stack, tenant)).toEqual(['A Name 201 -']);
  expect((await writes(stack, tenant, 'woo')).length - before).toBeLessThan(100);
});

test('a run that rolls at 100 events under 200 signals loses nothing', async () => {
  const tenant = await createTestTenant(stack, undefined, { rollAtEvents: 100 });
  await sendChanges(stack, tenant, [
    customer('c1'),
    product('A'),
    count('A', '1000', '2026-11-20T08:00:00Z'),
  ]);
  const occurredAt = '2026-11-21T10:00:00Z';
  await Promise.all(
    Array.from({ length: 10 }, async (_caller, caller) => {
      for (let turn = 0; turn < 20; turn++) {
        if (turn % 4 === 0) {
          await storeOnly(stack, tenant, [
            { ...order(`P-${caller}-${turn}`, [['A', 1]], 'c1'), occurredAt },
          ]);
        }
        await signal(stack, tenant, 'wake');
      }
    }),
  );
  await wake(stack, tenant);
  await untilIdle(stack, tenant);
  expect(await documents(stack, tenant)).toHaveLength(50);
  expect(await shelf(stack, tenant)).toEqual(['A Article A 950']);
  const runs = await until(
    'rolled',
    () => runsOf(stack, tenant),
    (all) => all.length > 1,
  );
  for (const run of runs.slice(0, -1)) {
    const events = await eventsOf(stack, tenant, run);
    expect(events.length).toBeLessThan(500);
    expect(inputBytes(events)).toBeLessThan(10_000);
  }
});

test('continueAsNewNow rolls at once, and what was set is carried on', async () => {
  const tenant = await createTestTenant(stack);
  await sendChanges(stack, tenant, [product('A')]);
  await untilIdle(stack, tenant);
  await untilStatus(
    stack,
    tenant,
    'no turn',
    ({ lanes }) => !lanes.qbo.isInTurn && !lanes.woo.isInTurn,
  );
  await signal(stack, tenant, 'setPaused', { lane: 'qbo', paused: true });
  await signal(stack, tenant, 'setBreaker', { lane: 'woo', to: 'isolated' });
  await signal(stack, tenant, 'continueAsNewNow');
  await sendChanges(stack, tenant, [product('B')]);
  const after = await statusOf(stack, tenant);
  expect(after.lanes.qbo.isPaused).toBe(true);
  expect(after.lanes.woo.breaker).toEqual({ kind: 'isolated' });
  await until(
    'rolled',
    () => runsOf(stack, tenant),
    (all) => all.length === 2,
  );
  const { lanes } = await statusOf(stack, tenant);
  expect(lanes.qbo.isPaused).toBe(true);
  expect(lanes.woo.breaker).toEqual({ kind: 'isolated' });
  const called = (await calls(stack, tenant, 'qbo')).length;
  await signal(stack, tenant, 'setBreaker', { lane: 'woo', to: 'closed' });
  await signal(stack, tenant, 'setPaused', { lane: 'qbo', paused: false });
  await untilIdle(stack, tenant);
  expect((await calls(stack, tenant, 'qbo')).length).toBeGreaterThan(called);
});

import { expect, test } from '@jest/globals';

import { listFailures } from '../../database/failures';
import { laneStates, type LaneState } from '../../database/lanes';
import { countStates } from '../../database/status';
import { calls, fault, noFaults, shelf, writes } from '../support/sandboxes';
import { count, product } from '../support/samples';
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
import { signal, untilStatus } from '../support/tenant-workflow';
import { redriven } from '../support/ways-out';

// What stands before a store: firewalls, maintenance pages, proxies with limits, a PHP that fails
// (woocommerce.md#proxies). None of it says anything about the keys.

const stack = withStack();

async function shopLane(tenant: TestTenant): Promise<LaneState | undefined> {
  const lanes = await laneStates(stack.database.pool, tenant.id);
  return lanes.find(({ system }) => system === 'woo');
}

/** What is held or dead in the shop, as `record reason`. */
async function failed(tenant: TestTenant): Promise<string[]> {
  const found = await listFailures(
    stack.database.pool,
    tenant.id,
    { system: 'woo' },
    { afterId: null, limit: 100 },
  );
  return found.map(({ recordId, reason }) => `${recordId} ${reason}`).sort();
}

async function detailOf(tenant: TestTenant, recordId: string): Promise<string> {
  const found = await listFailures(
    stack.database.pool,
    tenant.id,
    { system: 'woo' },
    { afterId: null, limit: 100 },
  );
  return found.find((one) => one.recordId === recordId)?.detail ?? '';
}

test.each([
  ['403 html', { fault: 'status:403' }],
  ['a redirect to a maintenance page', { fault: 'status:302' }],
  ['404 html', { fault: 'status:404' }],
  ['rest_no_route', { fault: 'noRoute' }],
])(
  'W1: %s for a while is no matter of the keys: the lane comes back by itself',
  async (_name, spec) => {
    const tenant = await createTestTenant(stack);
    await fault(stack, tenant, 'woo', spec);
    await sendChanges(stack, tenant, [product('A'), count('A', '3')]);
    await until(
      'the breaker opened',
      () => shopLane(tenant),
      (lane) => lane?.breaker.kind === 'open',
    );
    expect((await shopLane(tenant))?.needsAuth).toBe(false);
    await noFaults(stack.woo);
    await untilIdle(stack, tenant);
    expect(await shelf(stack, tenant)).toEqual(['A Article A 3']);
  },
);

test('W1: keys that are refused are tried again now and then, W2: and the lane says why', async () => {
  const tenant = await createTestTenant(stack, { ...quickSettings, authRetryMs: 1_000 });
  await fault(stack, tenant, 'woo', { fault: 'status:401' });
  await sendChanges(stack, tenant, [product('A')]);
  const lane = await until(
    'refused',
    () => shopLane(tenant),
    (seen) => seen?.needsAuth === true,
  );
  expect(lane?.needsAuthReason).toMatch(/HTTP 401.*woocommerce_rest_cannot_view.*Authorization/s);
  expect(lane?.needsAuthSince).not.toBeNull();
  await noFaults(stack.woo);
  await untilIdle(stack, tenant);
  expect(await shopLane(tenant)).toMatchObject({ needsAuth: false, needsAuthReason: null });
  await untilStatus(stack, tenant, 'taken', ({ lanes }) => !lanes.woo.needsAuth);
});

test('W4: a product whose text a firewall refuses is held alone, the others go on, and the way out of `refused_by_firewall`', async () => {
  const tenant = await createTestTenant(stack);
  await fault(stack, tenant, 'woo', { fault: 'status:403', match: { body: 'union select' } });
  const names = ['A', 'B', 'C', 'D', 'E'];
  await sendChanges(
    stack,
    tenant,
    names.map((sku) => product(sku, sku === 'C' ? { name: 'Book of union select' } : {})),
  );
  await untilIdle(stack, tenant);
  expect(await shelf(stack, tenant)).toHaveLength(4);
  expect(await failed(tenant)).toEqual(['p-C refused_by_firewall']);
  expect(await detailOf(tenant, 'p-C')).toMatch(/HTTP 403/);
  expect(await shopLane(tenant)).toMatchObject({ needsAuth: false, breaker: { kind: 'closed' } });
  await noFaults(stack.woo);
  await redriven(stack, tenant, ['woo', 'product', 'p-C']);
  expect(await shelf(stack, tenant)).toHaveLength(5);
});

test.each([
  ['the limit of batches', { 'woo.batchMax': 4 }],
  ['the limit of bytes', { 'woo.bodyMax': 900 }],
])('W5: %s is found by halving and remembered', async (_name, settings) => {
  const tenant = await createTestTenant(stack);
  await control(stack.woo, 'settings', settings);
  try {
    const many = Array.from({ length: 20 }, (_, index) => product(`S${index}`));
    await sendChanges(stack, tenant, many);
    await untilIdle(stack, tenant);
    expect(await shelf(stack, tenant)).toHaveLength(20);
    const before = (await writes(stack, tenant, 'woo')).length;
    await sendChanges(
      stack,
      tenant,
      Array.from({ length: 8 }, (_, index) => product(`T${index}`)),
    );
    await untilIdle(stack, tenant);
    const after = (await writes(stack, tenant, 'woo')).slice(before);
    expect(after.filter(({ status }) => status === 413)).toEqual([]);
  } finally {
    await control(stack.woo, 'settings', { 'woo.batchMax': 100, 'woo.bodyMax': 0 });
  }
});

test('W5: one that is too large alone is dead, and says so', async () => {
  const tenant = await createTestTenant(stack);
  await control(stack.woo, 'settings', { 'woo.bodyMax': 2_000 });
  try {
    await sendChanges(stack, tenant, [
      product('A'),
      product('L', { description: 'x'.repeat(3_000) }),
    ]);
    await untilIdle(stack, tenant);
    expect(await failed(tenant)).toEqual(['p-L DATA']);
    expect(await shelf(stack, tenant)).toHaveLength(1);
  } finally {
    await control(stack.woo, 'settings', { 'woo.bodyMax': 0 });
  }
});

test('W6: a product that makes the store fail is singled out and held, the others are delivered, and the way out of `store_fails`', async () => {
  const tenant = await createTestTenant(stack, {
    ...quickSettings,
    settleMs: { woo: 100, qbo: 100 },
  });
  await control(stack.woo, 'settings', { 'woo.fatalOn': 'boom' });
  try {
    const names = ['A', 'B', 'C', 'D', 'E', 'F'];
    await sendChanges(
      stack,
      tenant,
      names.map((sku) => product(sku, sku === 'C' ? { name: 'boom' } : {})),
    );
    await untilIdle(stack, tenant);
    expect(await shelf(stack, tenant)).toHaveLength(5);
    expect(await failed(tenant)).toEqual(['p-C store_fails']);
    expect(await detailOf(tenant, 'p-C')).toMatch(/HTTP 500: internal_server_error/);
    expect((await shopLane(tenant))?.breaker.kind).toBe('closed');
    await control(stack.woo, 'settings', { 'woo.fatalOn': '' });
    await redriven(stack, tenant, ['woo', 'product', 'p-C']);
    expect(await shelf(stack, tenant)).toHaveLength(6);
  } finally {
    await control(stack.woo, 'settings', { 'woo.fatalOn': '' });
  }
});

test('W6: one bad minute of the store makes no later send smaller', async () => {
  const tenant = await createTestTenant(stack, {
    ...quickSettings,
    settleMs: { woo: 100, qbo: 100 },
  });
  await fault(stack, tenant, 'woo', { fault: 'status:500', match: { write: true }, times: 3 });
  await sendChanges(
    stack,
    tenant,
    Array.from({ length: 20 }, (_, index) => product(`S${index}`)),
  );
  await untilIdle(stack, tenant);
  expect(await shelf(stack, tenant)).toHaveLength(20);
  const before = (await writes(stack, tenant, 'woo')).length;
  expect(before).toBeGreaterThan(4);
  await sendChanges(
    stack,
    tenant,
    Array.from({ length: 20 }, (_, index) => product(`T${index}`)),
  );
  await untilIdle(stack, tenant);
  expect(await shelf(stack, tenant)).toHaveLength(40);
  expect((await writes(stack, tenant, 'woo')).slice(before)).toHaveLength(1);
});

test('W17: a wait that the vendor asks for is bounded, shown, and lifted by an operator', async () => {
  const tenant = await createTestTenant(stack);
  await fault(stack, tenant, 'woo', {
    fault: 'status:429',
    retryAfter: `1${'0'.repeat(400)}`,
    times: 1,
  });
  await sendChanges(stack, tenant, [product('A')]);
  const lane = await until(
    'it waits',
    () => shopLane(tenant),
    (seen) => (seen?.waitUntilMs ?? null) !== null,
  );
  const waitMs = (lane?.waitUntilMs ?? 0) - Date.now();
  expect(waitMs).toBeGreaterThan(60_000);
  expect(waitMs).toBeLessThanOrEqual(900_000);
  expect(lane?.waitReason).toMatch(/HTTP 429/);
  await signal(stack, tenant, 'setBreaker', { lane: 'woo', to: 'closed' });
  await untilIdle(stack, tenant);
  expect((await shopLane(tenant))?.waitUntilMs).toBeNull();
});

test('W17: resume lifts it too, and a 503 that says a year does not stand still for a year', async () => {
  const tenant = await createTestTenant(stack, { ...quickSettings, retryAfterMaxMs: 60_000 });
  await fault(stack, tenant, 'woo', { fault: 'html503', retryAfter: 31_536_000, times: 1 });
  await sendChanges(stack, tenant, [product('A')]);
  const lane = await until(
    'it waits',
    () => shopLane(tenant),
    (seen) => (seen?.waitUntilMs ?? null) !== null,
  );
  expect((lane?.waitUntilMs ?? 0) - Date.now()).toBeLessThanOrEqual(60_000);
  await signal(stack, tenant, 'setPaused', { lane: 'woo', paused: true });
  await signal(stack, tenant, 'setPaused', { lane: 'woo', paused: false });
  await untilIdle(stack, tenant);
});

test('W17: six seconds of WordPress maintenance, which always says 600 s, do not cost ten minutes', async () => {
  const tenant = await createTestTenant(stack);
  await fault(stack, tenant, 'woo', { fault: 'status:503', times: 2 });
  await sendChanges(stack, tenant, [product('A')]);
  await untilIdle(stack, tenant);
  expect(await shelf(stack, tenant)).toHaveLength(1);
});

test('W18: SKU 0 in a shop of more than a page of products holds up nothing', async () => {
  const tenant = await createTestTenant(stack);
  await sendChanges(
    stack,
    tenant,
    Array.from({ length: 110 }, (_, index) => product(`M${index}`)),
  );
  await untilIdle(stack, tenant);
  await sendChanges(stack, tenant, [product('0')]);
  await until(
    '0 is there',
    () => shelf(stack, tenant),
    (shown) => shown.length === 111,
  );
  await sendChanges(stack, tenant, [product('Z'), count('M1', '5')]);
  await untilIdle(stack, tenant);
  const shown = await shelf(stack, tenant);
  expect(shown).toEqual(expect.arrayContaining(['M1 Article M1 5', 'Z Article Z -']));
  expect(shown).toContain('0 Article 0 -');
});

test('W18: an article whose look-up alone fails is held, the others go on, and the way out of `look_up_refused`', async () => {
  const tenant = await createTestTenant(stack);
  await fault(stack, tenant, 'woo', {
    fault: 'status:403',
    path: 'products.*select',
    match: { method: 'GET' },
  });
  await sendChanges(stack, tenant, [product('select')]);
  await sendChanges(stack, tenant, [product('A'), product('B')]);
  await untilIdle(stack, tenant);
  expect(await shelf(stack, tenant)).toHaveLength(2);
  expect(await failed(tenant)).toEqual(['p-select look_up_refused']);
  expect(await countStates(stack.database.pool, tenant.id)).toHaveLength(1);
  expect((await calls(stack, tenant, 'woo')).length).toBeLessThan(30);
  await noFaults(stack.woo);
  await redriven(stack, tenant, ['woo', 'product', 'p-select']);
  expect(await shelf(stack, tenant)).toHaveLength(3);
});

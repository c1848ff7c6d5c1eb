import { expect, test } from '@jest/globals';

import { newestSettings, settingsVersions, syncInForce } from '../../database/settings';
import { countStates } from '../../database/status';
import { initialDirection, type DirectionPolicy } from '../../domain/delivery/direction';
import { documents, shelf, writes } from '../support/sandboxes';
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
import { signal, untilAttributes, untilStatus } from '../support/tenant-workflow';

const stack = withStack();

const off: DirectionPolicy = {
  systems: {
    ...initialDirection.systems,
    woo: { default: 'pull', kinds: { customer: 'disabled' } },
    qbo: { default: 'disabled', kinds: {} },
  },
};

/** Sends a direction by hand and waits until it is in force. */
async function turn(
  tenant: TestTenant,
  id: string,
  direction: DirectionPolicy,
  catchUp?: boolean,
): Promise<void> {
  await signal(stack, tenant, 'setDirection', {
    id,
    direction,
    ...(catchUp === undefined ? {} : { catchUp }),
  });
  await until(
    `direction ${id}`,
    () => newestSettings(stack.database.pool, tenant.id, 'direction'),
    (row) => row?.requestId === id && row.inForceAt !== null,
  );
}

/** A tenant whose sales and products were kept back by direction. */
async function keptBack(): Promise<TestTenant> {
  const tenant = await createTestTenant(stack);
  await sendChanges(stack, tenant, [
    customer('c1'),
    article('Article A'),
    order('P-1', [['A', 1]], 'c1'),
  ]);
  await untilIdle(stack, tenant);
  await turn(tenant, 'off', off);
  const before = await sent(tenant);
  await sendChanges(stack, tenant, [
    order('P-2', [['A', 2]], 'c1'),
    { ...article('Second'), revision: 2 },
    { ...article('Third'), revision: 3 },
  ]);
  await untilStatus(stack, tenant, 'absorbed', ({ depth }) => depth === 0);
  await until(
    'held',
    () => held(tenant),
    (count) => count === 4,
  );
  expect(await sent(tenant)).toBe(before);
  return tenant;
}

/** Without stock: an order would move that too. */
function article(name: string): ReturnType<typeof product> {
  return product('A', { name, trackStock: false });
}

/** How many writes left for either system. */
async function sent(tenant: TestTenant): Promise<number> {
  return (await writes(stack, tenant, 'woo')).length + (await writes(stack, tenant, 'qbo')).length;
}

/** Deliveries held by direction; the customer for the shop is one from the start. */
async function held(tenant: TestTenant): Promise<number> {
  const states = await countStates(stack.database.pool, tenant.id);
  return states
    .filter(({ state, reason }) => state === 'held' && reason === 'direction')
    .reduce((sum, { count }) => sum + count, 0);
}

const both = ['SalesReceipt P-1 12.50', 'SalesReceipt P-2 25.00'];

test('nothing leaves while a direction is off; on again, products get their latest state and sales wait for a decision', async () => {
  const tenant = await keptBack();
  const before = (await writes(stack, tenant, 'woo')).length;
  await turn(tenant, 'on', initialDirection);
  await untilIdle(stack, tenant);
  expect(await shelf(stack, tenant)).toEqual(['A Third -']);
  expect(await writes(stack, tenant, 'woo')).toHaveLength(before + 1); // "Second" was never sent
  expect(await documents(stack, tenant)).toEqual(['SalesReceipt P-1 12.50']);
  expect(await held(tenant)).toBe(2); // the sale, and the customer for the shop
  await sendChanges(stack, tenant, [order('P-3', [['A', 3]], 'c1')]);
  await untilIdle(stack, tenant);
  expect(await documents(stack, tenant)).toHaveLength(2);
});

test('with catchUp true the sales that were kept back are posted: the way out of `direction`', async () => {
  const tenant = await keptBack();
  await turn(tenant, 'on', initialDirection, true);
  await untilIdle(stack, tenant);
  expect(await documents(stack, tenant)).toEqual(both);
});

test('with catchUp false they are skipped', async () => {
  const tenant = await keptBack();
  await turn(tenant, 'on', initialDirection, false);
  await untilIdle(stack, tenant);
  expect(await documents(stack, tenant)).toEqual(['SalesReceipt P-1 12.50']);
  expect(await held(tenant)).toBe(1);
});

test('a repeated id changes nothing, and is stored once', async () => {
  const tenant = await keptBack();
  await turn(tenant, 'on', initialDirection, true);
  await turn(tenant, 'off-again', off);
  await signal(stack, tenant, 'setDirection', {
    id: 'on',
    direction: initialDirection,
    catchUp: true,
  });
  await untilStatus(stack, tenant, 'all taken', ({ pendingRequests }) => pendingRequests === 0);
  const versions = await settingsVersions(stack.database.pool, tenant.id, 'direction', {
    after: null,
    limit: 10,
  });
  expect(versions.map(({ requestId }) => requestId)).toEqual(['off-again', 'on', 'off', 'initial']);
  expect((await newestSettings(stack.database.pool, tenant.id, 'direction'))?.requestId).toBe(
    'off-again',
  );
});

test('sync settings by hand are in force with their revision; malformed ones are refused', async () => {
  const tenant = await createTestTenant(stack);
  await sendChanges(stack, tenant, [product('A')]);
  const policy = { ...quickSettings, batch: { woo: 1, qbo: 1 } };
  await signal(stack, tenant, 'setPolicy', {
    id: 'bad',
    policy: { ...policy, batch: { woo: 0, qbo: 1 } },
  });
  await signal(stack, tenant, 'setPolicy', { id: 'good', policy });
  await untilAttributes(stack, tenant, 'in force', ({ policyRev }) => policyRev === 3);
  expect((await syncInForce(stack.database.pool, tenant.id)).value.batch).toEqual({
    woo: 1,
    qbo: 1,
  });
  // A turn keeps the settings with which it began.
  await untilStatus(stack, tenant, 'the turn ended', ({ lanes }) => !lanes.qbo.isInTurn);
  await sendChanges(
    stack,
    tenant,
    ['B', 'C', 'D'].map((sku) => product(sku)),
  );
  await untilIdle(stack, tenant);
  const sizes = (await writes(stack, tenant, 'qbo')).map(({ operations }) => operations);
  expect(sizes).toEqual([1, 1, 1, 1]); // the setting shows in what is sent
});

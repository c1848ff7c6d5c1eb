import { randomUUID } from 'node:crypto';

import { expect, test } from '@jest/globals';

import { tenantFacts } from '../../database/health';
import { deliveriesOf } from '../../database/status';
import type { DeliveryView } from '../../schemas/deliveries';
import { initialSyncSettings } from '../../domain/lane/sync-settings';
import type { Kind } from '../../domain/words';
import { fault, shelf } from '../support/sandboxes';
import { count, order, orderBody, product } from '../support/samples';
import {
  control,
  createTestTenant,
  sendChanges,
  withStack,
  until,
  untilIdle,
  type TestChange,
  type TestTenant,
} from '../support/stack';
import { signal } from '../support/tenant-workflow';

// What is delivered stands in the shop as the POS has it; what does not is held, and its way out
// works.

const stack = withStack();

const act = (tenant: TestTenant, body: object): Promise<unknown> =>
  control(stack.woo, 'act', { store: tenant.store, ...body });

/** The delivery to the shop; null before the change is absorbed. */
async function found(tenant: TestTenant, kind: Kind, id: string): Promise<DeliveryView | null> {
  const all = await deliveriesOf(stack.database.pool, tenant.id, kind, id);
  return all.find(({ system }) => system === 'woo') ?? null;
}

async function inShop(tenant: TestTenant, kind: Kind, id: string): Promise<DeliveryView> {
  const delivery = await found(tenant, kind, id);
  if (delivery === null) throw new Error(`no delivery of ${kind} ${id}`);
  return delivery;
}

async function untilState(
  tenant: TestTenant,
  kind: Kind,
  id: string,
  state: string,
): Promise<DeliveryView> {
  const stands = (one: DeliveryView | null): boolean => (one?.reason ?? one?.state) === state;
  await until(`${kind} ${id} ${state}`, () => found(tenant, kind, id), stands);
  return inShop(tenant, kind, id);
}

const redriveAll = (tenant: TestTenant): Promise<void> =>
  signal(stack, tenant, 'redrive', { id: randomUUID(), all: true });

/** The next revision of a product. */
const edit = (sku: string, revision: number, change = {}): TestChange => ({
  ...product(sku, change),
  revision,
});

test('W10: a product deleted for good in the shop is made anew by a redrive, and by an upsert: the way out of `gone_in_system`', async () => {
  const tenant = await createTestTenant(stack);
  await sendChanges(stack, tenant, [product('A'), count('A', '5')]);
  await untilIdle(stack, tenant);
  const { remoteId } = await inShop(tenant, 'product', 'p-A');
  await act(tenant, { as: 'shopkeeper', do: 'eraseProduct', sku: 'A' });
  await sendChanges(stack, tenant, [edit('A', 2, { priceMinor: 1_300 })]);
  const gone = await untilState(tenant, 'product', 'p-A', 'gone_in_system');
  expect(gone.detail).toMatch(/not in the store any more: redrive/);
  await redriveAll(tenant);
  const anew = await untilState(tenant, 'product', 'p-A', 'delivered');
  expect(anew.remoteId).not.toBe(remoteId);
  await sendChanges(stack, tenant, [count('A', '6')]);
  await untilIdle(stack, tenant);
  expect(await shelf(stack, tenant)).toEqual(['A Article A 6']);

  await act(tenant, { as: 'shopkeeper', do: 'eraseProduct', sku: 'A' });
  await sendChanges(stack, tenant, [edit('A', 3, { priceMinor: 1_400 })]);
  await untilState(tenant, 'product', 'p-A', 'gone_in_system');
  await sendChanges(stack, tenant, [{ ...edit('A', 4), op: 'delete' }]);
  await untilIdle(stack, tenant);
  await sendChanges(stack, tenant, [edit('A', 5, { priceMinor: 1_300 })]);
  const last = await untilState(tenant, 'product', 'p-A', 'delivered');
  expect(last.remoteId).not.toBe(anew.remoteId);
  expect((await shelf(stack, tenant)).map((line) => line.slice(0, 11))).toEqual(['A Article A']);
});

test('W8: what a plug-in changes is held with its id, and delivered by a redrive once it stops: the way out of `echo_differs`', async () => {
  const tenant = await createTestTenant(stack);
  await act(tenant, { as: 'plugin', do: 'endPrices', ending: '.99' });
  await sendChanges(stack, tenant, [product('A')]);
  const held = await untilState(tenant, 'product', 'p-A', 'echo_differs');
  expect(held.remoteId).not.toBeNull();
  await act(tenant, { as: 'plugin', do: 'endPrices', ending: null });
  await redriveAll(tenant);
  const done = await untilState(tenant, 'product', 'p-A', 'delivered');
  expect(done.remoteId).toBe(held.remoteId);
});

test('W7: a price in another currency than the shop sells in never stands there', async () => {
  const tenant = await createTestTenant(stack);
  await sendChanges(stack, tenant, [product('A', { currency: 'EUR' })]);
  const held = await untilState(tenant, 'product', 'p-A', 'currency_differs');
  expect(held.detail).toMatch(/EUR.*USD/);
  expect(await shelf(stack, tenant)).toEqual([]);
});

test('W22: a web sale while the batch is under way is held, W23: and a newer count settles it: the way out of `stock_changed_elsewhere`', async () => {
  const tenant = await createTestTenant(stack);
  await sendChanges(stack, tenant, [product('A'), count('A', '50')]);
  await untilIdle(stack, tenant);
  const sale = { as: 'shopper', do: 'sell', store: tenant.store, sku: 'A', quantity: 5 };
  await fault(stack, tenant, 'woo', {
    fault: 'actBefore',
    act: sale,
    match: { write: true },
    times: 1,
  });
  await sendChanges(stack, tenant, [order('P-1', [['A', 1]])]);
  const held = await untilState(tenant, 'inventory', 'A', 'stock_changed_elsewhere');
  expect(held.detail).toMatch(/SKU "A".*sold 5.*should be 44/s);
  await redriveAll(tenant);
  await untilIdle(stack, tenant);
  await sendChanges(stack, tenant, [order('P-2', [['A', 1]])]);
  await untilIdle(stack, tenant);
  expect((await inShop(tenant, 'inventory', 'A')).reason).toBe('stock_changed_elsewhere');

  await sendChanges(stack, tenant, [count('A', '43')]);
  await untilState(tenant, 'inventory', 'A', 'delivered');
  expect(await shelf(stack, tenant)).toEqual(['A Article A 43']);
  await sendChanges(stack, tenant, [order('P-3', [['A', 1]])]);
  await untilState(tenant, 'inventory', 'A', 'delivered');
  await untilIdle(stack, tenant);
  expect(await shelf(stack, tenant)).toEqual(['A Article A 42']);
});

test('W20: what is rounded down is said in the journal', async () => {
  const tenant = await createTestTenant(stack);
  await sendChanges(stack, tenant, [product('A'), count('A', '0.75')]);
  await untilIdle(stack, tenant);
  expect(await shelf(stack, tenant)).toEqual(['A Article A 0']);
  const { rows } = await stack.database.pool.query<{ detail: string }>(
    'SELECT detail FROM journal WHERE tenant = $1 AND detail IS NOT NULL',
    [tenant.id],
  );
  expect(rows.map(({ detail }) => detail)).toEqual([expect.stringMatching(/0\.75.*shows 0/)]);
});

test('O3: a system that hangs is known after half a minute', () => {
  const { woo, qbo } = initialSyncSettings.timeoutsMs;
  expect([woo.firstByte, qbo.firstByte]).toEqual([30_000, 30_000]);
});

test('O3: a call that is under way is known, and since when', async () => {
  const tenant = await createTestTenant(stack);
  await fault(stack, tenant, 'woo', { fault: 'hang', match: { write: true }, times: 1 });
  await sendChanges(stack, tenant, [product('A')]);
  const startedMs = Date.now();
  const facts = await until(
    'a call is under way',
    () => tenantFacts(stack.database.pool, tenant.id, Date.now()),
    ({ lanes }) => lanes.woo.callSinceMs !== null,
  );
  expect(Math.abs((facts.lanes.woo.callSinceMs ?? 0) - startedMs)).toBeLessThan(10_000);
  await untilIdle(stack, tenant);
  const after = await tenantFacts(stack.database.pool, tenant.id, Date.now());
  expect(after.lanes.woo.callSinceMs).toBeNull();
});

const minute = (n: number): string => `2026-11-21T10:${String(n).padStart(2, '0')}:00.000Z`;
const countAt = (n: number, figure: string): TestChange => count('A', figure, minute(n));

/** A sale of two pieces, or the return of one, as it stands at a minute. */
const ticketAt = (
  n: number,
  recordId: string,
  revision: number,
  customerId: string,
): TestChange => {
  const isRefund = recordId.startsWith('R');
  const body = orderBody(recordId, [['A', isRefund ? 1 : 2]], customerId);
  return {
    ...{ kind: isRefund ? 'refund' : 'order', recordId, revision, occurredAt: minute(n) },
    body: isRefund ? { ...body, restock: true } : body,
  };
};

test.each<[string, TestChange[][], string]>([
  [
    'a sale',
    [
      [countAt(1, '10'), ticketAt(2, 'P-1', 1, 'c-1')],
      [countAt(3, '8')],
      [ticketAt(4, 'P-1', 2, 'c-2')],
    ],
    '8',
  ],
  [
    'a return',
    [
      [countAt(1, '8'), ticketAt(2, 'R-1', 1, 'c-1')],
      [countAt(3, '9')],
      [ticketAt(4, 'R-1', 2, 'c-2')],
    ],
    '9',
  ],
  [
    'a sale whose first revision comes last',
    [
      [countAt(1, '10'), countAt(3, '8')],
      [ticketAt(4, 'P-1', 2, 'c-2')],
      [ticketAt(2, 'P-1', 1, 'c-1')],
    ],
    '8',
  ],
])(
  'a count has seen what was sold before it, however the ticket is edited later: %s',
  async (_, requests, figure) => {
    const tenant = await createTestTenant(stack);
    await sendChanges(stack, tenant, [product('A')]);
    for (const changes of requests) {
      await sendChanges(stack, tenant, changes);
      await untilIdle(stack, tenant);
    }
    expect(await shelf(stack, tenant)).toEqual([`A Article A ${figure}`]);
  },
);

const tracked = (revision: number, trackStock: boolean, sku = 'A'): TestChange => ({
  ...edit(sku, revision, { trackStock, ...(trackStock ? {} : { type: 'service' }) }),
  recordId: 'p-A',
});

test.each<[string, TestChange[][], string]>([
  [
    'counted before',
    [[tracked(1, true), countAt(1, '10')], [tracked(2, false)], [tracked(3, true)]],
    'A Article A 10',
  ],
  [
    'counted meanwhile',
    [[tracked(1, false), countAt(1, '10')], [tracked(2, true)]],
    'A Article A 10',
  ],
  ['never counted', [[tracked(1, false)], [tracked(2, true)]], 'A Article A -'],
  [
    'with another SKU since',
    [[tracked(1, true), countAt(1, '10')], [tracked(2, false, 'B')], [tracked(3, true, 'C')]],
    'C Article C 10',
  ],
  [
    'sold since',
    [
      [tracked(1, true), countAt(1, '10')],
      [tracked(2, false)],
      [tracked(3, true)],
      [ticketAt(2, 'P-1', 1, 'c-1')],
    ],
    'A Article A 8',
  ],
])('stock that the POS counts again stands in the shop again: %s', async (_, requests, shown) => {
  const tenant = await createTestTenant(stack);
  for (const changes of requests) {
    await sendChanges(stack, tenant, changes);
    await untilIdle(stack, tenant);
  }
  expect(await shelf(stack, tenant)).toEqual([shown]);
});

test('a product that the shop showed first is changed there, and made a second time nowhere', async () => {
  const tenant = await createTestTenant(stack);
  await sendChanges(stack, tenant, [product('MUG')]);
  await untilIdle(stack, tenant);
  // What is known of it is where it stands, as of all that a system showed us first.
  await stack.database.pool.query(
    `UPDATE deliveries SET snapshot = NULL, remote_version = NULL, is_linked = true
     WHERE tenant = $1 AND system = 'woo' AND kind = 'product'`,
    [tenant.id],
  );
  await sendChanges(stack, tenant, [{ ...product('MUG', { name: 'Big mug' }), revision: 2 }]);
  await untilIdle(stack, tenant);
  expect(await inShop(tenant, 'product', 'p-MUG')).toMatchObject({ state: 'delivered' });
  expect(await shelf(stack, tenant)).toEqual(['MUG Big mug -']);
});

import { expect, test } from '@jest/globals';
import { z } from 'zod';

import { laneStates } from '../../database/lanes';
import { listFailures } from '../../database/failures';
import { putMapping } from '../../database/mappings';
import { orderBody, product } from '../support/samples';
import { inBooks, listed, post } from '../support/operator';
import { documents, shelf, unsettledOrUnknown } from '../support/sandboxes';
import {
  createTestTenant,
  sendChanges,
  withStack,
  until,
  untilIdle,
  wake,
  type TestChange,
  type TestTenant,
} from '../support/stack';
import { signal } from '../support/tenant-workflow';

// Articles that no product record has, on items of their own (`item.unmapped = create`,
// accounting.md#items), on the whole way from the inbox over the workflow into the books.

const stack = withStack();
const itemRow = z.object({
  Id: z.string(),
  Name: z.string(),
  Sku: z.string().optional(),
  Type: z.string(),
  Description: z.string().optional(),
  UnitPrice: z.number().optional(),
  PurchaseCost: z.number().optional(),
  IncomeAccountRef: z.object({ value: z.string() }).optional(),
});

type Item = z.infer<typeof itemRow>;

async function itemsOf(tenant: TestTenant): Promise<Item[]> {
  return (await listed(stack, tenant, 'Item', itemRow)).filter(
    ({ Sku }) => Sku !== undefined && Sku !== '',
  );
}
async function names(tenant: TestTenant): Promise<string[]> {
  return (await itemsOf(tenant)).map(({ Name, Sku }) => `${Name} | ${Sku ?? ''}`).sort();
}

async function held(tenant: TestTenant, system: 'qbo' | 'woo' = 'qbo'): Promise<string[]> {
  const failures = await listFailures(
    stack.database.pool,
    tenant.id,
    { system },
    { afterId: null, limit: 50 },
  );
  return failures.map(({ kind, recordId, cause }) => `${kind} ${recordId.trim()} ${cause}`).sort();
}

const incomeOf = async ({ id }: TestTenant): Promise<string> =>
  (
    await stack.database.pool.query<{ id: string }>(
      `SELECT target_id AS id FROM mappings WHERE tenant = $1 AND key = 'income'`,
      [id],
    )
  ).rows[0]?.id ?? '';

const unknown = async (tenant: TestTenant): Promise<string[]> =>
  (await unsettledOrUnknown(stack, tenant)).filter((id) => id !== '');

const sale = (
  recordId: string,
  lines: readonly [string, number][],
  change: object = {},
): TestChange => ({
  kind: 'order',
  recordId,
  body: { ...orderBody(recordId, lines, null), ...change },
});

async function shop(unmapped: 'hold' | 'create' = 'create'): Promise<TestTenant> {
  const tenant = await createTestTenant(stack);
  const made = z
    .object({ Customer: z.object({ Id: z.string() }) })
    .parse(await inBooks(stack, tenant, 'customer', { DisplayName: 'Walk-in' }));
  await putMapping(
    stack.database.pool,
    tenant.id,
    { kind: 'account', key: 'guest-customer', target: { id: made.Customer.Id, name: null } },
    'test',
  );
  await post(stack, tenant, { item: { unmapped } });
  await wake(stack, tenant);
  return tenant;
}

async function pause(tenant: TestTenant, paused: boolean): Promise<void> {
  await signal(stack, tenant, 'setPaused', { paused });
  await until(
    'set',
    () => laneStates(stack.database.pool, tenant.id),
    (lanes) => lanes.every(({ isPaused }) => isPaused === paused),
  );
}

test('each article gets one item, without a price; a product of the till takes it over, whenever it comes', async () => {
  const tenant = await shop();
  await sendChanges(stack, tenant, [
    sale('1', [
      ['A', 1],
      ['a', 2],
    ]),
    ...Array.from({ length: 20 }, (_, n) =>
      sale(`2-${n}`, [
        ['A', 1],
        ['B:1', 1],
      ]),
    ),
    {
      kind: 'refund',
      recordId: 'R',
      body: { ...orderBody('R', [['A', 1]], null), restock: true, orderId: '1' },
    },
    sale('V', [['VOID', 1]], { voided: true }),
  ]);
  await untilIdle(stack, tenant);
  expect(await held(tenant)).toEqual([]);
  expect(await names(tenant)).toEqual(['A | A', 'B-1 | B:1', 'a~2 | a']);
  const before = await itemsOf(tenant);
  const income = await incomeOf(tenant);
  for (const item of before)
    expect(item).toMatchObject({
      Type: 'NonInventory',
      Description: `Article ${item.Sku ?? ''}`,
      IncomeAccountRef: { value: income },
    });
  expect(before.map(({ UnitPrice = 0, PurchaseCost = 0 }) => [UnitPrice, PurchaseCost])).toEqual([
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
  expect(await shelf(stack, tenant)).toEqual([]);
  // The till describes one: the same item, under its record; the shop gets it for the first time.
  await sendChanges(stack, tenant, [
    product('A', { name: 'Mug', priceMinor: 990 }),
    sale('3', [['A', 1]]),
  ]);
  await untilIdle(stack, tenant);
  expect(await held(tenant)).toEqual([]);
  const after = await itemsOf(tenant);
  expect(after.map(({ Id }) => Id).sort()).toEqual(before.map(({ Id }) => Id).sort());
  expect(after.find(({ Sku }) => Sku === 'A')).toMatchObject({
    Name: 'A',
    Description: 'Mug',
    UnitPrice: 9.9,
  });
  expect((await shelf(stack, tenant)).map((text) => text.split(' ')[0])).toEqual(['A']);
  // Its stock, which nobody could take before, goes there as well: 22 sold, one came back.
  expect(await held(tenant, 'woo')).toEqual(['inventory B:1 dependency', 'inventory a dependency']);
  expect(await shelf(stack, tenant)).toEqual(['A Mug -21']);
  const { rows } = await stack.database.pool.query<{ id: string }>(
    `SELECT record_id AS id FROM records WHERE tenant = $1 AND kind = 'product' ORDER BY id`,
    [tenant.id],
  );
  expect(rows.map(({ id }) => id).sort()).toEqual([' sku:B:1', ' sku:a', 'p-A']);
  // It is the till's from now on: a change goes there, a deletion frees the SKU, and the item is
  // found again.
  await sendChanges(stack, tenant, [{ ...product('A', { name: 'Cup' }), revision: 2 }]);
  await sendChanges(stack, tenant, [
    { kind: 'product', op: 'delete', recordId: 'p-A', revision: 3, body: null },
    sale('4', [['A', 1]]),
  ]);
  await untilIdle(stack, tenant);
  expect(await held(tenant)).toEqual([]);
  expect(await names(tenant)).toEqual(['A | A', 'B-1 | B:1', 'a~2 | a']);
  expect(await documents(stack, tenant)).toHaveLength(24);
  expect(await unknown(tenant)).toEqual([]);
});

test('a product that comes while the item is on its way, or held, goes on with it', async () => {
  const tenant = await shop();
  await pause(tenant, true);
  await sendChanges(stack, tenant, [sale('1', [['A', 1]])]);
  const products = async (): Promise<string[]> =>
    (
      await stack.database.pool.query<{ id: string }>(
        `SELECT record_id AS id FROM deliveries WHERE tenant = $1 AND system = 'qbo'
           AND kind = 'product'`,
        [tenant.id],
      )
    ).rows.map(({ id }) => id);
  await until('absorbed', products, (ids) => ids.length === 1);
  await sendChanges(stack, tenant, [product('A', { name: 'Mug' })]);
  await until('taken over', products, ([id]) => id === 'p-A');
  await pause(tenant, false);
  await untilIdle(stack, tenant);
  expect(await names(tenant)).toEqual(['A | A']);
  expect((await itemsOf(tenant))[0]).toMatchObject({ Description: 'Mug', UnitPrice: 12.5 });
  // No account to earn on: none is guessed.
  const { rows } = await stack.database.pool.query<{ id: string }>(
    `DELETE FROM mappings WHERE tenant = $1 AND key = 'income' RETURNING target_id AS id`,
    [tenant.id],
  );
  await sendChanges(stack, tenant, [sale('2', [['B', 1]])]);
  await untilIdle(stack, tenant);
  expect(await held(tenant)).toEqual([
    'order 2 dependency',
    'product sku:B mapping_missing:account:income',
  ]);
  await putMapping(
    stack.database.pool,
    tenant.id,
    { kind: 'account', key: 'income', target: { id: rows[0]?.id ?? '', name: null } },
    'test',
  );
  await sendChanges(stack, tenant, [product('B')]);
  await until(
    'went on',
    () => held(tenant),
    (left) => left.length === 0,
  );
  await untilIdle(stack, tenant);
  expect(await names(tenant)).toEqual(['A | A', 'B | B']);
  expect(await unknown(tenant)).toEqual([]);
});

test('what is in the books or mapped is used: by SKU, else by name; two of a SKU are held', async () => {
  const tenant = await shop();
  const account = await incomeOf(tenant);
  const add = async (fields: object): Promise<string> => {
    const made = await inBooks(stack, tenant, 'item', {
      Type: 'Service',
      IncomeAccountRef: { value: account },
      ...fields,
    });
    return z.object({ Item: itemRow }).parse(made).Item.Id;
  };
  await add({ Name: 'By SKU', Sku: 'S' });
  await add({ Name: 'N' });
  await add({ Name: 'Twin one', Sku: 'T' });
  await add({ Name: 'Twin two', Sku: 'T' });
  const hand = await add({ Name: 'By hand', Sku: 'other' });
  await putMapping(
    stack.database.pool,
    tenant.id,
    { kind: 'item', key: 'M', target: { id: hand, name: null } },
    'test',
  );
  await sendChanges(stack, tenant, [
    sale('1', [
      ['S', 1],
      ['N', 1],
      ['M', 1],
    ]),
    sale('2', [['T', 1]]),
  ]);
  await untilIdle(stack, tenant);
  expect(await held(tenant)).toEqual(['order 2 dependency', 'product sku:T ambiguous_match:sku']);
  expect(await names(tenant)).toEqual([
    'By SKU | S',
    'By hand | other',
    'N | N',
    'Twin one | T',
    'Twin two | T',
  ]);
  expect(await documents(stack, tenant)).toEqual(['SalesReceipt 1 37.50']);
  expect(await unknown(tenant)).toEqual([]);
});

test('tickets that came under another setting go on when articles get items', async () => {
  const tenant = await shop('hold');
  await sendChanges(stack, tenant, [
    sale('1', [
      ['A', 1],
      ['B', 1],
    ]),
    sale('2', [['A', 1]]),
  ]);
  await untilIdle(stack, tenant);
  expect(await held(tenant)).toEqual(['order 1 dependency', 'order 2 dependency']);
  await post(stack, tenant, { item: { unmapped: 'create' } });
  await wake(stack, tenant);
  await until(
    'posted',
    () => documents(stack, tenant),
    (posted) => posted.length === 2,
  );
  await untilIdle(stack, tenant);
  expect(await held(tenant)).toEqual([]);
  expect(await names(tenant)).toEqual(['A | A', 'B | B']);
  expect((await itemsOf(tenant)).map(({ Description }) => Description).sort()).toEqual([
    'Article A',
    'Article B',
  ]);
  expect(await unknown(tenant)).toEqual([]);
});

test('on days of summaries articles get items only where the summary tells them', async () => {
  for (const lines of ['category', 'item'] as const) {
    const tenant = await shop('hold');
    const { pool } = stack.database;
    await inBooks(stack, tenant, 'item', {
      Name: 'Daily',
      Type: 'Service',
      IncomeAccountRef: { value: await incomeOf(tenant) },
    });
    const daily = (await listed(stack, tenant, 'Item', itemRow)).find(
      ({ Name }) => Name === 'Daily',
    );
    await putMapping(
      pool,
      tenant.id,
      { kind: 'item', key: '@daily-sales', target: { id: daily?.Id ?? '', name: null } },
      'test',
    );
    const walkIn = await listed(stack, tenant, 'Customer', z.object({ Id: z.string() }));
    await putMapping(
      pool,
      tenant.id,
      { kind: 'account', key: 'daily-customer', target: { id: walkIn[0]?.Id ?? '', name: null } },
      'test',
    );
    await post(stack, tenant, {
      item: { unmapped: 'create' },
      mode: { switches: [{ fromDay: '2026-11-20', mode: 'summary' }] },
      summary: { lines, dueAfterMinutes: 0 },
    });
    await sendChanges(stack, tenant, [sale('1', [['A', 1]])]);
    await until(
      'posted',
      () => documents(stack, tenant),
      (posted) => posted.length === 1,
    );
    expect(await names(tenant)).toEqual(lines === 'item' ? ['A | A'] : []);
  }
});

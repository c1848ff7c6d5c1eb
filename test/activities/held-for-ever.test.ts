import { expect, test } from '@jest/globals';
import { z } from 'zod';

import { listFailures } from '../../database/failures';
import { putMapping } from '../../database/mappings';
import { deliveriesOf } from '../../database/status';
import type { PostingSettings } from '../../domain/posting/settings';
import { withApi } from '../support/api';
import { inBooks, operatorOf, post, trialBalance } from '../support/operator';
import { customer, order, orderBody, product } from '../support/samples';
import { documents, fault } from '../support/sandboxes';
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

// What a delivery is held for is found again when it comes: every hold has a way out that works.

const stack = withStack();
const api = withApi({ stack });

async function held(tenant: TestTenant): Promise<string[]> {
  const failures = await listFailures(
    stack.database.pool,
    tenant.id,
    { system: 'qbo' },
    { afterId: null, limit: 50 },
  );
  return failures.map(
    ({ kind, recordId, reason, detail }) => `${kind} ${recordId} ${reason}: ${detail ?? ''}`,
  );
}

async function sent(tenant: TestTenant, changes: TestChange[]): Promise<void> {
  await sendChanges(stack, tenant, changes);
  await untilIdle(stack, tenant);
}

async function close(tenant: TestTenant, date: string | null): Promise<void> {
  await control(stack.qbo, 'act', {
    as: 'accountant',
    do: 'closeBooks',
    realmId: tenant.realmId,
    date,
  });
  await stack.database.pool.query(
    `UPDATE connections SET facts_at = NULL WHERE tenant = $1 AND system = 'qbo'`,
    [tenant.id],
  );
}

const wholeRest = (recordId: string, orderId: string, amountMinor: number): TestChange => ({
  kind: 'refund',
  recordId,
  body: {
    ...orderBody(recordId, [], 'c-1'),
    restock: true,
    orderId,
    unallocatedMinor: amountMinor,
    tenders: [{ tender: 'card', amountMinor }],
    totals: { netMinor: amountMinor, taxMinor: 0, totalMinor: amountMinor },
  },
});

test('B1: a refund by amount of the whole rest of a sale finds the items of that sale', async () => {
  const tenant = await createTestTenant(stack);
  await sent(tenant, [product('A'), customer('c-1'), order('T-1', [['A', 2]], 'c-1')]);
  await sent(tenant, [wholeRest('R-1', 'T-1', 2_500)]);
  expect(await held(tenant)).toEqual([]);
  expect(await documents(stack, tenant)).toEqual([
    'RefundReceipt R-1 25.00',
    'SalesReceipt T-1 25.00',
  ]);
  expect(await trialBalance(stack, tenant)).toEqual({});
});

const openDay: Partial<PostingSettings> = { closed: { mode: 'firstOpenDay' } };

test('B2: a ticket of a closed period that becomes another customer’s, and one of another article, find what was posted', async () => {
  const tenant = await createTestTenant(stack);
  await post(stack, tenant, openDay);
  await sent(tenant, [
    ...['A', 'B'].map((sku) => product(sku)),
    ...['c-1', 'c-2'].map((id) => customer(id)),
    order('T-1', [['A', 1]], 'c-1'),
    order('T-2', [['A', 2]], 'c-1'),
  ]);
  await close(tenant, '2026-11-30');
  await sent(tenant, [{ ...order('T-1', [['A', 1]], 'c-2'), revision: 2 }]);
  await sent(tenant, [{ ...order('T-2', [['B', 2]], 'c-1'), revision: 2 }]);
  expect(await held(tenant)).toEqual([]);
  expect(await documents(stack, tenant)).toEqual([
    'RefundReceipt T-1-D1 12.50',
    'RefundReceipt T-2-D1 25.00',
    'SalesReceipt T-1 12.50',
    'SalesReceipt T-1-D2 12.50',
    'SalesReceipt T-2 25.00',
    'SalesReceipt T-2-D2 25.00',
  ]);
});

const made = z.object({ Item: z.object({ Id: z.string() }) });

test('B3: mapping an item releases the tickets that are held for it, and a redrive looks at a dependency again: the way out of `dependency`', async () => {
  const tenant = await createTestTenant(stack);
  const ask = await operatorOf(stack, api, tenant);
  await sent(tenant, [
    customer('c-1'),
    order('T-1', [['GONE', 1]], 'c-1'),
    order('T-2', [['OTHER', 1]], 'c-1'),
  ]);
  const isOpen = (count: number) => (list: string[]) => list.length === count;
  expect(await held(tenant)).toHaveLength(2);
  const item = made.parse(
    await inBooks(stack, tenant, 'item', {
      Name: 'Old one',
      Type: 'NonInventory',
      IncomeAccountRef: { value: await incomeOf(tenant) },
    }),
  ).Item.Id;
  const answer = await ask('PUT', '/mappings/item/GONE', { target: { id: item } });
  expect(answer).toMatchObject({ status: 200, body: { released: 1 } });
  await until('the first is posted', () => held(tenant), isOpen(1));
  // A mapping that came another way: by cause, by id and all.
  for (const [index, selector] of [{ cause: 'dependency' }, { all: true }].entries()) {
    const [id] = (
      await listFailures(
        stack.database.pool,
        tenant.id,
        { system: 'qbo' },
        { afterId: null, limit: 1 },
      )
    ).map((one) => one.id);
    const redrive = await ask('POST', '/failures/redrive', index === 0 ? selector : { ids: [id] });
    expect(redrive).toMatchObject({ status: 202 });
    await untilIdle(stack, tenant);
    expect(await held(tenant)).toHaveLength(1);
  }
  await putMapping(
    stack.database.pool,
    tenant.id,
    { kind: 'item', key: 'OTHER', target: { id: item, name: null } },
    'test',
  );
  await ask('POST', '/failures/redrive', { all: true });
  await until('the second is posted', () => held(tenant), isOpen(0));
  await untilIdle(stack, tenant);
  expect(await documents(stack, tenant)).toEqual([
    'SalesReceipt T-1 12.50',
    'SalesReceipt T-2 12.50',
  ]);
});

test('B10: a document that somebody deleted in the books is posted anew by a redrive that names it, or accepted by a discard', async () => {
  const tenant = await createTestTenant(stack);
  const ask = await operatorOf(stack, api, tenant);
  const { pool } = stack.database;
  const numbers = ['T-1', 'T-2', 'T-3'];
  await sent(tenant, [
    product('A'),
    customer('c-1'),
    ...numbers.map((id) => order(id, [['A', 1]], 'c-1')),
  ]);
  const idOf = async (recordId: string): Promise<{ id: string; remote: string; state: string }> => {
    const { rows } = await pool.query<{ id: string; remote: string; state: string }>(
      `SELECT id::text AS id, remote_id AS remote, state FROM deliveries WHERE tenant = $1
         AND system = 'qbo' AND kind = 'order' AND record_id = $2`,
      [tenant.id, recordId],
    );
    return rows[0] ?? { id: '', remote: '', state: '' };
  };
  for (const recordId of numbers)
    await control(stack.qbo, 'act', {
      as: 'accountant',
      do: 'delete',
      realmId: tenant.realmId,
      entity: 'SalesReceipt',
      id: (await idOf(recordId)).remote,
    });
  await sent(
    tenant,
    numbers.map((id) => ({ ...order(id, [['A', 2]], 'c-1'), revision: 2 })),
  );
  expect(await held(tenant)).toEqual(
    numbers.map((id) =>
      expect.stringContaining(
        `order ${id} gone_in_system: A document of this was deleted in QuickBooks. To post ` +
          'it again as a new document, redrive',
      ),
    ),
  );
  // A newer revision and a redrive of everything choose nothing.
  await sent(tenant, [{ ...order('T-1', [['A', 3]], 'c-1'), revision: 3 }]);
  await ask('POST', '/failures/redrive', { all: true });
  await until(
    'looked at again',
    async () =>
      (
        await pool.query('SELECT FROM redrives WHERE tenant = $1 AND applied_at IS NULL', [
          tenant.id,
        ])
      ).rowCount,
    (open) => open === 0,
  );
  await untilIdle(stack, tenant);
  expect(await held(tenant)).toHaveLength(3);
  expect(await documents(stack, tenant)).toEqual([]);
  await ask('POST', '/failures/redrive', { ids: [(await idOf('T-1')).id] });
  await until(
    'one is posted anew',
    () => documents(stack, tenant),
    (list) => list.length === 1,
  );
  const { id } = await idOf('T-2');
  expect(
    await ask('POST', `/failures/${id}/discard`, { reason: 'deleted on purpose' }),
  ).toMatchObject({ status: 202 });
  await ask('POST', '/failures/redrive', { cause: 'gone_in_system:document' });
  await until(
    'the other one too',
    () => documents(stack, tenant),
    (list) => list.length === 2,
  );
  expect(await documents(stack, tenant)).toEqual([
    'SalesReceipt T-1-V2 37.50',
    'SalesReceipt T-3-V2 25.00',
  ]);
  await untilIdle(stack, tenant);
  // It is under our care again.
  await sent(tenant, [{ ...order('T-1', [['A', 1]], 'c-1'), revision: 4 }]);
  expect(await documents(stack, tenant)).toEqual([
    'SalesReceipt T-1-V2 12.50',
    'SalesReceipt T-3-V2 25.00',
  ]);
  expect((await idOf('T-2')).state).toBe('skipped');
});

async function incomeOf({ id }: TestTenant): Promise<string> {
  const { rows } = await stack.database.pool.query<{ id: string }>(
    `SELECT target_id AS id FROM mappings WHERE tenant = $1 AND kind = 'account'
       AND key = 'income'`,
    [id],
  );
  return rows[0]?.id ?? '';
}

const sale = order('T-1', [['A', 2]], 'c-1');
const gone = (thing: TestChange): TestChange => ({ ...thing, op: 'delete', revision: 2 });

test.each<[string, TestChange[][]]>([
  ['its product, in one request', [[customer('c-1'), product('A'), sale, gone(product('A'))]]],
  ['its customer, in one request', [[customer('c-1'), product('A'), sale, gone(customer('c-1'))]]],
  ['its product, one by one', [[customer('c-1')], [product('A')], [sale], [gone(product('A'))]]],
  [
    'both, and it comes last',
    [[customer('c-1'), product('A'), gone(product('A')), gone(customer('c-1'))], [sale]],
  ],
])('a sale is posted although what it names was deleted: %s', async (_, requests) => {
  const tenant = await createTestTenant(stack);
  for (const changes of requests) await sent(tenant, changes);
  expect(await held(tenant)).toEqual([]);
  expect(await documents(stack, tenant)).toEqual(['SalesReceipt T-1 25.00']);
});

test('a deletion that comes while a sale waits for the product takes it from no sale', async () => {
  const tenant = await createTestTenant(stack);
  await fault(stack, tenant, 'qbo', { fault: 'status:503', times: 4 });
  await sendChanges(stack, tenant, [customer('c-1'), product('A'), sale]);
  await until(
    'the sale is absorbed',
    () => deliveriesOf(stack.database.pool, tenant.id, 'order', 'T-1'),
    (all) => all.length > 0,
  );
  await sent(tenant, [gone(product('A'))]);
  expect(await documents(stack, tenant)).toEqual(['SalesReceipt T-1 25.00']);
});

test('what is deleted before it is sold goes nowhere', async () => {
  const tenant = await createTestTenant(stack);
  await sent(tenant, [product('A'), gone(product('A'))]);
  const all = await deliveriesOf(stack.database.pool, tenant.id, 'product', 'p-A');
  expect(all.map(({ state, reason }) => `${state} ${reason ?? ''}`)).toEqual([
    'skipped policy',
    'skipped policy',
  ]);
});

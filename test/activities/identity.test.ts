import { expect, test } from '@jest/globals';
import { z } from 'zod';

import { listFailures } from '../../database/failures';
import { putMapping } from '../../database/mappings';
import { inBooks, listed } from '../support/operator';
import { count, order, orderBody, product } from '../support/samples';
import { shelf } from '../support/sandboxes';
import {
  createTestTenant,
  sendChanges,
  withStack,
  untilIdle,
  type TestChange,
  type TestTenant,
} from '../support/stack';

// A label is no identity: SKUs, e-mails and names change hands, and each thing keeps its own
// history and its own id in each system. On the whole way from the inbox over the workflow into the
// sandboxes.

const stack = withStack();
const itemRow = z.object({
  Id: z.string(),
  Name: z.string(),
  Sku: z.string().optional(),
  Description: z.string().optional(),
  UnitPrice: z.number().optional(),
});
const customerRow = z.object({
  Id: z.string(),
  DisplayName: z.string(),
  PrimaryPhone: z.object({ FreeFormNumber: z.string() }).optional(),
});
const documentRow = z.object({
  DocNumber: z.string(),
  Line: z.array(
    z.object({
      SalesItemLineDetail: z.object({ ItemRef: z.object({ value: z.string() }) }).optional(),
    }),
  ),
});

async function shop(): Promise<TestTenant> {
  const tenant = await createTestTenant(stack);
  const made = z
    .object({ Customer: customerRow })
    .parse(await inBooks(stack, tenant, 'customer', { DisplayName: 'Walk-in' }));
  await putMapping(
    stack.database.pool,
    tenant.id,
    { kind: 'account', key: 'guest-customer', target: { id: made.Customer.Id, name: null } },
    'test',
  );
  return tenant;
}

let revision = 1;

/** A product by its record id, under any SKU. */
function of(id: string, sku: string, fields: object = {}): TestChange {
  revision += 1;
  return { ...product(sku, { name: `Thing ${id}`, ...fields }), recordId: id, revision };
}
function gone(id: string): TestChange {
  revision += 1;
  return { kind: 'product', op: 'delete', recordId: id, revision, body: null };
}

async function say(tenant: TestTenant, ...changes: TestChange[]): Promise<void> {
  await sendChanges(stack, tenant, changes);
  await untilIdle(stack, tenant);
}

/** Items as `SKU name-of-the-thing`, without what the company had before. */
async function items(tenant: TestTenant): Promise<string[]> {
  const rows = await listed(stack, tenant, 'Item', itemRow);
  return rows
    .flatMap(({ Sku = '', Name, Description }) =>
      Sku === '' ? [] : [`${Name} ${Sku} ${Description ?? ''}`],
    )
    .sort();
}
/** A day before all sales. */
const counted = (sku: string, quantity: string): TestChange =>
  count(sku, quantity, '2026-01-01T08:00:00.000Z');
const failures = async (tenant: TestTenant): Promise<string[]> =>
  (await listFailures(stack.database.pool, tenant.id, {}, { afterId: null, limit: 50 }))
    .filter(({ reason }) => reason !== 'direction')
    .map(
      ({ system, kind, recordId, cause, detail }) =>
        `${system} ${kind} ${recordId} ${cause} ${detail ?? ''}`,
    );

/** Remote ids of products by record, in one system. */
async function ids(
  tenant: TestTenant,
  system: 'woo' | 'qbo',
  kind = 'product',
): Promise<Record<string, string | null>> {
  const { rows } = await stack.database.pool.query<{ id: string; remote: string | null }>(
    'SELECT record_id AS id, remote_id AS remote FROM deliveries WHERE tenant = $1 AND ' +
      'system = $2 AND kind = $3 ORDER BY record_id',
    [tenant.id, system, kind],
  );
  return Object.fromEntries(rows.map(({ id, remote }) => [id, remote]));
}

/** On which items each document of this kind is, by number. */
async function itemsOf(
  tenant: TestTenant,
  entity: 'SalesReceipt' | 'RefundReceipt',
): Promise<Record<string, string[]>> {
  const query = encodeURIComponent(`SELECT * FROM ${entity} MAXRESULTS 1000`);
  const answer = z
    .object({ QueryResponse: z.record(z.string(), z.unknown()) })
    .parse(await inBooks(stack, tenant, `query?query=${query}`));
  const rows = z.array(documentRow).parse(answer.QueryResponse[entity] ?? []);
  return Object.fromEntries(
    rows.map(({ DocNumber, Line }) => [
      DocNumber,
      Line.flatMap((line) => line.SalesItemLineDetail?.ItemRef.value ?? []),
    ]),
  );
}

const refundOf = (
  number: string,
  orderId: string,
  sku: string,
  change: object = {},
): TestChange => ({
  kind: 'refund',
  recordId: number,
  body: { ...orderBody(number, [[sku, 1]], null), restock: true, orderId, ...change },
});

test('I1, I6: a SKU that goes to a new product in one request leaves two things, each with its sales and refunds', async () => {
  const tenant = await shop();
  await say(tenant, of('P1', 'TEA'), counted('TEA', '10'), order('1', [['TEA', 1]]));
  await say(
    tenant,
    of('P1', 'TEA-OLD'),
    of('P2', 'TEA'),
    order('2', [['TEA', 1]]),
    order('3', [['TEA-OLD', 1]]),
  );
  await say(tenant, refundOf('R1', '1', 'TEA'));
  expect(await failures(tenant)).toEqual([]);
  expect(await shelf(stack, tenant)).toEqual(['TEA Thing P2 -1', 'TEA-OLD Thing P1 9']);
  expect(await items(tenant)).toEqual(['TEA TEA Thing P2', 'TEA-OLD TEA-OLD Thing P1']);
  const { P1, P2 } = await ids(tenant, 'qbo');
  expect(await itemsOf(tenant, 'SalesReceipt')).toEqual({ 1: [P1], 2: [P2], 3: [P1] });
  expect(await itemsOf(tenant, 'RefundReceipt')).toEqual({ R1: [P1] });
});

test('I2, I3, I11: stock follows the product through new names and other case; late movements reach it', async () => {
  const tenant = await shop();
  await say(
    tenant,
    of('P1', 'TEA'),
    counted('TEA', '10'),
    of('P3', 'mug-1'),
    counted('mug-1', '10'),
  );
  const before = new Date().toISOString();
  await say(
    tenant,
    of('P1', 'TEA-G'),
    order('1', [['TEA-G', 2]]),
    of('P3', 'MUG-1'),
    order('2', [['MUG-1', 2]]),
  );
  expect(await failures(tenant)).toEqual([]);
  expect(await shelf(stack, tenant)).toEqual(['MUG-1 Thing P3 8', 'TEA-G Thing P1 8']);
  expect(await items(tenant)).toEqual(['MUG-1 MUG-1 Thing P3', 'TEA-G TEA-G Thing P1']);
  await say(tenant, of('P2', 'TEA'));
  await say(tenant, { ...order('3', [['TEA', 1]]), occurredAt: before }, order('4', [['TEA', 5]]));
  await say(tenant, {
    kind: 'inventory',
    recordId: 'TEA',
    occurredAt: before,
    body: { movement: { delta: '-2', reason: 'damage' } },
  });
  expect(await failures(tenant)).toEqual([]);
  expect(await shelf(stack, tenant)).toEqual([
    'MUG-1 Thing P3 8',
    'TEA Thing P2 -5',
    'TEA-G Thing P1 5',
  ]);
  const { P1, P2 } = await ids(tenant, 'qbo');
  expect(await itemsOf(tenant, 'SalesReceipt')).toMatchObject({ 1: [P1], 3: [P1], 4: [P2] });
});

test('I11: what was sold under a new SKU before we heard of it joins the stock of its product', async () => {
  const tenant = await shop();
  await say(tenant, of('P1', 'TEA'), counted('TEA', '10'));
  await say(tenant, order('1', [['TEA-G', 2]]));
  expect((await failures(tenant)).length).toBeGreaterThan(0);
  await say(tenant, of('P1', 'TEA-G'));
  expect(await failures(tenant)).toEqual([]);
  expect(await shelf(stack, tenant)).toEqual(['TEA-G Thing P1 8']);
});

test('I10: SKUs that are swapped, in one request and in two, end swapped', async () => {
  const tenant = await shop();
  await say(tenant, of('P1', 'A'), of('P2', 'B'), counted('A', '1'), counted('B', '2'));
  const shopIds = await ids(tenant, 'woo');
  const bookIds = await ids(tenant, 'qbo');
  await say(tenant, of('P1', 'B'), of('P2', 'A'));
  expect(await failures(tenant)).toEqual([]);
  expect(await shelf(stack, tenant)).toEqual(['A Thing P2 2', 'B Thing P1 1']);
  expect(await items(tenant)).toEqual(['A A Thing P2', 'B B Thing P1']);
  await say(tenant, of('P1', 'A'));
  await say(tenant, of('P2', 'B'));
  expect(await failures(tenant)).toEqual([]);
  expect(await shelf(stack, tenant)).toEqual(['A Thing P1 1', 'B Thing P2 2']);
  expect(await items(tenant)).toEqual(['A A Thing P1', 'B B Thing P2']);
  expect(await ids(tenant, 'woo')).toEqual(shopIds);
  expect(await ids(tenant, 'qbo')).toEqual(bookIds);
});

test('I10: a chain of SKUs, in any order of the request', async () => {
  const tenant = await shop();
  const names = ['N1', 'N2', 'N3', 'N4', 'N5'];
  await say(tenant, ...names.map((sku, n) => of(`P${n}`, sku)));
  await say(tenant, ...names.map((_sku, n) => of(`P${n}`, names[n + 1] ?? 'N6')));
  const goal = [
    'N2 Thing P0 -',
    'N3 Thing P1 -',
    'N4 Thing P2 -',
    'N5 Thing P3 -',
    'N6 Thing P4 -',
  ];
  expect(await failures(tenant)).toEqual([]);
  expect(await shelf(stack, tenant)).toEqual(goal);
  expect((await items(tenant)).map((text) => text.split(' ')[0])).toEqual([
    'N2',
    'N3',
    'N4',
    'N5',
    'N6',
  ]);
});

test('I7: an archived product gives its SKU up; back again it waits until that is free', async () => {
  const tenant = await shop();
  await say(tenant, of('P1', 'TEA'), counted('TEA', '3'));
  await say(tenant, of('P1', 'TEA', { status: 'archived' }), of('P9', 'TEA'), count('TEA', '7'));
  expect(await failures(tenant)).toEqual([]);
  expect(await shelf(stack, tenant)).toEqual(['TEA Thing P9 7', 'TEA~2 Thing P1 3']);
  expect(await items(tenant)).toEqual(['TEA TEA Thing P9', 'TEA~2 TEA~2 Thing P1']);
  await say(tenant, of('P1', 'TEA'));
  expect(await shelf(stack, tenant)).toEqual(['TEA Thing P9 7', 'TEA~2 Thing P1 3']);
  await say(tenant, of('P9', 'TEA-9'));
  expect(await shelf(stack, tenant)).toEqual(['TEA Thing P1 3', 'TEA-9 Thing P9 7']);
  expect(await items(tenant)).toEqual(['TEA TEA Thing P1', 'TEA-9 TEA-9 Thing P9']);
});

test('I8: a product deleted and another with its SKU in one request are two things, one owner each', async () => {
  for (const requests of [1, 2]) {
    const tenant = await shop();
    await say(tenant, of('P1', 'TEA', { priceMinor: 300 }), order('1', [['TEA', 1]]));
    const changes = [gone('P1'), of('P2', 'TEA', { priceMinor: 400 })];
    if (requests === 1) await say(tenant, ...changes);
    else for (const change of changes) await say(tenant, change);
    await say(tenant, order('2', [['TEA', 1]]), refundOf('R1', '1', 'TEA'));
    expect(await failures(tenant)).toEqual([]);
    expect(await items(tenant)).toEqual(['TEA TEA Thing P2', 'TEA~2 TEA~2 Thing P1']);
    expect(
      (await shelf(stack, tenant)).map((text) => text.split(' ').slice(0, 3).join(' ')),
    ).toEqual(['TEA Thing P2', 'TEA~2 Thing P1']);
    const { P1, P2 } = await ids(tenant, 'qbo');
    expect(await itemsOf(tenant, 'SalesReceipt')).toEqual({ 1: [P1], 2: [P2] });
    expect(await itemsOf(tenant, 'RefundReceipt')).toEqual({ R1: [P1] });
  }
});

test('I4, I5: customers of one e-mail, and ids that read alike, are customers of their own', async () => {
  const tenant = await shop();
  await inBooks(stack, tenant, 'customer', {
    DisplayName: 'Ann',
    PrimaryEmailAddr: { Address: 'family@example.test' },
    PrimaryPhone: { FreeFormNumber: '1' },
  });
  const person = (recordId: string, name: string, email: string, phone: string): TestChange => ({
    kind: 'customer',
    recordId,
    body: { name, email, phone },
  });
  const long = 'x'.repeat(50);
  await say(
    tenant,
    person('bob', 'Bob', 'family@example.test', '2'),
    person('ann', 'Ann', 'family@example.test', '1'),
    ...['c1', 'C1', `${long}1`, `${long}2`].map((id) =>
      person(id, 'Kim', `${id}@example.test`, id.slice(-2)),
    ),
  );
  await say(tenant, { ...person('bob', 'Bob', 'family@example.test', '22'), revision: 2 });
  expect(await failures(tenant)).toEqual([]);
  const rows = await listed(stack, tenant, 'Customer', customerRow);
  const phones = rows
    .flatMap(({ DisplayName, PrimaryPhone }) =>
      PrimaryPhone === undefined
        ? []
        : [`${DisplayName.split(' ')[0] ?? ''} ${PrimaryPhone.FreeFormNumber}`],
    )
    .sort();
  expect(phones).toEqual(['Ann 1', 'Bob 22', 'Kim C1', 'Kim c1', 'Kim x1', 'Kim x2']);
  const owners = Object.values(await ids(tenant, 'qbo', 'customer'));
  expect(new Set(owners).size).toBe(6);
});

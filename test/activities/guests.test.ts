import { expect, test } from '@jest/globals';
import { z } from 'zod';

import { putMapping } from '../../database/mappings';
import { listFailures } from '../../database/failures';
import { laneStates } from '../../database/lanes';
import { customer, orderBody, product } from '../support/samples';
import { inBooks, listed, post } from '../support/operator';
import { documents, unsettledOrUnknown } from '../support/sandboxes';
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

// Guests with an e-mail on customers of their own (`customer.guest = perEmail`,
// accounting.md#customers), on the whole way from the inbox over the workflow into the books.

const stack = withStack();
const customerRow = z.object({
  Id: z.string(),
  DisplayName: z.string(),
  Active: z.boolean(),
  PrimaryEmailAddr: z.object({ Address: z.string() }).optional(),
});
const form = z.object({
  DocNumber: z.string().optional(),
  CustomerRef: z.object({ value: z.string() }),
});

/** Who is in the books: names. */
async function people(tenant: TestTenant): Promise<string[]> {
  const rows = await listed(stack, tenant, 'Customer', customerRow);
  return rows
    .map(({ DisplayName }) => DisplayName)
    .filter((name) => name !== 'Walk-in')
    .sort();
}

/** `number customer` of each document of a kind. */
async function buyers(tenant: TestTenant, entity = 'SalesReceipt'): Promise<string[]> {
  const rows = await listed(stack, tenant, 'Customer', customerRow);
  const names = new Map(rows.map(({ Id, DisplayName }) => [Id, DisplayName]));
  const query = encodeURIComponent(`SELECT * FROM ${entity} MAXRESULTS 1000`);
  const answer = z
    .object({ QueryResponse: z.record(z.string(), z.unknown()) })
    .parse(await inBooks(stack, tenant, `query?query=${query}`));
  const forms = z.array(form).parse(answer.QueryResponse[entity] ?? []);
  return forms
    .map(
      ({ DocNumber, CustomerRef }) => `${DocNumber ?? '-'} ${names.get(CustomerRef.value) ?? ''}`,
    )
    .sort();
}

/** What is unknown of our own writes; the accountant's have no key. */
const unknown = async (tenant: TestTenant): Promise<string[]> =>
  (await unsettledOrUnknown(stack, tenant)).filter((id) => id !== '');

async function held(tenant: TestTenant): Promise<string[]> {
  const failures = await listFailures(
    stack.database.pool,
    tenant.id,
    { system: 'qbo' },
    { afterId: null, limit: 50 },
  );
  return failures
    .map(({ kind, recordId, reason }) => `${kind} ${recordId.replace(/:.*/, '')} ${reason}`)
    .sort();
}

const guest = (recordId: string, email: string | null, change: object = {}): TestChange => ({
  kind: 'order',
  recordId,
  body: {
    ...orderBody(recordId, [['A', 1]], null),
    guest: { name: 'Kim Lee', ...(email === null ? {} : { email }) },
    ...change,
  },
});
const back = (recordId: string, orderId: string, change: object = {}): TestChange => ({
  kind: 'refund',
  recordId,
  body: { ...orderBody(recordId, [['A', 1]], null), restock: true, orderId, ...change },
});

async function setPaused(tenant: TestTenant, paused: boolean): Promise<void> {
  await signal(stack, tenant, 'setPaused', { paused });
  await until(
    'set',
    () => laneStates(stack.database.pool, tenant.id),
    (lanes) => lanes.every(({ isPaused }) => isPaused === paused),
  );
}

const orders = async ({ id }: TestTenant): Promise<number> =>
  (
    await stack.database.pool.query(`SELECT FROM records WHERE tenant = $1 AND kind = 'order'`, [
      id,
    ])
  ).rowCount ?? 0;

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
  await sendChanges(stack, tenant, [product('A')]);
  await untilIdle(stack, tenant);
  return tenant;
}

test('one customer for each e-mail, however it is written; without one, and before the setting, the bucket', async () => {
  const tenant = await shop();
  await sendChanges(stack, tenant, [
    guest('B-1', 'kim@example.test'),
    guest('B-2', 'old@example.test'),
  ]);
  await untilIdle(stack, tenant);
  await post(stack, tenant, { customer: { guest: 'perEmail' } });
  const many = Array.from({ length: 40 }, (_, n) =>
    guest(`G-${n}`, n % 2 === 0 ? 'Kim@Example.TEST' : ' kim@example.test '),
  );
  await sendChanges(stack, tenant, [
    ...many,
    guest('N-1', null),
    guest('N-2', ''),
    guest('N-3', 'at the door'),
    guest('L-1', 'lee@example.test'),
  ]);
  // Edits, a void and refunds of a sale in the bucket stay there; those of another follow their
  // sale.
  await sendChanges(stack, tenant, [
    { ...guest('B-1', 'kim@example.test', orderBody('B-1', [['A', 2]], null)), revision: 2 },
    { ...guest('B-2', 'old@example.test', { voided: true }), revision: 2 },
    back('R-1', 'B-1', { guest: { email: 'kim@example.test' } }),
    back('R-2', 'G-1'),
    back('R-3', 'L-1', { guest: { email: 'who@example.test' } }),
    back('R-4', 'unknown'),
  ]);
  await untilIdle(stack, tenant);
  const kim = 'Kim Lee (kim@example.test)';
  const lee = 'Kim Lee (lee@example.test)';
  expect(await people(tenant)).toEqual([kim, lee]);
  const expected = [
    'B-1 Walk-in',
    'B-2 Walk-in',
    ...many.map(({ recordId }) => `${recordId} ${kim}`),
    `L-1 ${lee}`,
    'N-1 Walk-in',
    'N-2 Walk-in',
    'N-3 Walk-in',
  ];
  expect(await buyers(tenant)).toEqual(expected.sort());
  expect(await held(tenant)).toEqual(['refund R-4 dependency']);
  expect(await buyers(tenant, 'RefundReceipt')).toEqual([
    'R-1 Walk-in',
    `R-2 ${kim}`,
    `R-3 ${lee}`,
  ]);
  // How many guests became customers.
  const { rows } = await stack.database.pool.query<{ count: number }>(
    `SELECT count(*)::int FROM deliveries WHERE tenant = $1 AND system = 'qbo'
       AND kind = 'customer' AND record_id LIKE ' guest:%' AND remote_id IS NOT NULL
         AND NOT is_linked`,
    [tenant.id],
  );
  expect(rows).toEqual([{ count: 2 }]);
  expect(await unknown(tenant)).toEqual([]);
});

test('a sale whose e-mail changes moves to the other customer, whatever the setting is by then', async () => {
  const tenant = await shop();
  await post(stack, tenant, { customer: { guest: 'perEmail' } });
  await sendChanges(stack, tenant, [
    guest('E-1', 'a@example.test'),
    guest('E-2', 'a@example.test'),
    guest('E-3', null),
  ]);
  await untilIdle(stack, tenant);
  await post(stack, tenant, { customer: { guest: 'bucket' } });
  await sendChanges(stack, tenant, [
    { ...guest('E-1', 'b@example.test'), revision: 2 },
    { ...guest('E-2', null), revision: 2 },
    { ...guest('E-3', 'c@example.test'), revision: 2 },
    guest('E-4', 'a@example.test'),
    back('R-1', 'E-1'),
  ]);
  await untilIdle(stack, tenant);
  const b = 'Kim Lee (b@example.test)';
  expect(await people(tenant)).toEqual(['Kim Lee (a@example.test)', b]);
  expect(await buyers(tenant)).toEqual([`E-1 ${b}`, 'E-2 Walk-in', 'E-3 Walk-in', 'E-4 Walk-in']);
  expect(await buyers(tenant, 'RefundReceipt')).toEqual([`R-1 ${b}`]);
  expect(await documents(stack, tenant)).toHaveLength(5);
  expect(await unknown(tenant)).toEqual([]);
});

test('of a sale that names another guest in the same batch, what was given back before stays with the first', async () => {
  const tenant = await shop();
  await post(stack, tenant, { customer: { guest: 'perEmail' } });
  await sendChanges(stack, tenant, [
    guest('F-1', 'a@example.test'),
    back('R-1', 'F-1'),
    { ...guest('F-1', 'b@example.test'), revision: 2 },
  ]);
  await untilIdle(stack, tenant);
  expect(await held(tenant)).toEqual([]);
  expect(await buyers(tenant)).toEqual(['F-1 Kim Lee (b@example.test)']);
  expect(await buyers(tenant, 'RefundReceipt')).toEqual(['R-1 Kim Lee (a@example.test)']);
  expect(await people(tenant)).toEqual(['Kim Lee (a@example.test)', 'Kim Lee (b@example.test)']);
});

test('who is in the books already is found by the e-mail: one is linked, inactive and several are held', async () => {
  const tenant = await shop();
  const add = async (name: string, email: string): Promise<string> => {
    const made = await inBooks(stack, tenant, 'customer', {
      DisplayName: name,
      PrimaryEmailAddr: { Address: email },
    });
    return z.object({ Customer: customerRow }).parse(made).Customer.Id;
  };
  await add('Jo', 'Jo@Example.test');
  await add('Twin one', 'twin@example.test');
  await add('Twin two', 'Twin@example.test');
  const gone = await add('Gone', 'gone@example.test');
  await inBooks(stack, tenant, 'vendor', { DisplayName: 'Kim Lee (vendor@example.test)' });
  await add('Kim Lee (named@example.test)', 'other@example.test');
  const inactive = { as: 'accountant', realmId: tenant.realmId, entity: 'Customer', id: gone };
  await control(stack.qbo, 'act', { ...inactive, do: 'makeInactive' });
  await post(stack, tenant, { customer: { guest: 'perEmail' } });
  await sendChanges(stack, tenant, [
    guest('S-1', 'Jo@Example.test'),
    guest('S-2', 'Twin@example.test'),
    guest('S-3', 'gone@example.test'),
    guest('S-4', 'vendor@example.test'),
    guest('S-5', 'named@example.test'),
  ]);
  await untilIdle(stack, tenant);
  expect(await held(tenant)).toEqual([
    'customer  guest ambiguous_match',
    'customer  guest ambiguous_match',
    'order S-2 dependency',
    'order S-3 dependency',
  ]);
  expect(await buyers(tenant)).toEqual([
    'S-1 Jo',
    'S-4 Kim Lee (vendor@example.test) (C)',
    expect.stringMatching(/^S-5 Kim Lee \(named@example\.test\) \(guest-[0-9a-f]{32}\)$/),
  ]);
  const failures = await listFailures(
    stack.database.pool,
    tenant.id,
    {},
    { afterId: null, limit: 50 },
  );
  expect(JSON.stringify(failures)).not.toContain('@example');
  // The accountant makes the one active again and tells the twins apart; both go on.
  await control(stack.qbo, 'act', { ...inactive, do: 'makeActive' });
  const twin = (await listed(stack, tenant, 'Customer', customerRow)).find(
    ({ DisplayName }) => DisplayName === 'Twin two',
  );
  await control(stack.qbo, 'act', {
    ...inactive,
    do: 'edit',
    id: twin?.Id,
    set: { PrimaryEmailAddr: { Address: 'twin2@example.test' } },
  });
  await signal(stack, tenant, 'redrive', { id: 'again', all: true });
  await until(
    'all went on',
    () => held(tenant),
    (left) => left.length === 0,
  );
  await untilIdle(stack, tenant);
  expect(await buyers(tenant)).toEqual(
    expect.arrayContaining(['S-2 Twin one', 'S-3 Gone (deleted)']),
  );
  expect(await unknown(tenant)).toEqual([]);
});

test('a customer of the till with the e-mail is the guest, before and after; the two never become two customers', async () => {
  const tenant = await shop();
  await post(stack, tenant, { customer: { guest: 'perEmail' } });
  const known = (recordId: string, name: string, email: string, revision = 1): TestChange => ({
    ...customer(recordId, name),
    body: { name, email },
    revision,
  });
  // In one batch, the customer behind its order; and a guest who registers before it is in the
  // books.
  await setPaused(tenant, true);
  await sendChanges(stack, tenant, [
    guest('T-1', 'c-1@example.test'),
    known('c-1', 'Carol', 'C-1@example.test'),
    guest('T-2', 'later@example.test'),
    known('c-5', 'Five', 'five@example.test'),
  ]);
  await until(
    'absorbed',
    () => orders(tenant),
    (count) => count === 2,
  );
  await sendChanges(stack, tenant, [
    known('c-2', 'Lara', 'Later@example.test'),
    guest('T-0', 'later@example.test'),
  ]);
  await until(
    'absorbed',
    () => orders(tenant),
    (count) => count === 3,
  );
  await setPaused(tenant, false);
  await untilIdle(stack, tenant);
  await sendChanges(stack, tenant, [
    known('c-1', 'Carol', 'moved@example.test', 2),
    guest('T-3', 'moved@example.test'),
    guest('T-4', 'later@example.test'),
  ]);
  await untilIdle(stack, tenant);
  expect(await people(tenant)).toEqual(['Carol', 'Five', 'Kim Lee (later@example.test)']);
  expect(await buyers(tenant)).toEqual([
    'T-0 Kim Lee (later@example.test)',
    'T-1 Carol',
    'T-2 Kim Lee (later@example.test)',
    'T-3 Carol',
    'T-4 Kim Lee (later@example.test)',
  ]);
  expect(await held(tenant)).toEqual([]);
  expect(await unknown(tenant)).toEqual([]);
});

test('invoices of guests, their payments and credit memos are on the customer of the invoice', async () => {
  const tenant = await shop();
  await post(stack, tenant, { customer: { guest: 'perEmail' } });
  const invoice = (recordId: string, email: string): TestChange => {
    const { number, channel, businessDate, currency, pricesIncludeTax, lines, totals } = orderBody(
      recordId,
      [['A', 2]],
      null,
    );
    return {
      kind: 'invoice',
      recordId,
      body: {
        number,
        channel,
        businessDate,
        currency,
        pricesIncludeTax,
        lines,
        totals,
        guest: { email },
      },
    };
  };
  await sendChanges(stack, tenant, [
    {
      kind: 'payment',
      recordId: 'P-1',
      body: { number: 'P-1', tender: 'cash', amountMinor: 500, invoiceId: 'I-1' },
    },
    invoice('I-1', 'Owes@example.test'),
    back('C-1', 'I-1', { tenders: [] }),
  ]);
  await untilIdle(stack, tenant);
  expect(await held(tenant)).toEqual([]);
  for (const entity of ['Invoice', 'CreditMemo', 'Payment'])
    expect(
      new Set((await buyers(tenant, entity)).map((text) => text.replace(/^\S+ /, ''))),
    ).toEqual(new Set(['owes@example.test']));
  expect(await unknown(tenant)).toEqual([]);
});

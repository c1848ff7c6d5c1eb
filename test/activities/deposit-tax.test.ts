import { describe, expect, test } from '@jest/globals';

import { forgetFacts } from '../../database/connections';
import { putMapping } from '../../database/mappings';
import type { OrderBody, RefundBody } from '../../domain/bodies';
import type { PostingSettings } from '../../domain/posting/settings';
import { withApi } from '../support/api';
import { ended, operatorOf, post, startUndo, trialBalance } from '../support/operator';
import { orderBody } from '../support/samples';
import {
  control,
  createTestTenant,
  quickSettings,
  withStack,
  type TestChange,
  type TestTenant,
} from '../support/stack';
import { detailOf, next, remoteIdOf, sent, standing, untilStands } from '../support/ways-out';

// B25: VAT of lay-away money is due when it is received; the sale that uses it is taxed once in
// all.

const stack = withStack();
const api = withApi({ stack });

/**
 * A company in the United Kingdom (accounting.md#examples): standard rate as S, gift card liability
 * for deposits.
 */
async function begin(
  posting: Partial<PostingSettings> = {},
  mappings: Record<string, string> = { 'taxCode @deposit': '6' },
): Promise<TestTenant> {
  const company = { kind: 'gb', fixture: 'accounting' };
  const tenant = await createTestTenant(stack, quickSettings, { company });
  await post(stack, tenant, posting);
  const all = {
    'item A': '14',
    'item @deposit': '36',
    'account guest-customer': '302',
    'account daily-customer': '303',
    'item @daily-sales': '37',
    'taxCode S': '6',
    'taxCode none': '10',
    ...mappings,
  };
  for (const [place, id] of Object.entries(all)) await map(tenant, place, id);
  return tenant;
}

const kinds = ['item', 'account', 'taxCode'] as const;
async function map(tenant: TestTenant, place: string, id: string): Promise<void> {
  const [kind, key = ''] = place.split(' ');
  const known = kinds.find((one) => one === kind) ?? 'item';
  await putMapping(
    stack.database.pool,
    tenant.id,
    { kind: known, key, target: { id, name: null } },
    'test',
  );
}

const deposit = (amountMinor: number, change: object = {}): TestChange => ({
  kind: 'payment',
  recordId: 'D-1',
  body: {
    number: 'D-1',
    tender: 'cash',
    amountMinor,
    depositFor: 'L-1',
    businessDate: '2026-11-20',
    currency: 'GBP',
    ...change,
  },
});

/** Two pieces for 25.00 with 4.17 of VAT, so much of it paid by the deposit. */
function order(depositMinor: number, change: Partial<OrderBody> = {}): TestChange {
  const lines = orderBody('L-1', [['A', 2]], null).lines.map((line) => ({
    ...line,
    netMinor: 2_083,
    taxes: [{ code: 'S', taxMinor: 417 }],
  }));
  const cardMinor = 2_500 - depositMinor;
  const body = {
    ...orderBody('L-1', [], null),
    currency: 'GBP',
    pricesIncludeTax: true,
    lines,
    tenders: cardMinor === 0 ? [] : [{ tender: 'card', amountMinor: cardMinor }],
    totals: { netMinor: 2_083, taxMinor: 417, totalMinor: 2_500 },
    ...(depositMinor === 0 ? {} : { deposits: [{ paymentId: 'D-1', amountMinor: depositMinor }] }),
    ...change,
  };
  return { kind: 'order', recordId: 'L-1', body };
}

function back(amountMinor: number, recordId = 'R-1'): TestChange {
  const body: RefundBody = {
    ...orderBody(recordId, [], null),
    currency: 'GBP',
    restock: false,
    orderId: 'L-1',
    deposits: [{ paymentId: 'D-1', amountMinor }],
    tenders: [{ tender: 'cash', amountMinor }],
    totals: { netMinor: 0, taxMinor: 0, totalMinor: amountMinor },
  };
  return { kind: 'refund', recordId, body };
}

const received = {
  'Cash drawer': '10.00',
  'Gift card liability': '-8.33',
  'Sales tax payable': '-1.67',
};
const sold = {
  'Cash drawer': '10.00',
  'Card clearing': '15.00',
  'Sales of Product Income': '-20.83',
  'Sales tax payable': '-4.17',
};
const summed: Partial<PostingSettings> = {
  mode: { switches: [{ fromDay: '2026-11-01', mode: 'summary' }] },
  summary: { lines: 'category', dueAfterMinutes: 0 },
};
const books = (tenant: TestTenant): Promise<Record<string, string>> => trialBalance(stack, tenant);

describe.each<[string, Partial<PostingSettings>]>([
  ['ticket by ticket', {}],
  ['on days that are summed up', summed],
])('B25: %s', (_name, posting) => {
  test('VAT is due with the deposit and taken back with its use; voids take both back', async () => {
    const tenant = await begin(posting);
    await sent(stack, tenant, deposit(1_000));
    expect(await books(tenant)).toEqual(received);
    await sent(stack, tenant, order(1_000));
    expect(await books(tenant)).toEqual(sold);
    await sent(stack, tenant, next(order(1_000), { voided: true }));
    expect(await books(tenant)).toEqual(received);
    await sent(stack, tenant, next(deposit(1_000), { voided: true }));
    expect(await books(tenant)).toEqual({});
  });

  test('it is right whatever comes first, used in part and the rest given back', async () => {
    const tenant = await begin(posting);
    await sent(stack, tenant, back(400), order(600), deposit(1_000));
    expect(await books(tenant)).toEqual({
      ...sold,
      'Cash drawer': '6.00',
      'Card clearing': '19.00',
    });
  });

  test('an order that the deposit pays in full leaves no more VAT than its own', async () => {
    const tenant = await begin(posting);
    await sent(stack, tenant, deposit(2_500), order(2_500));
    expect(await books(tenant)).toEqual({
      'Cash drawer': '25.00',
      'Sales of Product Income': '-20.83',
      'Sales tax payable': '-4.17',
    });
  });
});

test('B25: prices without tax', async () => {
  const tenant = await begin();
  await sent(stack, tenant, deposit(1_000), order(1_000, { pricesIncludeTax: false }));
  expect(await books(tenant)).toEqual(sold);
});

test('B25: an edit of the deposit moves its VAT, also where the first document may not be touched; an undo takes it back', async () => {
  const tenant = await begin({ closed: { mode: 'firstOpenDay' } });
  await sent(stack, tenant, deposit(1_000));
  await sent(stack, tenant, next(deposit(1_200)));
  const more = {
    'Cash drawer': '12.00',
    'Gift card liability': '-10.00',
    'Sales tax payable': '-2.00',
  };
  expect(await books(tenant)).toEqual(more);
  const ask = await operatorOf(stack, api, tenant);
  await ended(
    ask,
    await startUndo(stack, tenant, ask, {
      from: '2026-11-20',
      to: '2026-11-20',
      kinds: ['payment'],
    }),
  );
  expect(await books(tenant)).toEqual({});
  await sent(stack, tenant, next(deposit(1_000), {}, 3));
  expect(await books(tenant)).toEqual(received);
  // The accountant closes its day, so that its document may not be touched.
  const id = await remoteIdOf(stack, tenant, ['qbo', 'payment', 'D-1']);
  await control(stack.qbo, 'act', {
    as: 'accountant',
    do: 'closeBooks',
    realmId: tenant.realmId,
    date: '2026-11-22',
  });
  await forgetFacts(stack.database.pool, tenant.id, 'qbo');
  await sent(stack, tenant, next(deposit(1_200), {}, 4));
  expect(await books(tenant)).toEqual(more);
  expect(await remoteIdOf(stack, tenant, ['qbo', 'payment', 'D-1'])).toBe(id);
});

test('B25: a deposit keeps the way in which it came when the setting is changed', async () => {
  const tenant = await begin({ deposit: { tax: 'atSale' } });
  await sent(stack, tenant, deposit(1_000));
  const untaxed = { 'Cash drawer': '10.00', 'Gift card liability': '-10.00' };
  expect(await books(tenant)).toEqual(untaxed);
  await post(stack, tenant, { deposit: { tax: 'atReceipt' } });
  // What a turn began it ends by the former setting.
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  await sent(stack, tenant, next(deposit(1_200)));
  expect(await books(tenant)).toEqual({ 'Cash drawer': '12.00', 'Gift card liability': '-12.00' });
  await sent(stack, tenant, order(1_200));
  expect(await books(tenant)).toEqual({
    ...sold,
    'Cash drawer': '12.00',
    'Card clearing': '13.00',
  });
});

test('B25: without a tax code of deposits it is held until one is mapped', async () => {
  const tenant = await begin({}, {});
  await sent(stack, tenant, deposit(1_000));
  const place = ['qbo', 'payment', 'D-1'] as const;
  expect(await standing(stack, tenant, place)).toBe('mapping_missing');
  expect(await detailOf(stack, tenant, place)).toContain('Map taxCode:@deposit');
  const ask = await operatorOf(stack, api, tenant);
  expect(await ask('PUT', '/mappings/taxCode/@deposit', { target: { id: '6' } })).toMatchObject({
    status: 200,
    body: { released: 1 },
  });
  await untilStands(stack, tenant, place, 'delivered');
  expect(await books(tenant)).toEqual(received);
});

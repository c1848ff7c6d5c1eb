import { expect, test } from '@jest/globals';
import { z } from 'zod';

import { forgetFacts } from '../../database/connections';
import { putMapping } from '../../database/mappings';
import type { OrderBody } from '../../domain/bodies';
import { withApi } from '../support/api';
import { accountsOf, depositReceipts, inBooks, operatorOf, post } from '../support/operator';
import { customer, orderBody, product } from '../support/samples';
import { documents, fault } from '../support/sandboxes';
import {
  control,
  createTestTenant,
  quickSettings,
  withStack,
  until,
  type TestChange,
  type TestTenant,
} from '../support/stack';
import {
  detailOf,
  heldWith,
  next,
  redriven,
  remoteIdOf,
  sent,
  standing,
  untilStands,
  type Place,
} from '../support/ways-out';

// Each reason for which the books' lane holds a sale: the hold is made, the way out that its text
// names is taken, and it is delivered. One tenant each.

const stack = withStack();
const api = withApi({ stack });
const sale: Place = ['qbo', 'order', 'T-1'];

async function begin(company?: object): Promise<TestTenant> {
  const options = company === undefined ? {} : { company };
  const tenant = await createTestTenant(stack, quickSettings, options);
  await sent(
    stack,
    tenant,
    product('A', company === undefined ? {} : { currency: 'GBP' }),
    customer('c-1'),
  );
  return tenant;
}

/** A ticket of so many pieces at 12.50, changed. */
function ticket(count: number, change: Partial<OrderBody> = {}, recordId = 'T-1'): TestChange {
  const body = { ...orderBody(recordId, [['A', count]], 'c-1'), ...change };
  return { kind: 'order', recordId, body };
}

/** Held for this reason, with a text that matches. */
async function expectHeld(
  tenant: TestTenant,
  reason: string,
  text: RegExp,
  place = sale,
): Promise<void> {
  expect([await standing(stack, tenant, place), await heldWith(stack, tenant)]).toEqual([
    reason,
    expect.anything(),
  ]);
  expect(await detailOf(stack, tenant, place)).toMatch(text);
}

const accountant = (tenant: TestTenant, does: string, more: object): Promise<unknown> =>
  control(stack.qbo, 'act', { as: 'accountant', do: does, realmId: tenant.realmId, ...more });

const preferences = (tenant: TestTenant, set: object): Promise<unknown> =>
  accountant(tenant, 'setPreferences', { set });

const map = (
  tenant: TestTenant,
  kind: 'account' | 'taxCode',
  key: string,
  id: string,
): Promise<unknown> =>
  putMapping(stack.database.pool, tenant.id, { kind, key, target: { id, name: null } }, 'test');

const targetOf = async ({ id }: TestTenant, key: string): Promise<string> =>
  (
    await stack.database.pool.query<{ id: string }>(
      `SELECT target_id AS id FROM mappings WHERE tenant = $1 AND key = $2`,
      [id, key],
    )
  ).rows[0]?.id ?? '';

async function madeInBooks(tenant: TestTenant, entity: string, body: object): Promise<string> {
  const answer = z
    .record(z.string(), z.unknown())
    .parse(await inBooks(stack, tenant, entity.toLowerCase(), body));
  return z.object({ Id: z.string() }).parse(answer[entity]).Id;
}

test('the way out of `mapping_missing`: it is mapped', async () => {
  const tenant = await begin();
  const ask = await operatorOf(stack, api, tenant);
  await sent(stack, tenant, ticket(1, { tenders: [{ tender: 'voucher', amountMinor: 1_250 }] }));
  await expectHeld(tenant, 'mapping_missing', /Map tender:voucher/);
  const cash = { target: { id: await targetOf(tenant, 'cash') } };
  expect(await ask('PUT', '/mappings/tender/voucher', cash)).toMatchObject({
    status: 200,
    body: { released: 1 },
  });
  await until(
    'the other one is missing',
    () => detailOf(stack, tenant, sale),
    (text) => text.includes('Map account:clearing:voucher'),
  );
  const drawer = { target: { id: await targetOf(tenant, 'clearing:cash') } };
  expect(await ask('PUT', '/mappings/account/clearing:voucher', drawer)).toMatchObject({
    body: { released: 1 },
  });
  await untilStands(stack, tenant, sale, 'delivered');
});

test('the way out of `mapping_invalid`: mapped to another, or mended in QuickBooks', async () => {
  const tenant = await begin();
  const ask = await operatorOf(stack, api, tenant);
  const account = { Name: 'Vouchers', AccountType: 'Other Current Asset', Active: true };
  const id = await madeInBooks(tenant, 'Account', account);
  await map(tenant, 'account', 'clearing:card', id);
  await sent(stack, tenant, ticket(1), ticket(1, {}, 'T-2'));
  // The company was read before there was such an account.
  await expectHeld(tenant, 'mapping_invalid', /Account \d+ was not in QuickBooks/);
  await redriven(stack, tenant, sale);
  await accountant(tenant, 'makeInactive', { entity: 'Account', id });
  const second: Place = ['qbo', 'order', 'T-3'];
  await sent(stack, tenant, ticket(1, {}, 'T-3'));
  await redriven(stack, tenant, second, 'mapping_invalid');
  await accountant(tenant, 'makeActive', { entity: 'Account', id });
  await redriven(stack, tenant, second);
  const drawer = { target: { id: await targetOf(tenant, 'clearing:cash') } };
  expect(await ask('PUT', '/mappings/account/clearing:card', drawer)).toMatchObject({
    body: { released: 1 },
  });
  await untilStands(stack, tenant, ['qbo', 'order', 'T-2'], 'delivered');
});

test('the way out of `closed_period`: the period is opened, or the first open day is allowed', async () => {
  const tenant = await begin();
  await accountant(tenant, 'closeBooks', { date: '2026-11-29' });
  await forgetFacts(stack.database.pool, tenant.id, 'qbo');
  await sent(stack, tenant, ticket(1), ticket(2, {}, 'T-2'));
  await expectHeld(tenant, 'closed_period', /closed up to 2026-11-29/);
  await post(stack, tenant, { closed: { mode: 'firstOpenDay' } });
  await redriven(stack, tenant, ['qbo', 'order', 'T-2']);
  await post(stack, tenant, {});
  await accountant(tenant, 'closeBooks', { date: null });
  await redriven(stack, tenant, sale);
  expect(await documents(stack, tenant)).toEqual([
    'SalesReceipt T-1 12.50',
    'SalesReceipt T-2 25.00',
  ]);
});

test('the way out of `before_start_date`: the start is set earlier', async () => {
  const tenant = await begin();
  await post(stack, tenant, { startDate: '2026-11-20' });
  await sent(stack, tenant, ticket(1));
  await forgetFacts(stack.database.pool, tenant.id, 'qbo');
  await sent(stack, tenant, next(ticket(1), { businessDate: '2026-11-19' }));
  await expectHeld(tenant, 'before_start_date', /before the start date 2026-11-20/);
  await post(stack, tenant, { startDate: '2026-11-01' });
  await redriven(stack, tenant, sale);
});

test('the way out of `changed_in_books`: the document is set back, and a voided one is posted anew', async () => {
  const tenant = await begin();
  await sent(stack, tenant, ticket(1), ticket(1, {}, 'T-2'));
  const id = await remoteIdOf(stack, tenant, sale);
  const { SalesReceipt } = z
    .object({ SalesReceipt: z.object({ Line: z.array(z.looseObject({ Amount: z.number() })) }) })
    .parse(await inBooks(stack, tenant, `salesreceipt/${id}`));
  const lines = SalesReceipt.Line.filter(({ DetailType }) => DetailType === 'SalesItemLineDetail');
  const dearer = lines.map((line) => ({
    ...line,
    Amount: 20,
    SalesItemLineDetail: {
      ...z.looseObject({}).parse(line['SalesItemLineDetail']),
      Qty: 1,
      UnitPrice: 20,
    },
  }));
  const edit = (set: object): Promise<unknown> =>
    accountant(tenant, 'edit', { entity: 'SalesReceipt', id, set });
  await edit({ Line: dearer });
  const second: Place = ['qbo', 'order', 'T-2'];
  await accountant(tenant, 'void', {
    entity: 'SalesReceipt',
    id: await remoteIdOf(stack, tenant, second),
  });
  await sent(
    stack,
    tenant,
    next(ticket(1), orderBody('T-1', [['A', 3]], 'c-1')),
    next(ticket(1, {}, 'T-2'), orderBody('T-2', [['A', 2]], 'c-1')),
  );
  await expectHeld(tenant, 'changed_in_books', /20\.00/);
  await edit({ Line: lines });
  await redriven(stack, tenant, sale);
  await expectHeld(tenant, 'changed_in_books', /Voided by hand/, second);
  await redriven(stack, tenant, second);
  expect(await documents(stack, tenant)).toEqual(
    expect.arrayContaining(['SalesReceipt T-1 37.50', 'SalesReceipt T-2-V2 25.00']),
  );
});

const rate = { rate: '1.10', source: 'ECB', day: '2026-11-21' };

/** Several currencies, and what EUR needs mapped. */
async function withEuro(tenant: TestTenant): Promise<void> {
  await preferences(tenant, { multiCurrency: true });
  const CurrencyRef = { value: 'EUR' };
  const account = { Name: 'Card clearing EUR', AccountType: 'Bank', CurrencyRef };
  await map(tenant, 'account', 'clearing:card:EUR', await madeInBooks(tenant, 'Account', account));
  const person = { DisplayName: 'Customer EUR', CurrencyRef };
  await map(tenant, 'account', 'customer:c-1:EUR', await madeInBooks(tenant, 'Customer', person));
}

test('the way out of `foreign_currency` and the way out of `exchange_rate_missing`', async () => {
  const tenant = await begin();
  await sent(
    stack,
    tenant,
    ticket(1, { currency: 'EUR', exchangeRate: rate }),
    ticket(1, { currency: 'EUR' }, 'T-2'),
  );
  await expectHeld(tenant, 'foreign_currency', /in USD alone/);
  await withEuro(tenant);
  await redriven(stack, tenant, sale);
  const second: Place = ['qbo', 'order', 'T-2'];
  await redriven(stack, tenant, second, 'exchange_rate_missing');
  await sent(stack, tenant, next(ticket(1, { currency: 'EUR', exchangeRate: rate }, 'T-2')));
  expect(await standing(stack, tenant, second)).toBe('delivered');
});

test.each<[string, string, RegExp, Partial<OrderBody>]>([
  [
    'the way out of `no_tender`: the tenders are sent',
    'no_tender',
    /how this was paid/,
    { tenders: [] },
  ],
  [
    'the way out of `totals_differ`: lines that add up',
    'totals_differ',
    /The total is 20\.00, its parts come to 12\.50/,
    {
      totals: { netMinor: 2_000, taxMinor: 0, totalMinor: 2_000 },
      tenders: [{ tender: 'card', amountMinor: 2_000 }],
    },
  ],
  [
    'the way out of `negative_tax`: the ticket is corrected',
    'negative_tax',
    /tax below zero/,
    {
      lines: orderBody('T-1', [['A', 1]], null).lines.map((line) => ({
        ...line,
        taxes: [{ code: 'NY', taxMinor: -100 }],
      })),
      totals: { netMinor: 1_250, taxMinor: -100, totalMinor: 1_150 },
      tenders: [{ tender: 'card', amountMinor: 1_150 }],
    },
  ],
  [
    'the way out of `negative_total`: the ticket is corrected',
    'negative_total',
    /below zero is refused/,
    {
      ...orderBody('T-1', [['A', -1]], 'c-1'),
      fees: [{ name: 'Wrap', amountMinor: 100 }],
      giftCards: { used: [{ code: 'G', amountMinor: 300 }] },
      totals: { netMinor: -1_150, taxMinor: 0, totalMinor: -1_450 },
      tenders: [{ tender: 'cash', amountMinor: -1_450 }],
    },
  ],
])('%s', async (_title, reason, text, odd) => {
  const tenant = await begin();
  await sent(stack, tenant, ticket(1, odd));
  await expectHeld(tenant, reason, text);
  await sent(stack, tenant, next(ticket(1)));
  expect(await standing(stack, tenant, sale)).toBe('delivered');
  expect(await documents(stack, tenant)).toEqual(['SalesReceipt T-1 12.50']);
});

test('the way out of `too_many_decimals`: an amount that the books can hold', async () => {
  const tenant = await begin();
  await preferences(tenant, { multiCurrency: true });
  const CurrencyRef = { value: 'KWD' };
  await map(
    tenant,
    'account',
    'clearing:card:KWD',
    await madeInBooks(tenant, 'Account', {
      Name: 'Clearing KWD',
      AccountType: 'Bank',
      CurrencyRef,
    }),
  );
  await map(
    tenant,
    'account',
    'customer:c-1:KWD',
    await madeInBooks(tenant, 'Customer', { DisplayName: 'Customer KWD', CurrencyRef }),
  );
  await forgetFacts(stack.database.pool, tenant.id, 'qbo');
  const of = (minor: number): Partial<OrderBody> => ({
    currency: 'KWD',
    exchangeRate: rate,
    lines: orderBody('T-1', [['A', 1]], null).lines.map((line) => ({
      ...line,
      unitPrice: (minor / 1_000).toFixed(3),
      netMinor: minor,
    })),
    totals: { netMinor: minor, taxMinor: 0, totalMinor: minor },
    tenders: [{ tender: 'card', amountMinor: minor }],
  });
  await sent(stack, tenant, ticket(1, of(12_345)));
  await expectHeld(tenant, 'too_many_decimals', /12\.345 KWD has more/);
  await sent(stack, tenant, next(ticket(1, of(12_340))));
  expect(await standing(stack, tenant, sale)).toBe('delivered');
});

test('the way out of `tax_differs`: more is allowed', async () => {
  const tenant = await begin({ kind: 'gb' });
  await map(tenant, 'taxCode', 'S', '2');
  await map(tenant, 'account', 'customer:c-1', '1');
  const lines = orderBody('T-1', [['A', 1]], null).lines.map((line) => ({
    ...line,
    taxes: [{ code: 'S', taxMinor: 246 }],
  }));
  const taxed = {
    currency: 'GBP',
    lines,
    totals: { netMinor: 1_250, taxMinor: 246, totalMinor: 1_496 },
    tenders: [{ tender: 'card', amountMinor: 1_496 }],
  };
  await sent(stack, tenant, ticket(1, taxed));
  await expectHeld(tenant, 'tax_differs', /would compute 2\.50 of tax, the POS has 2\.46/);
  await post(stack, tenant, { tax: { varianceMinor: 5, variancePerLineMinor: 0 } });
  await redriven(stack, tenant, sale);
  expect(await documents(stack, tenant)).toEqual(['SalesReceipt T-1 14.96']);
});

test('the way out of `settings_unfit`: the setting is changed', async () => {
  const tenant = await begin();
  await preferences(tenant, { allowDiscount: false });
  await forgetFacts(stack.database.pool, tenant.id, 'qbo');
  await post(stack, tenant, { discount: { mode: 'gross' } });
  await sent(stack, tenant, ticket(1));
  await expectHeld(tenant, 'settings_unfit', /set discount.mode to net/);
  await post(stack, tenant, {});
  await redriven(stack, tenant, sale);
});

test('the way out of `locked`: the deposit is taken apart', async () => {
  const tenant = await begin();
  await map(
    tenant,
    'account',
    'clearing:card',
    (await accountsOf(stack, tenant))['Undeposited Funds'] ?? '',
  );
  await sent(stack, tenant, ticket(1));
  await depositReceipts(
    stack,
    tenant,
    [{ id: await remoteIdOf(stack, tenant, sale), total: 12.5 }],
    '2026-11-25',
  );
  await sent(stack, tenant, next(ticket(1), { businessDate: '2026-11-22' }));
  await expectHeld(tenant, 'locked', /its day cannot move/);
  const found = await inBooks(
    stack,
    tenant,
    `query?query=${encodeURIComponent('SELECT * FROM Deposit')}`,
  );
  const { QueryResponse } = z
    .object({ QueryResponse: z.object({ Deposit: z.array(z.object({ Id: z.string() })) }) })
    .parse(found);
  await accountant(tenant, 'delete', { entity: 'Deposit', id: QueryResponse.Deposit[0]?.Id });
  await redriven(stack, tenant, sale);
});

test('the way out of `reference_refused`: made active again, or mapped to another', async () => {
  const tenant = await begin();
  const person = await remoteIdOf(stack, tenant, ['qbo', 'customer', 'c-1']);
  await accountant(tenant, 'makeInactive', { entity: 'Customer', id: person });
  await sent(stack, tenant, ticket(1));
  await expectHeld(tenant, 'reference_refused', /inactive/);
  await accountant(tenant, 'makeActive', { entity: 'Customer', id: person });
  await redriven(stack, tenant, sale);
  const item = await remoteIdOf(stack, tenant, ['qbo', 'product', 'p-A']);
  await accountant(tenant, 'makeInactive', { entity: 'Item', id: item });
  await sent(stack, tenant, ticket(1, {}, 'T-2'));
  await expectHeld(tenant, 'reference_refused', /inactive/, ['qbo', 'order', 'T-2']);
  const ask = await operatorOf(stack, api, tenant);
  const other = await madeInBooks(tenant, 'Item', {
    Name: 'Other',
    Type: 'NonInventory',
    IncomeAccountRef: { value: await targetOf(tenant, 'income') },
  });
  expect(await ask('PUT', '/mappings/item/A', { target: { id: other } })).toMatchObject({
    status: 200,
  });
  await redriven(stack, tenant, ['qbo', 'order', 'T-2']);
});

test('the way out of `plan_lacks_feature`: the plan is changed', async () => {
  const tenant = await begin();
  await fault(stack, tenant, 'qbo', {
    fault: 'itemFault',
    code: 5020,
    item: 1,
    times: 1,
    match: { entity: 'SalesReceipt', write: true },
  });
  await sent(stack, tenant, ticket(1));
  await expectHeld(tenant, 'plan_lacks_feature', /5020/);
  await redriven(stack, tenant, sale);
});

test('the way out of `totals_differ_in_books`: what makes the books compute otherwise is corrected', async () => {
  const tenant = await begin();
  const lines = orderBody('T-1', [['A', 1]], null).lines.map((line) => ({
    ...line,
    taxes: [{ code: 'NY', taxMinor: 100 }],
  }));
  const shipped = {
    lines,
    shipping: [{ name: 'Post', amountMinor: 500, taxes: [{ code: 'NY', taxMinor: 40 }] }],
    totals: { netMinor: 1_750, taxMinor: 140, totalMinor: 1_890 },
    tenders: [{ tender: 'card', amountMinor: 1_890 }],
  };
  await control(stack.qbo, 'settings', { 'qbo.astShippingFlag': false });
  try {
    await sent(stack, tenant, ticket(1, shipped));
    await expectHeld(tenant, 'totals_differ_in_books', /It was voided/);
  } finally {
    await control(stack.qbo, 'settings', { 'qbo.astShippingFlag': true });
  }
  await redriven(stack, tenant, sale);
  expect(await documents(stack, tenant)).toContain('SalesReceipt T-1-V2 18.90');
});

test('the way out of `currency_unknown`: the home currency is set', async () => {
  const tenant = await begin();
  await preferences(tenant, { saysHomeCurrency: false });
  await forgetFacts(stack.database.pool, tenant.id, 'qbo');
  await sent(stack, tenant, ticket(1));
  await expectHeld(tenant, 'currency_unknown', /do not say their currency/);
  await preferences(tenant, { saysHomeCurrency: true });
  await redriven(stack, tenant, sale);
});

test('the way out of `not_voided_in_books`: voided there by hand', async () => {
  const tenant = await begin();
  await sent(stack, tenant, ticket(1));
  await control(stack.qbo, 'settings', { 'qbo.voidKeeps': true });
  try {
    await sent(stack, tenant, next(ticket(1), { voided: true }));
    await expectHeld(tenant, 'not_voided_in_books', /still has a total of 12\.5/);
  } finally {
    await control(stack.qbo, 'settings', { 'qbo.voidKeeps': false });
  }
  const id = await remoteIdOf(stack, tenant, sale);
  await accountant(tenant, 'void', { entity: 'SalesReceipt', id });
  await redriven(stack, tenant, sale);
  expect(await documents(stack, tenant)).toEqual(['SalesReceipt T-1 0.00']);
});

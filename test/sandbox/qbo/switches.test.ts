import { afterEach, expect, it } from '@jest/globals';

import {
  at,
  control,
  listAt,
  saleLine,
  send,
  startCompany,
  textAt,
  type Answer,
  type Company,
} from '../support';
import { accountId, codeOf, goods, made, ref } from './company';

/** The points of quickbooks.md#not-confirmed: the default of the sandbox, and its setting. */
let company: Company;
afterEach(() => company.sandbox.close());

const us = { kind: 'usAutomated', fixture: 'accounting' };
const gb = { kind: 'gb', fixture: 'accounting' };
const line = (amount = 10, extra: object = {}): object => saleLine('11', amount, 'NON', extra);
const form = (extra: object = {}): object => ({
  CustomerRef: ref('301'),
  TxnDate: '2026-11-21',
  Line: [line()],
  ...extra,
});
const sale = (extra: object = {}): Promise<Answer> => company.post('salesreceipt', form(extra));
const total = (answer: Answer): unknown =>
  at(answer.body, 'SalesReceipt.TotalAmt') ?? codeOf(answer);
const set = (settings: object): Promise<unknown> => control(company.sandbox, 'settings', settings);
const hoursLater = (hours: number): Promise<unknown> =>
  control(company.sandbox, 'clock', { advanceMs: hours * 3_600_000 });
const start = async (realm: object = us): Promise<void> => {
  company = await startCompany(realm, { 'qbo.accessTokenLife': 1e15 });
};

it('1 qbo.requestIdRetention: a requestid is known for 24 hours', async () => {
  await start();
  const post = (): Promise<Answer> => company.post('salesreceipt?requestid=r', form());
  const first = await post();
  await hoursLater(23.9);
  expect((await post()).text).toBe(first.text);
  await hoursLater(0.2);
  expect(at((await post()).body, 'SalesReceipt.Id')).toBe('2');
  await set({ 'qbo.requestIdRetention': 0 });
  expect(at((await post()).body, 'SalesReceipt.Id')).toBe('3');
});

it('2 qbo.replayErrors: refusals are replayed', async () => {
  await start();
  const post = (id: string, name: string): Promise<Answer> =>
    company.post(`customer?requestid=${id}`, { DisplayName: name });
  expect([codeOf(await post('a', 'x:y')), codeOf(await post('a', 'xy'))]).toEqual(['2040', '2040']);
  await set({ 'qbo.replayErrors': false });
  expect([codeOf(await post('b', 'x:y')), codeOf(await post('b', 'xy'))]).toEqual([
    '2040',
    undefined,
  ]);
});

it(
  '3 qbo.refreshRotation, qbo.refreshGrace: a new value after 24 hours, the ' +
    'old one an hour more',
  async () => {
    await start();
    const refresh = (value: string): Promise<Answer> =>
      send(`${company.sandbox.url}/oauth2/v1/tokens/bearer`, {
        method: 'POST',
        headers: {
          authorization:
            'Basic ' +
            `${Buffer.from('sandbox-client-id:sandbox-client-secret').toString('base64')}`,
        },
        body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: value }).toString(),
      });
    const old = textAt(company.given, 'refreshToken');
    await hoursLater(23.9);
    expect(at((await refresh(old)).body, 'refresh_token')).toBe(old);
    await hoursLater(0.2);
    expect(at((await refresh(old)).body, 'refresh_token')).not.toBe(old);
    await hoursLater(0.9);
    expect((await refresh(old)).status).toBe(200);
    await hoursLater(0.2);
    expect((await refresh(old)).status).toBe(400);
  },
);

it('4 qbo.amountTolerance: the amount must be exact', async () => {
  await start();
  const off = { Line: [line(10.01, { Qty: 4, UnitPrice: 2.5 })] };
  expect(total(await sale(off))).toBe('6070');
  await set({ 'qbo.amountTolerance': 0.01 });
  expect(total(await sale(off))).toBe(10.01);
});

it('5 qbo.unitPriceDefault: without UnitPrice the price of the item counts', async () => {
  await start();
  const income = ref(accountId(company, 'Sales of Product Income'));
  const { Id } = await made(company, 'Item', {
    Name: 'Priced',
    Type: 'Service',
    UnitPrice: 7,
    IncomeAccountRef: income,
  });
  const off = { Line: [saleLine(String(Id), 10, 'NON', { Qty: 1 })] };
  expect(total(await sale(off))).toBe('6070');
  await set({ 'qbo.unitPriceDefault': false });
  expect(total(await sale(off))).toBe(10);
});

it('6 qbo.astAllNon: tax on lines without tax is dropped', async () => {
  await start();
  const taxed = { TxnTaxDetail: { TotalTax: 1 } };
  expect(total(await sale(taxed))).toBe(10);
  await set({ 'qbo.astAllNon': 'keep' });
  expect(total(await sale(taxed))).toBe(11);
});

it('7 qbo.astShippingFlag: the flag says that shipping is covered', async () => {
  await start();
  const covered = {
    ShippingTaxIncludedInTotalTax: true,
    TxnTaxDetail: { TotalTax: 1 },
    Line: [saleLine('SHIPPING_ITEM_ID', 10, 'TAX')],
  };
  expect(total(await sale(covered))).toBe(11);
  await set({ 'qbo.astShippingFlag': false });
  expect(total(await sale(covered))).toBe(11.89);
});

it('8 qbo.taxOverrideWidth: a tax amount of a rate may be 0.05 off', async () => {
  await start(gb);
  const off = (amount: number): object => ({
    Line: [saleLine('11', 10, '6')],
    TxnTaxDetail: {
      TaxLine: [
        { Amount: amount, DetailType: 'TaxLineDetail', TaxLineDetail: { TaxRateRef: ref('61') } },
      ],
    },
  });
  expect(total(await sale(off(2.05)))).toBe(12.05);
  expect(total(await sale(off(2.06)))).toBe('6000');
  await set({ 'qbo.taxOverrideWidth': 1 });
  expect(total(await sale(off(2.06)))).toBe(12.06);
});

it('9 qbo.closedCode, qbo.closedSoft: closed books answer 6210, or 5010, or let pass', async () => {
  await start();
  await control(company.sandbox, 'act', {
    as: 'accountant',
    do: 'closeBooks',
    realmId: company.realmId,
    date: '2026-11-30',
  });
  const seen = [total(await sale())];
  await set({ 'qbo.closedCode': 5010 });
  seen.push(total(await sale()));
  await set({ 'qbo.closedSoft': true });
  seen.push(total(await sale()));
  expect(seen).toEqual(['6210', '5010', 10]);
});

it('10 qbo.dupDocNumber, qbo.dupCode: a number twice is 6140, or 6210, or passes', async () => {
  await start();
  const seen = [total(await sale({ DocNumber: 'A' })), total(await sale({ DocNumber: 'A' }))];
  await set({ 'qbo.dupCode': 6210 });
  seen.push(total(await sale({ DocNumber: 'A' })));
  await set({ 'qbo.dupDocNumber': false });
  seen.push(total(await sale({ DocNumber: 'A' })));
  expect(seen).toEqual([10, '6140', '6210', 10]);
});

it('11 qbo.itemCase: item names are the same without case, SKUs are not', async () => {
  await start();
  const income = ref(accountId(company, 'Sales of Product Income'));
  const add = (name: string, sku: string): Promise<Answer> =>
    company.post('item', { Name: name, Sku: sku, Type: 'Service', IncomeAccountRef: income });
  await add('bowl', 'c');
  expect(codeOf(await add('BOWL', 'C'))).toBe('6240');
  await set({ 'qbo.itemCase': 'exact' });
  expect([codeOf(await add('Bowl', 'C')), codeOf(await add('bowl', 'd'))]).toEqual([
    undefined,
    '6240',
  ]);
  const found = await company.query("select * from Item where Sku = 'c'");
  expect(listAt(found.body, 'QueryResponse.Item')).toHaveLength(1);
});

it.each(['RefundReceipt', 'CreditMemo'])('12 qbo.voidRefund: a %s can be voided', async (type) => {
  await start();
  const add = (): Promise<Record<string, unknown>> =>
    made(company, type, form({ DepositToAccountRef: ref('201') }));
  const cancel = (Id: unknown): Promise<Answer> =>
    company.post(`${type.toLowerCase()}?operation=update&include=void`, { Id, SyncToken: '0' });
  const one = await cancel((await add())['Id']);
  expect(at(one.body, type)).toMatchObject({ TotalAmt: 0, PrivateNote: 'Voided' });
  await set({ 'qbo.voidRefund': false });
  expect(codeOf(await cancel((await add())['Id']))).toBe('500');
});

it('13 qbo.cdcUnsupported: entities that change data capture does not know', async () => {
  await start();
  const since = encodeURIComponent(new Date(Date.now() - 60_000).toISOString());
  const ask = (entity: string): Promise<Answer> =>
    company.get(`cdc?entities=${entity}&changedSince=${since}`);
  expect([codeOf(await ask('TaxRate')), codeOf(await ask('Account'))]).toEqual(['4001', undefined]);
  await set({ 'qbo.cdcUnsupported': ['Account'] });
  expect([codeOf(await ask('TaxRate')), codeOf(await ask('Account'))]).toEqual([undefined, '4001']);
});

it('14 qbo.displayNameMax: 500 characters', async () => {
  await start();
  const add = async (length: number): Promise<unknown> =>
    codeOf(await company.post('customer', { DisplayName: 'x'.repeat(length) }));
  expect([await add(500), await add(501)]).toEqual([undefined, '2050']);
  await set({ 'qbo.displayNameMax': 100 });
  expect([await add(100), await add(101)]).toEqual([undefined, '2050']);
});

it('15 qbo.pageDefault: 100 objects to a page', async () => {
  await start();
  const names = Array.from({ length: 120 }, (_, index) => `P${index}`);
  for (const name of names) await made(company, 'PaymentMethod', { Name: name });
  const page = async (): Promise<unknown> =>
    at((await company.query('select * from PaymentMethod')).body, 'QueryResponse.maxResults');
  expect(await page()).toBe(100);
  await set({ 'qbo.pageDefault': 20 });
  expect(await page()).toBe(20);
});

it('16 qbo.deleteLinked: the payment of a deleted invoice stays, unapplied', async () => {
  await start();
  const pay = async (): Promise<unknown[]> => {
    const { Id } = await made(company, 'Invoice', form());
    const payment = await made(company, 'Payment', {
      CustomerRef: ref('301'),
      TotalAmt: 10,
      Line: [{ Amount: 10, LinkedTxn: [{ TxnId: Id, TxnType: 'Invoice' }] }],
    });
    const gone = await company.post('invoice?operation=delete', { Id, SyncToken: '1' });
    const left = await company.get(`payment/${String(payment['Id'])}`);
    return [codeOf(gone), at(left.body, 'Payment.UnappliedAmt')];
  };
  expect(await pay()).toEqual([undefined, 10]);
  await set({ 'qbo.deleteLinked': 'refuse' });
  expect(await pay()).toEqual(['800', 0]);
});

it('17 qbo.deletedSuffix: a name that goes twice gets a number', async () => {
  await start();
  const retire = async (): Promise<unknown> => {
    const { Id } = await made(company, 'Customer', { DisplayName: 'Old' });
    const answer = await company.post('customer', {
      Id,
      SyncToken: '0',
      sparse: true,
      Active: false,
    });
    return at(answer.body, 'Customer.DisplayName') ?? codeOf(answer);
  };
  expect([await retire(), await retire()]).toEqual(['Old (deleted)', 'Old (deleted) 2']);
  await set({ 'qbo.deletedSuffix': 'refuse' });
  expect(await retire()).toBe('6240');
});

it('18 qbo.batchCounts: a batch is one request', async () => {
  await start();
  await control(company.sandbox, 'clock', { rate: 0 });
  const items = Array.from({ length: 8 }, (_, index) => ({
    bId: String(index),
    Query: 'select * from Term',
  }));
  const post = async (): Promise<number> =>
    (await company.post('batch', { BatchItemRequest: items })).status;
  await control(company.sandbox, 'quota', { on: true });
  expect([await post(), await post(), await post()]).toEqual([200, 200, 200]);
  await set({ 'qbo.batchCounts': true });
  await control(company.sandbox, 'quota', { on: true });
  expect([await post(), await post(), await post()]).toEqual([200, 200, 429]);
});

it('19 qbo.customerRequired: a sale needs a customer', async () => {
  await start();
  expect(total(await sale({ CustomerRef: undefined }))).toBe('6560');
  await set({ 'qbo.customerRequired': false });
  expect(total(await sale({ CustomerRef: undefined }))).toBe(10);
});

it('20 qbo.negativeLines: a negative line passes while the total does', async () => {
  await start();
  const lines = { Line: [line(), line(-4)] };
  expect(total(await sale(lines))).toBe(6);
  await set({ 'qbo.negativeLines': false });
  expect(total(await sale(lines))).toBe('6000');
});

it('21 qbo.multiAdmin: tokens of an earlier consent live on', async () => {
  await start();
  const consent = async (): Promise<unknown> => {
    const query = new URLSearchParams({
      client_id: 'sandbox-client-id',
      response_type: 'code',
      redirect_uri: 'http://127.0.0.1:1/',
      state: 's',
    });
    const page = await send(`${company.sandbox.url}/connect/oauth2?${query.toString()}`, {
      redirect: 'manual',
    });
    const code = new URL(page.headers.get('location') ?? '').searchParams.get('code') ?? '';
    await send(`${company.sandbox.url}/oauth2/v1/tokens/bearer`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from('sandbox-client-id:sandbox-client-secret').toString('base64')}`,
      },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        redirect_uri: 'http://127.0.0.1:1/',
      }).toString(),
    });
    return (await company.get('preferences')).status;
  };
  expect(await consent()).toBe(200);
  await set({ 'qbo.multiAdmin': false });
  expect(await consent()).toBe(401);
});

it('22 qbo.queryEscape: a backslash stands before a quote', async () => {
  await start();
  await made(company, 'Customer', { DisplayName: "O'Brien" });
  const find = async (text: string): Promise<unknown> => {
    const answer = await company.query(`select * from Customer where DisplayName = '${text}'`);
    return codeOf(answer) ?? at(answer.body, 'QueryResponse.Customer.0.DisplayName');
  };
  expect([await find("O\\'Brien"), await find("O''Brien")]).toEqual(["O'Brien", '4000']);
  await set({ 'qbo.queryEscape': 'quote' });
  expect([await find("O\\'Brien"), await find("O''Brien")]).toEqual(['4000', "O'Brien"]);
});

it('23 qbo.itemEvents: a sale of goods changes the item', async () => {
  await start({ ...us, plan: 'Plus' });
  await control(company.sandbox, 'clock', { now: '2026-11-21T12:00:00Z', rate: 0 });
  const { Id } = await goods(company);
  const changedAfterSale = async (): Promise<boolean> => {
    const since = (await control(company.sandbox, 'clock', { advanceMs: 60_000 })) as {
      now: string;
    };
    await sale({ Line: [saleLine(String(Id), 8, 'NON', { Qty: 1 })] });
    const answer = await company.get(
      `cdc?entities=Item&changedSince=${encodeURIComponent(since.now)}`,
    );
    return at(answer.body, 'CDCResponse.0.QueryResponse.0.Item.0.Id') === Id;
  };
  expect(await changedAfterSale()).toBe(true);
  await set({ 'qbo.itemEvents': false });
  expect(await changedAfterSale()).toBe(false);
});

it('24 qbo.idSpace: every type of document counts for itself', async () => {
  await start();
  const ids = async (): Promise<unknown[]> => [
    (await made(company, 'SalesReceipt', form()))['Id'],
    (await made(company, 'Invoice', form()))['Id'],
  ];
  expect(await ids()).toEqual(['1', '1']);
  await set({ 'qbo.idSpace': 'shared' });
  expect(await ids()).toEqual(['2', '3']);
});

it('25 qbo.itemAccounts: a service needs no expense account', async () => {
  await start();
  const income = ref(accountId(company, 'Sales of Product Income'));
  const add = async (name: string): Promise<unknown> =>
    codeOf(await company.post('item', { Name: name, Type: 'Service', IncomeAccountRef: income }));
  expect(await add('a')).toBeUndefined();
  await set({ 'qbo.itemAccounts': true });
  expect(await add('b')).toBe('2020');
});

it('26 qbo.currencyDecimals: yen keep two decimals', async () => {
  await start({ ...us, preferences: { multiCurrency: true } });
  const yen = { CurrencyRef: ref('JPY'), ExchangeRate: 0.01, Line: [line(10.4)] };
  expect(total(await sale(yen))).toBe(10.4);
  await set({ 'qbo.currencyDecimals': 'natural' });
  expect(total(await sale(yen))).toBe(10);
});

it.each([
  ['resume', undefined],
  ['again', '6140'],
])('27 qbo.batchCut: %s', async (mode, expected) => {
  await start();
  await set({ 'qbo.batchCut': mode });
  const items = ['a', 'b'].map((bId) => ({
    bId,
    operation: 'create',
    SalesReceipt: form({ DocNumber: bId }),
  }));
  await control(company.sandbox, 'faults', [
    { match: { entity: 'batch' }, fault: 'batchCut', after: 1, times: 1 },
  ]);
  const post = (): Promise<Answer> =>
    company.post('batch?requestid=b', { BatchItemRequest: items });
  await expect(post()).rejects.toThrow();
  const first = listAt((await post()).body, 'BatchItemResponse').find(
    (one) => at(one, 'bId') === 'a',
  );
  expect(at(first, 'Fault.Error.0.code')).toBe(expected);
});

import { afterEach, describe, expect, it } from '@jest/globals';

import {
  at,
  control,
  journal,
  listAt,
  saleLine,
  send,
  startCompany,
  textAt,
  type Answer,
  type Company,
} from '../support';
import { codeOf, made, ref } from './company';

/** What the rows of quickbooks.md#behaviours say beyond the tests of each row. */
let company: Company;
afterEach(() => company.sandbox.close());

const fixture = { kind: 'usAutomated', fixture: 'accounting' };
const form = (extra: object = {}): object => ({
  CustomerRef: ref('301'),
  TxnDate: '2026-11-21',
  Line: [saleLine('11', 10, 'NON')],
  ...extra,
});
const receipt = (extra: object = {}): object => form({ DepositToAccountRef: ref('201'), ...extra });
const clock = (body: object): Promise<unknown> => control(company.sandbox, 'clock', body);
const batch = (items: object[]): Promise<Answer> =>
  company.post('batch', { BatchItemRequest: items });

it('Q1 a revoked consent refreshes nothing any more', async () => {
  company = await startCompany();
  const authorization = `Basic ${Buffer.from('sandbox-client-id:sandbox-client-secret').toString('base64')}`;
  const token = textAt(company.given, 'refreshToken');
  const revoke = (): Promise<Answer> =>
    send(`${company.sandbox.url}/v2/oauth2/tokens/revoke`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
  expect((await revoke()).status).toBe(200);
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: token,
  }).toString();
  const refreshed = await send(`${company.sandbox.url}/oauth2/v1/tokens/bearer`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
    body,
  });
  expect([refreshed.status, at(refreshed.body, 'error')]).toEqual([400, 'invalid_grant']);
});

it('Q4 a requestid belongs to one company, and is forgotten after its time', async () => {
  company = await startCompany(fixture, { 'qbo.accessTokenLife': 1e12 });
  const other = await control(company.sandbox, 'reset', {
    keep: true,
    realms: [{ realmId: '2', ...fixture }],
  });
  const post = (name: string): Promise<Answer> =>
    company.post('customer?requestid=r1', { DisplayName: name });
  await post('One');
  const headers = {
    authorization: `Bearer ${textAt(other, 'realms.0.accessToken')}`,
    'content-type': 'application/json',
  };
  const foreign = await send(`${company.sandbox.url}/v3/company/2/customer?requestid=r1`, {
    method: 'POST',
    headers,
    body: '{"DisplayName":"Two"}',
  });
  expect(at(foreign.body, 'Customer.DisplayName')).toBe('Two');
  await clock({ advanceMs: 23 * 3_600_000 });
  expect(at((await post('Three')).body, 'Customer.DisplayName')).toBe('One');
  await clock({ advanceMs: 2 * 3_600_000 });
  expect(at((await post('Four')).body, 'Customer.DisplayName')).toBe('Four');
});

describe('Q8 query', () => {
  it('names are active only, pages begin at 1 and hold 1000, times have zones', async () => {
    company = await startCompany(fixture);
    await clock({ now: '2026-06-01T10:00:00Z', rate: 0 });
    const { Id } = await made(company, 'Customer', { DisplayName: 'Gone' });
    await made(company, 'Customer', { Id, SyncToken: '0', sparse: true, Active: false });
    const found = async (rest: string): Promise<unknown> => {
      const answer = await company.query(
        `select * from Customer where DisplayName LIKE 'Gone%' ${rest}`,
      );
      return codeOf(answer) ?? at(answer.body, 'QueryResponse.maxResults') ?? 0;
    };
    const both = 'and Active IN (true,false)';
    expect([await found(''), await found('and Active = false'), await found(both)]).toEqual([
      0, 1, 1,
    ]);
    expect(await found(`${both} startposition 1 maxresults 1000`)).toBe(1);
    expect(await found(`${both} startposition 2`)).toBe(0);
    expect(await found(`${both} maxresults 1001`)).toBe('4001');
    const since = (time: string): Promise<unknown> =>
      found(`${both} and MetaData.LastUpdatedTime > '${time}'`);
    expect(await since('2026-06-01T02:59:58-07:00')).toBe(1);
    expect(await since('2026-06-01T03:00:01-07:00')).toBe(0);
    expect(await since('2026-06-01T10:30:00+01:00')).toBe(1);
    expect(await since('2026-06-01T11:30:00+01:00')).toBe(0);
  });

  it(
    'a name is no field of another entity, and an entity in another case is ' +
      'none when that is set',
    async () => {
      company = await startCompany(fixture, { 'qbo.queryNames': 'exact' });
      const statements = [
        'select * from customer',
        'select * from CUSTOMER',
        "select * from Item where DisplayName = 'x'",
        "select * from Customer where Notes = 'x'",
      ];
      for (const statement of statements)
        expect(codeOf(await company.query(statement))).toBe('4001');
      expect((await company.query('SELECT * FROM Customer')).status).toBe(200);
    },
  );
});

it('Q9 a name holds no colon, tab or line; lists of things have names of their own', async () => {
  company = await startCompany(fixture);
  for (const sign of [':', '\t', '\n']) {
    expect(codeOf(await company.post('customer', { DisplayName: `a${sign}b` }))).toBe('2040');
  }
  await made(company, 'Customer', { DisplayName: 'Shared' });
  for (const path of ['customer', 'vendor']) {
    expect(codeOf(await company.post(path, { DisplayName: 'shARED' }))).toBe('6240');
  }
  await made(company, 'Class', { Name: 'Shared' });
});

it.each(['SalesReceipt', 'Invoice', 'CreditMemo', 'RefundReceipt'])(
  'Q14 a %s may be 0 and not less',
  async (type) => {
    company = await startCompany(fixture);
    const lines = (minus: number): object =>
      receipt({ Line: [saleLine('11', 10, 'NON'), saleLine('12', minus, 'NON')] });
    expect(await made(company, type, lines(-10))).toMatchObject({ TotalAmt: 0 });
    expect(codeOf(await company.post(type.toLowerCase(), lines(-10.01)))).toBe('6000');
  },
);

it('Q19 a company over its limit holds up no other', async () => {
  company = await startCompany(fixture);
  const other = await control(company.sandbox, 'reset', { keep: true, realms: [{ realmId: '2' }] });
  await control(company.sandbox, 'quota', { on: true });
  await clock({ rate: 0 });
  for (let call = 0; call < 10; call += 1) await company.get('preferences');
  expect((await company.get('preferences')).status).toBe(429);
  const headers = { authorization: `Bearer ${textAt(other, 'realms.0.accessToken')}` };
  const free = await send(`${company.sandbox.url}/v3/company/2/preferences`, { headers });
  expect(free.status).toBe(200);
});

it(
  'Q20 a batch runs one after another: a number taken before is taken, and a ' + 'fault stops none',
  async () => {
    company = await startCompany(fixture);
    const items = [
      { bId: 'a', operation: 'create', SalesReceipt: receipt({ DocNumber: 'N' }) },
      { bId: 'b', operation: 'create', SalesReceipt: receipt({ DocNumber: 'N' }) },
      { bId: 'c', operation: 'create', SalesReceipt: receipt({ DocNumber: 'M' }) },
    ];
    const by = new Map(
      listAt((await batch(items)).body, 'BatchItemResponse').map((one) => [at(one, 'bId'), one]),
    );
    expect(at(by.get('b'), 'Fault.Error.0.code')).toBe('6140');
    expect([at(by.get('a'), 'SalesReceipt.Id'), at(by.get('c'), 'SalesReceipt.Id')]).toEqual([
      '1',
      '2',
    ]);
  },
);

it('Q22 the same seed and the same calls give the same run; another seed another one', async () => {
  const run = async (seed: number): Promise<unknown> => {
    company = await startCompany(fixture, { seed });
    await control(company.sandbox, 'faults', [
      { match: { write: true }, fault: 'status:503', probability: 0.5 },
    ]);
    for (let call = 0; call < 12; call += 1) await company.post('salesreceipt', receipt());
    await control(company.sandbox, 'faults', undefined, 'DELETE');
    const items = Array.from({ length: 12 }, (_, index) => ({
      bId: `b${index}`,
      operation: 'create',
      SalesReceipt: receipt(),
    }));
    const order = listAt((await batch(items)).body, 'BatchItemResponse').map((one) =>
      at(one, 'bId'),
    );
    const faults = (await journal(company.sandbox)).map((one) => at(one, 'fault'));
    return { order, faults };
  };
  const first = await run(7);
  await company.sandbox.close();
  const second = await run(7);
  await company.sandbox.close();
  expect(second).toEqual(first);
  expect(await run(8)).not.toEqual(first);
});

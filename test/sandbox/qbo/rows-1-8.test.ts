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
import { accountId, codeOf, detailOf, made, ref } from './company';

/** Rows Q1 to Q8 of quickbooks.md#behaviours. */
let company: Company;
afterEach(() => company.sandbox.close());

const fixture = { country: 'US', fixture: 'accounting' };
const receipt = (extra: object = {}): object => ({
  CustomerRef: ref('301'),
  TxnDate: '2026-11-21',
  DepositToAccountRef: ref('201'),
  Line: [saleLine('11', 10, 'NON')],
  ...extra,
});

describe('Q1 OAuth', () => {
  const basic = `Basic ${Buffer.from('sandbox-client-id:sandbox-client-secret').toString('base64')}`;
  const token = (form: Record<string, string>, headers: object = {}): Promise<Answer> =>
    send(`${company.sandbox.url}/oauth2/v1/tokens/bearer`, {
      method: 'POST',
      headers: {
        authorization: basic,
        'content-type': 'application/x-www-form-urlencoded',
        ...headers,
      },
      body: new URLSearchParams(form).toString(),
    });
  const refresh = (value: string, headers: object = {}): Promise<Answer> =>
    token({ grant_type: 'refresh_token', refresh_token: value }, headers);

  it('tells the rolling 100 days, and the hard 5 years when asked', async () => {
    company = await startCompany();
    const value = textAt(company.given, 'refreshToken');
    const plain = await refresh(value);
    expect(plain.body).toMatchObject({
      token_type: 'bearer',
      expires_in: 3600,
      x_refresh_token_expires_in: 8_726_400,
    });
    expect(at(plain.body, 'x_refresh_token_hard_expires_in')).toBeUndefined();
    const asked = await refresh(value, { 'x-include-refresh-token-hard-expires-in': 'true' });
    expect(Number(at(asked.body, 'x_refresh_token_hard_expires_in'))).toBeGreaterThan(157_000_000);
  });

  it(
    'lets a refresh value die 100 days after its last use, and 5 years after ' + 'the consent',
    async () => {
      company = await startCompany({}, { 'qbo.refreshRotation': 1e15 });
      const value = textAt(company.given, 'refreshToken');
      const days = (count: number): Promise<unknown> =>
        control(company.sandbox, 'clock', { advanceMs: count * 24 * 3_600_000 });
      for (let use = 0; use < 18; use += 1) {
        await days(99);
        expect((await refresh(value)).status).toBe(200);
      }
      await days(60); // 1842 days: the last use is fresh, the consent is too old
      expect((await refresh(value)).status).toBe(400);
      await control(company.sandbox, 'reset', {
        realms: [{ realmId: company.realmId }],
        settings: {},
      });
      const answer = await control(company.sandbox, 'reset', { realms: [{ realmId: '5' }] });
      await days(101);
      expect(at((await refresh(textAt(answer, 'realms.0.refreshToken'))).body, 'error')).toBe(
        'invalid_grant',
      );
    },
  );

  it('lets two refreshes at the same time both win', async () => {
    company = await startCompany();
    await control(company.sandbox, 'clock', { advanceMs: 25 * 3_600_000 });
    const value = textAt(company.given, 'refreshToken');
    const [one, two] = await Promise.all([refresh(value), refresh(value)]);
    expect([one.status, two.status]).toEqual([200, 200]);
    for (const answer of [one, two]) {
      const path = `${company.sandbox.url}/v3/company/${company.realmId}/preferences`;
      const bearer = `Bearer ${textAt(answer.body, 'access_token')}`;
      expect((await send(path, { headers: { authorization: bearer } })).status).toBe(200);
    }
  });
});

describe('Q2 fault shapes', () => {
  it('answers in all three shapes, and every answer has an intuit_tid', async () => {
    company = await startCompany();
    const normal = await company.post('customer', {});
    expect(normal.body).toEqual({
      Fault: {
        Error: [
          { Message: expect.any(String), Detail: expect.any(String), code: '6080', element: '' },
        ],
        type: 'ValidationFault',
      },
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*-08:00$/),
    });
    const gateway = await send(`${company.sandbox.url}/v3/company/${company.realmId}/preferences`);
    expect(gateway.body).toMatchObject({
      warnings: null,
      fault: {
        type: 'AUTHENTICATION',
        error: [
          {
            code: '3200',
            message: 'message=AuthenticationFailed; errorCode=003200; statusCode=401',
            detail: 'Malformed bearer token: too short or too long',
            element: null,
          },
        ],
      },
      time: expect.any(Number),
    });
    await control(company.sandbox, 'faults', [
      { fault: 'throttleXml', times: 1 },
      { fault: 'status:502', times: 1 },
      { fault: 'status:504', times: 1 },
      { fault: 'fault200', times: 1 },
    ]);
    const xml = await company.get('preferences');
    expect(xml.text).toContain('<Fault type="SERVICE"><Error code="3001">');
    const pages = [await company.get('preferences'), await company.get('preferences')];
    expect(pages.map(({ status, text }) => [status, text.slice(0, 6)])).toEqual([
      [502, '<html>'],
      [504, '<html>'],
    ]);
    const ok = await company.get('preferences');
    expect([ok.status, at(ok.body, 'Fault.Error.0.code')]).toEqual([200, '6000']);
    const all = [normal, gateway, xml, ...pages, ok];
    expect(all.map(({ headers }) => headers.get('intuit_tid') === null)).not.toContain(true);
  });
});

it('Q3 twins: the number 5010 has two meanings, and 6210 too', async () => {
  company = await startCompany(fixture, { 'qbo.closedCode': 5010, 'qbo.dupCode': 6210 });
  const sale = await made(company, 'SalesReceipt', receipt({ DocNumber: 'D-1' }));
  const stale = await company.post('salesreceipt', {
    ...receipt(),
    Id: sale['Id'],
    SyncToken: '7',
  });
  const twice = await company.post('salesreceipt', receipt({ DocNumber: 'D-1' }));
  await control(company.sandbox, 'act', {
    as: 'accountant',
    do: 'closeBooks',
    realmId: company.realmId,
    date: '2026-11-30',
  });
  const closed = await company.post('salesreceipt', receipt());
  const message = (answer: Answer): unknown => at(answer.body, 'Fault.Error.0.Message');
  expect([stale, twice, closed].map((one) => [codeOf(one), message(one)])).toEqual([
    ['5010', 'Stale Object Error'],
    ['6210', 'Duplicate Document Number Error'],
    ['5010', 'Account Period Closed'],
  ]);
});

it.each([
  ['create', ''],
  ['update', '&operation=update'],
  ['void', '&operation=update&include=void'],
  ['delete', '&operation=delete'],
])('Q4 a %s that was committed before the drop is answered from memory', async (name, query) => {
  company = await startCompany(fixture);
  const sale = await made(company, 'SalesReceipt', receipt());
  const body = name === 'create' ? receipt() : { ...receipt(), Id: sale['Id'], SyncToken: '0' };
  await control(company.sandbox, 'faults', [
    { match: { write: true }, fault: 'resetAfterCommit', times: 1 },
  ]);
  await expect(company.post(`salesreceipt?requestid=r1${query}`, body)).rejects.toThrow();
  const count = async (): Promise<unknown> =>
    at((await company.query('select count(*) from SalesReceipt')).body, 'QueryResponse.totalCount');
  const before = await count();
  const again = await company.post(`salesreceipt?requestid=r1${query}`, body);
  expect([again.status, codeOf(again), await count()]).toEqual([200, undefined, before]);
  expect(
    at(
      (await journal(company.sandbox)).findLast((one) => at(one, 'isWrite') === true),
      'isReplay',
    ),
  ).toBe(true);
});

it('Q5 another body under the same requestid is not executed', async () => {
  company = await startCompany(fixture);
  const first = await company.post('salesreceipt?requestid=r1', receipt({ DocNumber: 'A' }));
  const other = await company.post('salesreceipt?requestid=r1', receipt({ DocNumber: 'B' }));
  expect(other.text).toBe(first.text);
  const found = await company.query("select * from SalesReceipt where DocNumber = 'B'");
  expect(at(found.body, 'QueryResponse')).toEqual({});
});

it(
  'Q6 the vendor itself raises the SyncToken: a payment on an invoice, an edit ' +
    'by the accountant',
  async () => {
    company = await startCompany(fixture);
    const form = receipt({ DepositToAccountRef: undefined });
    const invoice = await made(company, 'Invoice', form);
    const id = String(invoice['Id']);
    await made(company, 'Payment', {
      CustomerRef: ref('301'),
      TotalAmt: 4,
      Line: [{ Amount: 4, LinkedTxn: [{ TxnId: id, TxnType: 'Invoice' }] }],
    });
    const paid = await company.get(`invoice/${id}`);
    expect(at(paid.body, 'Invoice')).toMatchObject({
      SyncToken: '1',
      Balance: 6,
      LinkedTxn: [{ TxnId: '1', TxnType: 'Payment' }],
    });
    await control(company.sandbox, 'act', {
      as: 'accountant',
      do: 'edit',
      realmId: company.realmId,
      entity: 'Invoice',
      id,
      set: { PrivateNote: 'checked' },
    });
    const stale = await company.post('invoice', { ...form, Id: id, SyncToken: '1' });
    expect([codeOf(stale), detailOf(stale)]).toEqual([
      '5010',
      expect.stringMatching(/^Stale Object Error : You and API API/),
    ]);
  },
);

describe('Q7 updates', () => {
  it(
    'sparse keeps what is not sent, full blanks it; read-only and unknown ' + 'fields are ignored',
    async () => {
      company = await startCompany(fixture);
      const customer = await made(company, 'Customer', {
        DisplayName: 'A',
        Notes: 'n',
        CompanyName: 'c',
        Suffix: '',
      });
      expect(customer).not.toHaveProperty('Suffix');
      const { Id } = customer;
      const sparse = await made(company, 'Customer', {
        Id,
        SyncToken: '0',
        sparse: true,
        GivenName: 'G',
        Balance: 99,
        Nonsense: 1,
      });
      expect(sparse).toMatchObject({ DisplayName: 'A', Notes: 'n', GivenName: 'G', Balance: 0 });
      expect(sparse).not.toHaveProperty('Nonsense');
      const full = await made(company, 'Customer', {
        Id,
        SyncToken: '1',
        DisplayName: 'A',
        CompanyName: 'c',
      });
      expect(full).toMatchObject({ DisplayName: 'A', CompanyName: 'c' });
      expect(full).not.toHaveProperty('Notes');
      expect(full).not.toHaveProperty('GivenName');
    },
  );

  it(
    'a sent Line array replaces all lines, also in sparse mode; a line with ' + 'its Id keeps it',
    async () => {
      company = await startCompany(fixture);
      const sale = await made(
        company,
        'SalesReceipt',
        receipt({ Line: [saleLine('11', 1, 'NON'), saleLine('12', 2, 'NON')] }),
      );
      const kept = { ...saleLine('12', 5, 'NON'), Id: '2' };
      const changed = await made(company, 'SalesReceipt', {
        Id: sale['Id'],
        SyncToken: '0',
        sparse: true,
        Line: [kept, saleLine('31', 3, 'NON')],
      });
      expect(listAt(changed, 'Line').map((line) => [at(line, 'Id'), at(line, 'Amount')])).toEqual([
        ['2', 5],
        ['3', 3],
        [undefined, 8],
      ]);
      expect(changed).toMatchObject({ TotalAmt: 8, CustomerRef: { value: '301' } });
    },
  );
});

describe('Q8 query', () => {
  it('finds by date and amount, needs exact entity names, and knows no OR', async () => {
    company = await startCompany(fixture);
    for (const day of ['01', '02', '03'])
      await made(company, 'SalesReceipt', receipt({ TxnDate: `2026-11-${day}`, DocNumber: day }));
    const numbers = async (where: string): Promise<unknown[]> => {
      const answer = await company.query(`select * from SalesReceipt where ${where}`);
      const rows = at(answer.body, 'QueryResponse.SalesReceipt');
      return Array.isArray(rows) ? rows.map((row) => at(row, 'DocNumber')) : [codeOf(answer)];
    };
    expect(await numbers("TxnDate >= '2026-11-02'")).toEqual(['02', '03']);
    expect(await numbers("TxnDate > '2026-11-01' and TxnDate < '2026-11-03'")).toEqual(['02']);
    expect(await numbers("TxnDate = '2026-11-03' and TotalAmt = '10'")).toEqual(['03']);
    expect(await numbers("DocNumber LIKE '0%' orderby TxnDate desc maxresults 1")).toEqual(['03']);
    expect(await numbers("TxnDate = '2026-11-01' or TxnDate = '2026-11-02'")).toEqual(['4000']);
    expect(await numbers("PrivateNote = 'x'")).toEqual(['4001']);
    await control(company.sandbox, 'settings', { 'qbo.queryNames': 'exact' });
    expect(codeOf(await company.query('select * from salesReceipt'))).toBe('4001');
    expect(codeOf(await company.query("select * from Payment where DocNumber = '1'"))).toBe('4001');
  });

  it('compares balances that are computed', async () => {
    company = await startCompany(fixture);
    await made(company, 'SalesReceipt', receipt());
    const clearing = await company.query("select * from Account where CurrentBalance = '10'");
    expect(at(clearing.body, 'QueryResponse.Account.0.Id')).toBe(
      accountId(company, 'Card clearing'),
    );
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

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

const code = (answer: Answer): unknown => at(answer.body, 'Fault.Error.0.code');

describe('Q8 query', () => {
  let company: Company;
  beforeAll(async () => {
    company = await startCompany({ country: 'GB', fixture: 'accounting' });
    for (const name of ["O'Brien", 'Ann', 'Ben', 'back\\slash']) {
      await company.post('customer', { DisplayName: name });
    }
    const ben = await company.query("select Id from Customer where DisplayName = 'Ben'");
    const id = at(ben.body, 'QueryResponse.Customer.0.Id');
    await company.post('customer', { Id: id, SyncToken: '0', sparse: true, Active: false });
  });
  afterAll(() => company.sandbox.close());

  const names = async (where: string): Promise<unknown[]> => {
    const answer = await company.query(`SELECT * FROM Customer ${where}`);
    const rows = at(answer.body, 'QueryResponse.Customer');
    return Array.isArray(rows) ? rows.map((row) => at(row, 'DisplayName')) : [];
  };

  it.each<[string, string[]]>([
    ["WHERE DisplayName = 'O\\'Brien'", ["O'Brien"]],
    ["WHERE DisplayName = 'back\\\\slash'", ['back\\slash']],
    ["WHERE DisplayName IN ('ann','O\\'Brien')", ['Ann', "O'Brien"]],
    ["WHERE DisplayName LIKE 'A%'", ['Ann']],
    ["WHERE DisplayName = 'Ben (deleted)'", []],
    ["WHERE DisplayName IN ('Ben','Ben (deleted)') AND Active IN (true,false)", ['Ben (deleted)']],
    ["WHERE Id > '301' ORDERBY Id DESC STARTPOSITION 2 MAXRESULTS 2", ['Ann', "O'Brien"]],
    ["WHERE Id IN ('301', '304') AND DisplayName = 'Nobody'", []],
  ])('%s', async (where, expected) => {
    expect(await names(where)).toEqual(expected);
  });

  it('counts, and answers nothing found with an empty response', async () => {
    const count = await company.query('select count(*) from Customer');
    expect(at(count.body, 'QueryResponse')).toEqual({ totalCount: 6 });
    const none = await company.query("select * from Item where Sku = 'no'");
    expect(at(none.body, 'QueryResponse')).toEqual({});
    const found = await company.query("select * from Item where Sku = 'MUG'");
    expect(at(found.body, 'QueryResponse')).toMatchObject({ startPosition: 1, maxResults: 1 });
  });

  it('compares times as instants', async () => {
    expect(await names("WHERE MetaData.LastUpdatedTime > '2020-01-01T00:00:00+05:00'")).not.toEqual(
      [],
    );
    expect(await names("WHERE MetaData.LastUpdatedTime > '2099-01-01T00:00:00Z'")).toEqual([]);
  });

  it.each([
    ["select * from SalesReceipt where PrivateNote = 'x'", '4001'],
    ['select * from Customer STARTPOSITION 0', '4001'],
    ['select * from Customer MAXRESULTS 1001', '4001'],
    ["select * from Customer where Id = '1' or Id = '2'", '4000'],
    ["select * from Customer where DisplayName = 'O'Brien'", '4000'],
  ])('refuses %s', async (statement, expected) => {
    const answer = await company.query(statement);
    expect([answer.status, code(answer)]).toEqual([400, expected]);
  });

  it('shows company and preferences', async () => {
    const info = await company.get(`companyinfo/${company.realmId}`);
    expect(at(info.body, 'CompanyInfo.Country')).toBe('GB');
    const preferences = await company.get('preferences');
    expect(at(preferences.body, 'Preferences.SalesFormsPrefs.CustomTxnNumbers')).toBe(true);
  });
});

describe('Q4 requestid', () => {
  let company: Company;
  beforeEach(async () => {
    company = await startCompany();
  });
  afterEachClose(() => company);

  it('replays the first answer, also for another body, and executes nothing', async () => {
    const first = await company.post('customer?requestid=r1', { DisplayName: 'One' });
    const again = await company.post('customer?requestid=r1', { DisplayName: 'Two' });
    expect(again.text).toBe(first.text);
    const count = await company.query('select count(*) from Customer');
    expect(at(count.body, 'QueryResponse.totalCount')).toBe(1);
  });

  it('replays refusals by default', async () => {
    const bad = await company.post('customer?requestid=r1', { DisplayName: 'a:b' });
    const again = await company.post('customer?requestid=r1', { DisplayName: 'good' });
    expect([again.status, again.text]).toEqual([400, bad.text]);
    await control(company.sandbox, 'settings', { 'qbo.replayErrors': false });
    await company.post('customer?requestid=r2', { DisplayName: 'a:b' });
    expect((await company.post('customer?requestid=r2', { DisplayName: 'good' })).status).toBe(200);
  });

  it('is forgotten after its retention', async () => {
    await company.post('customer?requestid=r1', { DisplayName: 'One' });
    await control(company.sandbox, 'clock', { advanceMs: 25 * 3_600_000 });
    await control(company.sandbox, 'settings', { 'qbo.accessTokenLife': 1e12 });
    const answer = await company.post('customer?requestid=r1', { DisplayName: 'Two' });
    expect(answer.status).toBe(401); // the token is older than an hour too
  });

  it('has at most 50 characters, 36 for a batch', async () => {
    const long = await company.post(`customer?requestid=${'x'.repeat(51)}`, { DisplayName: 'A' });
    const batch = await company.post(`batch?requestid=${'x'.repeat(37)}`, { BatchItemRequest: [] });
    expect([code(long), code(batch)]).toEqual(['2050', '2050']);
  });

  it('replays a whole batch', async () => {
    const item = { bId: '1', operation: 'create', Customer: { DisplayName: 'B' } };
    const first = await company.post('batch?requestid=b1', { BatchItemRequest: [item] });
    const again = await company.post('batch?requestid=b1', { BatchItemRequest: [item] });
    expect(again.text).toBe(first.text);
  });
});

describe('Q20 batch', () => {
  let company: Company;
  beforeEach(async () => {
    company = await startCompany({ country: 'US', fixture: 'accounting' });
  });
  afterEachClose(() => company);

  const create = (bId: string, name: string): object => ({
    bId,
    operation: 'create',
    Customer: { DisplayName: name },
  });

  it('answers by bId in any order, each operation with its own fault', async () => {
    const items = Array.from({ length: 20 }, (_, i) => create(`b${i}`, i === 7 ? 'a:b' : `C${i}`));
    const answer = await company.post('batch', { BatchItemRequest: items });
    const order = listAt(answer.body, 'BatchItemResponse').map((one) => at(one, 'bId'));
    expect(order).not.toEqual(items.map((one) => at(one, 'bId')));
    expect(new Set(order).size).toBe(20);
    const faulty = listAt(answer.body, 'BatchItemResponse').filter((one) => at(one, 'Fault'));
    expect(faulty).toHaveLength(1);
    expect(at(faulty[0], 'bId')).toBe('b7');
  });

  it('does not see what it made before', async () => {
    const sale = {
      CustomerRef: { value: '304' },
      DepositToAccountRef: { value: '201' },
      Line: [saleLine('11', 1, 'NON')],
    };
    const answer = await company.post('batch', {
      BatchItemRequest: [
        create('1', 'New'),
        { bId: '2', operation: 'create', SalesReceipt: sale },
        { bId: '3', Query: "select * from Customer where DisplayName = 'New'" },
      ],
    });
    const by = new Map(
      listAt(answer.body, 'BatchItemResponse').map((one) => [at(one, 'bId'), one]),
    );
    expect(at(by.get('1'), 'Customer.Id')).toBe('304');
    expect(at(by.get('2'), 'Fault.Error.0.code')).toBe('2500');
    expect(at(by.get('3'), 'QueryResponse')).toEqual({});
    expect((await company.post('salesreceipt', sale)).status).toBe(200);
  });

  it('takes 30 operations and bIds of 10 characters', async () => {
    const many = Array.from({ length: 31 }, (_, i) => create(`b${i}`, `C${i}`));
    expect(code(await company.post('batch', { BatchItemRequest: many }))).toBe('1040');
    const long = await company.post('batch', { BatchItemRequest: [create('x'.repeat(11), 'A')] });
    expect(code(long)).toBe('2050');
  });
});

describe('Q1 tokens', () => {
  let company: Company;
  beforeEach(async () => {
    company = await startCompany();
  });
  afterEachClose(() => company);

  const token = (form: Record<string, string>, secret = 'sandbox-client-secret'): Promise<Answer> =>
    send(`${company.sandbox.url}/oauth2/v1/tokens/bearer`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`sandbox-client-id:${secret}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams(form).toString(),
    });
  const read = (bearer: string): Promise<Answer> =>
    send(`${company.sandbox.url}/v3/company/${company.realmId}/preferences`, {
      headers: { authorization: `Bearer ${bearer}` },
    });

  it('are asked for in the lower-case shape, and end after an hour', async () => {
    const none = await send(`${company.sandbox.url}/v3/company/${company.realmId}/preferences`);
    expect([none.status, at(none.body, 'fault.error.0.code')]).toEqual([401, '3200']);
    expect(none.headers.get('intuit_tid')).toBeTruthy();
    const bearer = textAt(company.given, 'accessToken');
    expect((await read(bearer)).status).toBe(200);
    await control(company.sandbox, 'clock', { advanceMs: 3_600_001 });
    expect((await read(bearer)).status).toBe(401);
  });

  it('refresh: the value rotates daily, the old one has a grace time', async () => {
    const old = textAt(company.given, 'refreshToken');
    const form = { grant_type: 'refresh_token', refresh_token: old };
    expect(at((await token(form)).body, 'refresh_token')).toBe(old);
    await control(company.sandbox, 'clock', { advanceMs: 25 * 3_600_000 });
    const rotated = await token(form);
    expect(at(rotated.body, 'refresh_token')).not.toBe(old);
    expect((await read(textAt(rotated.body, 'access_token'))).status).toBe(200);
    expect((await token(form)).status).toBe(200);
    await control(company.sandbox, 'clock', { advanceMs: 2 * 3_600_000 });
    const dead = await token(form);
    expect([dead.status, dead.body]).toEqual([
      400,
      { error: 'invalid_grant', error_description: 'Incorrect or invalid refresh token' },
    ]);
    expect((await token(form, 'wrong')).status).toBe(401);
  });

  it('consent redirects at once with code, state and realmId; a code works once', async () => {
    const redirectUri = 'http://127.0.0.1:1/back';
    const query = new URLSearchParams({
      client_id: 'sandbox-client-id',
      response_type: 'code',
      redirect_uri: redirectUri,
      state: 's1',
      scope: 'x',
    });
    const consent = await send(`${company.sandbox.url}/connect/oauth2?${query.toString()}`, {
      redirect: 'manual',
    });
    const target = new URL(consent.headers.get('location') ?? '');
    expect([target.searchParams.get('state'), target.searchParams.get('realmId')]).toEqual([
      's1',
      company.realmId,
    ]);
    const code = target.searchParams.get('code') ?? '';
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri };
    expect((await token(form)).status).toBe(200);
    expect((await token(form)).status).toBe(400);
  });

  it('of another company and revoked ones are refused', async () => {
    const other = await control(company.sandbox, 'reset', {
      keep: true,
      realms: [{ realmId: '2' }],
    });
    expect((await read(textAt(other, 'realms.0.accessToken'))).status).toBe(403);
    await send(`${company.sandbox.url}/v2/oauth2/tokens/revoke`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from('sandbox-client-id:sandbox-client-secret').toString('base64')}`,
      },
      body: JSON.stringify({ token: textAt(company.given, 'refreshToken') }),
    });
    expect((await read(textAt(company.given, 'accessToken'))).status).toBe(401);
  });
});

describe('Q19 quota', () => {
  let company: Company;
  beforeEach(async () => {
    company = await startCompany({}, { 'qbo.accessTokenLife': 1e12 });
    await control(company.sandbox, 'quota', { on: true });
    await control(company.sandbox, 'clock', { rate: 0 });
  });
  afterEachClose(() => company);

  const tick = (ms: number): Promise<unknown> =>
    control(company.sandbox, 'clock', { advanceMs: ms });

  it('lets 10 calls a second through a moving window, then answers XML', async () => {
    for (let call = 0; call < 10; call += 1) {
      expect((await company.get('preferences')).status).toBe(200);
      await tick(50);
    }
    const refused = await company.get('preferences');
    expect([refused.status, refused.headers.get('content-type')]).toEqual([
      429,
      'application/xml;charset=UTF-8',
    ]);
    expect(refused.text).toContain('The request limit was reached.  Try again later');
    await tick(500); // the first call is a second old now, the second is not
    expect((await company.get('preferences')).status).toBe(200);
    expect((await company.get('preferences')).status).toBe(429);
  });

  it('lets 40 batches through in a minute', async () => {
    for (let call = 0; call < 40; call += 1) {
      await tick(200);
      expect((await company.post('batch', { BatchItemRequest: [] })).status).toBe(200);
    }
    expect((await company.post('batch', { BatchItemRequest: [] })).status).toBe(429);
    await tick(53_000);
    expect((await company.post('batch', { BatchItemRequest: [] })).status).toBe(200);
  });
});

/** Closes the company of a describe block after each test. */
function afterEachClose(company: () => Company): void {
  afterEach(() => company().sandbox.close());
}

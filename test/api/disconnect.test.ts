import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { type z } from 'zod';

import { saveCredentials } from '../../database/connections';
import { startQboSandbox } from '../../sandbox/qbo/start';
import type { RunningSandbox } from '../../sandbox/server/server';
import {
  callAs,
  nowhere,
  startTestApi,
  tenantNumber,
  type ApiTenant,
  type Called,
  type TestApi,
} from '../support/api';
import { control, resetRealms } from '../support/sandbox-control';

// A system is disconnected: nothing opens it any more, and what belongs to the account stays.

let qbo: RunningSandbox;
let api: TestApi;
let company: z.infer<typeof resetRealms>['realms'][number];
let tenant: ApiTenant;

const store = { url: 'http://127.0.0.1:9/shop', consumerKey: 'ck_1', consumerSecret: 'cs_2' };

function apiWith(oauthUrl: string): Promise<TestApi> {
  const { clientId, clientSecret } = company;
  return startTestApi({
    temporalAddress: nowhere,
    variables: {
      QBO_OAUTH_URL: oauthUrl,
      QBO_CLIENT_ID: clientId,
      QBO_CLIENT_SECRET: clientSecret,
    },
  });
}

beforeAll(async () => {
  qbo = await startQboSandbox();
  await consent();
  api = await apiWith(qbo.url);
});
afterAll(() => Promise.all([api.stop(), qbo.close()]));
beforeEach(async () => {
  await consent();
  tenant = await api.createTenant();
});

/** Fresh tokens for the company. */
async function consent(): Promise<void> {
  const reset = await control(qbo, 'reset', { realms: [{ realmId: '4711' }] });
  const [first] = resetRealms.parse(reset).realms;
  if (first === undefined) throw new Error('the sandbox gave no company');
  company = first;
}

const as = (
  method: string,
  path: string,
  body?: object,
  on = api,
  owner = tenant,
): Promise<Called> => callAs(on, owner, 'admin')(method, path, body);

function connect(realmId = '4711', on = api, owner = tenant): Promise<Called> {
  const { accessToken, refreshToken } = company;
  const body = { realmId, accessToken, refreshToken, confirmShared: true };
  return as('PUT', '/connections/qbo', body, on, owner);
}

async function statusAtVendor(): Promise<number> {
  const answer = await fetch(`${qbo.url}/v3/company/4711/companyinfo/4711?minorversion=75`, {
    headers: { authorization: `Bearer ${company.accessToken}`, accept: 'application/json' },
  });
  return answer.status;
}

/** As if a product had been sent to the company. */
async function letSend(): Promise<void> {
  await api.database.pool.query(
    `INSERT INTO deliveries (tenant, system, kind, record_id, state, remote_id, desired_rev,
       desired_op)
     VALUES ($1, 'qbo', 'product', 'p', 'delivered', '7', 1, 'present')`,
    [await tenantNumber(api, tenant)],
  );
}

it('takes the consent back and forgets the credentials, once', async () => {
  await connect();
  expect(await statusAtVendor()).toBe(200);
  expect(await as('DELETE', '/connections/qbo')).toMatchObject({
    status: 200,
    body: { system: 'qbo', isRevoked: true },
  });
  expect(await statusAtVendor()).toBe(401);
  expect((await as('GET', '/connections')).body).toMatchObject({ items: [] });
  expect((await as('DELETE', '/connections/qbo')).status).toBe(404);
  const { rows } = await api.database.pool.query<{ text: string }>(
    `SELECT (SELECT string_agg(c::text, '') FROM connections c WHERE tenant = $1) AS text`,
    [await tenantNumber(api, tenant)],
  );
  expect(rows).toEqual([{ text: null }]);
  expect((await as('GET', '/audit?limit=1')).body).toMatchObject({
    items: [{ action: 'connection.delete', subject: 'qbo', detail: { account: '4711' } }],
  });
});

it('after a consent that was taken back at the vendor', async () => {
  await connect();
  await consent();
  expect(await as('DELETE', '/connections/qbo')).toMatchObject({
    status: 200,
    body: { isRevoked: true, detail: expect.stringContaining('already') },
  });
});

it.each([
  ['the vendor is away', [{ fault: 'resetBeforeCommit', match: { path: 'revoke' } }], 'POST'],
  ['the vendor fails', [{ fault: 'status:500', match: { path: 'revoke' } }], 'HTTP 500'],
])('%s: it is disconnected, and what is left to do is said', async (_what, faults, text) => {
  await connect();
  await control(qbo, 'faults', faults);
  expect(await as('DELETE', '/connections/qbo')).toMatchObject({
    status: 200,
    body: {
      isRevoked: false,
      detail: expect.stringMatching(new RegExp(`${text}.*Disconnect truth-sync in QuickBooks`)),
    },
  });
  expect((await as('GET', '/connections')).body).toMatchObject({ items: [] });
});

it('the same account goes on where it was, another one is refused once something was sent', async () => {
  await connect();
  const number = await tenantNumber(api, tenant);
  await as('DELETE', '/connections/qbo');
  expect(await connect('77')).toMatchObject({ status: 200, body: { account: '77' } });
  await letSend();
  await as('DELETE', '/connections/qbo');
  expect(await connect('4711')).toMatchObject({ status: 409, body: { code: 'other_account' } });
  expect((await as('GET', '/connections')).body).toMatchObject({ items: [] });
  expect(await connect('77')).toMatchObject({ status: 200, body: { account: '77', revision: 3 } });
  // A turn that began before renews its token now: too late.
  const lane = { tenant: number, system: 'qbo' as const };
  expect(await saveCredentials(api.database.pool, lane, 2, 'stale')).toBe(false);
});

it('of another tenant stays', async () => {
  await connect();
  const other = await api.createTenant();
  await connect('4711', api, other);
  await as('DELETE', '/connections/qbo');
  expect((await as('GET', '/connections', undefined, api, other)).body).toMatchObject({
    items: [{ account: '4711' }],
  });
});

it('of a store says where its keys are revoked', async () => {
  await as('PUT', '/connections/woo', { ...store, confirmShared: true });
  expect(await as('DELETE', '/connections/woo')).toMatchObject({
    status: 200,
    body: { isRevoked: false, detail: expect.stringContaining('REST API') },
  });
});

it('works where the key is gone that sealed the credentials', async () => {
  await connect();
  await api.database.pool.query(`UPDATE connections SET sealed = 'gone:x' WHERE tenant = $1`, [
    await tenantNumber(api, tenant),
  ]);
  expect(await as('DELETE', '/connections/qbo')).toMatchObject({
    status: 200,
    body: { isRevoked: false, detail: expect.stringContaining('could not be opened') },
  });
});

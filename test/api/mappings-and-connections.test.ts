import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { z } from 'zod';

import { findConnection, putConnection, saveFacts, secretPlace } from '../../database/connections';
import { jsonObject } from '../../database/outgoing';
import { applyRedrive } from '../../database/failures';
import { initialSyncSettings } from '../../domain/lane/sync-settings';
import { companyFacts } from '../support/company-facts';
import {
  callAs,
  nowhere,
  startTestApi,
  tenantNumber,
  type ApiTenant,
  type Called,
  type TestApi,
} from '../support/api';
import { textOf } from '../support/text-of';

let api: TestApi;
let tenant: ApiTenant;
beforeAll(async () => {
  api = await startTestApi({ temporalAddress: nowhere });
  tenant = await api.createTenant();
});
afterAll(() => api.stop());

const as = (role: keyof ApiTenant['keys'], owner = tenant): ReturnType<typeof callAs> =>
  callAs(api, owner, role);

/** As the API lists them, page by page, the oldest first. */
async function actionsOf(owner: ApiTenant): Promise<string[]> {
  const page = z.object({
    items: z.array(z.object({ action: z.string() })),
    nextCursor: z.string().nullable(),
  });
  const actions: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const after: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const answer = await as('viewer', owner)('GET', `/audit?limit=4${after}`);
    const { items, nextCursor } = page.parse(answer.body);
    actions.push(...items.map(({ action }) => action));
    cursor = nextCursor;
  }
  return actions.reverse();
}

describe('mappings', () => {
  it('take any text as key', async () => {
    const keys = [
      'card',
      "O'Brien",
      'a/b',
      '🧾',
      "'; DROP TABLE mappings; --",
      '100% cotton',
      '..',
    ];
    for (const key of keys.filter((text) => text !== '..')) {
      const path = `/mappings/item/${encodeURIComponent(key)}`;
      const answer = await as('operator')('PUT', path, { target: { id: '7', name: "Köln's" } });
      expect(answer).toMatchObject({
        status: 200,
        body: { key, target: { id: '7', name: "Köln's" }, version: 1 },
      });
    }
    const page = await as('viewer')('GET', '/mappings/item?limit=4');
    const cursor = textOf(page.body, 'nextCursor');
    const rest = await as('viewer')('GET', `/mappings/item?cursor=${cursor}`);
    expect(rest.body).toMatchObject({ nextCursor: null });
    for (const key of ['card', '🧾', 'a/b']) expect(page.text + rest.text).toContain(`"${key}"`);
    const again = await as('operator')('PUT', '/mappings/item/card', { target: { id: '8' } });
    expect(again).toMatchObject({ body: { target: { id: '8', name: null }, version: 2 } });
  });

  const fact = { name: 'x', isActive: true };
  const account = (id: string, type: string, isActive = true): object => ({
    ...fact,
    id,
    type,
    isActive,
    currency: null,
  });
  const facts = {
    ...companyFacts,
    accounts: [account('7', 'Income'), account('8', 'Bank'), account('9', 'Income', false)],
    taxCodes: [{ ...fact, id: '2', rates: [] }],
    trackDepartments: true,
    departments: [{ ...fact, id: '5' }],
  };

  async function connectedTenant(): Promise<{ own: ApiTenant; number: number }> {
    const own = await api.createTenant();
    const number = await tenantNumber(api, own);
    const { pool } = api.database;
    await putConnection(pool, number, {
      system: 'qbo',
      address: 'http://books',
      account: `company of ${number}`,
      sealed: 'x',
    });
    await saveFacts(pool, number, 'qbo', facts);
    return { own, number };
  }

  it.each([
    ['/mappings/account/income', '7', 200],
    ['/mappings/account/income', '8', 422],
    ['/mappings/account/bank:card', '8', 200],
    ['/mappings/account/bank:card', '7', 422],
    ['/mappings/account/clearing:card', '8', 200],
    ['/mappings/account/clearing:card', '9', 422],
    ['/mappings/account/clearing:card', '10', 422],
    ['/mappings/account/guest-customer', '10', 200],
    ['/mappings/taxCode/VAT', '2', 200],
    ['/mappings/taxCode/VAT', '3', 422],
    ['/mappings/tender/card', '401', 200],
    ['/mappings/tender/card', '10', 422],
    ['/mappings/location/north', '5', 200],
    ['/mappings/location/north', '10', 422],
    ['/mappings/item/MUG', '10', 200],
  ])('are checked against the company: %s to %s is answered %i', async (path, id, status) => {
    const { own } = await connectedTenant();
    const answer = await as('operator', own)('PUT', path, { target: { id } });
    expect(answer.status).toBe(status);
    const page = await as('viewer', own)('GET', path.replace(/\/[^/]*$/, ''));
    expect(page.body).toMatchObject({ items: status === 200 ? [{ target: { id } }] : [] });
  });

  it('O5: that the books do not have are refused however often they are sent, until the books have them', async () => {
    const { own, number } = await connectedTenant();
    const put = (): Promise<Called> =>
      as('operator', own)('PUT', '/mappings/account/clearing:card', { target: { id: '10' } });
    const refused = await put();
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ path: 'target.id' }] } });
    expect(refused.text).toContain('if the target is new, send this again');
    const connection = await findConnection(api.database.pool, number, 'qbo');
    expect(connection?.factsAt).toBeNull();
    expect((await put()).status).toBe(422);
    // The next turn of the lane reads the company again.
    const facts = jsonObject.parse(connection?.facts);
    const accounts = z.array(z.json()).parse(facts['accounts']);
    const added = { id: '10', name: 'Card', type: 'Bank', isActive: true, currency: null };
    await saveFacts(api.database.pool, number, 'qbo', {
      ...facts,
      accounts: [...accounts, added],
    });
    expect((await put()).status).toBe(200);
  });

  it.each(['/mappings/account/incomes', '/mappings/item/@tips', '/mappings/account/clearing:'])(
    'O5: of a key that means nothing are refused: %s',
    async (path) => {
      const answer = await as('operator')('PUT', path, { target: { id: '7' } });
      expect(answer).toMatchObject({ status: 422, body: { errors: [{ path: 'key' }] } });
    },
  );

  it('O5: a wrong type stays refused, and what nobody can check yet says so', async () => {
    const { own } = await connectedTenant();
    const put = (path: string, id: string): Promise<Called> =>
      as('operator', own)('PUT', path, { target: { id } });
    const wrong = await put('/mappings/account/bank:card', '7');
    expect(wrong.status).toBe(422);
    expect((await put('/mappings/account/bank:card', '7')).status).toBe(422);
    expect((await put('/mappings/item/MUG', '10')).body).toMatchObject({ unchecked: true });
    expect((await put('/mappings/tender/card', '402')).body).not.toHaveProperty('unchecked');
    expect((await put('/mappings/taxCode/VAT', '2')).body).not.toHaveProperty('unchecked');
    const unconnected = await as('operator')('PUT', '/mappings/account/bank:card', {
      target: { id: '7' },
    });
    expect(unconnected.body).toMatchObject({ unchecked: true });
  });

  it('release what was held for want of them, and nothing else', async () => {
    const { own, number } = await connectedTenant();
    const { pool } = api.database;
    const causes = [
      'mapping_missing:tender:card',
      'mapping_invalid:tender:card',
      'mapping_missing:tender:cash',
    ];
    await pool.query(
      `INSERT INTO deliveries (tenant, system, kind, record_id, state, reason, cause, desired_rev,
         desired_op)
       SELECT $1, 'qbo', 'order', cause, 'held', split_part(cause, ':', 1), cause, 1, 'present'
         FROM unnest($2::text[]) AS c(cause)`,
      [number, causes],
    );
    const answer = await as('operator', own)('PUT', '/mappings/tender/card', {
      target: { id: '401' },
    });
    expect(answer.body).toMatchObject({ released: 2 });
    const stored = await pool.query<{ id: string }>('SELECT id FROM redrives WHERE tenant = $1', [
      number,
    ]);
    for (const { id } of stored.rows) await applyRedrive(pool, number, id, Date.now());
    const states = await pool.query(
      'SELECT cause, state FROM deliveries WHERE tenant = $1 ORDER BY id',
      [number],
    );
    expect(states.rows).toEqual([
      { cause: null, state: 'waiting' },
      { cause: null, state: 'waiting' },
      { cause: 'mapping_missing:tender:cash', state: 'held' },
    ]);
  });

  it.each([
    ['/mappings/colour/x', { target: { id: '7' } }, 404],
    ['/mappings/item/%00', { target: { id: '7' } }, 404],
    [`/mappings/item/${'x'.repeat(251)}`, { target: { id: '7' } }, 404],
    ['/mappings/item/x', { target: {} }, 422],
    ['/mappings/item/x', { target: { id: 7 } }, 422],
    ['/mappings/item/x', { target: { id: 'a\u0000' } }, 422],
  ])('refuse %s %j', async (path, body, status) => {
    expect((await as('operator')('PUT', path, body)).status).toBe(status);
  });
});

describe('connections', () => {
  const woo = {
    url: 'http://127.0.0.1:8181/shop/',
    consumerKey: 'ck_SECRET1',
    consumerSecret: 'cs_SECRET2',
  };
  const qbo = { realmId: '9130', accessToken: 'SECRET3', refreshToken: 'SECRET4' };

  it('seal what is secret and never show it', async () => {
    const answers = [
      await as('admin')('PUT', '/connections/woo', woo),
      await as('admin')('PUT', '/connections/qbo', qbo),
      await as('viewer')('GET', '/connections'),
    ];
    expect(answers[0]?.body).toMatchObject({
      address: 'http://127.0.0.1:8181/shop',
      account: 'http://127.0.0.1:8181/shop',
      revision: 1,
    });
    expect(answers[1]?.body).toMatchObject({
      address: 'https://sandbox-quickbooks.api.intuit.com',
      account: '9130',
    });
    for (const { status, text } of answers) {
      expect(status).toBe(200);
      expect(text).not.toContain('SECRET');
    }
    const stored = await api.database.pool.query(
      'SELECT sealed::text FROM connections UNION ALL SELECT detail::text FROM audit',
    );
    expect(JSON.stringify(stored.rows)).not.toContain('SECRET');
    expect(secretPlace(1, 'woo')).toContain('woo');
  });

  it('are renewed, but not moved to another account', async () => {
    const renewed = await as('admin')('PUT', '/connections/qbo', { ...qbo, accessToken: 'new' });
    expect(renewed).toMatchObject({ status: 200, body: { revision: 2 } });
    await api.database.pool.query(
      `INSERT INTO deliveries (tenant, system, kind, record_id, state, remote_id, desired_rev,
         desired_op)
       SELECT $1, system, 'product', 'p', 'delivered', '7', 1, 'present'
         FROM unnest('{woo,qbo}'::text[]) AS s(system)`,
      [await tenantNumber(api, tenant)],
    );
    for (const [path, body] of [
      ['/connections/qbo', { ...qbo, realmId: '77' }],
      ['/connections/woo', { ...woo, url: 'http://other.test' }],
    ] as const)
      expect(await as('admin')('PUT', path, body)).toMatchObject({
        status: 409,
        body: { code: 'other_account' },
      });
  });

  it('O11: one store or company for two tenants is refused, however it is written, unless an admin confirms it', async () => {
    const other = await api.createTenant();
    const spellings = ['http://127.0.0.1:8181/shop', 'HTTPS://127.0.0.1:8181/SHOP/'];
    for (const [path, body] of [
      ...spellings.map((url) => ['/connections/woo', { ...woo, url }] as const),
      ['/connections/qbo', qbo] as const,
    ]) {
      const refused = await as('admin', other)('PUT', path, body);
      expect(refused).toMatchObject({ status: 409, body: { code: 'account_shared' } });
      expect(refused.text).not.toContain(tenant.tenantId);
    }
    expect((await as('viewer', other)('GET', '/connections')).body).toMatchObject({ items: [] });
    expect(
      (await as('admin', other)('PUT', '/connections/qbo', { ...qbo, confirmShared: false }))
        .status,
    ).toBe(409);
    expect(
      (await as('admin', other)('PUT', '/connections/qbo', { ...qbo, confirmShared: true })).status,
    ).toBe(200);
    // Who has it renews it without saying so again.
    for (const owner of [tenant, other])
      expect((await as('admin', owner)('PUT', '/connections/qbo', qbo)).status).toBe(200);
    const noted = await api.database.pool.query(
      'SELECT detail FROM audit WHERE tenant = $1 AND action = $2 ORDER BY id',
      [await tenantNumber(api, other), 'connection.put'],
    );
    expect(noted.rows).toMatchObject([
      { detail: { account: '9130', confirmShared: true } },
      { detail: { account: '9130' } },
    ]);
  });
  it('O11: of two tenants that connect one account at once, one is refused', async () => {
    const [one, two] = [await api.createTenant(), await api.createTenant()];
    const shop = { ...woo, url: 'https://both.example.com' };
    const answers = await Promise.all(
      [one, two].map((owner) => as('admin', owner)('PUT', '/connections/woo', shop)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it.each([
    ['woo', { ...woo, url: 'ftp://a.test' }],
    ['woo', { ...woo, url: 'http://user:pass@a.test' }],
    ['woo', { ...woo, url: 'http://a.test/?x=1' }],
    ['woo', { ...woo, url: 'a.test' }],
    ['woo', { ...woo, url: `http://a.test/${'x'.repeat(300)}` }],
    ['woo', { ...woo, consumerKey: '' }],
    ['woo', { ...woo, consumerKey: 'a b' }],
    ['woo', { ...woo, admin: true }],
    ['qbo', { ...qbo, realmId: '' }],
    ['qbo', { ...qbo, realmId: '../1' }],
    ['qbo', { realmId: '1' }],
  ])('refuse %s %j', async (system, body) => {
    expect((await as('admin')('PUT', `/connections/${system}`, body)).status).toBe(422);
  });

  it('in production take https and public hosts only, and QuickBooks by OAuth only', async () => {
    const production = await startTestApi({ temporalAddress: nowhere, isProduction: true });
    const own = await production.createTenant();
    const put = (path: string, body: object): Promise<Called> =>
      production.call('PUT', own.path(path), { key: own.keys.admin, body });
    for (const url of [
      'http://shop.example.com',
      'https://127.0.0.1',
      'https://169.254.169.254',
      'https://intranet',
      'https://db.corp',
      'https://[64:ff9b::a9fe:a9fe]',
    ])
      expect((await put('/connections/woo', { ...woo, url })).status).toBe(422);
    expect(
      (await put('/connections/woo', { ...woo, url: 'https://shop.example.com' })).status,
    ).toBe(200);
    expect(await put('/connections/qbo', qbo)).toMatchObject({ status: 403 });
    const reserved = {
      tenantId: 'main-store',
      name: 'A',
      timeZone: 'UTC',
      currency: 'USD',
      country: 'US',
    };
    const made = await production.call('POST', '/v1/tenants', {
      key: production.rootKey,
      body: reserved,
    });
    expect(made.status).toBe(422);
    await production.stop();
  });
});

it('who changed what is written down', async () => {
  const own = await api.createTenant();
  await as('operator', own)('PUT', '/direction/qbo', { direction: 'push' });
  await as('admin', own)('PUT', '/settings/sync', initialSyncSettings, { 'if-match': '"1"' });
  await as('operator', own)('PUT', '/mappings/tender/cash', { target: { id: '1' } });
  await as('operator', own)('POST', '/lanes/woo/pause');
  await as('operator', own)('POST', '/lanes/woo/breaker', { to: 'isolated' });
  await as('operator', own)('POST', '/failures/redrive', { all: true });
  await as('admin', own)('PUT', '/connections/qbo', {
    realmId: '4711',
    accessToken: 'a',
    refreshToken: 'b',
  });
  await expect(actionsOf(own)).resolves.toEqual([
    'tenant.create',
    ...['key.create', 'key.create', 'key.create'],
    ...['direction.request', 'settings.sync', 'mapping.put', 'lane.pause', 'breaker.isolated'],
    ...['failures.redrive', 'connection.put'],
  ]);
});

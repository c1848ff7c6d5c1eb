import { beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { customerChange, nowhere, withApi, type ApiTenant } from '../support/api';
import { textOf } from '../support/text-of';

// Every route of a tenant as the API describes itself: none is forgotten here.

const api = withApi({ temporalAddress: nowhere });
let tenant: ApiTenant;
let other: ApiTenant;
let routes: { method: string; path: string; roles: string[] }[];

const document = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.object({ description: z.string() }))),
});

beforeAll(async () => {
  tenant = await api.createTenant();
  other = await api.createTenant();
  const { paths } = document.parse((await api.call('GET', '/v1/openapi.json')).body);
  routes = Object.entries(paths)
    .filter(([path]) => path.startsWith('/v1/tenants/{tenantId}'))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { description }]) => ({
        method: method.toUpperCase(),
        path: path
          .replace('{system}', 'woo')
          .replace('{kind}', path.includes('mappings') ? 'item' : 'order'),
        roles: /(?:^|\n\n)Roles: (.*)\.$/.exec(description)?.[1]?.split(', ') ?? [],
      })),
    );
});

function pathFor(path: string, owner: ApiTenant): string {
  const id = '0b50c4b4-53ce-4a55-8a66-c2bcf1c68a4f';
  return path
    .replace('{tenantId}', owner.tenantId)
    .replace(/\{\w+\}/g, path.includes('keys') ? id : '1');
}

const roles = ['pos', 'viewer', 'operator', 'admin'] as const;

/** Everything that a request could have changed. */
async function contents(): Promise<unknown> {
  const tables = [
    'tenants',
    'api_keys',
    'settings',
    'mappings',
    'connections',
    'lanes',
    'changes',
    'redrives',
    'audit',
    'tenant_intake',
  ];
  const counts = tables.map((table) => {
    const columns =
      table === 'api_keys'
        ? "(to_jsonb(t) - '{last_used_at,last_used_from}'::text[])"
        : 'to_jsonb(t)';
    return `SELECT '${table}' AS name, md5(coalesce(string_agg(${columns}::text, ','
       ORDER BY ${columns}::text), '')) AS hash FROM ${table} t`;
  });
  return (await api.database.pool.query(counts.join(' UNION ALL '))).rows;
}

describe('every route of a tenant', () => {
  it('refuses nobody, an unknown key and the root key', async () => {
    expect(routes.length).toBeGreaterThan(40);
    for (const { method, path } of routes) {
      const at = pathFor(path, tenant);
      expect((await api.call(method, at)).status).toBe(401);
      expect((await api.call(method, at, { key: `ts_${'x'.repeat(43)}` })).status).toBe(401);
      // An admin key for a tenant that lost its own: stopped here only by the missing body.
      const isKeyMaking = method === 'POST' && path.endsWith('/keys');
      const asRoot = await api.call(method, at, { key: api.rootKey });
      expect(asRoot.status).toBe(isKeyMaking ? 415 : 403);
    }
  });

  it('answers 404 to the keys of another tenant, and reads and writes nothing for them', async () => {
    const before = await contents();
    for (const { method, path } of routes) {
      for (const role of roles) {
        const body = method === 'GET' ? {} : { body: { changes: [customerChange('x')] } };
        const answer = await api.call(method, pathFor(path, tenant), {
          key: other.keys[role],
          ...body,
        });
        expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
        expect(answer.text).not.toContain(tenant.tenantId);
      }
    }
    await expect(contents()).resolves.toEqual(before);
  });

  it('takes its own roles and no others', async () => {
    for (const { method, path, roles: allowed } of routes) {
      for (const role of roles) {
        // Sent without its body, so that nothing is changed: whoever may call gets as far as 415,
        // 404 or 200.
        const at = pathFor(path, tenant);
        const isHarmless = !/breaker|pause|resume/.test(path);
        const answer = isHarmless
          ? await api.call(method, at, { key: tenant.keys[role] })
          : await api.call(method, at, { key: tenant.keys[role], raw: '{' });
        const isForbidden = answer.status === 403;
        expect({ method, path, role, isForbidden }).toEqual({
          method,
          path,
          role,
          isForbidden: !allowed.includes(role),
        });
      }
    }
  });

  it.each([
    ['POST', '/changes', ['pos', 'admin']],
    ['GET', '/status', ['viewer', 'operator', 'admin']],
    ['PUT', '/direction', ['operator', 'admin']],
    ['POST', '/failures/redrive', ['operator', 'admin']],
    ['POST', '/runs', ['operator', 'admin']],
    ['GET', '/changes/{changeId}', ['pos', 'viewer', 'operator', 'admin']],
    ['GET', '/failures', ['viewer', 'operator', 'admin']],
    ['GET', '/failures/causes', ['viewer', 'operator', 'admin']],
    ['GET', '/runs/{runId}', ['viewer', 'operator', 'admin']],
    ['GET', '/runs/{runId}/sends', ['viewer', 'operator', 'admin']],
    ['GET', '/runs/{runId}/members', ['viewer', 'operator', 'admin']],
    ['PUT', '/connections/woo', ['admin']],
    ['PUT', '/settings/sync', ['admin']],
    ['PUT', '/settings/posting', ['admin']],
    ['POST', '/keys', ['admin']],
    ['PUT', '/delete-policy', ['admin']],
  ])('%s %s is for %j', (method, path, expected) => {
    const found = routes.find(
      (route) => route.method === method && route.path === `/v1/tenants/{tenantId}${path}`,
    );
    expect(found?.roles).toEqual(expected);
  });

  it('lets every key but that of a POS read all that a viewer may, and a POS only its changes', () => {
    const reads = routes.filter(
      ({ method, path }) => method === 'GET' && !/\/(keys|deletions|feed)$/.test(path),
    );
    expect(reads.length).toBeGreaterThan(15);
    for (const { path, roles: allowed } of reads)
      expect([path, allowed]).toEqual([path, expect.arrayContaining(['viewer', 'operator'])]);
    const ofPos = reads.filter(({ roles: allowed }) => allowed.includes('pos'));
    expect(ofPos.map(({ path }) => path.replace('/v1/tenants/{tenantId}', ''))).toEqual([
      '/changes/{changeId}',
    ]);
  });

  it('says 501 not_built where it is not built', async () => {
    const key = tenant.keys.admin;
    for (const path of ['/feed', '/delete-policy', '/history'])
      expect(await api.call('GET', tenant.path(path), { key })).toMatchObject({
        status: 501,
        body: { code: 'not_built' },
      });
    expect((await api.call('POST', '/v1/hooks/qbo', { body: {} })).status).toBe(501);
  });
});

describe('a key', () => {
  it('is shown once, stored as a hash, and stops at once when revoked', async () => {
    const key = tenant.keys.admin;
    const made = await api.call('POST', tenant.path('/keys'), {
      key,
      body: { role: 'viewer', label: "Ann's desk" },
    });
    expect(made.status).toBe(201);
    const [id, fresh] = [textOf(made.body, 'id'), textOf(made.body, 'key')];
    expect(fresh).toMatch(/^ts_[\w-]{43}$/);
    expect((await api.call('GET', tenant.path('/status'), { key: fresh })).status).toBe(200);
    const list = await api.call('GET', tenant.path('/keys'), { key });
    expect(list.text).not.toContain(fresh);
    expect(list.text).toContain("Ann's desk");
    expect((await api.call('DELETE', tenant.path(`/keys/${id}`), { key })).status).toBe(204);
    expect((await api.call('GET', tenant.path('/status'), { key: fresh })).status).toBe(401);
    expect((await api.call('DELETE', tenant.path(`/keys/${id}`), { key })).status).toBe(404);
  });

  it('lists page by page', async () => {
    const key = tenant.keys.admin;
    const first = await api.call('GET', tenant.path('/keys?limit=2'), { key });
    const cursor = textOf(first.body, 'nextCursor');
    const rest = await api.call('GET', tenant.path(`/keys?cursor=${cursor}`), { key });
    const ids = z.object({ items: z.array(z.object({ id: z.string() })) });
    const seen = [...ids.parse(first.body).items, ...ids.parse(rest.body).items];
    const all = ids.parse((await api.call('GET', tenant.path('/keys'), { key })).body).items;
    expect(seen.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
  });

  it.each([
    'Basic dHM6',
    'Bearer',
    'Bearer  ',
    'Bearer ts_ x',
    'ts_abc',
    `Bearer ${'x'.repeat(5_000)}`,
  ])('is not %s', async (authorization) => {
    const answer = await api.call('GET', tenant.path('/status'), { headers: { authorization } });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });
});

describe('POST /v1/tenants', () => {
  const body = {
    tenantId: 'corner-shop',
    name: "O'Brien & Söhne",
    timeZone: 'America/New_York',
    currency: 'USD',
    country: 'US',
  };

  it('takes the root key only', async () => {
    expect((await api.call('POST', '/v1/tenants', { body })).status).toBe(401);
    const answer = await api.call('POST', '/v1/tenants', { body, key: tenant.keys.admin });
    expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });

  it('makes a tenant once', async () => {
    const made = await api.call('POST', '/v1/tenants', { body, key: api.rootKey });
    expect(made).toMatchObject({
      status: 201,
      body: { tenant: { tenantId: 'corner-shop', name: "O'Brien & Söhne" } },
    });
    const again = await api.call('POST', '/v1/tenants', { body, key: api.rootKey });
    expect(again).toMatchObject({ status: 409, body: { code: 'tenant_exists' } });
    const key = textOf(made.body, 'adminKey');
    const change = { name: 'Other', timeZone: 'Asia/Kolkata' };
    expect(await api.call('PATCH', '/v1/tenants/corner-shop', { key, body: change })).toMatchObject(
      {
        status: 200,
        body: { ...change, currency: 'USD' },
      },
    );
    expect((await api.call('PATCH', '/v1/tenants/corner-shop', { key, body: {} })).status).toBe(
      422,
    );
  });

  it.each([
    ['tenantId', 'A'],
    ['tenantId', 'ab'],
    ['tenantId', '-abc'],
    ['tenantId', 'a'.repeat(64)],
    ['name', ''],
    ['name', ' x'],
    ['name', 'a\u0000b'],
    ['timeZone', 'Mars/Olympus'],
    ['timeZone', '+02:00'],
    ['currency', 'usd'],
    ['currency', 'QQQ'],
    ['country', 'USA'],
    ['plan', 'free'],
  ])('refuses %s %j', async (field, value) => {
    const answer = await api.call('POST', '/v1/tenants', {
      key: api.rootKey,
      body: { ...body, [field]: value },
    });
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid' } });
  });
});

import { beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020';
import { z } from 'zod';

import { customerChange, nowhere, withApi, type ApiTenant, type Called } from '../support/api';
import { textOf } from '../support/text-of';

// What stands at the doors of the API: bodies and methods that can never work are refused there, in
// words that say what would.

const api = withApi({ temporalAddress: nowhere });
let tenant: ApiTenant;

beforeAll(async () => {
  tenant = await api.createTenant();
});
const problem = z.looseObject({
  code: z.string(),
  detail: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

function send(role: keyof ApiTenant['keys'], path: string, body: unknown): Promise<Called> {
  return api.call('POST', tenant.path(path), { key: tenant.keys[role], body });
}

const openApi = z.looseObject({
  components: z.object({ schemas: z.record(z.string(), z.json()) }),
});

describe('A1: the schemas of the OpenAPI document, read by a validator', () => {
  it('take what the API takes: names, labels, reasons, targets, changes', async () => {
    const answer = await api.call('GET', '/v1/openapi.json');
    const document = openApi.parse(answer.body);
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(document, 'api');
    const schemaAt = (path: string, method: string): string =>
      `api#/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1')}/${method}/requestBody/content/application~1json/schema`;
    const bodies: [path: string, method: string, body: unknown][] = [
      ['/v1/tenants/{tenantId}/keys', 'post', { role: 'pos', label: 'Till 1, Ł 🧾' }],
      [
        '/v1/tenants/{tenantId}/mappings/{kind}/{key}',
        'put',
        { target: { id: '79', name: 'Sales of Product Income' } },
      ],
      ['/v1/tenants/{tenantId}/failures/{failureId}/discard', 'post', { reason: 'booked by hand' }],
      ['/v1/tenants/{tenantId}/changes', 'post', { changes: [customerChange('a1')] }],
    ];
    for (const [path, method, body] of bodies) {
      const validate = ajv.getSchema(schemaAt(path, method));
      if (validate === undefined) throw new Error(`no schema of ${method} ${path}`);
      expect({ path, valid: validate(body), errors: validate.errors }).toMatchObject({
        valid: true,
      });
    }
  });

  it('have patterns that are regular expressions, with nothing behind their end', async () => {
    const { text } = await api.call('GET', '/v1/openapi.json');
    const patterns = [...text.matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)].map(([, json = '']) =>
      z.string().parse(JSON.parse(json)),
    );
    expect(patterns.length).toBeGreaterThan(10);
    for (const pattern of patterns) {
      expect(pattern).not.toMatch(/^\/|\/[a-z]*$/);
      expect(() => new RegExp(pattern, 'u')).not.toThrow();
    }
  });
});

describe('bodies that cannot work', () => {
  it('A2: keys repeated by the thousand are no JSON of ours', async () => {
    const raw = `{"changes":[{${Array.from({ length: 125_000 }, () => '"id":"1"').join(',')}}]}`;
    const answer = await api.call('POST', tenant.path('/changes'), { key: tenant.keys.pos, raw });
    expect(answer).toMatchObject({ status: 400, body: { code: 'bad_request' } });
  });

  it('A4: an inventory change and a redrive say which forms there are', async () => {
    const inventory = {
      id: 'a4',
      kind: 'inventory',
      op: 'upsert',
      recordId: 'SKU',
      occurredAt: '2026-11-22T10:15:00Z',
      body: {},
    };
    const stock = await send('pos', '/changes', { changes: [inventory] });
    expect(stock.text).toContain('either \\"movement\\": {\\"delta\\", \\"reason\\"} or');
    const redrive = await send('operator', '/failures/redrive', {});
    expect(redrive.status).toBe(422);
    expect(redrive.text).toContain('{\\"cause\\": \\"...\\"} or {\\"all\\": true}');
  });

  it('A4: a wrong field of one form is named itself', async () => {
    const inventory = {
      id: 'a4-2',
      kind: 'inventory',
      op: 'upsert',
      recordId: 'SKU',
      occurredAt: '2026-11-22T10:15:00Z',
    };
    const body = { count: { quantity: 'many' } };
    const answer = await send('pos', '/changes', { changes: [{ ...inventory, body }] });
    const { rejected } = z
      .looseObject({ rejected: z.array(z.looseObject({ errors: z.array(z.unknown()) })) })
      .parse(answer.body);
    expect(rejected[0]?.errors).toEqual([
      { path: 'body.count.quantity', message: 'must be a decimal text such as "2" or "0.25"' },
    ]);
  });

  it.each(['x\u0000y', '\ud800', ''])(
    'A11: a redrive by the cause %j is refused',
    async (cause) => {
      const answer = await send('operator', '/failures/redrive', { cause });
      expect(answer.status).toBe(422);
      const open = await api.database.pool.query('SELECT FROM redrives WHERE applied_at IS NULL');
      expect(open.rowCount).toBe(0);
    },
  );

  it('A7: a request larger than the whole bound is refused for good, not for now', async () => {
    const small = await api.createTenant();
    await api.database.pool.query(
      `UPDATE tenant_intake SET queue_bound = 2
       WHERE tenant = (SELECT id FROM tenants WHERE tenant_id = $1)`,
      [small.tenantId],
    );
    const changes = ['1', '2', '3'].map((id) => customerChange(id));
    const options = { key: small.keys.pos, body: { changes } };
    const answer = await api.call('POST', small.path('/changes'), options);
    expect(answer.status).toBe(422);
    expect(answer.headers.get('retry-after')).toBeNull();
    expect(problem.parse(answer.body).errors?.[0]?.message).toContain('(2)');
  });
});

describe('A6: methods and the first page', () => {
  it('a path that is there answers a wrong method with what it allows', async () => {
    const answer = await api.call('PUT', tenant.path('/changes'), { key: tenant.keys.admin });
    expect(answer).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } });
    expect(answer.headers.get('allow')).toBe('POST');
    const nowhereAnswer = await api.call('PUT', '/v1/nothing');
    expect(nowhereAnswer.status).toBe(404);
  });

  it('the root leads on to the description', async () => {
    const answer = await api.call('GET', '/');
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('href="/docs"');
  });
});

describe('O8: keys can always be made again', () => {
  it('the last admin key stays, and two admins cannot revoke each other at once', async () => {
    const owner = await api.createTenant();
    const { admin } = owner.keys;
    const made = await api.call('POST', owner.path('/keys'), {
      key: admin,
      body: { role: 'admin', label: 'second' },
    });
    const second = textOf(made.body, 'key');
    const list = await api.call('GET', owner.path('/keys'), { key: admin });
    const { items } = z
      .looseObject({ items: z.array(z.looseObject({ id: z.string(), role: z.string() })) })
      .parse(list.body);
    const admins = items.filter(({ role }) => role === 'admin').map(({ id }) => id);
    expect(admins).toHaveLength(2);
    const [first = '', other = ''] = admins;
    const answers = await Promise.all([
      api.call('DELETE', owner.path(`/keys/${other}`), { key: admin }),
      api.call('DELETE', owner.path(`/keys/${first}`), { key: second }),
    ]);
    expect(answers.map(({ status }) => status).sort()).not.toEqual([204, 204]);
    const live = await api.database.pool.query(
      `SELECT FROM api_keys k JOIN tenants t ON t.id = k.tenant
       WHERE t.tenant_id = $1 AND k.role = 'admin' AND k.revoked_at IS NULL`,
      [owner.tenantId],
    );
    expect(live.rowCount).toBe(1);
  });

  it('the root key makes an admin key again, audited, and no other key', async () => {
    const owner = await api.createTenant();
    const create = (role: string, key = api.rootKey): Promise<Called> =>
      api.call('POST', owner.path('/keys'), { key, body: { role, label: 'again' } });
    expect((await create('pos')).status).toBe(403);
    const made = await create('admin');
    expect(made.status).toBe(201);
    expect((await create('pos', textOf(made.body, 'key'))).status).toBe(201);
    const audit = await api.database.pool.query(
      `SELECT FROM audit WHERE actor = 'root key' AND action = 'key.create' AND subject = $1`,
      [textOf(made.body, 'id')],
    );
    expect(audit.rowCount).toBe(1);
    const unknown = await api.call('POST', '/v1/tenants/no-such-shop/keys', {
      key: api.rootKey,
      body: { role: 'admin', label: 'again' },
    });
    expect(unknown.status).toBe(404);
  });
});

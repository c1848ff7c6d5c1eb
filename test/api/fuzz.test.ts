import { beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';

import { customerChange, nowhere, withApi, type ApiTenant } from '../support/api';
import { orderBody } from '../support/samples';

// Whatever a caller sends is answered by a problem of his, never by a fault of ours. Seeded: it
// repeats.

const api = withApi({ temporalAddress: nowhere });
let tenant: ApiTenant;
let routes: [method: string, path: string][];

beforeAll(async () => {
  tenant = await api.createTenant();
  const { paths } = z
    .object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
    .parse((await api.call('GET', '/v1/openapi.json')).body);
  routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method): [string, string] => [method.toUpperCase(), path]),
  );
});
const seed = 20_261_122;
const nasty = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '🧾',
  "'; DROP TABLE changes; --",
  '__proto__',
  'constructor',
  '../..',
  '%00',
  '9'.repeat(400),
  'x'.repeat(5_000),
  '\u202e',
  'NaN',
  '-0',
];
const anyText = fc.oneof(fc.constantFrom(...nasty), fc.string({ unit: 'binary', maxLength: 40 }));
const anyValue = fc.oneof(
  fc.constantFrom<unknown>(null, 0, -1, 1.5, 2 ** 53, 1e308, true, [], {}, [[]], { a: {} }),
  anyText,
  fc.json({ maxDepth: 4 }).map((text): unknown => JSON.parse(text)),
);

/** A change of each shape with one to three of its fields, at any depth, put to something else. */
const bases: object[] = [
  customerChange('f', { body: { name: 'Ann', billing: { line1: 'x' }, taxExempt: false } }),
  customerChange('f', {
    kind: 'order',
    body: orderBody(
      '1',
      [
        ['A', 2],
        ['B', -1],
      ],
      'c',
    ),
  }),
  customerChange('f', {
    kind: 'refund',
    body: { ...orderBody('1', [['A', 2]], 'c'), restock: true },
  }),
  customerChange('f', { kind: 'invoice', body: orderBody('1', [['A', 2]], 'c') }),
  customerChange('f', {
    kind: 'payment',
    body: { number: '1', invoiceId: 'i', tender: 'card', amountMinor: 5 },
  }),
  customerChange('f', {
    kind: 'payout',
    body: {
      processor: 'p',
      grossMinor: 5,
      feesMinor: 1,
      netMinor: 4,
      includes: [{ kind: 'order', recordId: 'o', amountMinor: 5 }],
      chargebacks: [],
      adjustments: [],
    },
  }),
  customerChange('f', {
    kind: 'cash',
    body: { businessDate: '2026-11-21', tender: 'cash', type: 'difference', amountMinor: -5 },
  }),
  customerChange('f', {
    kind: 'payment',
    body: {
      number: '1',
      depositFor: 'o',
      tender: 'card',
      amountMinor: 5,
      exchangeRate: { rate: '1.1', source: 'ECB', day: '2026-11-21' },
    },
  }),
  customerChange('f', {
    kind: 'product',
    body: {
      sku: 'A',
      name: 'A',
      type: 'goods',
      priceMinor: 1,
      currency: 'USD',
      trackStock: true,
      status: 'active',
      variants: [{ sku: 'A-1', options: { size: 'L' } }],
    },
  }),
  {
    id: 'f',
    kind: 'inventory',
    op: 'upsert',
    recordId: 'A',
    occurredAt: '2026-11-22T10:15:00Z',
    body: { count: { quantity: '5' } },
  },
];

function pathsOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]))];
}

function put(target: unknown, path: string[], value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined || typeof target !== 'object' || target === null) return value;
  const copy: unknown = Array.isArray(target) ? [...(target as unknown[])] : { ...target };
  Reflect.set(copy as object, step, put(Reflect.get(target, step), rest, value));
  return copy;
}

const brokenChange = fc
  .tuple(
    fc.constantFrom(...bases),
    fc.array(fc.tuple(fc.nat(), anyValue), { minLength: 0, maxLength: 3 }),
    anyText,
  )
  .map(([base, faults, id]) => {
    let change: unknown = { ...base, id };
    for (const [at, value] of faults) {
      const paths = pathsOf(change);
      change = put(change, paths[at % paths.length] ?? [], value);
    }
    return change;
  });

it('changes: each is stored or rejected, and everything stored can be read again', async () => {
  const answerSchema = z.object({
    accepted: z.int().optional(),
    duplicates: z.int().optional(),
    rejected: z.array(z.object({ index: z.int(), code: z.string() })),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(brokenChange, { minLength: 1, maxLength: 20 }), async (changes) => {
      const answer = await api.call('POST', tenant.path('/changes'), {
        key: tenant.keys.pos,
        body: { changes },
      });
      expect([202, 422]).toContain(answer.status);
      const { accepted = 0, duplicates = 0, rejected } = answerSchema.parse(answer.body);
      expect(accepted + duplicates + rejected.length).toBe(changes.length);
    }),
    { seed, numRuns: 150 },
  );
  const stored = await api.database.pool.query<{ id: string }>(
    'SELECT event_id AS id FROM changes',
  );
  for (const { id } of stored.rows) {
    const path = tenant.path(`/changes/${encodeURIComponent(id)}`);
    if (id === '.' || id === '..') continue; // no URL can hold these
    expect((await api.call('GET', path, { key: tenant.keys.pos })).status).toBe(200);
  }
});

it('every route: any path, query, header and body is answered below 500, or 501', async () => {
  const request = fc.record({
    route: fc.nat(),
    steps: fc.array(fc.oneof(anyText, fc.constantFrom('woo', 'qbo', 'order', 'item', '1')), {
      minLength: 4,
      maxLength: 4,
    }),
    query: fc.array(
      fc.tuple(
        fc.oneof(fc.constantFrom('limit', 'cursor', 'class', 'kind', 'system', 'reason'), anyText),
        anyText,
      ),
      { maxLength: 3 },
    ),
    body: fc.oneof(
      anyValue,
      fc.dictionary(
        fc.constantFrom(
          'systems',
          'direction',
          'catchUp',
          'target',
          'url',
          'realmId',
          'to',
          'ids',
          'cause',
          'all',
          'reason',
          'role',
          'label',
          'name',
          'timeZone',
          'changes',
          'accessToken',
          'refreshToken',
          'consumerKey',
          'consumerSecret',
        ),
        anyValue,
        { maxKeys: 4 },
      ),
    ),
    ifMatch: fc.constantFrom('"1"', '', '*', 'x'.repeat(2_000), '"99999999999999999999"'),
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ route, steps, query, body, ifMatch }) => {
      const [method, path] = routes[route % routes.length] ?? ['GET', '/'];
      let at = 0;
      const filled = path
        .replace('{tenantId}', tenant.tenantId)
        .replace(/\{\w+\}/g, () => encoded(steps[at++] ?? ''));
      const search = query.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&');
      const isRoot = path === '/v1/tenants';
      const answer = await api.call(method, `${filled}?${search}`, {
        key: isRoot ? api.rootKey : tenant.keys.admin,
        headers: { 'if-match': ifMatch },
        ...(method === 'GET' ? {} : { body }),
      });
      const isTheirs = answer.status < 500 || answer.status === 501;
      const problem = z.object({ status: z.literal(answer.status), requestId: z.string() });
      const isAnswered = answer.status < 400 || problem.safeParse(answer.body).success;
      expect({ isTheirs, isAnswered, text: answer.text }).toMatchObject({
        isTheirs: true,
        isAnswered: true,
      });
    }),
    { seed, numRuns: 1_500 },
  );
});

it('bytes that are no request body are refused as such', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        anyText.map((text) => new TextEncoder().encode(text)),
      ),
      async (bytes) => {
        const raw = Uint8Array.from(bytes);
        const answer = await api.call('POST', tenant.path('/changes'), {
          key: tenant.keys.pos,
          raw,
        });
        expect([400, 422]).toContain(answer.status);
      },
    ),
    { seed, numRuns: 200 },
  );
});

/** Percent-encoded; halves of characters as their bytes would be. */
function encoded(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : '%ED%A0%80';
}

import { beforeAll, describe, expect, it } from '@jest/globals';

import { customerChange, nowhere, withApi, type ApiTenant, type Called } from '../support/api';
import { orderBody } from '../support/samples';

const api = withApi({ temporalAddress: nowhere });
let tenant: ApiTenant;

beforeAll(async () => {
  tenant = await api.createTenant();
});

function send(changes: unknown): Promise<Called> {
  return api.call('POST', tenant.path('/changes'), { key: tenant.keys.pos, body: { changes } });
}

function sendRaw(raw: string | Uint8Array<ArrayBuffer>, headers = {}): Promise<Called> {
  return api.call('POST', tenant.path('/changes'), { key: tenant.keys.pos, raw, headers });
}

async function storedIds(): Promise<string[]> {
  const rows = await api.database.pool.query<{ id: string }>('SELECT event_id AS id FROM changes');
  return rows.rows.map(({ id }) => id);
}

/** The changes route with one change whose text is given, not made by JSON.stringify. */
function withText(find: string, replace: string, id: string): string {
  return JSON.stringify({ changes: [customerChange(id)] }).replace(find, replace);
}

describe('a request that cannot be taken', () => {
  it.each([
    ['no JSON', '{"changes":[', {}, 400, 'bad_request'],
    ['an empty body', ' ', {}, 400, 'bad_request'],
    ['UTF-8 that is none', Uint8Array.from([0x7b, 0xff, 0xfe, 0x7d]), {}, 400, 'bad_request'],
    ['a million nested arrays', '['.repeat(1e6) + ']'.repeat(1e6), {}, 400, 'bad_request'],
    ['a million open arrays', '['.repeat(1e6), {}, 400, 'bad_request'],
    ['another type', '{}', { 'content-type': 'text/plain' }, 415, 'unsupported_media_type'],
    [
      'another charset',
      '{}',
      { 'content-type': 'application/json; charset=utf-16' },
      415,
      'unsupported_media_type',
    ],
    ['compression', '{}', { 'content-encoding': 'gzip' }, 415, 'unsupported_media_type'],
    ['no object', '[]', {}, 422, 'invalid'],
    ['null', 'null', {}, 422, 'invalid'],
    ['no changes', '{"changes":[]}', {}, 422, 'invalid'],
    ['1,001 changes', JSON.stringify({ changes: Array(1_001).fill({}) }), {}, 422, 'invalid'],
    ['a million changes', JSON.stringify({ changes: Array(1e6).fill(0) }), {}, 422, 'invalid'],
    ['an unknown field', '{"changes":[{}],"dryRun":true}', {}, 422, 'invalid'],
    ['the key __proto__', '{"changes":[{}],"__proto__":{}}', {}, 422, 'invalid'],
    ['a key twice', '{"changes":[{}],"changes":[{}]}', {}, 422, 'invalid'],
  ] as const)('%s', async (_what, raw, headers, status, code) => {
    const answer = await sendRaw(raw, headers);
    expect(answer).toMatchObject({ status, body: { status, code } });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it('is refused above 5 MB, and taken at 5 MB exactly', async () => {
    const text = JSON.stringify({ changes: [customerChange('exact-5mb')] });
    const full = text.padEnd(5 * 1024 * 1024, ' ');
    expect(await sendRaw(full)).toMatchObject({ status: 202, body: { accepted: 1 } });
    expect(await sendRaw(`${full} `)).toMatchObject({ status: 413, body: { code: 'too_large' } });
  });

  it('names itself by an id that the header repeats', async () => {
    const answer = await sendRaw('nonsense');
    expect(answer.body).toMatchObject({ requestId: answer.headers.get('x-request-id') });
    expect(answer.headers.get('x-powered-by')).toBeNull();
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('stores nothing', async () => {
    await expect(storedIds()).resolves.toEqual(['exact-5mb']);
  });
});

const order = (change: object): object => ({ ...orderBody('n', [['A', 2]], null), ...change });
const line = {
  lineId: '1',
  sku: 'A',
  name: 'A',
  quantity: '2',
  unitPrice: '12.50',
  discountMinor: 0,
  netMinor: 2_500,
  taxes: [],
};

const payout = {
  processor: 'p',
  grossMinor: 5,
  feesMinor: 1,
  netMinor: 4,
  includes: [{ kind: 'order', recordId: 'o', amountMinor: 5 }],
};

describe('a change that does not fit', () => {
  it.each([
    ['no object', 7, 'invalid'],
    ['null', null, 'invalid'],
    ['nothing in it', {}, 'invalid'],
    ['an unknown kind', customerChange('x', { kind: 'coupon' }), 'unknown_kind'],
    ['a kind named like a method', customerChange('x', { kind: 'toString' }), 'unknown_kind'],
    ['an unknown op', customerChange('x', { op: 'merge' }), 'invalid'],
    ['an unknown field', customerChange('x', { source: 'woo' }), 'invalid'],
    ['a field named constructor', customerChange('x', { constructor: 1 }), 'invalid'],
    [
      'a body field named constructor',
      customerChange('x', { body: { name: 'A', constructor: 1 } }),
      'invalid',
    ],
    ['an empty id', customerChange(''), 'invalid'],
    ['a long id', customerChange('x'.repeat(101)), 'invalid'],
    ['a blank at the end of its id', customerChange('x '), 'invalid'],
    ['NUL in its id', customerChange('x\u0000y'), 'invalid'],
    ['half a character in its id', customerChange('x\ud800'), 'invalid'],
    ['NUL in its body', customerChange('x', { body: { name: 'A\u0000' } }), 'invalid'],
    ['half a character in its body', customerChange('x', { body: { name: '\udc00' } }), 'invalid'],
    ['no revision', customerChange('x', { revision: undefined }), 'invalid'],
    ['revision 0', customerChange('x', { revision: 0 }), 'invalid'],
    ['revision 1.5', customerChange('x', { revision: 1.5 }), 'invalid'],
    ['revision 2^53', customerChange('x', { revision: 2 ** 53 }), 'invalid'],
    ['a day without time', customerChange('x', { occurredAt: '2026-11-22' }), 'invalid'],
    ['no offset', customerChange('x', { occurredAt: '2026-11-22T10:15:00' }), 'invalid'],
    ['30 February', customerChange('x', { occurredAt: '2026-02-30T10:15:00Z' }), 'invalid'],
    ['hour 24', customerChange('x', { occurredAt: '2026-02-20T24:00:00Z' }), 'invalid'],
    ['year 0', customerChange('x', { occurredAt: '0000-01-01T00:00:00Z' }), 'invalid'],
    ['year 10000', customerChange('x', { occurredAt: '+010000-01-01T00:00:00Z' }), 'invalid'],
    [
      'year 2200 in UTC',
      customerChange('x', { occurredAt: '2199-12-31T23:00:00-05:00' }),
      'invalid',
    ],
    ['a deletion with a body', customerChange('x', { op: 'delete' }), 'invalid'],
    [
      'stock with a revision',
      customerChange('x', { kind: 'inventory', body: { count: { quantity: '1' } } }),
      'invalid',
    ],
    [
      'a deletion of stock',
      {
        id: 'x',
        kind: 'inventory',
        op: 'delete',
        recordId: 'A',
        occurredAt: '2026-11-22T10:15:00Z',
      },
      'invalid',
    ],
    [
      'money of 2^53',
      customerChange('x', {
        kind: 'order',
        body: order({ totals: { netMinor: 2 ** 53, taxMinor: 0, totalMinor: 2 ** 53 } }),
      }),
      'invalid',
    ],
    [
      'money as a text',
      customerChange('x', {
        kind: 'order',
        body: order({ totals: { netMinor: '2500', taxMinor: 0, totalMinor: 2_500 } }),
      }),
      'invalid',
    ],
    [
      'no sums that hold',
      customerChange('x', {
        kind: 'order',
        body: order({ totals: { netMinor: 2_501, taxMinor: 0, totalMinor: 2_501 } }),
      }),
      'totals_differ',
    ],
    [
      'tenders that pay less',
      customerChange('x', {
        kind: 'order',
        body: order({ tenders: [{ tender: 'cash', amountMinor: 1 }] }),
      }),
      'totals_differ',
    ],
    [
      'a payout whose net is another',
      customerChange('x', { kind: 'payout', body: { ...payout, netMinor: 5 } }),
      'totals_differ',
    ],
    [
      'a payout that lists less',
      customerChange('x', { kind: 'payout', body: { ...payout, includes: [] } }),
      'totals_differ',
    ],
    [
      'deposits that pay too much',
      customerChange('x', {
        kind: 'order',
        body: order({ deposits: [{ paymentId: 'p', amountMinor: 1 }] }),
      }),
      'totals_differ',
    ],
    [
      'a payment of nothing',
      customerChange('x', {
        kind: 'payment',
        body: { number: '1', tender: 'cash', amountMinor: 5 },
      }),
      'invalid',
    ],
    [
      'a refund with negative amounts',
      customerChange('x', {
        kind: 'refund',
        body: order({
          restock: true,
          lines: [{ ...line, quantity: '-2', netMinor: -2_500 }],
          tenders: [{ tender: 'cash', amountMinor: -2_500 }],
          totals: { netMinor: -2_500, taxMinor: 0, totalMinor: -2_500 },
        }),
      }),
      'invalid',
    ],
    [
      'sums beyond exact integers',
      customerChange('x', {
        kind: 'order',
        body: order({
          lines: Array.from({ length: 2_000 }, (_, index) => ({
            ...line,
            lineId: String(index),
            taxes: Array(20).fill({ code: 'T', taxMinor: 1e12 }),
          })),
        }),
      }),
      'totals_differ',
    ],
  ])('%s', async (_what, change, code) => {
    const answer = await send([change]);
    expect(answer).toMatchObject({
      status: 422,
      body: { code: 'invalid', rejected: [{ index: 0, code }] },
    });
  });

  it.each([
    ['1e400', '"revision":1', '"revision":1e400'],
    ['NaN written as null', '"revision":1', '"revision":null'],
    ['its own key __proto__', '"op":', '"__proto__":{"x":1},"op":'],
    ['a body key __proto__', '"name":', '"\\u005f_proto__":{},"name":'],
    ['a key twice', '"name":"Ann"', '"name":"Ann","name":"Bob"'],
    ['an array of 20,000 elements', '"name":"Ann"', `"name":[${'0,'.repeat(20_000)}0]`],
  ])('%s', async (_what, find, replace) => {
    const answer = await sendRaw(withText(find, replace, 'odd'));
    const rejected = [{ index: 0, id: 'odd', code: 'invalid' }];
    expect(answer).toMatchObject({ status: 422, body: { rejected } });
  });

  it('says both figures of a sum that differs', async () => {
    const body = order({ totals: { netMinor: 2_400, taxMinor: 0, totalMinor: 2_500 } });
    const answer = await send([customerChange('x', { kind: 'order', body })]);
    expect(answer.text).toContain('is 2400, but lines + fees + shipping is 2500');
  });

  it('does not keep the others from being stored', async () => {
    const answer = await send([customerChange('good-1'), { id: 'bad' }, customerChange('good-2')]);
    expect(answer).toMatchObject({
      status: 202,
      body: { accepted: 2, duplicates: 0, rejected: [{ index: 1, id: 'bad', code: 'invalid' }] },
    });
  });
});

describe('ids and texts', () => {
  it.each([
    "'; DROP TABLE changes; --",
    "O'Brien",
    'BANK CHARGES',
    '🧾-Ü-日本',
    'a/b?c#d%20',
    '__proto__',
  ])('come out as they went in: %s', async (text) => {
    const change = customerChange(text, { recordId: text, body: { name: text } });
    expect(await send([change])).toMatchObject({ status: 202, body: { accepted: 1 } });
    const path = tenant.path(`/changes/${encodeURIComponent(text)}`);
    const found = await api.call('GET', path, { key: tenant.keys.pos });
    expect(found).toMatchObject({
      status: 200,
      body: {
        id: text,
        recordId: text,
        body: { name: text },
        occurredAt: '2026-11-22T15:15:00.000Z',
        outcome: 'pending',
      },
    });
  });

  it('are compared exactly', async () => {
    const ids = ['case', 'Case', 'caſe', 'cafe\u0301', 'caf\u00e9'];
    const answer = await send(ids.map((id) => customerChange(id)));
    expect(answer.body).toEqual({ accepted: 5, duplicates: 0, rejected: [] });
  });

  it.each(['/changes/%00', '/changes/%20x', '/changes/unknown', `/changes/${'x'.repeat(200)}`])(
    'that nobody sent are not found: %s',
    async (path) => {
      const answer = await api.call('GET', tenant.path(path), { key: tenant.keys.pos });
      expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
    },
  );
});

describe('an id that comes again', () => {
  it('is a duplicate with the same content, whatever the order of its keys and the form of its time', async () => {
    await send([customerChange('twice', { body: { name: 'Ann', phone: '1' } })]);
    const again = {
      ...customerChange('twice', { body: { phone: '1', name: 'Ann' } }),
      occurredAt: '2026-11-22T15:15:00Z',
    };
    expect(await send([again])).toMatchObject({
      status: 202,
      body: { accepted: 0, duplicates: 1, rejected: [] },
    });
  });

  it('is refused with another content', async () => {
    const answer = await send([customerChange('twice', { revision: 2 }), customerChange('new')]);
    expect(answer).toMatchObject({
      status: 202,
      body: {
        accepted: 1,
        duplicates: 0,
        rejected: [{ index: 0, id: 'twice', code: 'id_reused' }],
      },
    });
  });

  it('is refused with 422 when nothing else is in the request', async () => {
    const answer = await send([customerChange('twice', { revision: 2 })]);
    expect(answer).toMatchObject({ status: 422, body: { rejected: [{ code: 'id_reused' }] } });
  });

  it('within one request counts like one request after the other', async () => {
    const answer = await send([
      customerChange('self'),
      customerChange('self'),
      customerChange('self', { revision: 9 }),
    ]);
    expect(answer).toMatchObject({
      status: 202,
      body: { accepted: 1, duplicates: 1, rejected: [{ index: 2, id: 'self', code: 'id_reused' }] },
    });
  });
});

it('a deletion needs no body', async () => {
  const change = customerChange('gone', { op: 'delete', body: undefined });
  expect(await send([change])).toMatchObject({ status: 202, body: { accepted: 1 } });
});

describe('a dry run of changes', () => {
  const dryRun = (path: string, changes: unknown): Promise<Called> =>
    api.call('POST', tenant.path(path), { key: tenant.keys.pos, body: { changes } });

  it('is checked as a send is, and nothing of it is stored', async () => {
    const before = await storedIds();
    const answer = await dryRun('/changes?dryRun=true', [customerChange('dry-1'), { id: 'dry-2' }]);
    expect(answer).toMatchObject({ status: 200, body: { accepted: 1, duplicates: 0 } });
    expect(answer.body).toMatchObject({ rejected: [{ index: 1, id: 'dry-2' }] });
    expect(await storedIds()).toEqual(before);
  });

  it.each(['/changes?dryRun=yes', '/changes?dryrun=true', '/changes?dryRun=true&dryRun=false'])(
    'is never mistaken for a send: %s',
    async (path) => {
      const before = await storedIds();
      expect(await dryRun(path, [customerChange('dry-3')])).toMatchObject({ status: 422 });
      expect(await storedIds()).toEqual(before);
    },
  );

  it('no call passes over a parameter that it does not know', async () => {
    const path = tenant.path('/status?tenant=other');
    const answer = await api.call('GET', path, { key: tenant.keys.admin });
    expect(answer).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'tenant', message: 'is no parameter of this call' }] },
    });
  });
});

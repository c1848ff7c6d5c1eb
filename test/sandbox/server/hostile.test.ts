import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getMaxListeners } from 'node:events';

import { newEpoch } from '../../../sandbox/server/epoch';
import {
  at,
  control,
  send,
  startCompany,
  startShop,
  type Answer,
  type Company,
  type Shop,
} from '../support';

/** What no honest client sends: both sandboxes answer as the vendors do, and go on. */
let shop: Shop;
let company: Company;
beforeAll(async () => {
  shop = await startShop();
  company = await startCompany({ fixture: 'accounting' });
});
afterAll(() => Promise.all([shop.sandbox.close(), company.sandbox.close()]));

const deepList = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const post = (path: string, body: string): Promise<Answer> =>
  send(`${shop.sandbox.url}/shop/wp-json/wc/v3/${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-forwarded-proto': 'https',
      authorization:
        'Basic ' + Buffer.from(`${shop.consumerKey}:${shop.consumerSecret}`).toString('base64'),
    },
    body,
  });
const ask = (name: string, body: string): Promise<Answer> =>
  send(`${shop.sandbox.url}/_sandbox/${name}`, {
    method: 'POST',
    headers: { 'x-sandbox-token': shop.sandbox.token },
    body,
  });

describe('JSON that is nested too deeply', () => {
  it('is refused by the shop in the words of PHP, and 512 is not too deep', async () => {
    const meta = (depth: number): string =>
      `{"meta_data":[{"key":"k","value":${deepList(depth)}}]}`;
    for (const depth of [510, 20_000]) {
      const answer = await post('products', meta(depth));
      expect([answer.status, at(answer.body, 'data.json_error_message')]).toEqual([
        400,
        'Maximum stack depth exceeded',
      ]);
    }
    expect((await post('products', meta(509))).status).toBe(201);
    const text = JSON.stringify({ name: `"${deepList(20_000)}\\` });
    expect((await post('products', text)).status).toBe(201); // brackets in a text are no depth
  });

  it('is no JSON for a company and for a control call', async () => {
    const customer = `{"DisplayName":"d","Notes":${deepList(20_000)}}`;
    const sent = `{"BatchItemRequest":[{"bId":"1","operation":"create","Customer":${customer}}]}`;
    expect((await company.post('batch', {}, { body: sent })).status).toBe(400);
    const deed = `{"as":"plugin","do":"setPrice","store":${deepList(20_000)}}`;
    expect((await ask('act', deed)).body).toEqual({ error: 'the body is not JSON' });
  });
});

describe('figures that are none', () => {
  it.each([
    ['x', '0'],
    ['1.5', '0.0'],
    ['-3', '0.000'],
    ['99999999999999999999', `0.${'0'.repeat(100)}`],
  ])('dp=%s is read as PHP reads a whole number', async (dp, total) => {
    const made = await post('orders', '{}');
    const seen = await shop.call('GET', `/wc/v3/orders/${String(at(made.body, 'id'))}?dp=${dp}`);
    expect([seen.status, at(seen.body, 'total')]).toEqual([200, total]);
    expect((await shop.call('GET', `/wc/v3/refunds?dp=${dp}`)).status).toBe(200);
  });

  it('a quantity beyond all numbers counts as none', async () => {
    const id = at((await post('products', '{"regular_price":"1"}')).body, 'id');
    const order = { line_items: [{ product_id: id, quantity: '1e400' }] };
    const answer = await post('orders/batch', JSON.stringify({ create: [order] }));
    expect(at(answer.body, 'create.0.line_items.0.quantity')).toBe(0);
  });
});

it('a LIKE with hundreds of signs is answered at once', async () => {
  const like = async (pattern: string): Promise<unknown[]> => {
    const answer = await company.query(
      `select * from Customer where DisplayName LIKE '${pattern}'`,
    );
    const rows = at(answer.body, 'QueryResponse.Customer');
    return Array.isArray(rows) ? rows.map((row) => at(row, 'DisplayName')) : [];
  };
  await company.post('customer', { DisplayName: 'a'.repeat(500) });
  await company.post('customer', { DisplayName: 'Abc.abc' });
  expect(await like(`${'%a'.repeat(200)}%b`)).toEqual([]);
  expect(await like('abc.%')).toEqual(['Abc.abc']);
  expect(await like('%C.A%')).toEqual(['Abc.abc']);
  expect(await like('a%.abc')).toEqual(['Abc.abc']);
  expect(await like('abc.a%abc')).toEqual([]);
  expect(await like('abc')).toEqual([]);
});

describe('what is too long', () => {
  it('an address of 30 kB is 414, as one of 9 kB', async () => {
    for (const count of [1000, 3400]) {
      const answer = await shop.call('GET', `/wc/v3/products?sku=${'ABCDEFGH,'.repeat(count)}`);
      expect(answer.status).toBe(414);
    }
  });

  it('a body of 33 MB is 413, and the sandbox goes on', async () => {
    const answer = await post('products', 'x'.repeat(33 * 1024 * 1024));
    expect([answer.status, answer.headers.get('content-type')]).toEqual([413, 'text/html']);
    expect((await shop.call('GET', '/wc/v3/products')).status).toBe(200);
  });
});

describe('plans that cannot be done', () => {
  it.each([{ fault: 'status:100' }, { fault: 'status:429', retryAfter: '1\r\nX: 1' }])(
    '%j is refused',
    async (fault) => {
      expect((await ask('faults', JSON.stringify([fault]))).status).toBe(400);
    },
  );

  it('a deed of actBefore that fails is told to the caller, not as a bug', async () => {
    const act = { as: 'shopper', do: 'sell', store: 'shop', sku: 'NONE' };
    await control(shop.sandbox, 'faults', [{ fault: 'actBefore', act, times: 1 }]);
    const answer = await post('products', '{"name":"not made"}');
    expect([answer.status, answer.text]).toEqual([
      500,
      'sandbox: actBefore failed: no such product: give sku or id\n',
    ]);
  });
});

it('as many calls as like may wait for the next reset without a warning', () => {
  expect(getMaxListeners(newEpoch().signal)).toBe(Infinity);
});

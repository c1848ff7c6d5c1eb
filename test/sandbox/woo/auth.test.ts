import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { at, control, send, shopKey, signedQuery, startShop, type Shop } from '../support';

let shop: Shop;
let url: string;

beforeAll(async () => {
  shop = await startShop();
  url = `${shop.sandbox.url}/shop/wp-json/wc/v3/products`;
});
afterAll(() => shop.sandbox.close());

const basic = (key: string, secret: string): string =>
  `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`;

describe('W1 who asks without valid credentials is anonymous', () => {
  it.each([
    ['GET', '', 'woocommerce_rest_cannot_view', 'Sorry, you cannot list resources.'],
    ['GET', '/10', 'woocommerce_rest_cannot_view', 'Sorry, you cannot view this resource.'],
    [
      'POST',
      '',
      'woocommerce_rest_cannot_create',
      'Sorry, you are not allowed to create resources.',
    ],
    [
      'PUT',
      '/10',
      'woocommerce_rest_cannot_edit',
      'Sorry, you are not allowed to edit this resource.',
    ],
    [
      'DELETE',
      '/10',
      'woocommerce_rest_cannot_delete',
      'Sorry, you are not allowed to delete this resource.',
    ],
    [
      'POST',
      '/batch',
      'woocommerce_rest_cannot_batch',
      'Sorry, you are not allowed to batch manipulate this resource.',
    ],
  ])('%s products%s', async (method, path, code, message) => {
    const answer = await send(`${url}${path}`, { method });
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual({ code, message, data: { status: 401 } });
  });

  it('ignores Basic and query keys over plain http', async () => {
    const header = await send(url, {
      headers: { authorization: basic(shop.consumerKey, shop.consumerSecret) },
    });
    const query = await send(
      `${url}?consumer_key=${shop.consumerKey}&consumer_secret=${shop.consumerSecret}`,
    );
    expect([at(header.body, 'code'), at(query.body, 'code')]).toEqual([
      'woocommerce_rest_cannot_view',
      'woocommerce_rest_cannot_view',
    ]);
  });

  it('ignores an unknown key over TLS', async () => {
    const answer = await send(url, {
      headers: { authorization: basic('ck_nobody', 'x'), 'x-forwarded-proto': 'https' },
    });
    expect(at(answer.body, 'code')).toBe('woocommerce_rest_cannot_view');
  });
});

describe('W1 a known key', () => {
  it('passes over TLS in the header and in the query', async () => {
    const header = await shop.call('GET', '/wc/v3/products');
    const query = await send(
      `${url}?consumer_key=${shop.consumerKey}&consumer_secret=${shop.consumerSecret}`,
      { headers: { 'x-forwarded-proto': 'https' } },
    );
    expect([header.status, query.status]).toEqual([200, 200]);
  });

  it('is refused with a wrong secret', async () => {
    const answer = await send(url, {
      headers: { authorization: basic(shop.consumerKey, 'no'), 'x-forwarded-proto': 'https' },
    });
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual({
      code: 'woocommerce_rest_authentication_error',
      message: 'Consumer secret is invalid.',
      data: { status: 401 },
    });
  });

  it.each([
    ['read', 'POST', 'The API key provided does not have write permissions.'],
    ['write', 'GET', 'The API key provided does not have read permissions.'],
  ])('with %s permission cannot %s', async (permissions, method, message) => {
    await control(shop.sandbox, 'reset', {
      keep: true,
      stores: [{ store: 'limited', consumerKey: 'ck_l', consumerSecret: 'cs_l', permissions }],
    });
    const answer = await send(`${shop.sandbox.url}/limited/wp-json/wc/v3/products`, {
      method,
      headers: { authorization: basic('ck_l', 'cs_l'), 'x-forwarded-proto': 'https' },
    });
    expect([answer.status, at(answer.body, 'message')]).toEqual([401, message]);
  });
});

describe('W1 OAuth 1.0a over plain http', () => {
  it.each(['sha1', 'sha256'])('accepts a signature with %s', async (hash) => {
    const query = signedQuery('GET', url, { per_page: '1', search: 'a b&c' }, { hash });
    expect((await send(`${url}?${query}`)).status).toBe(200);
  });

  it('signs a POST without its body', async () => {
    const answer = await send(`${url}?${signedQuery('POST', url, {})}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"name":"viaoauth"}',
    });
    expect([answer.status, at(answer.body, 'name')]).toEqual([201, 'viaoauth']);
  });

  it.each([
    [
      'a wrong secret',
      { secret: 'cs_no' },
      'Invalid signature - provided signature does not match.',
    ],
    ['an unknown key', { key: 'ck_no' }, 'Consumer key is invalid.'],
    ['an old time', { atMs: Date.now() - 16 * 60_000 }, 'Invalid timestamp.'],
  ])('refuses %s', async (_case, how, message) => {
    const answer = await send(`${url}?${signedQuery('GET', url, {}, how)}`);
    expect([answer.status, at(answer.body, 'message')]).toEqual([401, message]);
  });

  it('accepts a nonce once', async () => {
    const query = signedQuery('GET', url, {});
    expect((await send(`${url}?${query}`)).status).toBe(200);
    const again = await send(`${url}?${query}`);
    expect(at(again.body, 'message')).toBe('Invalid nonce - nonce has already been used.');
  });

  it('accepts the recorded request auth_oauth_ok and refuses auth_oauth_bad_secret', async () => {
    await control(shop.sandbox, 'reset', {
      stores: [
        {
          store: 'recorded',
          homeUrl: 'http://127.0.0.1:8443',
          consumerKey: shopKey,
          consumerSecret: shop.consumerSecret,
        },
      ],
    });
    await control(shop.sandbox, 'clock', { now: '2026-11-22T11:24:56Z' });
    const recorded = (nonce: string, signature: string): string =>
      `${shop.sandbox.url}/recorded/wp-json/wc/v3/products?per_page=1&_fields=id%2Cname&oauth_consumer_key=${shopKey}&oauth_nonce=${nonce}&oauth_signature_method=HMAC-SHA256&oauth_timestamp=1795346695&oauth_version=1.0&oauth_signature=${signature}`;
    const good = await send(
      recorded('0xebc3b9526b8cd29b', 'IdGyPCvHXWzOFw1EatQ8262kHcDny4aMYQ5pg9%2FEu2Y%3D'),
    );
    const bad = await send(
      recorded('0x1f7198daee2afd68', '59Mpeohc%2BcWgqf7AXir9JI%2FZmoBcR8etOgT%2BMpxcQr0%3D'),
    );
    expect([good.status, bad.status]).toEqual([200, 401]);
  });
});

it('tells zone and home URL to everybody', async () => {
  const started = await startShop({ zone: 'Europe/Berlin' });
  const answer = await send(`${started.sandbox.url}/shop/wp-json/`);
  expect([answer.status, at(answer.body, 'timezone_string')]).toEqual([200, 'Europe/Berlin']);
  await started.sandbox.close();
});

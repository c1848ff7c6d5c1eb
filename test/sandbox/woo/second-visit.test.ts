import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { type Answer, at, control, listAt, type Shop, startShop } from '../support';

// What a second visit to a real store saw (woocommerce.md#texts, #proxies).

let shop: Shop;

beforeAll(async () => {
  shop = await startShop();
});
beforeEach(async () => {
  await control(shop.sandbox, 'reset', {
    stores: [{ store: 'shop', consumerKey: shop.consumerKey, consumerSecret: shop.consumerSecret }],
  });
});
afterAll(() => shop.sandbox.close());

const api = (method: string, path: string, body?: unknown): Promise<Answer> =>
  shop.call(method, `/wc/v3${path}`, body);
const made = async (body: object): Promise<unknown> =>
  (await api('POST', '/products', { name: 'x', ...body })).body;
const act = (body: object): Promise<unknown> =>
  control(shop.sandbox, 'act', { store: 'shop', ...body });

describe('W21: what the store does to what it is given', () => {
  it.each([
    ['x<b>5', 'x5'],
    ['s%20pct', 'spct'],
    ['A  B', 'A B'],
    ['a<b', 'a&lt;b'],
    [' tab\tB ', 'tab B'],
    ['50% off', '50% off'],
    ['back\\slash', 'back\\slash'],
  ])('SKU %s is kept as %s, and found under what was sent', async (sent, kept) => {
    expect(at(await made({ sku: sent }), 'sku')).toBe(kept);
    const found = await api('GET', `/products?sku=${encodeURIComponent(sent)}`);
    expect(listAt(found.body, '').map((one) => at(one, 'sku'))).toEqual([kept]);
  });

  it.each([
    ['strasse', 'straße'],
    ['ZW-14', 'ZW\u{200b}-14'],
    ['LODZ-15', 'ŁODZ-15'],
    ['s', 'ſ'],
    ['CAFE', 'café'],
  ])('SKU %s is held against %s, and the refusal names the holder', async (held, other) => {
    const id = at(await made({ sku: held }), 'id');
    const found = await api('GET', `/products?sku=${encodeURIComponent(other)}`);
    expect(listAt(found.body, '').map((one) => at(one, 'id'))).toEqual([id]);
    const refused = await made({ sku: other });
    expect(at(refused, 'code')).toBe('product_invalid_sku');
    expect(at(refused, 'data.resource_id')).toBe(id);
  });

  it('the filter sku=0 is ignored, in a list it is not', async () => {
    await made({ sku: '0' });
    await made({ sku: 'A' });
    const count = async (filter: string): Promise<number> =>
      listAt((await api('GET', `/products?sku=${filter}`)).body, '').length;
    expect([await count('0'), await count('0,0'), await count('0,A')]).toEqual([2, 1, 2]);
  });

  it.each([
    ['3 < 4 and 5 > 2', '3  2'],
    ['Nice <3', 'Nice &lt;3'],
    ['3 &lt; 4 and 5 &gt; 2', '3 &lt; 4 and 5 &gt; 2'],
    ['0', 'Product'],
    ['a \\ b', 'a  b'],
    ['a \\\\ b', 'a \\ b'],
    ['A & B', 'A &amp; B'],
  ])('name %s is kept as %s', async (sent, kept) => {
    expect(at(await made({ name: sent }), 'name')).toBe(kept);
  });

  it('an unknown tax class is taken for the standard one', async () => {
    expect(at(await made({ tax_class: 'Reduced rate' }), 'tax_class')).toBe('reduced-rate');
    expect(at(await made({ tax_class: 'unheard-of' }), 'tax_class')).toBe('');
  });

  it('the price of a variable product is dropped, one in the trash stays there', async () => {
    const id = String(at(await made({ sku: 'V' }), 'id'));
    await act({ as: 'shopkeeper', do: 'editProduct', sku: 'V', set: { type: 'variable' } });
    const priced = await api('PUT', `/products/${id}`, { regular_price: '5' });
    expect([priced.status, at(priced.body, 'regular_price')]).toEqual([200, '']);
    await act({ as: 'shopkeeper', do: 'trashProduct', sku: 'V' });
    const trashed = await api('PUT', `/products/${id}`, { regular_price: '5' });
    expect([trashed.status, at(trashed.body, 'status')]).toEqual([200, 'trash']);
  });

  it('one item that makes PHP fail ends the batch with 500, those before it are done', async () => {
    await control(shop.sandbox, 'settings', { 'woo.fatalOn': 'boom' });
    const create = [{ name: 'a' }, { name: 'boom' }, { name: 'c' }];
    const answer = await api('POST', '/products/batch', { create });
    expect([answer.status, at(answer.body, 'code')]).toEqual([500, 'internal_server_error']);
    expect(listAt((await api('GET', '/products')).body, '')).toHaveLength(1);
    expect((await api('POST', '/products/batch', { create: ['text'] })).status).toBe(500);
  });
});

describe('W21: what stands before a store', () => {
  it('a lower limit of batches, and one of bytes', async () => {
    await control(shop.sandbox, 'settings', { 'woo.batchMax': 2, 'woo.bodyMax': 200 });
    const create = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];
    const many = await api('POST', '/products/batch', { create });
    const code = 'woocommerce_rest_request_entity_too_large';
    expect([many.status, at(many.body, 'code')]).toEqual([413, code]);
    const long = await api('POST', '/products', { name: 'n'.repeat(300) });
    expect([long.status, long.headers.get('content-type')]).toEqual([413, 'text/html']);
  });

  it('a firewall that reads bodies, a maintenance page, routes that are away', async () => {
    await control(shop.sandbox, 'faults', [
      { match: { body: 'union select' }, fault: 'status:403' },
      { match: { path: 'orders' }, fault: 'status:302' },
      { match: { path: 'customers' }, fault: 'noRoute' },
    ]);
    expect((await api('POST', '/products', { name: 'a union select b' })).status).toBe(403);
    expect((await api('POST', '/products', { name: 'a' })).status).toBe(201);
    expect(at((await api('GET', '/customers')).body, 'code')).toBe('rest_no_route');
    const moved = await fetch(`${shop.sandbox.url}/shop/wp-json/wc/v3/orders`, {
      redirect: 'manual',
    });
    expect([moved.status, moved.headers.get('location')]).toEqual([302, '/maintenance/']);
  });

  it('notices around the JSON, stock as a text, a page cache', async () => {
    await made({ sku: 'S', manage_stock: true, stock_quantity: 7 });
    await control(shop.sandbox, 'settings', { 'woo.stockAsText': true, 'woo.cacheMs': 60_000 });
    const asked = async (): Promise<unknown> =>
      at(listAt((await api('GET', '/products?sku=S')).body, '')[0], 'stock_quantity');
    expect(await asked()).toBe('7');
    await act({ as: 'shopper', do: 'sell', sku: 'S' });
    expect(await asked()).toBe('7');
    expect(
      at(listAt((await api('GET', '/products?sku=S&_=2')).body, '')[0], 'stock_quantity'),
    ).toBe('6');
    await control(shop.sandbox, 'faults', [
      { fault: 'noticeBeforeJson', repeat: 40, times: 1 },
      { fault: 'noticeAfterJson', times: 1 },
    ]);
    const before = await api('GET', '/products?sku=S&_=3');
    expect(before.text.indexOf('[{')).toBeGreaterThan(4_096);
    expect((await api('GET', '/products?sku=S&_=4')).text).toMatch(/^\[.*<br \/>\n$/s);
  });

  it('a plug-in that ends prices in its own way, and statuses of its own', async () => {
    await act({ as: 'plugin', do: 'endPrices', ending: '.99' });
    expect(at(await made({ sku: 'P', regular_price: '12.50' }), 'regular_price')).toBe('12.99');
    await act({ as: 'shopkeeper', do: 'editProduct', sku: 'P', set: { status: 'wholesale' } });
    const found = await api('GET', '/products?sku=P');
    expect(listAt(found.body, '').map((one) => at(one, 'status'))).toEqual(['wholesale']);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { at, control, listAt, send, startShop, textAt, type Answer, type Shop } from '../support';

let shop: Shop;

beforeAll(async () => {
  shop = await startShop({ zone: 'America/New_York', currency: 'EUR' });
});
afterAll(() => shop.sandbox.close());

const create = (body: unknown): Promise<Answer> => shop.call('POST', '/wc/v3/products', body);
const update = (id: unknown, body: unknown): Promise<Answer> =>
  shop.call('PUT', `/wc/v3/products/${String(id)}`, body);
const list = (query: string): Promise<Answer> => shop.call('GET', `/wc/v3/products?${query}`);
const created = async (body: unknown): Promise<number> =>
  Number(at((await create(body)).body, 'id'));

describe('W2, W3, W4, W10 create and update', () => {
  it('gives a product its recorded fields, 201 and a Location', async () => {
    const answer = await create({ name: 'Minimal', unknown_field: 1 });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toMatch(/\/shop\/wp-json\/wc\/v3\/products\/\d+$/);
    expect(answer.body).toMatchObject({
      slug: 'minimal',
      status: 'publish',
      regular_price: '',
      manage_stock: false,
      stock_quantity: null,
      stock_status: 'instock',
      purchasable: false,
    });
    expect(Object.keys(answer.body as object)).toHaveLength(73);
  });

  it('makes an empty product when the content type is missing', async () => {
    const answer = await shop.call(
      'POST',
      '/wc/v3/products',
      { name: 'x' },
      { 'content-type': '' },
    );
    expect([answer.status, at(answer.body, 'name')]).toEqual([201, 'Product']);
  });

  it('escapes slashes and everything beyond ASCII on the wire', async () => {
    const answer = await create({ name: 'Café 5/6' });
    expect(answer.text).toContain('Caf\\u00e9 5\\/6');
  });

  it.each([
    ['12,50', '1250'],
    ['abc', ''],
    ['-5', '-5'],
    ['12.34567', '12.34567'],
    [null, ''],
  ])('stores the price %p as %p', async (sent, stored) => {
    const id = await created({ name: 'priced', regular_price: '1' });
    const answer = await update(id, { regular_price: sent });
    expect(at(answer.body, 'regular_price')).toBe(stored);
  });

  it('drops a sale price above the regular one', async () => {
    const answer = await create({ regular_price: '10', sale_price: '20' });
    expect(answer.body).toMatchObject({ price: '10', sale_price: '', on_sale: false });
  });

  it('shows entities and paragraphs to readers, raw text to editors', async () => {
    const id = await created({ name: 'A & B', description: 'one<script>' });
    const read = await shop.call('GET', `/wc/v3/products/${id}`);
    const edit = await shop.call('GET', `/wc/v3/products/${id}?context=edit`);
    expect(read.body).toMatchObject({ name: 'A &amp; B', description: '<p>one</p>\n' });
    expect(at(edit.body, 'description')).toBe('one');
  });

  it('lists all bad parameters at once', async () => {
    const id = await created({ name: 'bad' });
    const answer = await update(id, { status: 'nope', regular_price: 1, stock_status: 'zz' });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      code: 'rest_invalid_param',
      message: 'Invalid parameter(s): status, regular_price, stock_status',
      data: { details: { regular_price: { code: 'rest_invalid_type' } } },
    });
  });

  it('answers a missing product with 404 on GET and 400 on PUT', async () => {
    const get = await shop.call('GET', '/wc/v3/products/999999');
    const put = await update(999999, { name: 'x' });
    expect([get.status, put.status]).toEqual([404, 400]);
    expect(at(put.body, 'code')).toBe('woocommerce_rest_product_invalid_id');
  });

  it('keeps meta by key and deletes it with null', async () => {
    const id = await created({ meta_data: [{ key: 'erp', value: 'E-1' }] });
    await update(id, { meta_data: [{ key: 'erp', value: 'E-2' }] });
    expect(at((await update(id, {})).body, 'meta_data.0.value')).toBe('E-2');
    const cleared = await update(id, { meta_data: [{ key: 'erp', value: null }] });
    expect(at(cleared.body, 'meta_data')).toEqual([]);
  });

  it('refuses broken JSON and a method the collection does not know', async () => {
    const broken = await send(`${shop.sandbox.url}/shop/wp-json/wc/v3/products`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"name":',
    });
    const patch = await shop.call('PATCH', '/wc/v3/products', {});
    expect(at(broken.body, 'code')).toBe('rest_invalid_json');
    expect([patch.status, at(patch.body, 'code')]).toEqual([404, 'rest_no_route']);
  });
});

describe('W11 SKU', () => {
  it.each(['DUP-1', 'dup-1', ' DUP-1 '])('is taken for %p', async (sku) => {
    const holder = await shop.call('GET', '/wc/v3/products?sku=DUP-1');
    const id = at(holder.body, '0.id') ?? (await created({ sku: 'DUP-1' }));
    const answer = await create({ sku });
    expect(answer.body).toEqual({
      code: 'product_invalid_sku',
      message: 'Invalid or duplicated SKU.',
      data: { status: 400, resource_id: id, unique_sku: `${sku.trim()}-1` },
    });
  });

  it('stays taken in the trash, with another code', async () => {
    const id = await created({ sku: 'GONE-1' });
    await shop.call('DELETE', `/wc/v3/products/${id}`);
    const answer = await create({ sku: 'GONE-1' });
    expect(answer.body).toEqual({
      code: 'woocommerce_rest_product_not_created',
      message:
        'The product with SKU (GONE-1) you are trying to insert is already present in the ' +
        'lookup table',
      data: { status: 400 },
    });
  });

  it('is free again after a forced delete', async () => {
    const id = await created({ sku: 'FREE-1' });
    await shop.call('DELETE', `/wc/v3/products/${id}?force=true`);
    expect((await create({ sku: 'FREE-1' })).status).toBe(201);
  });

  it('is looked up exactly, in any case, as a list, with a comma, also for drafts', async () => {
    await create({ sku: 'LOOK-A' });
    await create({ sku: 'LOOK-B', status: 'draft' });
    await create({ sku: 'CO,MMA' });
    const count = async (query: string): Promise<number> =>
      listAt((await list(query)).body, '').length;
    expect(await count('sku=look-a')).toBe(1);
    expect(await count('sku=LOOK-A,LOOK-B')).toBe(2);
    expect(await count('sku=CO%2CMMA')).toBe(1);
    expect(await count('sku=LOOK')).toBe(0);
    expect(await count('sku=GONE-1')).toBe(0);
    expect(await count('sku=GONE-1&status=trash')).toBe(1);
  });
});

describe('W12 stock', () => {
  it('is ignored while it is not managed', async () => {
    const answer = await create({ stock_quantity: 5 });
    expect(answer.body).toMatchObject({ manage_stock: false, stock_quantity: null });
  });

  it('is out when management is switched on alone', async () => {
    const answer = await create({ manage_stock: true });
    expect(answer.body).toMatchObject({ stock_quantity: null, stock_status: 'outofstock' });
  });

  it.each([
    ['7', 7, 'instock'],
    [0, 0, 'outofstock'],
    [-3, -3, 'outofstock'],
    [null, 0, 'outofstock'],
  ])('takes %p as %p', async (sent, quantity, status) => {
    const id = await created({ manage_stock: true, stock_quantity: 1 });
    const answer = await update(id, { stock_quantity: sent, stock_status: 'instock' });
    expect(answer.body).toMatchObject({ stock_quantity: quantity, stock_status: status });
  });

  it.each([5.7, 'many'])('refuses %p', async (sent) => {
    const answer = await create({ manage_stock: true, stock_quantity: sent });
    expect(textAt(answer.body, 'data.params.stock_quantity')).toBe(
      'stock_quantity is not of type integer.',
    );
  });

  it('adds an inventory_delta and is lost when management ends', async () => {
    const id = await created({ manage_stock: true, stock_quantity: -3 });
    expect(at((await update(id, { inventory_delta: 13 })).body, 'stock_quantity')).toBe(10);
    expect(at((await update(id, { manage_stock: false })).body, 'stock_quantity')).toBeNull();
  });

  it('falls when a shopper buys, without a check', async () => {
    await create({ sku: 'SOLD', manage_stock: true, stock_quantity: 2 });
    await control(shop.sandbox, 'act', {
      as: 'shopper',
      do: 'sell',
      store: 'shop',
      sku: 'sold',
      quantity: 5,
    });
    const rows = listAt(await control(shop.sandbox, 'stock'), 'stores.shop.products');
    expect(rows.find((row) => at(row, 'sku') === 'SOLD')).toMatchObject({
      stockQuantity: -3,
      stockStatus: 'outofstock',
    });
  });
});

describe('W9 batch', () => {
  const batch = (body: unknown): Promise<Answer> =>
    shop.call('POST', '/wc/v3/products/batch', body);

  it('answers each item in its place, always with 200, and does not check the schema', async () => {
    const id = await created({ sku: 'B-0', manage_stock: true, stock_quantity: 1 });
    const answer = await batch({
      create: [{ sku: 'B-1' }, { sku: 'b-1' }, { regular_price: 5 }, { status: 'zz' }],
      update: [{ id, stock_quantity: 77 }, { id: 999999 }, { name: 'no id' }, { id: 'abc' }],
      delete: [id, id],
    });
    expect(answer.status).toBe(200);
    expect(at(answer.body, 'create.1')).toMatchObject({
      id: 0,
      error: { code: 'product_invalid_sku', data: { status: 400, unique_sku: 'b-1-1' } },
    });
    expect(at(answer.body, 'create.2.regular_price')).toBe('5');
    expect(at(answer.body, 'create.3')).toMatchObject({ status: 'draft', slug: '' });
    expect(at(answer.body, 'update.0.stock_quantity')).toBe(77);
    expect([1, 2, 3].map((i) => at(answer.body, `update.${i}.id`))).toEqual([999999, null, 'abc']);
    expect(at(answer.body, 'update.1.error.data.status')).toBe(400);
    expect(at(answer.body, 'delete.0.id')).toBe(id);
    expect(at(answer.body, 'delete.1.error.data.status')).toBe(404);
  });

  it('refuses more than 100 items over the three lists', async () => {
    const items = Array.from({ length: 51 }, () => ({ id: 1 }));
    const answer = await batch({ update: items, create: items });
    expect([answer.status, at(answer.body, 'code')]).toEqual([
      413,
      'woocommerce_rest_request_entity_too_large',
    ]);
  });

  it('breaks on an object in place of a list and answers nothing with an empty list', async () => {
    const fatal = await batch({ create: { name: 'x' } });
    expect([fatal.status, at(fatal.body, 'additional_errors')]).toEqual([500, []]);
    expect((await batch({})).text).toBe('[]');
  });
});

describe('W5, W6, W7 lists', () => {
  it('pages with totals and links, and is empty past the end', async () => {
    const page = await list('per_page=2&page=2');
    const total = Number(page.headers.get('x-wp-total'));
    expect(page.headers.get('x-wp-totalpages')).toBe(String(Math.ceil(total / 2)));
    expect(page.headers.get('link')).toMatch(/page=1>; rel="prev", .*page=3>; rel="next"/);
    const beyond = await list('page=999');
    expect([beyond.status, beyond.text]).toEqual([200, '[]']);
    expect(beyond.headers.get('link')).toMatch(/rel="prev"$/);
  });

  it.each(['per_page=0', 'per_page=101', 'orderby=nope', 'modified_after=abc', 'status=zz'])(
    'refuses %s',
    async (query) => {
      expect((await list(query)).status).toBe(400);
    },
  );

  it('ignores a filter it does not know', async () => {
    const all = await list('per_page=1');
    const filtered = await list('per_page=1&meta_key=erp&meta_value=ZZZ');
    expect(filtered.headers.get('x-wp-total')).toBe(all.headers.get('x-wp-total'));
  });

  it('cuts fields and reads the trash only when it is asked for', async () => {
    const trash = await list('status=trash&_fields=id,status');
    expect(listAt(trash.body, '').every((row) => at(row, 'status') === 'trash')).toBe(true);
    expect(Object.keys(listAt(trash.body, '')[0] as object)).toEqual(['id', 'status']);
    const all = await list('per_page=100&_fields=status');
    expect(listAt(all.body, '').some((row) => at(row, 'status') === 'trash')).toBe(false);
  });

  it('compares modified_after strictly, and misses rows in the spring gap', async () => {
    await control(shop.sandbox, 'clock', { now: '2026-03-08T02:45:00Z', rate: 0 });
    await create({ name: 'gap' });
    const found = async (value: string): Promise<boolean> => {
      const answer = await list(`modified_after=${value}&search=gap`);
      return listAt(answer.body, '').length > 0;
    };
    expect(await found('2026-03-08T02:45:00&dates_are_gmt=true')).toBe(false);
    expect(await found('2026-03-08T01:59:59&dates_are_gmt=true')).toBe(true);
    expect(await found('2026-03-08T02:30:00&dates_are_gmt=true')).toBe(false);
    expect(await found('2026-03-08T02:30:00Z')).toBe(true);
    await control(shop.sandbox, 'clock', { now: new Date().toISOString(), rate: 1 });
  });
});

it('says of a route it does not have that it is not built', async () => {
  expect((await shop.call('GET', '/wc/v3/shipping/zones')).status).toBe(501);
});

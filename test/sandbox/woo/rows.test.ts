import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';

import {
  type Answer,
  at,
  control,
  listAt,
  send,
  type Shop,
  signedQuery,
  startShop,
} from '../support';

/** What the rows of woocommerce.md#behaviours say beyond behaviours.test.ts. */
let shop: Shop;
const opened: Shop[] = [];

beforeEach(async () => {
  shop = await startShop({ zone: 'Europe/London', currency: 'GBP', country: 'GB', taxes: true });
  opened.push(shop);
});
afterAll(() => Promise.all(opened.map((one) => one.sandbox.close())));

const api = (method: string, path: string, body?: unknown): Promise<Answer> =>
  shop.call(method, `/wc/v3${path}`, body);
const idOf = (answer: Answer): number => Number(at(answer.body, 'id'));
const product = async (body: object = {}): Promise<number> =>
  idOf(await api('POST', '/products', { name: 'Mug', regular_price: '10', ...body }));
const order = (body: object): Promise<Answer> => api('POST', '/orders', body);
const option = (id: string, value: string): Promise<Answer> =>
  api('PUT', `/settings/tax/woocommerce_${id}`, { value });
const clock = (now: string): Promise<unknown> => control(shop.sandbox, 'clock', { now, rate: 0 });
const ids = (answer: Answer): unknown[] => listAt(answer.body, '').map((one) => at(one, 'id'));
const statusOf = async (answer: Promise<Answer>): Promise<number> => (await answer).status;

describe('requests', () => {
  it.each([
    [-16, 401],
    [-14, 200],
    [14, 200],
    [16, 401],
  ])('W1 a time stamp %d minutes away is answered with %d', async (minutes, status) => {
    await clock('2026-06-01T10:00:00Z');
    const atMs = Date.parse('2026-06-01T10:00:00Z') + minutes * 60_000;
    const url = `${shop.sandbox.url}/shop/wp-json/wc/v3/products`;
    expect(await statusOf(send(`${url}?${signedQuery('GET', url, {}, { atMs })}`))).toBe(status);
  });

  it.each(['/products', '/orders'])('W2 {} and unknown fields make an object: %s', async (path) => {
    const answer = await api('POST', path, { nobody_knows: 1 });
    expect([answer.status, at(answer.body, 'nobody_knows')]).toEqual([201, undefined]);
    expect(await statusOf(api('POST', path, {}))).toBe(201);
    expect(ids(await api('GET', path))).toHaveLength(2);
  });

  it('W3 a create is 201 with its place; everything beyond ASCII is escaped', async () => {
    const answer = await order({ customer_note: 'Zoë €1/2 \u{1f381}' });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(
      `${shop.sandbox.url}/shop/wp-json/wc/v3/orders/${idOf(answer)}`,
    );
    expect(answer.text).toContain('"Zo\\u00eb \\u20ac1\\/2 \\ud83c\\udf81"');
  });

  it('W4 all bad parameters are told at once, each with its own code', async () => {
    const answer = await order({ status: 'nope', customer_id: 'x', billing: { email: 'no' } });
    expect([answer.status, at(answer.body, 'code')]).toEqual([400, 'rest_invalid_param']);
    expect(at(answer.body, 'data.details')).toMatchObject({
      status: { code: 'rest_not_in_enum' },
      customer_id: { code: 'rest_invalid_type', message: 'customer_id is not of type integer.' },
      billing: { code: 'rest_invalid_email', message: 'Invalid email address.' },
    });
  });

  it.each(['/products', '/orders', '/customers'])('W5 %s: 1 to 100 on a page', async (path) => {
    const answers = await Promise.all(
      [0, 1, 100, 101].map((size) => api('GET', `${path}?per_page=${size}`)),
    );
    expect(answers.map((one) => one.status)).toEqual([400, 200, 200, 400]);
    expect(at(answers[3]?.body, 'data.params.per_page')).toBe(
      'per_page must be between 1 (inclusive) and 100 (inclusive)',
    );
  });

  it('W6 products and customers, too, come whole when a filter is unknown', async () => {
    for (const sku of ['A', 'B']) await product({ sku });
    for (const name of ['a', 'b']) await api('POST', '/customers', { email: `${name}@x.test` });
    expect(ids(await api('GET', '/products?meta_key=k&meta_value=v&filter[sku]=A'))).toHaveLength(
      2,
    );
    const changed = '/customers?modified_after=2099-01-01T00:00:00&after=2099-01-01T00:00:00';
    expect(ids(await api('GET', changed))).toHaveLength(2);
  });
});

it(
  'W8 a sale bumps the product and its parent, a refund the order, the trash ' + 'what goes there',
  async () => {
    await clock('2026-06-01T10:00:00Z');
    const parent = await product({ type: 'variable' });
    const path = `/products/${parent}/variations`;
    const child = idOf(
      await api('POST', path, { regular_price: '5', manage_stock: true, stock_quantity: 9 }),
    );
    const other = await product();
    const unpaid = await order({
      line_items: [{ product_id: parent, variation_id: child, quantity: 1 }],
    });
    const modified = async (one: string): Promise<unknown> =>
      at((await api('GET', one)).body, 'date_modified_gmt');
    await clock('2026-06-01T11:00:00Z');
    await api('PUT', `/orders/${idOf(unpaid)}`, { status: 'processing' });
    await api('DELETE', `/products/${other}`);
    for (const one of [`${path}/${child}`, `/products/${parent}`, `/products/${other}`]) {
      expect([one, await modified(one)]).toEqual([one, '2026-06-01T11:00:00']);
    }
    await clock('2026-06-01T12:00:00Z');
    await api('POST', `/orders/${idOf(unpaid)}/refunds`, { amount: '1', api_refund: false });
    expect(await modified(`/orders/${idOf(unpaid)}`)).toBe('2026-06-01T12:00:00');
  },
);

describe('orders', () => {
  const rate = (): Promise<Answer> =>
    api('POST', '/taxes', { country: 'GB', rate: '20', name: 'VAT' });

  it('W13 the status refunded adds a row for what is left, without lines', async () => {
    const id = await product({ manage_stock: true, stock_quantity: 5 });
    const sold = await order({
      status: 'processing',
      line_items: [{ product_id: id, quantity: 1 }],
    });
    const path = `/orders/${idOf(sold)}`;
    await api('POST', `${path}/refunds`, { amount: '4.00', api_refund: false });
    await api('PUT', path, { status: 'refunded' });
    const [row] = listAt((await api('GET', `${path}/refunds`)).body, '');
    expect(row).toMatchObject({ amount: '6.00', reason: 'Order fully refunded.', line_items: [] });
    expect(at((await api('GET', `/products/${id}`)).body, 'stock_quantity')).toBe(4);
  });

  it(
    'W14 lines are net with up to six decimals, dp shows them, their tax is ' +
      'that of the settings of now',
    async () => {
      await rate();
      await option('prices_include_tax', 'yes');
      const id = await product({ regular_price: '0.99' }); // 0.825 net, 0.165 tax
      const path = `/orders/${idOf(await order({ line_items: [{ product_id: id, quantity: 1 }] }))}`;
      const line = async (query = ''): Promise<unknown> =>
        at((await api('GET', `${path}${query}`)).body, 'line_items.0');
      expect(await line()).toMatchObject({ total: '0.83', total_tax: '0.16' });
      expect(await line('?dp=6')).toMatchObject({
        total: '0.825000',
        taxes: [{ total: '0.165000' }],
      });
      await option('prices_include_tax', 'no');
      expect(await line()).toMatchObject({ total: '0.83', total_tax: '0.17' });
      expect(at((await api('GET', path)).body, 'total')).toBe('0.99');
    },
  );

  it('W16 a negative fee is taxed, also against its own word; a positive one is not', async () => {
    await rate();
    const line_items = [{ product_id: await product(), quantity: 1 }];
    const fee = async (total: string): Promise<unknown> => {
      const sold = await order({
        line_items,
        fee_lines: [{ name: 'f', total, tax_status: 'none' }],
      });
      return [at(sold.body, 'fee_lines.0.total_tax'), at(sold.body, 'total')];
    };
    expect([await fee('-5.00'), await fee('5.00')]).toEqual([
      ['-1.00', '6.00'],
      ['0.00', '17.00'],
    ]);
  });
});

describe('W19 customers', () => {
  it.each([
    [{ email: 'ANN@x.test' }, 'registration-error-email-exists'],
    [{ email: 'c@x.test', username: 'ann' }, 'registration-error-username-exists'],
    [{ email: 'no' }, 'customer_invalid_email'],
    [{}, 'rest_missing_callback_param'],
  ])('%j is refused with its code', async (body, code) => {
    await api('POST', '/customers', { email: 'ann@x.test', username: 'ann' });
    const answer = await api('POST', '/customers', body);
    expect([answer.status, at(answer.body, 'code')]).toEqual([400, code]);
  });

  it('a name is for ever, an e-mail for one; an order without a customer has 0', async () => {
    const ann = await api('POST', '/customers', { email: 'ann@x.test' });
    const bob = await api('POST', '/customers', { email: 'bob@x.test' });
    expect(at(ann.body, 'role')).toBe('customer');
    const codes = [
      await api('PUT', `/customers/${idOf(bob)}`, { email: 'ann@x.test' }),
      await api('PUT', `/customers/${idOf(bob)}`, { username: 'x' }),
    ];
    expect(codes.map((one) => at(one.body, 'code'))).toEqual([
      'woocommerce_rest_customer_invalid_email',
      'woocommerce_rest_customer_invalid_argument',
    ]);
    expect(at((await order({})).body, 'customer_id')).toBe(0);
  });
});

describe('W21 deletes', () => {
  it('a variation goes to the trash, is listed there, and is gone by force', async () => {
    const path = `/products/${await product({ type: 'variable' })}/variations`;
    const id = idOf(await api('POST', path, {}));
    expect(await statusOf(api('DELETE', `${path}/${id}`))).toBe(200);
    expect(at((await api('GET', `${path}/${id}`)).body, 'status')).toBe('trash');
    expect([ids(await api('GET', path)), ids(await api('GET', `${path}?status=trash`))]).toEqual([
      [],
      [id],
    ]);
    expect(await statusOf(api('DELETE', `${path}/${id}`))).toBe(410);
    expect(await statusOf(api('DELETE', `${path}/${id}?force=true`))).toBe(200);
    expect(await statusOf(api('GET', `${path}/${id}`))).toBe(404);
  });

  it(
    'an order in the trash is read, listed there only, comes back, and is gone ' + 'by force',
    async () => {
      const id = idOf(await order({ status: 'processing' }));
      await api('DELETE', `/orders/${id}`);
      expect(at((await api('GET', `/orders/${id}`)).body, 'status')).toBe('trash');
      expect([
        ids(await api('GET', '/orders')),
        ids(await api('GET', '/orders?status=trash')),
      ]).toEqual([[], [id]]);
      expect(await statusOf(api('DELETE', `/orders/${id}`))).toBe(410);
      expect(at((await api('PUT', `/orders/${id}`, { status: 'completed' })).body, 'status')).toBe(
        'completed',
      );
      await api('DELETE', `/orders/${id}?force=true`);
      expect(await statusOf(api('GET', `/orders/${id}`))).toBe(404);
    },
  );

  it.each([
    ['/webhooks', { topic: 'order.created', delivery_url: 'http://203.0.113.9:1/x' }],
    ['/products/categories', { name: 'Cups' }],
    ['/customers', { email: 'x@example.test' }],
  ])('%s know no trash', async (path, body) => {
    const id = idOf(await api('POST', path, body));
    const refused = await api('DELETE', `${path}/${id}`);
    expect([refused.status, at(refused.body, 'code')]).toEqual([
      501,
      'woocommerce_rest_trash_not_supported',
    ]);
    expect(await statusOf(api('DELETE', `${path}/${id}?force=true`))).toBe(200);
    expect(await statusOf(api('GET', `${path}/${id}`))).toBe(404);
  });
});

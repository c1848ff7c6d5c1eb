import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';

import { type Answer, at, control, listAt, send, type Shop, startShop } from '../support';

let shop: Shop;
const opened: Shop[] = [];

beforeEach(async () => {
  shop = await startShop({ zone: 'America/New_York', currency: 'USD', country: 'GB', taxes: true });
  opened.push(shop);
});
afterAll(() => Promise.all(opened.map((one) => one.sandbox.close())));

const api = (method: string, path: string, body?: unknown): Promise<Answer> =>
  shop.call(method, `/wc/v3${path}`, body);
const idOf = (answer: Answer): number => Number(at(answer.body, 'id'));
const product = async (body: object = {}): Promise<number> =>
  idOf(
    await api('POST', '/products', {
      name: 'Mug',
      regular_price: '10',
      manage_stock: true,
      stock_quantity: 100,
      ...body,
    }),
  );
const order = async (body: object): Promise<Answer> => api('POST', '/orders', body);
const stockOf = async (id: number): Promise<unknown> =>
  at((await api('GET', `/products/${id}`)).body, 'stock_quantity');
const settings = (values: object): Promise<unknown> => control(shop.sandbox, 'settings', values);
/** Does the same so often at once: all calls are open before the first is carried out. */
async function race(calls: readonly (() => Promise<Answer>)[]): Promise<Answer[]> {
  await control(shop.sandbox, 'faults', [
    { fault: 'hold', until: calls.length, times: calls.length },
  ]);
  return Promise.all(calls.map((call) => call()));
}
const times = (count: number, call: () => Promise<Answer>): (() => Promise<Answer>)[] =>
  Array.from({ length: count }, () => call);
const option = (id: string, value: string): Promise<Answer> =>
  api('PUT', `/settings/tax/woocommerce_${id}`, { value });
const clock = (now: string): Promise<unknown> => control(shop.sandbox, 'clock', { now, rate: 0 });
const act = (body: object): Promise<unknown> =>
  control(shop.sandbox, 'act', { store: 'shop', ...body });
const ids = (answer: Answer): unknown[] => listAt(answer.body, '').map((one) => at(one, 'id'));

describe('requests and errors', () => {
  it('W1 a user who may not manage the shop is refused with 403', async () => {
    shop = await startShop({ mayManage: false });
    opened.push(shop);
    const answer = await api('GET', '/products');
    expect([answer.status, at(answer.body, 'code')]).toEqual([403, 'woocommerce_rest_cannot_view']);
  });

  it(
    'W2 JSON without its content type makes an empty object, unknown fields ' + 'are ignored',
    async () => {
      const answer = await shop.call(
        'POST',
        '/wc/v3/orders',
        { customer_note: 'x' },
        { 'content-type': '' },
      );
      expect([answer.status, at(answer.body, 'customer_note')]).toEqual([201, '']);
    },
  );

  it('W3 sub-resources answer with the raw route pattern and escaped slashes', async () => {
    const parent = await product({ type: 'variable' });
    const answer = await api('POST', `/products/${parent}/variations`, {});
    expect(answer.headers.get('location')).toContain('(?P<product_id>[\\d]+)/variations/');
    expect(answer.text).toContain('\\/variations\\/');
  });

  it('W4 a missing order is 404 to a GET and 400 to a PUT', async () => {
    const answers = await Promise.all([api('GET', '/orders/9999'), api('PUT', '/orders/9999', {})]);
    expect(answers.map((one) => [one.status, at(one.body, 'message')])).toEqual([
      [404, 'Invalid ID.'],
      [400, 'ID is invalid.'],
    ]);
  });

  it('W5 pages tell totals and neighbours on the URL of the site', async () => {
    for (const name of ['a', 'b', 'c']) await product({ name });
    const page = await api('GET', '/products?per_page=1&page=2');
    expect([page.headers.get('x-wp-total'), page.headers.get('x-wp-totalpages')]).toEqual([
      '3',
      '3',
    ]);
    expect(page.headers.get('link')).toBe(
      `<${shop.sandbox.url}/shop/wp-json/wc/v3/products?per_page=1&page=1>; rel="prev", ` +
        `<${shop.sandbox.url}/shop/wp-json/wc/v3/products?per_page=1&page=3>; rel="next"`,
    );
    expect((await api('GET', '/products?page=9')).body).toEqual([]);
  });

  it('W6 filters that do not exist return everything', async () => {
    await order({ transaction_id: 'T1' });
    await order({ transaction_id: 'T2' });
    expect(ids(await api('GET', '/orders?transaction_id=T1&number=1&meta_key=x'))).toHaveLength(2);
  });
});

describe('dates', () => {
  const changed = async (at: string): Promise<{ product: number; order: number }> => {
    const one = { product: await product(), order: idOf(await order({})) };
    for (const entity of ['product', 'order'] as const)
      await act({ as: 'database', do: 'setModified', entity, id: one[entity], at });
    return one;
  };
  const found = async (query: string): Promise<boolean[]> => {
    const answers = [await api('GET', `/products?${query}`), await api('GET', `/orders?${query}`)];
    return answers.map((one) => ids(one).length > 0);
  };

  /** The table of woocommerce.md#dates: [products, orders]. */
  it.each([
    [
      '2026-03-08T02:45:00Z',
      'modified_after=2026-03-08T02:30:00&dates_are_gmt=true',
      [false, false],
    ],
    ['2026-03-08T02:45:00Z', 'modified_after=2026-03-08T02:30:00Z', [true, true]],
    ['2026-03-08T02:45:00Z', 'modified_after=2026-03-08T01:59:59&dates_are_gmt=true', [true, true]],
    ['2026-11-01T06:10:00Z', 'modified_after=2026-11-01T05:50:00&dates_are_gmt=true', [true, true]],
    ['2026-11-01T06:10:00Z', 'modified_after=2026-11-01T05:50:00Z', [false, true]],
    [
      '2026-11-01T05:45:00Z',
      'modified_after=2026-11-01T06:10:00&dates_are_gmt=true',
      [false, false],
    ],
    ['2026-11-01T05:45:00Z', 'modified_after=2026-11-01T06:10:00Z', [true, false]],
    [
      '2026-06-01T12:00:00Z',
      'modified_after=2026-06-01T12:00:00&dates_are_gmt=true',
      [false, false],
    ],
    ['2026-06-01T12:00:00Z', 'modified_after=2026-06-01T11:59:59&dates_are_gmt=true', [true, true]],
    ['2026-06-01T12:00:00Z', 'modified_after=2026-06-01T07:59:59', [true, true]],
    [
      '2026-06-01T12:00:00Z',
      'modified_after=2026-06-01T12:00:01Z&dates_are_gmt=true',
      [true, true],
    ],
  ])(
    'W7 a row changed at %s, asked for %s: products and orders %p',
    async (at, query, expected) => {
      await changed(at);
      expect(await found(query)).toEqual(expected);
    },
  );

  it(
    'W8 every PUT bumps, a note and a direct change do not, a variation bumps ' + 'its parent',
    async () => {
      await clock('2026-06-01T10:00:00Z');
      const made = idOf(await order({}));
      const parent = await product({ type: 'variable' });
      const child = idOf(await api('POST', `/products/${parent}/variations`, {}));
      await clock('2026-06-01T11:00:00Z');
      await api('POST', `/orders/${made}/notes`, { note: 'x' });
      await act({ as: 'plugin', do: 'setPrice', id: parent, price: '3', bump: false });
      const modified = async (path: string): Promise<unknown> =>
        at((await api('GET', path)).body, 'date_modified_gmt');
      expect([await modified(`/orders/${made}`), await modified(`/products/${parent}`)]).toEqual([
        '2026-06-01T10:00:00',
        '2026-06-01T10:00:00',
      ]);
      await api('PUT', `/orders/${made}`, {});
      await api('PUT', `/products/${parent}/variations/${child}`, {});
      expect([await modified(`/orders/${made}`), await modified(`/products/${parent}`)]).toEqual([
        '2026-06-01T11:00:00',
        '2026-06-01T11:00:00',
      ]);
    },
  );
});

describe('batches, products and stock', () => {
  it(
    'W9 a batch answers 200 item by item, checks no schema, and finishes ' + 'without its client',
    async () => {
      const body = {
        create: [{ status: 'zz', regular_price: 5 }],
        update: [{ id: 9999 }],
        delete: ['abc', 9999],
      };
      const answer = await api('POST', '/products/batch', body);
      expect([
        answer.status,
        at(answer.body, 'create.0.status'),
        at(answer.body, 'create.0.regular_price'),
      ]).toEqual([200, 'draft', '5']);
      expect(listAt(answer.body, 'delete')).toHaveLength(1); // `abc` gets no slot
      const create = Array.from({ length: 10 }, (_, number) => ({ name: `left ${number}` }));
      const leave = new AbortController();
      await control(shop.sandbox, 'faults', [{ fault: 'hold', until: 2, times: 2 }]);
      const url = `${shop.sandbox.url}/shop/wp-json/wc/v3/products/batch`;
      const basic = Buffer.from(`${shop.consumerKey}:${shop.consumerSecret}`).toString('base64');
      const headers = {
        authorization: `Basic ${basic}`,
        'x-forwarded-proto': 'https',
        'content-type': 'application/json',
      };
      const left = send(url, {
        method: 'POST',
        signal: leave.signal,
        headers,
        body: JSON.stringify({ create }),
      }).catch(() => undefined);
      const open = async (): Promise<number> =>
        listAt(await control(shop.sandbox, 'journal'), 'inFlight').length;
      while ((await open()) < 1);
      leave.abort();
      await left;
      while ((await open()) > 0);
      // the second that came
      const total = (await api('GET', '/products')).headers.get('x-wp-total');
      expect(total).toBe('11');
    },
  );

  it('W10 prices and texts come back changed, related ids are drawn', async () => {
    for (let number = 0; number < 9; number += 1) await product({ name: `other ${number}` });
    const id = await product({ name: 'A & B', regular_price: '12,50', description: 'x' });
    const reads = [await api('GET', `/products/${id}`), await api('GET', `/products/${id}`)];
    expect(reads[0]?.body).toMatchObject({
      name: 'A &amp; B',
      regular_price: '1250',
      description: '<p>x</p>\n',
    });
    expect(at(reads[0]?.body, 'related_ids')).not.toEqual(at(reads[1]?.body, 'related_ids'));
  });

  it('W11 a race for a SKU is lost in the look-up table; two updates may both win', async () => {
    const pairs: number[][] = [];
    for (let round = 0; round < 8; round += 1) pairs.push([await product(), await product()]);
    await settings({ seed: 3 });
    const creates = await race(times(4, () => api('POST', '/products', { sku: 'R' })));
    const codes = creates.map((one) => at(one.body, 'code')).filter((code) => code !== undefined);
    expect(codes).toEqual(Array.from({ length: 3 }, () => 'woocommerce_rest_product_not_created'));
    const winners: number[] = [];
    for (const [round, pair] of pairs.entries()) {
      const sku = `U${round}`;
      const puts = await race(pair.map((id) => () => api('PUT', `/products/${id}`, { sku })));
      winners.push(puts.filter((one) => one.status === 200).length);
    }
    expect(new Set(winners)).toEqual(new Set([1, 2]));
  });

  it('W12 a delta loses updates, sales by order do not, and nobody checks the stock', async () => {
    const id = await product();
    await race(times(5, () => api('PUT', `/products/${id}`, { inventory_delta: 1 })));
    expect(await stockOf(id)).toBe(101);
    const sale = { status: 'processing', line_items: [{ product_id: id, quantity: 30 }] };
    await race(times(5, () => order(sale)));
    expect(await stockOf(id)).toBe(-49);
  });

  it('W12 a variation may live on the stock of its parent', async () => {
    const parent = await product({ type: 'variable', stock_quantity: 10 });
    const child = idOf(await api('POST', `/products/${parent}/variations`, { regular_price: '5' }));
    await api('PUT', `/products/${parent}/variations/${child}`, { stock_quantity: 99 });
    await order({
      status: 'processing',
      line_items: [{ product_id: parent, variation_id: child, quantity: 3 }],
    });
    const seen = await api('GET', `/products/${parent}/variations/${child}`);
    expect(seen.body).toMatchObject({ manage_stock: 'parent', stock_quantity: 7 });
    expect(await stockOf(parent)).toBe(7);
  });

  it(
    'W13 stock follows the status, parallel PUTs take it twice, the trash ' + 'gives nothing back',
    async () => {
      const id = await product();
      const line_items = [{ product_id: id, quantity: 2 }];
      const made = idOf(await order({ line_items }));
      await race(times(3, () => api('PUT', `/orders/${made}`, { status: 'processing' })));
      expect(Number(await stockOf(id))).toBeLessThan(98);
      await api('PUT', `/products/${id}`, { stock_quantity: 50 });
      await api('PUT', `/orders/${made}`, { status: 'cancelled' });
      expect(await stockOf(id)).toBe(52);
      const other = idOf(await order({ status: 'processing', line_items }));
      await api('PUT', `/orders/${other}`, { status: 'refunded' });
      await api('DELETE', `/orders/${other}`);
      await api('DELETE', `/orders/${other}?force=true`);
      expect(await stockOf(id)).toBe(50);
    },
  );
});

describe('orders and refunds', () => {
  const rate = (): Promise<Answer> =>
    api('POST', '/taxes', { country: 'GB', rate: '20', name: 'VAT' });

  /**
   * Worked by hand from the formulas of woocommerce.md#totals: three lines of 0.99, one of 2.35,
   * shipping 4.99, 20 %.
   */
  it.each([
    ['no', 'no', '12.38', '2.07'],
    ['no', 'yes', '12.37', '2.06'],
    ['yes', 'no', '11.31', '1.87'],
    ['yes', 'yes', '11.31', '1.88'],
  ])(
    'W14 prices with tax %s, rounded at the sub-total %s',
    async (gross, subtotal, total, totalTax) => {
      await rate();
      await option('prices_include_tax', gross);
      await option('tax_round_at_subtotal', subtotal);
      const [pin, mug] = [
        await product({ regular_price: '0.99' }),
        await product({ regular_price: '2.35' }),
      ];
      const answer = await order({
        line_items: [pin, pin, pin, mug].map((product_id) => ({ product_id, quantity: 1 })),
        shipping_lines: [{ method_id: 'flat_rate', total: '4.99' }],
      });
      expect(answer.body).toMatchObject({ total, total_tax: totalTax });
    },
  );

  it(
    'W15 a new address is taxed at the rate of today, a status is not; ' +
      'quantity keeps the total',
    async () => {
      const made = idOf(await rate());
      const id = await product();
      const sold = await order({ set_paid: true, line_items: [{ product_id: id, quantity: 2 }] });
      await api('PUT', `/taxes/${made}`, { rate: '10' });
      const path = `/orders/${idOf(sold)}`;
      const note = await api('PUT', path, { customer_note: 'x', status: 'completed' });
      const phone = await api('PUT', path, { billing: { phone: '1' } });
      const less = await api('PUT', path, {
        line_items: [{ id: at(sold.body, 'line_items.0.id'), quantity: 1 }],
      });
      expect([sold, note, phone].map((one) => at(one.body, 'total'))).toEqual([
        '24.00',
        '24.00',
        '22.00',
      ]);
      expect(at(less.body, 'line_items.0')).toMatchObject({
        quantity: 1,
        total: '20.00',
        price: 20,
      });
    },
  );

  it(
    'W16 a coupon that is not there leaves a draft, a negative fee is cut to ' + 'the order',
    async () => {
      const id = await product();
      const line_items = [{ product_id: id, quantity: 1 }];
      const refused = await order({ line_items, coupon_lines: [{ code: 'NOPE' }] });
      const draft = await api(
        'GET',
        `/orders/${String(at(refused.body, 'data.new_draft_order_id'))}`,
      );
      expect([refused.status, at(draft.body, 'status')]).toEqual([400, 'checkout-draft']);
      const cut = await order({ line_items, fee_lines: [{ name: 'credit', total: '-50' }] });
      expect([at(cut.body, 'fee_lines.0.total'), at(cut.body, 'total')]).toEqual([
        '-10.00',
        '0.00',
      ]);
      const unknown = await order({ line_items: [{ product_id: 9999, quantity: 1 }] });
      expect([unknown.status, at(unknown.body, 'line_items.0.product_id')]).toEqual([201, 0]);
    },
  );

  it('W17 dates cannot be posted; cash on delivery is paid when completed', async () => {
    await clock('2026-06-01T10:00:00Z');
    const dated = await order({
      date_created_gmt: '2020-01-01T00:00:00',
      date_paid: '2020-01-01T00:00:00',
    });
    expect(dated.body).toMatchObject({ date_created_gmt: '2026-06-01T10:00:00', date_paid: null });
    const id = await product();
    const cod = await order({
      payment_method: 'cod',
      status: 'processing',
      line_items: [{ product_id: id, quantity: 1 }],
    });
    const done = await api('PUT', `/orders/${idOf(cod)}`, { status: 'completed' });
    const back = await api('PUT', `/orders/${idOf(cod)}`, { status: 'cancelled' });
    expect([cod, done, back].map((one) => at(one.body, 'date_paid_gmt'))).toEqual([
      null,
      '2026-06-01T10:00:00',
      '2026-06-01T10:00:00',
    ]);
  });

  it(
    'W18 a refund moves money and stock unless told not to; parallel ones do ' +
      'not see each other',
    async () => {
      const id = await product();
      const made = await order({
        status: 'processing',
        line_items: [{ product_id: id, quantity: 1 }],
      });
      const path = `/orders/${idOf(made)}/refunds`;
      const plain = await api('POST', path, { amount: '1.00' });
      expect([plain.status, at(plain.body, 'data')]).toEqual([500, 500]);
      const give = (): Promise<Answer> => api('POST', path, { amount: '8.00', api_refund: false });
      const given = await race(times(2, give));
      expect(given.map((one) => one.status)).toEqual([201, 201]);
      const more = await give();
      expect([more.status, at(more.body, 'message')]).toEqual([500, 'Invalid refund amount.']);
      const paid = await order({
        status: 'processing',
        payment_method: 'sandbox_gateway',
        line_items: [{ product_id: id, quantity: 2 }],
      });
      const line = { id: at(paid.body, 'line_items.0.id'), quantity: 1, refund_total: 10 };
      const moved = await api('POST', `/orders/${idOf(paid)}/refunds`, { line_items: [line] });
      expect(at(moved.body, 'refunded_payment')).toBe(true); // money has moved
      expect(await stockOf(id)).toBe(98); // 100 − 1 − 2 + 1
    },
  );

  it(
    'W19 a deleted customer leaves orders to nobody; two of many races are ' + 'registered',
    async () => {
      const email = 'ann@example.test';
      const made = await race(times(4, () => api('POST', '/customers', { email })));
      expect(made.map((one) => one.status).sort()).toEqual([201, 201, 400, 400]);
      const again = await api('POST', '/customers', { email });
      expect(at(again.body, 'code')).toBe('registration-error-email-exists');
      const [winner] = made.filter((one) => one.status === 201).map(idOf);
      const sold = idOf(await order({ customer_id: winner }));
      await api('DELETE', `/customers/${String(winner)}?force=true`);
      expect((await api('GET', `/orders/${sold}`)).body).toMatchObject({
        customer_id: 0,
        billing: { email },
      });
      expect(ids(await api('GET', '/customers?modified_after=2099-01-01T00:00:00'))).toHaveLength(
        1,
      );
    },
  );

  it('W23 a line keeps its name and shows the SKU of today, then none', async () => {
    const id = await product({ sku: 'OLD' });
    const path = `/orders/${idOf(await order({ line_items: [{ product_id: id, quantity: 1 }] }))}`;
    await api('PUT', `/products/${id}`, { name: 'New', sku: 'NEW' });
    expect(at((await api('GET', path)).body, 'line_items.0')).toMatchObject({
      name: 'Mug',
      sku: 'NEW',
      product_id: id,
    });
    await api('DELETE', `/products/${id}`);
    expect(at((await api('GET', path)).body, 'line_items.0.product_id')).toBe(id);
    await api('DELETE', `/products/${id}?force=true`);
    expect(at((await api('GET', path)).body, 'line_items.0')).toMatchObject({
      name: 'Mug',
      sku: null,
      product_id: 0,
    });
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import WooCommerceRestApi from '@woocommerce/woocommerce-rest-api';

import { type RunningSandbox } from '../../../sandbox/server/server';
import { startWooSandbox } from '../../../sandbox/woo/start';
import { at, control, listAt, textAt } from '../support';

// A day's work by WooCommerce's own client. Nothing of the sandbox is special for it: the address
// alone is another one. On plain http it signs by OAuth 1.0a.

/** What axios rejects with. */
async function refusal(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
    return 'accepted';
  } catch (error) {
    return { status: at(error, 'response.status'), code: at(error, 'response.data.code') };
  }
}

describe('@woocommerce/woocommerce-rest-api', () => {
  let sandbox: RunningSandbox;
  let shop: WooCommerceRestApi;
  beforeAll(async () => {
    sandbox = await startWooSandbox();
    const given = await control(sandbox, 'reset', { stores: [{ store: 'shop' }] });
    shop = new WooCommerceRestApi({
      url: textAt(given, 'stores.0.url'),
      consumerKey: textAt(given, 'stores.0.consumerKey'),
      consumerSecret: textAt(given, 'stores.0.consumerSecret'),
      version: 'wc/v3',
    });
  });
  afterAll(() => sandbox.close());

  it('a wrong secret is refused', async () => {
    const stranger = new WooCommerceRestApi({
      url: `${sandbox.url}/shop`,
      consumerKey: `ck_${'1'.repeat(40)}`,
      consumerSecret: `cs_${'1'.repeat(40)}`,
    });
    expect(await refusal(stranger.get('products'))).toMatchObject({ status: 401 });
  });

  it('create, read, find and update a product', async () => {
    const created: unknown = await shop.post('products', {
      name: 'Crème brûlée & more',
      sku: 'CB 1',
      regular_price: '5.50',
      manage_stock: true,
      stock_quantity: 8,
    });
    const id = String(at(created, 'data.id'));
    expect(at(created, 'status')).toBe(201);
    expect(at(await shop.get(`products/${id}`), 'data.sku')).toBe('CB 1');
    const found: unknown = await shop.get('products', { sku: 'CB 1', _fields: 'id,name' });
    expect(at(found, 'data.0.id')).toBe(Number(id));
    const changed: unknown = await shop.put(`products/${id}`, { stock_quantity: 3 });
    expect(at(changed, 'data.stock_quantity')).toBe(3);
    expect(await refusal(shop.post('products', { sku: 'cb 1' }))).toEqual({
      status: 400,
      code: 'product_invalid_sku',
    });
  });

  it('a batch, and the list page by page', async () => {
    const create = Array.from({ length: 24 }, (_, n) => ({ sku: `B-${n}`, name: `Batch ${n}` }));
    const batch: unknown = await shop.post('products/batch', { create });
    expect(listAt(batch, 'data.create').filter((one) => at(one, 'error'))).toEqual([]);
    const page: unknown = await shop.get('products', { per_page: 10, page: 3, order: 'asc' });
    expect(listAt(page, 'data')).toHaveLength(5);
    expect([at(page, 'headers.x-wp-total'), at(page, 'headers.x-wp-totalpages')]).toEqual([
      '25',
      '3',
    ]);
  });

  it('an order of a customer, paid, given back in part', async () => {
    const customer: unknown = await shop.post('customers', {
      email: 'pat@example.com',
      first_name: 'Pat',
    });
    const product: unknown = await shop.get('products', { sku: 'CB 1' });
    const order: unknown = await shop.post('orders', {
      customer_id: at(customer, 'data.id'),
      line_items: [{ product_id: at(product, 'data.0.id'), quantity: 2 }],
      set_paid: true,
    });
    expect(at(order, 'data')).toMatchObject({ status: 'processing', total: '11.00' });
    const path = `orders/${String(at(order, 'data.id'))}`;
    const refund: unknown = await shop.post(`${path}/refunds`, {
      amount: '5.50',
      reason: 'broken',
      api_refund: false,
    });
    expect(at(refund, 'data.amount')).toBe('5.50');
    const listed: unknown = await shop.get(`${path}/refunds`);
    expect(listAt(listed, 'data')).toHaveLength(1);
    const done: unknown = await shop.put(path, { status: 'completed' });
    expect(at(done, 'data.status')).toBe('completed');
    const since = new Date(Date.now() - 3_600_000).toISOString();
    const changed: unknown = await shop.get('orders', {
      modified_after: since,
      dates_are_gmt: true,
    });
    expect(at(changed, 'data.0.id')).toBe(at(order, 'data.id'));
    const found: unknown = await shop.get('customers', { email: 'pat@example.com' });
    expect(at(found, 'data.0.first_name')).toBe('Pat');
  });

  it('a list of ids, as the client writes lists', async () => {
    const all: unknown = await shop.get('products', { per_page: 3 });
    const [first, , third] = listAt(all, 'data').map((one) => at(one, 'id'));
    const some: unknown = await shop.get('products', { include: [first, third] });
    expect(new Set(listAt(some, 'data').map((one) => at(one, 'id')))).toEqual(
      new Set([first, third]),
    );
  });

  it('delete', async () => {
    const list: unknown = await shop.get('products', { sku: 'B-3' });
    const id = String(at(list, 'data.0.id'));
    expect(at(await shop.delete(`products/${id}`, { force: true }), 'status')).toBe(200);
    expect(await refusal(shop.get(`products/${id}`))).toMatchObject({ status: 404 });
  });
});

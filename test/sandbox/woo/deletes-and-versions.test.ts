import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';

import { type Answer, at, control, listAt, type Shop, startShop } from '../support';

let shop: Shop;
const opened: Shop[] = [];

beforeEach(async () => {
  shop = await startShop();
  opened.push(shop);
});
afterAll(() => Promise.all(opened.map((one) => one.sandbox.close())));

const api = (method: string, path: string, body?: unknown): Promise<Answer> =>
  shop.call(method, `/wc/v3${path}`, body);
const idOf = (answer: Answer): number => Number(at(answer.body, 'id'));
const product = async (body: object = {}): Promise<number> =>
  idOf(await api('POST', '/products', { name: 'Mug', regular_price: '10', ...body }));
const order = async (body: object): Promise<Answer> => api('POST', '/orders', body);
const settings = (values: object): Promise<unknown> => control(shop.sandbox, 'settings', values);
const ids = (answer: Answer): unknown[] => listAt(answer.body, '').map((one) => at(one, 'id'));

describe('W21 deletes', () => {
  it('a product goes to the trash, keeps its SKU, and comes back by its status', async () => {
    const id = await product({ sku: 'T' });
    expect(at((await api('DELETE', `/products/${id}`)).body, 'status')).toBe('publish');
    expect(ids(await api('GET', '/products'))).toEqual([]);
    expect(ids(await api('GET', '/products?status=trash'))).toEqual([id]);
    expect((await api('DELETE', `/products/${id}`)).status).toBe(410);
    expect(at((await api('PUT', `/products/${id}`, { status: 'publish' })).body, 'slug')).toBe(
      'mug',
    );
  });

  it('a refund is gone at once, a customer needs force, and the order stays refunded', async () => {
    const id = await product();
    const sold = idOf(await order({ line_items: [{ product_id: id, quantity: 1 }] }));
    const refund = idOf(
      await api('POST', `/orders/${sold}/refunds`, { amount: '10', api_refund: false }),
    );
    expect((await api('DELETE', `/orders/${sold}/refunds/${refund}`)).status).toBe(200);
    expect((await api('GET', `/orders/${sold}/refunds/${refund}`)).status).toBe(404);
    expect((await api('GET', `/orders/${sold}`)).body).toMatchObject({
      status: 'refunded',
      refunds: [],
    });
    const customer = idOf(await api('POST', '/customers', { email: 'x@example.test' }));
    expect((await api('DELETE', `/customers/${customer}`)).status).toBe(501);
  });

  it('a store without a trash refuses a delete without force', async () => {
    await settings({ 'woo.trashDays': 0 });
    expect((await api('DELETE', `/products/${await product()}`)).status).toBe(501);
    expect((await api('DELETE', `/orders/${idOf(await order({}))}`)).status).toBe(501);
  });
});

describe('W22 versions', () => {
  it.each([
    ['10.2', '/variations', 404],
    ['10.3', '/variations', 200],
    ['8.9', '/refunds', 404],
    ['9.0', '/refunds', 200],
  ])('version %s answers %s with %d', async (version, path, status) => {
    await settings({ 'woo.version': version });
    expect((await api('GET', path)).status).toBe(status);
  });

  it('from 11.1 a key opens routes of the shop only', async () => {
    await settings({ 'woo.version': '11.1' });
    const answer = await shop.call('GET', '/wp/v2/posts');
    expect([answer.status, at(answer.body, 'code')]).toEqual([
      401,
      'woocommerce_rest_authentication_error',
    ]);
  });
});

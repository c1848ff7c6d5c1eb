import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';

import { type Answer, at, control, listAt, type Shop, startShop } from '../support';

let shop: Shop;
const opened: Shop[] = [];

async function open(store: object = {}): Promise<void> {
  shop = await startShop({ zone: 'America/New_York', ...store });
  opened.push(shop);
}

beforeEach(() => open());
afterAll(() => Promise.all(opened.map((one) => one.sandbox.close())));

const api = (method: string, path: string, body?: unknown, headers = {}): Promise<Answer> =>
  shop.call(method, `/wc/v3${path}`, body, headers);
const set = (name: string, value: unknown): Promise<unknown> =>
  control(shop.sandbox, 'settings', { [name]: value });
const idOf = (answer: Answer): number => Number(at(answer.body, 'id'));

describe('switches of what is not confirmed (woocommerce.md#not-confirmed)', () => {
  it('woo.forbiddenStyle: the body of a 403', async () => {
    await open({ mayManage: false });
    const anonymous = await api('DELETE', '/products/1');
    await set('woo.forbiddenStyle', 'wordpress');
    const wordpress = await api('DELETE', '/products/1');
    expect([anonymous, wordpress].map((one) => [one.status, at(one.body, 'code')])).toEqual([
      [403, 'woocommerce_rest_cannot_delete'],
      [403, 'rest_forbidden'],
    ]);
  });

  it('woo.mailOnCustomer: whether a new customer gets a mail', async () => {
    await api('POST', '/customers', { email: 'a@example.test' });
    await set('woo.mailOnCustomer', false);
    await api('POST', '/customers', { email: 'b@example.test' });
    const mails = listAt(await control(shop.sandbox, 'mails'), 'stores.shop.mails');
    expect(mails).toMatchObject([{ kind: 'customer_new_account', to: 'a@example.test' }]);
  });

  it.each([
    ['updated', 1],
    ['silent', 0],
  ])('woo.variationRestore %s: webhooks of a variation that comes back', async (style, told) => {
    await set('woo.variationRestore', style);
    const parent = idOf(await api('POST', '/products', { type: 'variable' }));
    const path = `/products/${parent}/variations`;
    const id = idOf(await api('POST', path, {}));
    await api('DELETE', `${path}/${id}`);
    await api('POST', '/webhooks', {
      topic: 'product.updated',
      delivery_url: 'http://203.0.113.9:1/x',
    });
    const back = await api('PUT', `${path}/${id}`, { status: 'publish' });
    expect(at(back.body, 'status')).toBe('publish');
    expect(listAt(await control(shop.sandbox, 'webhooks'), 'waiting')).toHaveLength(told);
  });

  it('woo.restCache: ETag and 304 on product reads', async () => {
    const path = `/products/${idOf(await api('POST', '/products', {}))}`;
    expect((await api('GET', path)).headers.get('etag')).toBeNull();
    await set('woo.restCache', true);
    const etag = (await api('GET', path)).headers.get('etag') ?? '';
    const again = await api('GET', path, undefined, { 'if-none-match': etag });
    expect([again.status, again.text]).toEqual([304, '']);
    await api('PUT', path, { regular_price: '1' });
    expect((await api('GET', path, undefined, { 'if-none-match': etag })).status).toBe(200);
  });

  it.each([
    [true, 1],
    [false, 0],
  ])('woo.hpos %s: orders in the hour that comes twice', async (hpos, found) => {
    await set('woo.hpos', hpos);
    const id = idOf(await api('POST', '/orders', {}));
    await control(shop.sandbox, 'act', {
      as: 'database',
      do: 'setModified',
      store: 'shop',
      entity: 'order',
      id,
      at: '2026-11-01T06:10:00Z',
    });
    const list = await api('GET', '/orders?modified_after=2026-11-01T05:50:00Z');
    expect(listAt(list.body, '')).toHaveLength(found);
  });

  it('woo.customStatuses: a plug-in leads payments elsewhere', async () => {
    await set('woo.customStatuses', { names: ['awaiting-pack'], onPayment: 'awaiting-pack' });
    const paid = await api('POST', '/orders', { set_paid: true });
    expect(paid.body).toMatchObject({ status: 'awaiting-pack' });
    expect(at(paid.body, 'date_paid')).not.toBeNull();
  });

  it('woo.waf: the firewall of a host cuts off above so many calls a minute', async () => {
    await control(shop.sandbox, 'clock', { now: '2026-06-01T10:00:00Z', rate: 0 });
    await set('woo.waf', 2);
    const statuses = [];
    for (let call = 0; call < 3; call += 1) statuses.push((await api('GET', '/products')).status);
    await control(shop.sandbox, 'clock', { advanceMs: 60_000 });
    expect([...statuses, (await api('GET', '/products')).status]).toEqual([200, 200, 403, 200]);
  });

  it('without a switch: of parallel writes of meta the last one stays', async () => {
    const path = `/products/${idOf(await api('POST', '/products', {}))}`;
    const write = (value: string): Promise<Answer> =>
      api('PUT', path, { meta_data: [{ key: 'k', value }] });
    await Promise.all([write('1'), write('2')]);
    expect(at((await api('GET', path)).body, 'meta_data')).toHaveLength(1);
  });
});

it('a snapshot is not touched by what happens after it', async () => {
  const id = idOf(
    await api('POST', '/products', { sku: 'S', manage_stock: true, stock_quantity: 5 }),
  );
  await control(shop.sandbox, 'snapshot', {});
  await api('POST', '/orders', {
    status: 'processing',
    line_items: [{ product_id: id, quantity: 3 }],
  });
  await api('PUT', `/products/${id}`, { sku: 'T' });
  await control(shop.sandbox, 'restore', {});
  expect(at((await api('GET', '/products?sku=S')).body, '0.stock_quantity')).toBe(5);
  expect(listAt((await api('GET', '/orders')).body, '')).toEqual([]);
});

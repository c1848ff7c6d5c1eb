import { createHmac } from 'node:crypto';

import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';

import { type Answer, at, control, listAt, type Shop, startShop } from '../support';
import { deliver, type Receiver, startReceiver, until } from './receiver';

let shop: Shop;
let receiver: Receiver;
const ends: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  shop = await startShop();
  receiver = await startReceiver();
  const [{ sandbox }, { close }] = [shop, receiver];
  ends.push(
    () => sandbox.close(),
    () => close(),
  );
  await control(shop.sandbox, 'settings', {
    'woo.webhookAddressRules': false,
    'woo.webhookDelayMs': { min: 60_000, max: 60_000 },
  });
  await control(shop.sandbox, 'clock', { now: '2026-06-01T10:00:00Z', rate: 0 });
});
afterAll(() => Promise.all(ends.map((end) => end())));

const api = (method: string, path: string, body?: unknown): Promise<Answer> =>
  shop.call(method, `/wc/v3${path}`, body);
const idOf = (answer: Answer): number => Number(at(answer.body, 'id'));

/** A webhook whose ping has come and is forgotten. */
async function hook(topic: string): Promise<number> {
  const body = { topic, delivery_url: receiver.url, secret: 'key' };
  const id = idOf(await api('POST', '/webhooks', body));
  await until(() => receiver.received.length > 0);
  receiver.received.length = 0;
  return id;
}

const bodies = (): unknown[] => receiver.received.map((one) => JSON.parse(one.body) as unknown);
const statusOf = async (id: number): Promise<unknown> =>
  at((await api('GET', `/webhooks/${id}`)).body, 'status');

describe('W20 webhooks', () => {
  it('pings at once: a form without signature, settled by an exact 200', async () => {
    receiver.answer(201);
    const id = idOf(
      await api('POST', '/webhooks', { topic: 'order.updated', delivery_url: receiver.url }),
    );
    await until(() => receiver.received.length === 1);
    expect(receiver.received[0]?.body).toBe(`webhook_id=${id}`);
    expect(receiver.received[0]?.headers['x-wc-webhook-signature']).toBeUndefined();
    expect(at((await api('GET', `/webhooks/${id}`)).body, 'date_modified')).toBeNull();
  });

  it('signs the raw body and names topic, resource and event', async () => {
    const id = await hook('product.updated');
    const product = idOf(await api('POST', '/products', { name: 'Café' }));
    await api('PUT', `/products/${product}`, {});
    await deliver(shop);
    const [one] = receiver.received;
    const signature = createHmac('sha256', 'key')
      .update(one?.body ?? '')
      .digest('base64');
    expect(one?.headers).toMatchObject({
      'x-wc-webhook-signature': signature,
      'x-wc-webhook-topic': 'product.updated',
      'x-wc-webhook-id': String(id),
    });
    expect(one?.body).toContain('Caf\\u00e9');
  });

  it('tells the state at delivery, once for each resource that waits', async () => {
    await hook('product.updated');
    const product = idOf(await api('POST', '/products', {}));
    for (const regular_price of ['1', '2', '3'])
      await api('PUT', `/products/${product}`, { regular_price });
    await deliver(shop);
    expect(bodies()).toMatchObject([{ id: product, price: '3' }]);
  });

  it('gives all deliveries of a second one id', async () => {
    await hook('product.updated');
    const made = [
      idOf(await api('POST', '/products', {})),
      idOf(await api('POST', '/products', {})),
    ];
    await api('POST', '/products/batch', { update: made.map((id) => ({ id })) });
    await deliver(shop);
    await control(shop.sandbox, 'clock', { advanceMs: 5_000 });
    await api('PUT', `/products/${String(made[0])}`, {});
    await deliver(shop);
    const [a, b, c] = receiver.received.map((one) => one.headers['x-wc-webhook-delivery-id']);
    expect(a).toBe(b);
    expect(a).not.toBe(c);
  });

  it('waits for the cron, which runs with the traffic of the store', async () => {
    await hook('product.created');
    await api('POST', '/products', {});
    await api('GET', '/products');
    expect(receiver.received).toHaveLength(0); // not due yet
    await control(shop.sandbox, 'clock', { advanceMs: 61_000 });
    // due, but quiet
    expect(listAt(await control(shop.sandbox, 'webhooks'), 'waiting')).toHaveLength(1);
    await api('GET', '/products');
    await until(() => receiver.received.length === 1);
    expect(listAt(await control(shop.sandbox, 'webhooks'), 'waiting')).toEqual([]);
  });

  it(
    'goes out by the clock without traffic, each at its own time, also after a ' + 'restore',
    async () => {
      await control(shop.sandbox, 'settings', { 'woo.cron': 'clock' });
      await hook('product.created');
      await api('POST', '/products', {});
      await control(shop.sandbox, 'clock', { advanceMs: 1_000 });
      await api('POST', '/products', {});
      await control(shop.sandbox, 'snapshot', {});
      const times = async (): Promise<unknown[]> =>
        listAt(await control(shop.sandbox, 'webhooks'), 'sent').map((one) => at(one, 'sentAt'));
      await control(shop.sandbox, 'clock', { advanceMs: 3_600_000 });
      await until(async () => (await times()).length === 2);
      const due = ['2026-06-01T10:01:00.000Z', '2026-06-01T10:01:01.000Z'];
      expect(await times()).toEqual(due);
      await control(shop.sandbox, 'clock', { now: '2026-06-01T10:00:30Z' });
      await control(shop.sandbox, 'restore', {});
      await control(shop.sandbox, 'clock', { advanceMs: 3_600_000 });
      await until(async () => (await times()).length === 4);
      expect(await times()).toEqual([...due, ...due]);
    },
  );

  it('goes out when the clock begins to run the cron', async () => {
    await hook('product.created');
    await api('POST', '/products', {});
    await control(shop.sandbox, 'clock', { advanceMs: 61_000 });
    await control(shop.sandbox, 'settings', { 'woo.cron': 'clock' });
    await until(() => receiver.received.length === 1);
    expect(bodies()).toHaveLength(1);
  });

  it('fails at an address that is none, and the next deliveries go on', async () => {
    await api('POST', '/webhooks', { topic: 'product.created', delivery_url: 'http://a b/' });
    await hook('product.created');
    await api('POST', '/products', {});
    expect((await deliver(shop)).map((one) => at(one, 'status'))).toEqual([null, 200]);
  });

  it(
    'sends nothing again, and is off after the seventh failure; switched on it ' + 'has one more',
    async () => {
      const id = await hook('product.updated');
      const product = idOf(await api('POST', '/products', {}));
      receiver.answer(500);
      const fail = async (): Promise<void> => {
        await api('PUT', `/products/${product}`, {});
        await deliver(shop);
      };
      for (let failures = 0; failures < 6; failures += 1) await fail();
      expect([await statusOf(id), receiver.received.length]).toEqual(['active', 6]);
      await fail();
      expect(await statusOf(id)).toBe('disabled');
      await api('PUT', `/webhooks/${id}`, { status: 'active' });
      await fail();
      expect(await statusOf(id)).toBe('disabled');
    },
  );

  it('counts 301 and 302 as delivered and does not follow them', async () => {
    const id = await hook('product.updated');
    const product = idOf(await api('POST', '/products', {}));
    receiver.answer(302);
    for (let times = 0; times < 8; times += 1) {
      await api('PUT', `/products/${product}`, {});
      await deliver(shop);
    }
    expect([await statusOf(id), receiver.received.length]).toEqual(['active', 8]);
  });

  it('fails at a forbidden address without a word to its maker', async () => {
    await control(shop.sandbox, 'settings', { 'woo.webhookAddressRules': true });
    const body = { topic: 'product.created', delivery_url: receiver.url };
    expect((await api('POST', '/webhooks', body)).body).toMatchObject({ status: 'active' });
    await api('POST', '/products', {});
    expect(await deliver(shop)).toMatchObject([{ status: null }]);
    expect(receiver.received).toEqual([]);
  });

  it.each([
    ['product.updated', 'DELETE', '/products/ID?force=true', undefined],
    ['product.deleted', 'DELETE', '/products/ID?force=true', undefined],
    ['product.restored', 'PUT', '/products/ID', { status: 'publish' }],
    ['product.deleted', 'POST', '/products/batch', { delete: ['ID'] }],
  ])('%s is not told by %s %s', async (topic, method, path, body) => {
    await hook(topic);
    const id = String(idOf(await api('POST', '/products', {})));
    if (topic === 'product.restored') await api('DELETE', `/products/${id}`);
    const sent =
      body === undefined
        ? undefined
        : (JSON.parse(JSON.stringify(body).replace('ID', id)) as unknown);
    expect((await api(method, path.replace('ID', id), sent)).status).toBe(200);
    expect(await deliver(shop)).toEqual([]);
  });

  it('an order note and a restored order are not told', async () => {
    await hook('order.updated');
    const order = idOf(await api('POST', '/orders', {}));
    await deliver(shop);
    await api('POST', `/orders/${order}/notes`, { note: 'x' });
    await api('DELETE', `/orders/${order}`);
    await api('PUT', `/orders/${order}`, { status: 'pending' });
    expect(await deliver(shop)).toEqual([]);
  });

  it('W22 from 11.2 a deleted refund is told as an updated order', async () => {
    const product = idOf(await api('POST', '/products', { regular_price: '5' }));
    const refunded = async (): Promise<string> => {
      const order = idOf(
        await api('POST', '/orders', { line_items: [{ product_id: product, quantity: 1 }] }),
      );
      const refund = idOf(
        await api('POST', `/orders/${order}/refunds`, { amount: '1', api_refund: false }),
      );
      return `/orders/${order}/refunds/${refund}`;
    };
    const paths = [await refunded(), await refunded()];
    await hook('order.updated');
    await api('DELETE', paths[0] ?? '');
    expect(await deliver(shop)).toEqual([]);
    await control(shop.sandbox, 'settings', { 'woo.version': '11.2' });
    await api('DELETE', paths[1] ?? '');
    expect(await deliver(shop)).toHaveLength(1);
  });
});

describe('faults of deliveries', () => {
  const plan = (fault: string, more: object = {}): Promise<unknown> =>
    control(shop.sandbox, 'webhooks/faults', [{ fault, ...more }]);
  const twoProducts = async (): Promise<number[]> => {
    await hook('product.created');
    return [idOf(await api('POST', '/products', {})), idOf(await api('POST', '/products', {}))];
  };
  const cameFor = (): unknown[] => bodies().map((one) => at(one, 'id'));

  it('duplicate: one delivery comes twice', async () => {
    const [first, second] = await twoProducts();
    await plan('duplicate');
    await deliver(shop);
    expect(cameFor()).toEqual([first, first, second]);
  });

  it('lose: one never comes', async () => {
    const [, second] = await twoProducts();
    await plan('lose');
    await deliver(shop);
    await until(() => receiver.received.length > 0);
    expect(cameFor()).toEqual([second]);
  });

  it('reorder: the later comes first', async () => {
    const [first, second] = await twoProducts();
    await plan('reorder');
    await deliver(shop);
    expect(cameFor()).toEqual([second, first]);
  });

  it('late: one comes after the others, when its time has come', async () => {
    const [first, second] = await twoProducts();
    await plan('late', { delayMs: 600_000 });
    await control(shop.sandbox, 'webhooks/run', {});
    await until(() => receiver.received.length === 1);
    await control(shop.sandbox, 'clock', { advanceMs: 600_001 });
    await api('GET', '/products');
    await until(() => receiver.received.length === 2);
    expect(cameFor()).toEqual([second, first]);
  });

  it('errorBody: the owner may not read any more, and the body is an error', async () => {
    await twoProducts();
    await plan('errorBody');
    await deliver(shop);
    expect(bodies()[0]).toMatchObject({ code: 'woocommerce_rest_cannot_view' });
  });
});

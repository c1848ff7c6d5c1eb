import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';

import { at, control, listAt, type Shop, startShop } from '../support';

/** Switches of the sandbox's own, beside those of woocommerce.md#not-confirmed. */
let shop: Shop;
beforeEach(async () => {
  shop = await startShop();
});
afterEach(() => shop.sandbox.close());

const set = (values: object): Promise<unknown> => control(shop.sandbox, 'settings', values);

it('woo.trustForwardedProto: whether the word of a proxy makes it TLS', async () => {
  expect((await shop.call('GET', '/wc/v3/products')).status).toBe(200);
  await set({ 'woo.trustForwardedProto': false });
  const answer = await shop.call('GET', '/wc/v3/products');
  expect([answer.status, at(answer.body, 'code')]).toEqual([401, 'woocommerce_rest_cannot_view']);
});

it('woo.cron: what is due waits for a call to the store, or goes by the clock', async () => {
  await control(shop.sandbox, 'clock', { now: '2026-06-01T10:00:00Z', rate: 0 });
  await shop.call('POST', '/wc/v3/webhooks', {
    topic: 'product.created',
    delivery_url: 'http://203.0.113.9:1/x',
  });
  await shop.call('POST', '/wc/v3/products', {});
  const left = async (): Promise<number> =>
    listAt(await control(shop.sandbox, 'webhooks'), 'waiting').length;
  await control(shop.sandbox, 'clock', { advanceMs: 120_000 });
  await delay(30);
  expect(await left()).toBe(1);
  await set({ 'woo.cron': 'clock' });
  while ((await left()) > 0) await delay(5);
  expect(await left()).toBe(0);
});

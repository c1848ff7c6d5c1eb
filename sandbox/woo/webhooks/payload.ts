import { createHash } from 'node:crypto';

import { type Json } from '../../json';
import { wireText } from '../answer';
import { customerView } from '../customers/calls';
import { orderView } from '../orders/view';
import { productView } from '../products/view';
import { type Random } from '../../random';
import { bodySignature } from '../../server/post';
import { coupons } from '../shop/coupons';
import { type Store } from '../store';
import { type QueuedDelivery, type Webhook } from './model';

/**
 * What goes out for a queued delivery: the resource as it is now, not as it was
 * (woocommerce.md#webhooks).
 */
export function payloadOf(
  store: Store,
  webhook: Webhook,
  { resourceId: id }: QueuedDelivery,
  random: Random,
): string {
  return wireText(bodyOf(store, webhook.topic, id, random));
}

function bodyOf(store: Store, topic: string, id: number, random: Random): Json {
  const [resource = '', event = ''] = topic.split('.');
  if (event === 'deleted') return { id };
  switch (resource) {
    case 'product': {
      const product = store.products.get(id);
      return product === undefined ? gone(resource) : productView(store, product, 'view', random);
    }
    case 'order': {
      const order = store.orders.get(id);
      return order === undefined ? gone(`shop_${resource}`) : orderView(store, order);
    }
    case 'customer': {
      const customer = store.customers.get(id);
      return customer === undefined
        ? { code: 'wc_user_invalid_id', message: 'Invalid user ID.', data: { status: 404 } }
        : customerView(store, customer);
    }
    default: {
      const coupon = store.coupons.get(id);
      return coupon === undefined ? gone(`shop_${resource}`) : coupons.view(store, coupon);
    }
  }
}

/** The answer of the REST call behind the delivery, when its object is no more. */
function gone(type: string): Json {
  const code = `woocommerce_rest_${type}_invalid_id`;
  return { code, message: 'Invalid ID.', data: { status: 404 } };
}

/** The body that goes out when the webhook's owner may not read the resource any more. */
export const forbiddenBody = wireText({
  code: 'woocommerce_rest_cannot_view',
  message: 'Sorry, you cannot view this resource.',
  data: { status: 403 },
});

/** Headers of a delivery in the recorded order (rec: webhook_delivery_*). */
export function deliveryHeaders(
  store: Store,
  webhook: Webhook,
  body: string,
  nowMs: number,
): [name: string, value: string][] {
  const [resource = '', event = ''] = webhook.topic.split('.');
  return [
    ['User-Agent', 'WooCommerce/11.0.1 Hookshot (WordPress/7.0.4)'],
    ['Accept', '*/*'],
    ['Accept-Encoding', 'deflate, gzip, br, zstd'],
    ['Content-Type', 'application/json'],
    ['X-WC-Webhook-Source', `${store.homeUrl}/`],
    ['X-WC-Webhook-Topic', webhook.topic],
    ['X-WC-Webhook-Resource', resource],
    ['X-WC-Webhook-Event', event],
    ['X-WC-Webhook-Signature', bodySignature(webhook.secret, body)],
    ['X-WC-Webhook-ID', String(webhook.id)],
    ['X-WC-Webhook-Delivery-ID', deliveryId(webhook.id, nowMs)],
    ['Connection', 'close'],
    ['Content-Length', String(Buffer.byteLength(body))],
  ];
}

/** One webhook gives all deliveries of a second the same id (woocommerce.md#webhooks). */
function deliveryId(webhookId: number, nowMs: number): string {
  const second = Math.floor(nowMs / 1000);
  return createHash('md5').update(`${webhookId} ${second}`).digest('hex');
}

import { WooError } from '../answer';
import { selfLinks } from '../links';
import { randomText } from '../orders/new-order';
import { type Parameter } from '../schema';
import { type Resource } from '../shop/resource';
import { nextId } from '../store';
import { textOf } from '../values';
import { localTime, utcTime } from '../zone';
import { type Webhook } from './model';

/** The hooks of WordPress behind each topic (rec: webhook_list); coupons (code). */
const hooks: Record<string, string[]> = {
  'coupon.created': ['woocommerce_process_shop_coupon_meta', 'woocommerce_new_coupon'],
  'coupon.updated': ['woocommerce_process_shop_coupon_meta', 'woocommerce_update_coupon'],
  'coupon.deleted': ['wp_trash_post'],
  'coupon.restored': ['untrashed_post'],
  'customer.created': ['user_register', 'woocommerce_created_customer', 'woocommerce_new_customer'],
  'customer.updated': ['profile_update', 'woocommerce_update_customer'],
  'customer.deleted': ['delete_user'],
  'order.created': ['woocommerce_new_order'],
  'order.updated': ['woocommerce_update_order', 'woocommerce_order_refunded'],
  'order.deleted': ['wp_trash_post', 'woocommerce_trash_order'],
  'order.restored': ['untrashed_post', 'woocommerce_untrash_order'],
  'product.created': [
    'woocommerce_process_product_meta',
    'woocommerce_new_product',
    'woocommerce_new_product_variation',
  ],
  'product.updated': [
    'woocommerce_process_product_meta',
    'woocommerce_update_product',
    'woocommerce_update_product_variation',
  ],
  'product.deleted': ['wp_trash_post'],
  'product.restored': ['untrashed_post'],
};

const statuses = ['active', 'paused', 'disabled'] as const;

export const webhookUpdateParameters: Record<string, Parameter> = {
  name: { type: 'string' },
  status: { type: 'string', allowed: statuses },
  topic: { type: 'string' },
  secret: { type: 'string' },
  delivery_url: { type: 'string' },
};
export const webhookParameters: Record<string, Parameter> = {
  ...webhookUpdateParameters,
  topic: { type: 'string', isRequired: true },
  delivery_url: { type: 'string', isRequired: true },
};

/**
 * Failures in a row that a webhook survives; the next one disables it (woocommerce.md#webhooks).
 */
export const failuresMax = 6;

/** `/webhooks` (rec: webhook_create). The secret is never shown. */
export const webhooks: Resource<Webhook> = {
  path: 'webhooks',
  plural: 'Webhooks',
  rows: (store) => store.webhooks,
  missing: () => new WooError(404, 'woocommerce_rest_shop_webhook_invalid_id', 'Invalid ID.'),
  isLatestFirst: true,
  compare: (a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)),
  fits: ({ status }, input) => [undefined, 'all', status].includes(textOf(input['status'])),
  written: ({ store, nowMs, random }, before, input) => {
    const topic = textOf(input['topic']) ?? before?.topic ?? '';
    if (!Object.hasOwn(hooks, topic)) {
      const message = 'Webhook topic is required and must be valid.';
      throw new WooError(400, 'woocommerce_rest_shop_webhook_invalid_topic', message);
    }
    const deliveryUrl = textOf(input['delivery_url']) ?? before?.deliveryUrl ?? '';
    if (!/^https?:\/\/./.test(deliveryUrl)) {
      const message = 'Webhook delivery URL must be a valid URL starting with http:// or https://.';
      throw new WooError(400, 'woocommerce_rest_shop_webhook_invalid_delivery_url', message);
    }
    const status = statuses.find((one) => one === input['status']) ?? before?.status ?? 'active';
    return {
      id: before?.id ?? nextId(store, 'webhook'),
      name: textOf(input['name']) ?? before?.name ?? `Webhook created on ${namedTime(nowMs)}`,
      status,
      topic,
      deliveryUrl,
      // Without one nothing can be verified: a random one is made (woocommerce.md#webhooks).
      secret: decoded(textOf(input['secret']) ?? before?.secret ?? randomText(random, 50)),
      // One more failure disables it again (rec: webhook_reactivate).
      failures: Math.min(before?.failures ?? 0, failuresMax),
      isPingPending: before?.isPingPending ?? true,
      createdMs: before?.createdMs ?? nowMs,
      modifiedMs: before === null ? null : nowMs,
    };
  },
  view: (store, webhook) => {
    const [resource = '', event = ''] = webhook.topic.split('.');
    const { createdMs, modifiedMs } = webhook;
    return {
      id: webhook.id,
      name: webhook.name,
      status: webhook.status,
      topic: webhook.topic,
      resource,
      event,
      hooks: hooks[webhook.topic] ?? [],
      delivery_url: webhook.deliveryUrl,
      date_created: localTime(createdMs, store.zone),
      date_created_gmt: utcTime(createdMs),
      date_modified: modifiedMs === null ? null : localTime(modifiedMs, store.zone),
      date_modified_gmt: modifiedMs === null ? null : utcTime(modifiedMs),
      _links: selfLinks(store, 'webhooks', String(webhook.id)),
    };
  },
};

/** `Nov 22, 2026 @ 11:35 AM`, in UTC whatever the store's zone (rec: webhook_create). */
function namedTime(ms: number): string {
  const date = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeZone: 'UTC' }).format(
    ms,
  );
  const time = new Intl.DateTimeFormat('en-US', {
    hour: '2-digit',
    minute: '2-digit',
    hour12: true,
    timeZone: 'UTC',
  }).format(ms);
  return `${date} @ ${time.replace('\u202f', ' ')}`;
}

/** Entities in a secret are decoded before it signs (code). */
function decoded(secret: string): string {
  const entities: Record<string, string> = {
    '&amp;': '&',
    '&lt;': '<',
    '&gt;': '>',
    '&quot;': '"',
    '&#039;': "'",
  };
  return secret.replace(/&(amp|lt|gt|quot|#039);/g, (entity) => entities[entity] ?? entity);
}

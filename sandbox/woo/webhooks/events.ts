import { type Moment } from '../call';

type Resource = 'product' | 'order' | 'customer' | 'coupon';
type Event = 'created' | 'updated' | 'deleted';

/**
 * Puts a delivery in the queue of every active webhook of the topic. One per webhook and resource
 * waits at a time: later events of the resource are told by the same delivery
 * (woocommerce.md#webhooks).
 */
export function announce(moment: Moment, resource: Resource, event: Event, id: number): void {
  const { store, nowMs } = moment;
  for (const webhook of store.webhooks.values()) {
    if (webhook.status !== 'active' || webhook.topic !== `${resource}.${event}`) continue;
    const key = `${webhook.id} ${id}`;
    if (store.queue.has(key)) continue;
    store.queue.set(key, {
      webhookId: webhook.id,
      resourceId: id,
      dueMs: nowMs + delayMs(moment),
      seq: (store.revision += 1),
    });
  }
}

function delayMs({ settings, random }: Moment): number {
  const { min, max } = settings['woo.webhookDelayMs'];
  return max <= min ? min : random.between(min, max);
}

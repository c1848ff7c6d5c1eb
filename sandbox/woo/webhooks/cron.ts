import { type Random } from '../../random';
import { type Clock } from '../../server/clock';
import { post } from '../../server/post';
import { type Timer } from '../../server/timers';
import { type WooSettings } from '../settings';
import { type Store } from '../store';
import { isAllowedAddress } from './address';
import { type WebhookFaults } from './faults';
import { type QueuedDelivery, type Webhook } from './model';
import { deliveryHeaders, forbiddenBody, payloadOf } from './payload';
import { failuresMax } from './resource';

/** A delivery that has gone out, for `GET /_sandbox/webhooks`. */
export interface SentDelivery {
  store: string;
  webhookId: number;
  topic: string;
  resourceId: number;
  sentAt: string;
  /** null: nobody answered, or the address is forbidden. */
  status: number | null;
}

/** What the cron acts on. */
export interface CronTools {
  stores(): Iterable<Store>;
  settings(): WooSettings;
  clock: Clock;
  random: Random;
  faults: WebhookFaults;
}

export interface Cron {
  /** A call has come: what is due goes out (the store's cron runs with its traffic). */
  traffic(): void;
  /** Deliveries were queued, or who runs the cron has changed: looks when the next one is due. */
  plan(): void;
  /** Sends what is due, or with `all` what waits, now. */
  run(all: boolean): number;
  /** Pings a new webhook (woocommerce.md#webhooks). */
  ping(store: Store, webhook: Webhook): void;
  sent(): readonly SentDelivery[];
  /** Forgets what is under way, as after a reset. */
  stop(): void;
}

const sentKept = 1_000;
/** How long WordPress waits for an answer. */
const timeoutMs = 60_000;

/**
 * Sends queued deliveries one after the other: a slow receiver blocks the rest
 * (woocommerce.md#webhooks).
 */
export function createCron(tools: CronTools): Cron {
  let epoch = new AbortController();
  let line: Promise<void> = Promise.resolve();
  let sent: SentDelivery[] = [];
  let next: { dueMs: number; timer: Timer } | null = null;

  const queue = (job: (signal: AbortSignal) => Promise<SentDelivery | null>): void => {
    const { signal } = epoch;
    line = line.then(async () => {
      const done = signal.aborted ? null : await job(signal);
      if (done !== null && signal === epoch.signal) sent = [...sent.slice(1 - sentKept), done];
    });
  };
  const forgetNext = (): void => {
    next?.timer.cancel();
    next = null;
  };
  const run = (all: boolean): number => {
    const started = takeDue(tools, all, (store, job, nowMs) => {
      queue((signal) => deliver(tools, store, job, nowMs, signal));
    });
    plan();
    return started;
  };
  const plan = (): void => {
    const dueMs = tools.settings()['woo.cron'] === 'clock' ? firstDueMs(tools.stores()) : null;
    if (dueMs === next?.dueMs) return;
    forgetNext();
    if (dueMs === null) return;
    const timer = tools.clock.at(dueMs, () => {
      next = null;
      run(false);
    });
    next = { dueMs, timer };
  };
  return {
    traffic: () => {
      run(false);
    },
    plan,
    run,
    ping: (store, webhook) => {
      queue((signal) => ping(tools, store, webhook, signal));
    },
    sent: () => sent,
    stop: () => {
      epoch.abort();
      epoch = new AbortController();
      forgetNext();
      sent = [];
      line = Promise.resolve();
    },
  };
}

function firstDueMs(stores: Iterable<Store>): number | null {
  let first = Infinity;
  for (const { queue } of stores) {
    for (const { dueMs } of queue.values()) first = Math.min(first, dueMs);
  }
  return first === Infinity ? null : first;
}

/**
 * Takes what is due (or all) out of the queues, in the order of due times, bent by planned faults.
 */
function takeDue(
  tools: CronTools,
  all: boolean,
  send: (store: Store, job: QueuedDelivery, nowMs: number) => void,
): number {
  const { faults } = tools;
  let started = 0;
  const nowMs = tools.clock.nowMs();
  for (const store of tools.stores()) {
    const due: [key: string, job: QueuedDelivery][] = [];
    for (const [key, job] of store.queue) if (all || job.dueMs <= nowMs) due.push([key, job]);
    due.sort(([, a], [, b]) => a.dueMs - b.dueMs || a.seq - b.seq);
    if (due.length > 1 && faults.take('reorder')) due.reverse();
    for (const [key, job] of due) {
      store.queue.delete(key);
      if (faults.take('lose')) continue;
      const lateMs = faults.lateMs();
      if (lateMs > 0) store.queue.set(key, { ...job, dueMs: nowMs + lateMs });
      else {
        send(store, job, nowMs);
        started += 1;
      }
    }
  }
  return started;
}

/** One delivery, of the moment it was taken out; null when the webhook is no longer active. */
async function deliver(
  tools: CronTools,
  store: Store,
  job: QueuedDelivery,
  nowMs: number,
  signal: AbortSignal,
): Promise<SentDelivery | null> {
  const { webhookId, resourceId } = job;
  const webhook = store.webhooks.get(webhookId);
  if (webhook?.status !== 'active') return null;
  const settings = tools.settings();
  const isForbidden = tools.faults.take('errorBody');
  const body = isForbidden ? forbiddenBody : payloadOf(store, webhook, job, tools.random);
  const headers = deliveryHeaders(store, webhook, body, nowMs);
  const send = (): Promise<number | null> =>
    post({
      address: webhook.deliveryUrl,
      hosts: settings['woo.webhookHosts'],
      headers,
      body,
      timeoutMs,
      signal,
    });
  let status: number | null = null;
  if (isAllowedAddress(store, settings, webhook.deliveryUrl)) {
    status = await send();
    if (tools.faults.take('duplicate')) await send();
  }
  count(store, webhookId, status, tools.clock.nowMs());
  const sentAt = new Date(nowMs).toISOString();
  return { store: store.name, webhookId, topic: webhook.topic, resourceId, sentAt, status };
}

/**
 * A form body without signature; only an exact 200 settles it (rec: webhook_get: then modified).
 */
async function ping(
  tools: CronTools,
  store: Store,
  webhook: Webhook,
  signal: AbortSignal,
): Promise<null> {
  const settings = tools.settings();
  if (!isAllowedAddress(store, settings, webhook.deliveryUrl)) return null;
  const body = `webhook_id=${webhook.id}`;
  const headers = [
    ['User-Agent', 'WooCommerce/11.0.1 Hookshot (WordPress/7.0.4)'],
    ['Accept', '*/*'],
    ['Accept-Encoding', 'deflate, gzip, br, zstd'],
    ['Content-Type', 'application/x-www-form-urlencoded'],
    ['Connection', 'close'],
    ['Content-Length', String(Buffer.byteLength(body))],
  ] as const;
  const status = await post({
    address: webhook.deliveryUrl,
    hosts: settings['woo.webhookHosts'],
    headers,
    body,
    timeoutMs,
    signal,
  });
  const present = store.webhooks.get(webhook.id);
  if (present === undefined || status !== 200) return null;
  store.webhooks.set(webhook.id, {
    ...present,
    isPingPending: false,
    modifiedMs: tools.clock.nowMs(),
  });
  return null;
}

/**
 * 2xx, 301 and 302 count as delivered; the failure after the sixth disables, none is sent again.
 */
function count(store: Store, webhookId: number, status: number | null, nowMs: number): void {
  const webhook = store.webhooks.get(webhookId);
  if (webhook === undefined) return;
  const isDone =
    status !== null && ((status >= 200 && status < 300) || status === 301 || status === 302);
  if (isDone) {
    if (webhook.failures > 0) store.webhooks.set(webhookId, { ...webhook, failures: 0 });
    return;
  }
  const failures = webhook.failures + 1;
  const isOver = failures > failuresMax;
  store.webhooks.set(webhookId, {
    ...webhook,
    failures,
    status: isOver ? 'disabled' : webhook.status,
    modifiedMs: isOver ? nowMs : webhook.modifiedMs,
  });
}

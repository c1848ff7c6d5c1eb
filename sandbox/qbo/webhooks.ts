import { randomUUID } from 'node:crypto';
import { z } from 'zod';

import { type Random } from '../random';
import { checked } from '../server/checked';
import { type Clock } from '../server/clock';
import { bodySignature, post } from '../server/post';
import { type Timer } from '../server/timers';
import { intuitTime } from './answer';
import { type Change } from './place';

/** The secret that deliveries are signed with. */
export const webhookVerifier = 'sandbox-webhook-verifier';

/** Pauses before the next try: 10 s, 20 s, 30 s, 5 min, 20 min, 2 h, 4 h, 6 h, then every 6 h. */
const ladderMs = [10, 20, 30, 300, 1_200, 7_200, 14_400, 21_600].map((s) => s * 1000);

const webhookBody = z.strictObject({
  /** Where events go; null stops them. */
  url: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .optional(),
  form: z.enum(['cloudEvents', 'legacy']).optional(),
  /** Sandbox time in which events are gathered into one delivery. */
  gatherMs: z.number().int().min(0).optional(),
  /** Real time until a delivery without an answer has failed. */
  timeoutMs: z.number().int().min(1).optional(),
  /** Chances that a delivery comes twice, is swapped with the next, or is lost. */
  duplicates: z.number().min(0).max(1).optional(),
  reorder: z.number().min(0).max(1).optional(),
  loss: z.number().min(0).max(1).optional(),
});

interface Options {
  url: string | null;
  form: 'cloudEvents' | 'legacy';
  gatherMs: number;
  timeoutMs: number;
  duplicates: number;
  reorder: number;
  loss: number;
}

const defaults: Options = {
  url: null,
  form: 'cloudEvents',
  gatherMs: 0,
  timeoutMs: 3_000,
  duplicates: 0,
  reorder: 0,
  loss: 0,
};

interface Delivery {
  body: string;
  events: number;
  tries: number;
  dueMs: number;
}

/** One try, as the control call shows it. */
interface Attempt {
  at: string;
  try: number;
  events: number;
  status: number | null;
}

/** Sends what happens in the companies to the address of the app (quickbooks.md#webhooks). */
export interface Webhooks {
  tell: (change: Change) => void;
  /** Takes settings over and shows the state. */
  control(body: unknown): object;
  reset(): void;
  close(): void;
}

const attemptsKept = 1_000;

interface State {
  clock: Clock;
  random: Random;
  options: Options;
  gathered: Change[];
  queue: Delivery[];
  attempts: Attempt[];
  isSending: boolean;
  /** Aborted when everything that waits is forgotten. */
  epoch: AbortController;
  /** When the gathered events are packed. */
  packing: Timer | null;
  /** When the first of the queue is due. */
  sending: Timer | null;
}

type Waiting = Omit<State, 'clock' | 'random' | 'options'>;

function nothing(): Waiting {
  return {
    gathered: [],
    queue: [],
    attempts: [],
    isSending: false,
    epoch: new AbortController(),
    packing: null,
    sending: null,
  };
}

export function createWebhooks(clock: Clock, random: Random): Webhooks {
  const state: State = { clock, random, options: { ...defaults }, ...nothing() };
  return {
    tell: (change) => {
      const { gathered, options } = state;
      if (options.url === null || !isTold(change)) return;
      gathered.push(change);
      state.packing ??= clock.at(clock.nowMs() + options.gatherMs, () => {
        pack(state);
      });
    },
    control: (body) => {
      const wish = checked(webhookBody, body);
      const given = Object.entries(wish).filter(([, value]) => value !== undefined);
      state.options = { ...state.options, ...Object.fromEntries(given) };
      if (state.options.url === null) forget(state);
      const { options, queue, attempts, gathered } = state;
      return { ...options, waiting: queue.length, gathered: gathered.length, attempts };
    },
    reset: () => {
      state.options = { ...defaults };
      forget(state);
    },
    close: () => {
      forget(state);
    },
  };
}

function forget(state: State): void {
  state.epoch.abort();
  state.packing?.cancel();
  state.sending?.cancel();
  Object.assign(state, nothing());
}

/** One after the other: what has not been acknowledged holds everything behind it back. */
function sendWhenDue(state: State): void {
  const { clock } = state;
  state.sending?.cancel();
  state.sending = null;
  const [first] = state.queue;
  if (first === undefined || state.isSending) return;
  state.sending = clock.at(first.dueMs, () => {
    state.sending = null;
    state.isSending = true;
    const { signal } = state.epoch;
    void send(state.options, first, signal).then((status) => {
      if (signal.aborted) return;
      settle(state, first, status, clock.nowMs());
      sendWhenDue(state);
    });
  });
}

/** The gathered events as one delivery, which may get lost, be doubled or overtake another. */
function pack(state: State): void {
  const { options, gathered, queue, random, clock } = state;
  const isDrawn = (chance: number): boolean => chance > 0 && random.next() < chance;
  state.gathered = [];
  state.packing = null;
  if (isDrawn(options.loss)) return;
  const body = options.form === 'legacy' ? legacyBody(gathered) : cloudEvents(gathered);
  const delivery = { body, events: gathered.length, tries: 0, dueMs: clock.nowMs() };
  const isSwapped = isDrawn(options.reorder) && queue.length > (state.isSending ? 1 : 0);
  queue.splice(isSwapped ? queue.length - 1 : queue.length, 0, delivery);
  if (isDrawn(options.duplicates)) queue.push({ ...delivery });
  sendWhenDue(state);
}

function settle(state: State, delivery: Delivery, status: number | null, nowMs: number): void {
  delivery.tries += 1;
  const { tries, events } = delivery;
  state.attempts.push({ at: new Date(nowMs).toISOString(), try: tries, events, status });
  if (state.attempts.length > attemptsKept) state.attempts.shift();
  const pauseMs = ladderMs[tries - 1] ?? ladderMs.at(-1) ?? 0;
  if (status !== null && status >= 200 && status < 300) state.queue.shift();
  else delivery.dueMs = nowMs + pauseMs;
  state.isSending = false;
}

/** No events for adjustments and tax codes (quickbooks.md#webhooks). */
function isTold({ entity }: Change): boolean {
  return !['InventoryAdjustment', 'TaxCode', 'TaxRate', 'TaxAgency', 'ExchangeRate'].includes(
    entity,
  );
}

async function send(
  { url, timeoutMs }: Options,
  { body }: Delivery,
  signal: AbortSignal,
): Promise<number | null> {
  if (url === null) return null;
  const headers = [
    ['content-type', 'application/json'],
    ['intuit-signature', bodySignature(webhookVerifier, body)],
    ['content-length', String(Buffer.byteLength(body))],
  ] as const;
  return post({ address: url, headers, body, timeoutMs, signal, isStatusEnough: true });
}

const past: Record<Change['operation'], string> = {
  Create: 'created',
  Update: 'updated',
  Delete: 'deleted',
  Void: 'voided',
  Merge: 'merged',
};

/** One array over all companies: `intuitaccountid` is the company. */
function cloudEvents(changes: readonly Change[]): string {
  return JSON.stringify(
    changes.map((change) => ({
      specversion: '1.0',
      id: randomUUID(),
      source: 'intuit.sandbox',
      type: `qbo.${change.entity.toLowerCase()}.${past[change.operation]}.v1`,
      datacontenttype: 'application/json',
      time: new Date(change.atMs).toISOString(),
      intuitentityid: change.id,
      intuitaccountid: change.realmId,
      data: change.deletedId === undefined ? {} : { deletedId: change.deletedId },
    })),
  );
}

function legacyBody(changes: readonly Change[]): string {
  const realmIds = [...new Set(changes.map(({ realmId }) => realmId))];
  const entities = (realmId: string): object[] =>
    changes
      .filter((change) => change.realmId === realmId)
      .map(({ id, operation, entity, atMs, deletedId }) => ({
        id,
        operation,
        name: entity,
        lastUpdated: intuitTime(atMs),
        ...(deletedId === undefined ? {} : { deletedId }),
      }));
  return JSON.stringify({
    eventNotifications: realmIds.map((realmId) => ({
      realmId,
      dataChangeEvent: { entities: entities(realmId) },
    })),
  });
}

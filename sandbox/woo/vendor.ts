import { checked } from '../server/checked';
import { createSettings } from '../server/settings';
import { type Vendor, type VendorTools } from '../server/vendor';
import { act } from './act';
import { createCache } from './cache';
import { controlCalls } from './control-calls';
import { namedAnswer, statusAnswer } from './faults';
import { latencyMs } from './latency';
import { factsOf } from './request';
import { resetBody, seededStore } from './reset';
import { settingsShape } from './settings';
import { shareRows, type Store } from './store';
import { createFirewall } from './waf';
import { createCron } from './webhooks/cron';
import { createWebhookFaults, type WebhookFaults } from './webhooks/faults';
import { admit, dated, perform, surroundings, type World } from './world';

/** The WooCommerce side: stores, each under its own path, with the REST API v3 of 11.0. */
export function createWooVendor(tools: VendorTools): Vendor {
  const { clock, random } = tools;
  const settings = createSettings(settingsShape);
  const faults = createWebhookFaults();
  const present = (): ReturnType<typeof settings.current> => settings.current();
  const cron = createCron({
    stores: () => world.stores.values(),
    settings: present,
    clock,
    random,
    faults,
  });
  const world: World = {
    stores: new Map(),
    sales: [],
    known: new WeakMap(),
    firewall: createFirewall(),
    cache: createCache(),
    cron,
    clock,
    random,
    settings: present,
  };
  return {
    name: 'woo',
    describe: factsOf,
    admit: (request) => admit(world, request),
    perform: (request, execution) => perform(world, request, execution),
    isRemembered: () => false, // there is no idempotency key (woocommerce.md#lost-answers)
    statusAnswer: (status, retryAfter) => dated(world, statusAnswer(status, retryAfter)),
    namedAnswer: (fault) => {
      const answer = namedAnswer(fault);
      return answer === null ? null : dated(world, answer);
    },
    unknownFaults: ['throttleXml', 'fault200', 'expireToken', 'itemFault'],
    expireToken: () => undefined,
    reset: (body) => reset(world, faults, tools.url(), body),
    act: (body) => {
      const answer = act(world.stores, body, surroundings(world), world.sales);
      cron.plan();
      return answer;
    },
    latencyMs: (request, facts, beside) => latencyMs(request, facts, beside, random),
    calls: controlCalls(world, faults),
    settings: {
      ...settings,
      change: (body) => {
        settings.change(body);
        cron.plan();
      },
    },
    exportState: () => {
      for (const store of world.stores.values()) shareRows(store);
      return world.stores;
    },
    importState: (state) => {
      world.stores = state as Map<string, Store>; // only what exportState gave comes back
      cron.plan();
    },
    close: () => {
      cron.stop();
    },
  };
}

function reset(world: World, faults: WebhookFaults, url: string, body: unknown): unknown {
  const wish = checked(resetBody, body);
  if (!wish.keep) {
    world.stores = new Map();
    world.sales = [];
    world.cron.stop();
    faults.clear();
    world.firewall.reset();
    world.cache.clear();
  }
  const seeded = wish.stores.map((spec) => seededStore(spec, url));
  for (const { store } of seeded) world.stores.set(store.name, store);
  return {
    stores: seeded.map(({ store, consumerKey, consumerSecret }) => ({
      store: store.name,
      url: `${url}/${store.name}`,
      consumerKey,
      consumerSecret,
    })),
  };
}

import { checked } from '../server/checked';
import { ControlError } from '../server/control-error';
import { createSettings } from '../server/settings';
import {
  type Execution,
  type Vendor,
  type VendorAnswer,
  type VendorRequest,
  type VendorTools,
} from '../server/vendor';
import { act, type PlannedSale, sell, stockRow } from './act';
import { htmlAnswer, WooError } from './answer';
import { authenticate, type Caller } from './auth';
import { namedAnswer, statusAnswer } from './faults';
import { latencyMs } from './latency';
import { type Arrival, arrivalOf } from './races';
import { factsOf, routed } from './request';
import { resetBody, seededStore } from './reset';
import { refusal, serveRoute } from './serve';
import { isVersion, settingsShape } from './settings';
import { freezeContents, type Store } from './store';
import { createFirewall } from './waf';
import { createCron } from './webhooks/cron';
import { createWebhookFaults } from './webhooks/faults';

/** Above this the web server refuses the request line (section 2). */
const urlLengthMax = 8_190;

/** The WooCommerce side: stores, each under its own path, with the REST API v3 of 11.0. */
export function createWooVendor(tools: VendorTools): Vendor {
  const { clock, random } = tools;
  const settings = createSettings(settingsShape);
  let stores = new Map<string, Store>();
  let sales: PlannedSale[] = [];
  const known = new WeakMap<VendorRequest, { caller: Caller; arrival: Arrival }>();
  const firewall = createFirewall();
  const faults = createWebhookFaults();
  const cron = createCron({
    stores: () => stores.values(),
    settings: settings.current,
    clock,
    random,
    faults,
  });
  const isTls = (request: VendorRequest): boolean =>
    request.isTls ||
    (settings.current()['woo.trustForwardedProto'] &&
      request.headers['x-forwarded-proto'] === 'https');
  /** The Date header is that of the web server, whose clock may differ from the data's. */
  const dated = (answer: VendorAnswer): VendorAnswer => {
    const date = new Date(clock.nowMs() + settings.current()['woo.clockSkewMs']).toUTCString();
    return { ...answer, headers: { ...answer.headers, date } };
  };

  const admit = (request: VendorRequest): VendorAnswer | null => {
    if (request.path.length + request.rawQuery.length > urlLengthMax) {
      return htmlAnswer(414, 'Request-URI Too Large');
    }
    const blocked = firewall.refuses(settings.current()['woo.waf'], clock.nowMs());
    if (blocked !== null) return blocked;
    const target = routed(request);
    const store = stores.get(target?.storeName ?? '');
    if (store === undefined || target === null) return htmlAnswer(404, 'Not Found');
    try {
      const caller = authenticate(store, request, isTls(request), clock.nowMs());
      if (caller !== 'anonymous' && !/^($|\/wc\/)/.test(target.route)) refuseForeign();
      known.set(request, { caller, arrival: arrivalOf(store, request) });
      return null;
    } catch (error) {
      if (error instanceof WooError)
        return dated(refusal({ store, caller: 'anonymous', request }, error));
      throw error;
    }
  };
  /** From 11.1 a key opens routes below `wc/` only; before, WordPress knows no such user (section 1). */
  const refuseForeign = (): void => {
    if (!isVersion(settings.current(), '11.1')) return;
    const message = 'The API key provided is not valid for this route.';
    throw new WooError(401, 'woocommerce_rest_authentication_error', message);
  };

  const perform = (request: VendorRequest, execution: Execution = {}): VendorAnswer => {
    const target = routed(request);
    const store = stores.get(target?.storeName ?? '');
    if (target === null || store === undefined) return htmlAnswer(404, 'Not Found');
    const { caller = 'anonymous', arrival = arrivalOf(store, request) } = known.get(request) ?? {};
    cron.traffic();
    const before = new Set(store.webhooks.keys());
    const answer = serveRoute({
      store,
      target,
      request,
      caller,
      arrival,
      nowMs: clock.nowMs(),
      random,
      settings: settings.current(),
      cutAfter: execution.cutAfter ?? Infinity,
    });
    if (store.webhooks.size > before.size) {
      for (const webhook of store.webhooks.values()) if (!before.has(webhook.id)) cron.ping(store, webhook); // prettier-ignore
    }
    sellAfterRead(request, store);
    const isRead = !factsOf(request).isWrite;
    return dated({ ...answer, committed: isRead ? null : (answer.committed ?? false) });
  };
  const moment = (): Omit<Parameters<typeof sell>[0], 'store'> => ({
    nowMs: clock.nowMs(),
    random,
    settings: settings.current(),
  });
  const sellAfterRead = (request: VendorRequest, store: Store): void => {
    if (sales.length === 0 || request.method !== 'GET') return;
    for (const sale of sales) {
      const product = store.products.get(sale.productId);
      const isRead = /\/products(\/(\d+))?$/.exec(request.path);
      const isMeant = isRead !== null && (isRead[2] ?? String(sale.productId)) === String(sale.productId); // prettier-ignore
      if (sale.store !== store.name || sale.timesLeft === 0 || !isMeant || product === undefined) continue; // prettier-ignore
      sale.timesLeft -= 1;
      sell({ ...moment(), store }, product, sale.quantity);
    }
  };

  return {
    name: 'woo',
    describe: factsOf,
    admit,
    perform,
    isRemembered: () => false, // there is no idempotency key (section 14)
    statusAnswer: (status, retryAfter) => dated(statusAnswer(status, retryAfter)),
    namedAnswer: (fault) => {
      const answer = namedAnswer(fault);
      return answer === null ? null : dated(answer);
    },
    unknownFaults: ['throttleXml', 'fault200', 'expireToken', 'itemFault'],
    expireToken: () => undefined,
    reset: (body) => {
      const wish = checked(resetBody, body);
      if (!wish.keep) {
        stores = new Map();
        sales = [];
        cron.stop();
        faults.clear();
        firewall.reset();
      }
      const seeded = wish.stores.map((spec) => seededStore(spec, tools.url()));
      for (const { store } of seeded) stores.set(store.name, store);
      return {
        stores: seeded.map(({ store, consumerKey, consumerSecret }) => ({
          store: store.name,
          url: `${tools.url()}/${store.name}`,
          consumerKey,
          consumerSecret,
        })),
      };
    },
    act: (body) => act(stores, body, moment(), sales),
    latencyMs: (request, facts, beside) => latencyMs(request, facts, beside, random),
    calls: {
      stock: { method: 'GET', run: (_body, query) => stock(stores, query.get('store')) },
      mails: { method: 'GET', run: (_body, query) => mails(stores, query.get('store')) },
      webhooks: {
        method: 'GET',
        run: () => ({ waiting: waiting(stores), sent: cron.sent() }),
      },
      'webhooks/run': { method: 'POST', run: () => ({ started: cron.run(true) }) },
      'webhooks/faults': { method: 'POST', run: (body) => ({ planned: faults.add(body) }) },
    },
    settings,
    exportState: () => {
      for (const store of stores.values()) freezeContents(store);
      return stores;
    },
    importState: (state) => {
      stores = state as Map<string, Store>; // only what exportState gave comes back
    },
    close: () => {
      cron.stop();
    },
  };
}

function chosen(stores: Map<string, Store>, name: string | null): Store[] {
  if (name !== null && !stores.has(name)) throw new ControlError(`no store ${name}`);
  return [...stores.values()].filter((store) => name === null || store.name === name);
}

/** `GET /_sandbox/stock?store=`: every product of the stores with its quantity. */
function stock(stores: Map<string, Store>, name: string | null): unknown {
  const rows = chosen(stores, name).map((store) => [store.name, { products: [...store.products.values()].map(stockRow) }]); // prettier-ignore
  return { stores: Object.fromEntries(rows) as unknown };
}

/** `GET /_sandbox/mails?store=`: what the stores have sent. */
function mails(stores: Map<string, Store>, name: string | null): unknown {
  const rows = chosen(stores, name).map((store) => [store.name, { mails: store.mails }]);
  return { stores: Object.fromEntries(rows) as unknown };
}

function waiting(stores: Map<string, Store>): unknown[] {
  return [...stores.values()].flatMap((store) =>
    [...store.queue.values()].map((job) => ({ store: store.name, ...job })),
  );
}

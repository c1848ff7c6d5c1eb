import { z } from 'zod';

import { checked } from '../server/checked';
import { commonSettings, createSettings } from '../server/settings';
import {
  type Vendor,
  type VendorAnswer,
  type VendorRequest,
  type VendorTools,
} from '../server/vendor';
import { act, stockRow } from './act';
import { htmlAnswer, jsonAnswer, WooError } from './answer';
import { authenticate, type Caller } from './auth';
import { latencyMs } from './latency';
import { phpFatal } from './products';
import { factsOf, routed } from './request';
import { resetBody, seededStore } from './reset';
import { serveRoute } from './routes';
import { type Store } from './store';
import { ControlError } from '../server/control-error';

const settingsShape = {
  ...commonSettings,
  /** A proxy in front ends TLS and says so in `X-Forwarded-Proto`; false: WordPress never learns. */
  'woo.trustForwardedProto': z.boolean().default(true),
};

/** Above this the web server refuses the request line (section 2). */
const urlLengthMax = 8_190;

/** The WooCommerce side: stores, each under its own path, with the REST API v3 of 11.0. */
export function createWooVendor(tools: VendorTools): Vendor {
  const { clock, random } = tools;
  const settings = createSettings(settingsShape);
  let stores = new Map<string, Store>();
  const callers = new WeakMap<VendorRequest, Caller>();

  const isTls = (request: VendorRequest): boolean =>
    request.isTls ||
    (settings.current()['woo.trustForwardedProto'] &&
      request.headers['x-forwarded-proto'] === 'https');

  const admit = (request: VendorRequest): VendorAnswer | null => {
    if (request.path.length + request.rawQuery.length > urlLengthMax) {
      return htmlAnswer(414, 'Request-URI Too Large');
    }
    const store = stores.get(routed(request)?.storeName ?? '');
    if (store === undefined) return htmlAnswer(404, 'Not Found');
    return guarded(store, () => {
      callers.set(request, authenticate(store, request, isTls(request), clock.nowMs()));
      return null;
    });
  };

  const perform = (request: VendorRequest): VendorAnswer => {
    const target = routed(request);
    const store = stores.get(target?.storeName ?? '');
    if (target === null || store === undefined) return htmlAnswer(404, 'Not Found');
    const caller = callers.get(request) ?? 'anonymous';
    const served = { store, target, request, caller, nowMs: clock.nowMs(), random };
    const answer = guarded(store, () => serveRoute(served));
    if (answer === null) throw new Error('Bug: a route gave no answer');
    const isRead = !factsOf(request).isWrite;
    return { ...answer, committed: isRead ? null : (answer.committed ?? false) };
  };

  return {
    name: 'woo',
    describe: factsOf,
    admit,
    perform,
    isRemembered: () => false, // there is no idempotency key (section 14)
    statusAnswer,
    namedAnswer,
    unknownFaults: ['throttleXml', 'fault200', 'expireToken', 'itemFault', 'batchCut'],
    expireToken: () => undefined,
    reset: (body) => {
      const wish = checked(resetBody, body);
      if (!wish.keep) stores = new Map();
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
    act: (body) => act(stores, body, clock.nowMs()),
    latencyMs: (request, facts, beside) => latencyMs(request, facts, beside, random),
    calls: { stock: { method: 'GET', run: (_body, query) => stock(stores, query.get('store')) } },
    settings,
    exportState: () => stores,
    importState: (state) => {
      stores = state as Map<string, Store>; // only what exportState gave comes back
    },
  };
}

/** Runs a part of a call; what the store refuses becomes its answer. */
function guarded(store: Store, run: () => VendorAnswer | null): VendorAnswer | null {
  try {
    return run();
  } catch (error) {
    if (error instanceof WooError) return errorAnswer(store, error);
    throw error;
  }
}

function errorAnswer(store: Store, error: WooError): VendorAnswer {
  const isWordPress = error.code === 'internal_server_error';
  const body = { ...error.body(), ...(isWordPress ? { additional_errors: [] } : {}) };
  return jsonAnswer(error.status, body, null, {
    link: `<${store.homeUrl}/wp-json/>; rel="https://wp-rest-rel.example/"`,
  });
}

/** Injected codes in the forms of the recordings http_* and auth_none. */
function statusAnswer(status: number, retryAfter: string | undefined): VendorAnswer {
  const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': retryAfter }; // prettier-ignore
  if (status === 401) {
    const error = new WooError(401, 'woocommerce_rest_cannot_view', 'Sorry, you cannot list resources.'); // prettier-ignore
    return jsonAnswer(401, error.body(), null, headers);
  }
  if (status === 500) {
    return jsonAnswer(500, { ...phpFatal().body(), additional_errors: [] }, null, headers);
  }
  if (status === 503) {
    const message = 'Briefly unavailable for scheduled maintenance. Check back in a minute.';
    const body = { code: 'wp_die', message, data: { status }, additional_errors: [] };
    return jsonAnswer(503, body, null, { 'retry-after': '600', ...headers });
  }
  return htmlAnswer(status, titles[status] ?? 'Error', headers);
}

function namedAnswer(fault: string): VendorAnswer | null {
  if (fault === 'html503') return htmlAnswer(503, 'Service Unavailable');
  if (fault !== 'wpDie500') return null;
  const message = '<h1>Error establishing a database connection</h1>'; // rec: http_db_down
  const body = { code: 'wp_die', message, data: { status: 500 }, additional_errors: [] };
  return jsonAnswer(500, body, null);
}

const titles: Record<number, string> = {
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  502: 'Bad Gateway',
  504: 'Gateway Time-out',
};

/** `GET /_sandbox/stock?store=`: every product of the stores with its quantity. */
function stock(stores: Map<string, Store>, name: string | null): unknown {
  if (name !== null && !stores.has(name)) throw new ControlError(`no store ${name}`);
  const chosen = [...stores.values()].filter((store) => name === null || store.name === name);
  return {
    stores: Object.fromEntries(
      chosen.map((store) => [store.name, { products: [...store.products.values()].map(stockRow) }]),
    ),
  };
}

import { type Random } from '../random';
import { type Clock } from '../server/clock';
import { type Execution, type VendorAnswer, type VendorRequest } from '../server/vendor';
import { type PlannedSale, sell } from './act';
import { htmlAnswer, WooError } from './answer';
import { authenticate, type Caller } from './auth';
import { type Moment } from './call';
import { type Cache } from './cache';
import { type Arrival, arrivalOf } from './races';
import { factsOf, routed } from './request';
import { refusal, serveRoute } from './serve';
import { isVersion, type WooSettings } from './settings';
import { type Store } from './store';
import { type Firewall } from './waf';
import { type Cron } from './webhooks/cron';

/** All stores of the sandbox and what surrounds them. */
export interface World {
  stores: Map<string, Store>;
  sales: PlannedSale[];
  /** Who asks, and what a call saw when it came. */
  known: WeakMap<VendorRequest, { caller: Caller; arrival: Arrival }>;
  firewall: Firewall;
  cache: Cache;
  cron: Cron;
  clock: Clock;
  random: Random;
  settings(): WooSettings;
}

/** Above this the web server refuses the request line (woocommerce.md#requests). */
const urlLengthMax = 8_190;

/** Everything that can refuse a call before its route is looked at. */
export function admit(world: World, request: VendorRequest): VendorAnswer | null {
  if (request.path.length + request.rawQuery.length > urlLengthMax) {
    return htmlAnswer(414, 'Request-URI Too Large');
  }
  const settings = world.settings();
  const nowMs = world.clock.nowMs();
  const bytesMax = settings['woo.bodyMax'];
  if (bytesMax > 0 && request.body.length > bytesMax) {
    return htmlAnswer(413, 'Request Entity Too Large');
  }
  const blocked = world.firewall.refuses(settings['woo.waf'], nowMs);
  if (blocked !== null) return blocked;
  const target = routed(request);
  const store = world.stores.get(target?.storeName ?? '');
  if (store === undefined || target === null) return htmlAnswer(404, 'Not Found');
  try {
    const caller = authenticate(store, request, isTls(settings, request), nowMs);
    if (caller !== 'anonymous') refuseForeign(settings, target.route);
    world.known.set(request, { caller, arrival: arrivalOf(store, request) });
    return null;
  } catch (error) {
    if (!(error instanceof WooError)) throw error;
    return dated(world, refusal({ store, caller: 'anonymous', request }, error));
  }
}

function isTls(settings: WooSettings, request: VendorRequest): boolean {
  const isForwarded = request.headers['x-forwarded-proto'] === 'https';
  return request.isTls || (settings['woo.trustForwardedProto'] && isForwarded);
}

/**
 * From 11.1 a key opens routes below `wc/` only; before, it is nobody there
 * (woocommerce.md#authentication).
 */
function refuseForeign(settings: WooSettings, route: string): void {
  if (/^($|\/wc\/)/.test(route) || !isVersion(settings, '11.1')) return;
  const message = 'The API key provided is not valid for this route.';
  throw new WooError(401, 'woocommerce_rest_authentication_error', message);
}

/** Carries a call out, and what its traffic sets off: the cron, pings, a sale after a read. */
export function perform(
  world: World,
  request: VendorRequest,
  execution: Execution = {},
): VendorAnswer {
  const target = routed(request);
  const store = world.stores.get(target?.storeName ?? '');
  if (target === null || store === undefined) return htmlAnswer(404, 'Not Found');
  const { caller = 'anonymous', arrival = arrivalOf(store, request) } =
    world.known.get(request) ?? {};
  const kept = world.cache.answerTo(request, surroundings(world));
  if (kept !== null) return dated(world, kept);
  world.cron.traffic();
  const lastWebhook = store.counters.webhook;
  const answer = serveRoute({
    store,
    target,
    request,
    caller,
    arrival,
    ...surroundings(world),
    cutAfter: execution.cutAfter ?? Infinity,
  });
  for (let id = lastWebhook + 1; id <= store.counters.webhook; id += 1) {
    const webhook = store.webhooks.get(id);
    if (webhook !== undefined) world.cron.ping(store, webhook);
  }
  sellAfterRead(world, request, store);
  world.cron.plan();
  world.cache.keep(request, answer, surroundings(world));
  const isRead = !factsOf(request).isWrite;
  return dated(world, { ...answer, committed: isRead ? null : (answer.committed ?? false) });
}

/** The Date header is that of the web server, whose clock may differ from the data's. */
export function dated(world: World, answer: VendorAnswer): VendorAnswer {
  const date = new Date(world.clock.nowMs() + world.settings()['woo.clockSkewMs']).toUTCString();
  return { ...answer, headers: { ...answer.headers, date } };
}

/** Time, chance and settings of this moment. */
export function surroundings(world: World): Omit<Moment, 'store'> {
  return { nowMs: world.clock.nowMs(), random: world.random, settings: world.settings() };
}

/** Somebody buys between our read and our write (woocommerce.md#stock). */
function sellAfterRead(world: World, request: VendorRequest, store: Store): void {
  if (world.sales.length === 0 || request.method !== 'GET') return;
  const read = /\/products(?:\/(\d+))?$/.exec(request.path);
  for (const sale of world.sales) {
    const isMeant = read !== null && (read[1] === undefined || Number(read[1]) === sale.productId);
    const product = store.products.get(sale.productId);
    const isDue = sale.store === store.name && sale.timesLeft > 0 && isMeant;
    if (!isDue || product === undefined) continue;
    sale.timesLeft -= 1;
    sell({ ...surroundings(world), store }, product, sale.quantity);
  }
}

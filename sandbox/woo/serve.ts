import { type Random } from '../random';
import { type VendorAnswer, type VendorRequest } from '../server/vendor';
import { jsonAnswer, uncachedHeaders, WooError } from './answer';
import { type Caller } from './auth';
import { type WooCall } from './call';
import { optionsOf } from './options';
import { type Arrival } from './races';
import { inputOf, type Routed } from './request';
import { requireRight } from './rights';
import { type Route, routes } from './routes';
import { validate } from './schema';
import { isVersion, type WooSettings } from './settings';
import { type Store } from './store';

/** A call after authentication. */
export interface Served {
  store: Store;
  target: Routed;
  request: VendorRequest;
  caller: Caller;
  arrival: Arrival;
  nowMs: number;
  random: Random;
  settings: WooSettings;
  cutAfter: number;
}

/** Routes of a real store that this sandbox does not have: it says so, and pretends nothing. */
const notBuilt =
  /^\/wc\/v3\/(shipping|reports|payment_gateways|data|products\/(tags|brands|shipping_classes|reviews))(\/|$)/;

/** Finds the route, then checks parameters, then rights, as WordPress does. */
export function serveRoute(served: Served): VendorAnswer {
  const { target, request, caller, settings } = served;
  const { route: path, method } = target;
  if (notBuilt.test(path)) {
    return jsonAnswer(501, { code: 'sandbox_not_built', message: `${path}: not built` }, false);
  }
  const onPath = routes.filter((one) => one.pattern.test(path) && isThere(one, settings));
  if (method === 'OPTIONS' && onPath.length > 0) return described(served, onPath);
  const route = onPath.find((one) => one.methods.includes(method));
  if (route === undefined) {
    const message = 'No route was found matching the URL and request method.';
    return refusal(served, new WooError(404, 'rest_no_route', message));
  }
  try {
    const call = callOf(served);
    if (route.checks !== undefined) validate(route.checks(call), call.input);
    const [, ...parts] = route.pattern.exec(path) ?? [];
    route.before?.(call, parts);
    if (route.right !== 'open') requireRight(caller, route.right, settings);
    const { status, body, headers = {}, committed } = route.run(call, parts);
    const shown = {
      ...userHeaders(caller !== 'anonymous', method),
      link: restLink(served.store),
      allow: route.allow,
      ...headers,
    };
    return {
      ...jsonAnswer(status, body, committed ?? null, shown),
      ...(status === 304 ? { body: '' } : {}),
    };
  } catch (error) {
    if (!(error instanceof WooError)) throw error;
    const isAllowed = caller !== 'anonymous' && !error.isEarly && error.status !== 403;
    return refusal(served, error, isAllowed ? route.allow : undefined);
  } finally {
    if (request.method !== 'GET') served.store.revision += 1;
  }
}

function isThere(route: Route, settings: WooSettings): boolean {
  return route.since === undefined || isVersion(settings, route.since);
}

function callOf(served: Served): WooCall {
  const { store, target, request, arrival, nowMs, random, settings, cutAfter } = served;
  return {
    store,
    nowMs,
    random,
    settings,
    request,
    input: inputOf(request),
    rawQuery: request.rawQuery,
    path: target.route.slice('/wc/v3/'.length),
    arrival,
    cutAfter,
  };
}

/** Every answer of the REST API names its root; a paged list names its neighbours instead. */
function restLink(store: Store): string {
  return `<${store.homeUrl}/wp-json/>; rel="https://wp-rest-rel.example/"`;
}

/** Answers to a known user are never kept by a cache (rec: auth_none has a Vary instead). */
function userHeaders(isUserKnown: boolean, method: string): Record<string, string> {
  if (isUserKnown) return uncachedHeaders;
  return method === 'GET' ? { vary: 'Origin' } : {};
}

/** What the store refuses, as its answer. `allow` only for those who may call the route. */
export function refusal(
  { store, caller, request }: Pick<Served, 'store' | 'caller' | 'request'>,
  error: WooError,
  allow?: string,
): VendorAnswer {
  const isFatal = error.code === 'internal_server_error';
  const body = { ...error.body(), ...(isFatal ? { additional_errors: [] } : {}) };
  const isShown = allow !== undefined && !isFatal;
  return jsonAnswer(error.status, body, null, {
    ...userHeaders(error.isUserKnown || caller !== 'anonymous', request.method),
    link: restLink(store),
    ...(isShown ? { allow } : {}),
  });
}

/** `OPTIONS`: methods and parameters of a path. */
function described(served: Served, onPath: readonly Route[]): VendorAnswer {
  const call = callOf(served);
  const allow = onPath[0]?.allow ?? '';
  return jsonAnswer(200, optionsOf(call, onPath), null, {
    ...userHeaders(served.caller !== 'anonymous', served.request.method),
    link: restLink(served.store),
    allow,
  });
}

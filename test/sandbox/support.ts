import { createHmac, randomUUID } from 'node:crypto';

import { startQboSandbox } from '../../sandbox/qbo/start';
import { type RunningSandbox } from '../../sandbox/server/server';
import { startWooSandbox } from '../../sandbox/woo/start';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  body: unknown;
}

/** The value at a dotted path: `SalesReceipt.Line.0.Amount`. */
export function at(value: unknown, path: string): unknown {
  let found = value;
  for (const name of path.split('.')) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = new Map(Object.entries(found)).get(name);
  }
  return found;
}

export function textAt(value: unknown, path: string): string {
  const found = at(value, path);
  if (typeof found !== 'string') throw new Error(`${path} is no text: ${JSON.stringify(value)}`);
  return found;
}

export function listAt(value: unknown, path: string): unknown[] {
  const found = path === '' ? value : at(value, path);
  if (!Array.isArray(found)) throw new Error(`${path} is no list: ${JSON.stringify(value)}`);
  return found as unknown[];
}

export async function send(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  return { status: response.status, headers: response.headers, text, body };
}

/** Control calls; throws when one is refused, so that a test does not go on with a wrong plan. */
export async function control(
  sandbox: RunningSandbox,
  name: string,
  body?: unknown,
  method = body === undefined ? 'GET' : 'POST',
): Promise<unknown> {
  const answer = await send(`${sandbox.url}/_sandbox/${name}`, {
    method,
    headers: { 'x-sandbox-token': sandbox.token },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (answer.status !== 200) throw new Error(`${name}: ${answer.text}`);
  return answer.body;
}

export interface Shop {
  sandbox: RunningSandbox;
  consumerKey: string;
  consumerSecret: string;
  /** A call with Basic credentials, as over TLS. `path` follows `/wp-json`. */
  call(method: string, path: string, body?: unknown, headers?: object): Promise<Answer>;
}

export const shopKey = `ck_${'0'.repeat(40)}`;
const shopSecret = `cs_${'0'.repeat(40)}`;

export async function startShop(store: object = {}): Promise<Shop> {
  const sandbox = await startWooSandbox();
  await control(sandbox, 'reset', {
    stores: [{ store: 'shop', consumerKey: shopKey, consumerSecret: shopSecret, ...store }],
  });
  const basic = Buffer.from(`${shopKey}:${shopSecret}`).toString('base64');
  return {
    sandbox,
    consumerKey: shopKey,
    consumerSecret: shopSecret,
    call: (method, path, body, headers = {}) =>
      send(`${sandbox.url}/shop/wp-json${path}`, {
        method,
        headers: {
          authorization: `Basic ${basic}`,
          'x-forwarded-proto': 'https',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
  };
}

/** A query signed by OAuth 1.0a, written from RFC 5849 and not from the sandbox. */
export function signedQuery(
  method: string,
  url: string,
  query: Record<string, string>,
  {
    key = shopKey,
    secret = shopSecret,
    nonce = randomUUID(),
    hash = 'sha256',
    atMs = Date.now(),
  } = {},
): string {
  const all: Record<string, string> = {
    ...query,
    oauth_consumer_key: key,
    oauth_nonce: nonce,
    oauth_signature_method: hash === 'sha256' ? 'HMAC-SHA256' : 'HMAC-SHA1',
    oauth_timestamp: String(Math.floor(atMs / 1000)),
    oauth_version: '1.0',
  };
  const encode = (text: string): string =>
    encodeURIComponent(text).replace(
      /[!'()*]/g,
      (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  const pairs = Object.entries(all)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort();
  const base = [method, url, pairs.join('&')].map(encode).join('&');
  const signature = createHmac(hash, `${secret}&`).update(base).digest('base64');
  return `${pairs.join('&')}&oauth_signature=${encode(signature)}`;
}

export interface Company {
  sandbox: RunningSandbox;
  realmId: string;
  /** The realm as reset answered it. */
  given: unknown;
  /** `path` follows `/v3/company/{realmId}/`. */
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown, init?: RequestInit): Promise<Answer>;
  query(statement: string): Promise<Answer>;
}

export async function startCompany(realm: object = {}, settings: object = {}): Promise<Company> {
  const sandbox = await startQboSandbox();
  const realmId = '4620816365';
  const answer = await control(sandbox, 'reset', { realms: [{ realmId, ...realm }], settings });
  await control(sandbox, 'quota', { on: false });
  const given = at(answer, 'realms.0');
  const headers = {
    authorization: `Bearer ${textAt(given, 'accessToken')}`,
    accept: 'application/json',
    'content-type': 'application/json',
  };
  const root = `${sandbox.url}/v3/company/${realmId}`;
  return {
    sandbox,
    realmId,
    given,
    get: (path) => send(`${root}/${path}`, { headers }),
    post: (path, body, init = {}) =>
      send(`${root}/${path}`, { method: 'POST', headers, body: JSON.stringify(body), ...init }),
    query: (statement) => send(`${root}/query?query=${encodeURIComponent(statement)}`, { headers }),
  };
}

/** One line of a sale. */
export function saleLine(
  item: string,
  amount: number,
  taxCode: string,
  extra: object = {},
): object {
  return {
    Amount: amount,
    DetailType: 'SalesItemLineDetail',
    SalesItemLineDetail: { ItemRef: { value: item }, TaxCodeRef: { value: taxCode }, ...extra },
  };
}

/** The journal of a sandbox. */
export async function journal(sandbox: RunningSandbox): Promise<unknown[]> {
  return listAt(await control(sandbox, 'journal'), 'entries');
}

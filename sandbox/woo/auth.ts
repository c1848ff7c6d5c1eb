import { type VendorRequest } from '../server/vendor';
import { WooError } from './answer';
import { isKnownSignatureMethod, isSignedBy } from './oauth';
import { type ApiKey, type Store } from './store';

/** The window of an OAuth time stamp (woocommerce.md#authentication). */
const oauthWindowSeconds = 15 * 60;

const oauthParameters = [
  'oauth_consumer_key',
  'oauth_timestamp',
  'oauth_nonce',
  'oauth_signature',
  'oauth_signature_method',
];

/** Who asks: a key, or nobody (wrong ways of asking count as nobody). */
export type Caller = ApiKey | 'anonymous';

/**
 * The authentication table of woocommerce.md#authentication: Basic and query keys over TLS only,
 * OAuth 1.0a everywhere. Throws for a known key that is used wrongly.
 */
export function authenticate(
  store: Store,
  request: VendorRequest,
  isTls: boolean,
  nowMs: number,
): Caller {
  const plain = isTls ? plainCredentials(request) : null;
  if (plain !== null) {
    const key = store.keys.get(plain.consumerKey);
    if (key !== undefined) {
      if (key.secret !== plain.consumerSecret) throw refused('Consumer secret is invalid.');
      return permitted(key, request.method);
    }
  }
  const key = oauthKey(store, request, isTls, nowMs);
  return key === null ? 'anonymous' : permitted(key, request.method);
}

function plainCredentials(
  request: VendorRequest,
): { consumerKey: string; consumerSecret: string } | null {
  const consumerKey = request.query.get('consumer_key');
  const consumerSecret = request.query.get('consumer_secret');
  if (consumerKey !== null && consumerSecret !== null) return { consumerKey, consumerSecret };
  const header = request.headers.authorization ?? '';
  if (!/^basic /i.test(header)) return null;
  const [name = '', ...rest] = Buffer.from(header.slice(6), 'base64').toString('utf8').split(':');
  return { consumerKey: name, consumerSecret: rest.join(':') };
}

function oauthKey(
  store: Store,
  request: VendorRequest,
  isTls: boolean,
  nowMs: number,
): ApiKey | null {
  const { query } = request;
  const missing = oauthParameters.filter((name) => (query.get(name) ?? '') === '');
  if (missing.length === oauthParameters.length) return null;
  if (missing.length > 0) {
    throw new WooError(
      401,
      'woocommerce_rest_authentication_missing_parameter',
      `Missing OAuth parameters ${missing.join(', ')}`,
    );
  }
  const key = store.keys.get(query.get('oauth_consumer_key') ?? '');
  if (key === undefined) throw refused('Consumer key is invalid.');
  if (!isKnownSignatureMethod(query.get('oauth_signature_method') ?? '')) {
    throw refused('Invalid signature - signature method is invalid.');
  }
  const path = request.path.slice(store.name.length + 1).replace(/\/$/, '');
  // The home URL, but with the protocol that the call came by (woocommerce.md#authentication).
  const home = isTls ? store.homeUrl : store.homeUrl.replace(/^https:/, 'http:');
  if (!isSignedBy(key.secret, request.method, `${home}${path}`, query)) {
    throw refused('Invalid signature - provided signature does not match.');
  }
  useNonce(store, query, nowMs / 1000);
  return key;
}

function useNonce(store: Store, query: URLSearchParams, nowSeconds: number): void {
  const timestamp = Number(query.get('oauth_timestamp'));
  if (!(Math.abs(nowSeconds - timestamp) <= oauthWindowSeconds)) {
    throw refused('Invalid timestamp.');
  }
  const nonce = `${query.get('oauth_consumer_key') ?? ''} ${query.get('oauth_nonce') ?? ''}`;
  if (store.nonces.has(nonce)) throw refused('Invalid nonce - nonce has already been used.');
  store.nonces.set(nonce, timestamp);
  for (const [old, usedAt] of store.nonces) {
    if (nowSeconds - usedAt <= oauthWindowSeconds) break; // kept in the order of use
    store.nonces.delete(old);
  }
}

function permitted(key: ApiKey, method: string): ApiKey {
  if (method === 'OPTIONS') return key;
  const need = method === 'GET' || method === 'HEAD' ? 'read' : 'write';
  if (key.permissions !== 'read_write' && key.permissions !== need) {
    const message = `The API key provided does not have ${need} permissions.`;
    throw new WooError(401, 'woocommerce_rest_authentication_error', message, {}, null, true, true);
  }
  return key;
}

function refused(message: string): WooError {
  return new WooError(401, 'woocommerce_rest_authentication_error', message);
}

import { createHmac } from 'node:crypto';

// Credentials of a call to a store (woocommerce.md#authentication): Basic over TLS, where PHP reads
// it, and OAuth 1.0a with one leg in the query over plain http, where Basic is ignored.

export interface WooKeys {
  consumerKey: string;
  consumerSecret: string;
}

export interface OAuthMoment {
  /** Seconds since 1970; the store allows 15 minutes. */
  timestamp: number;
  /** Used once: every send and every repeat is signed anew. */
  nonce: string;
}

/** Value of the Authorization header for a store with TLS. */
export function basicAuthorization(keys: WooKeys): string {
  const pair = `${keys.consumerKey}:${keys.consumerSecret}`;
  return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
}

/** The address with the OAuth parameters and their signature in its query. */
export function signedUrl(method: string, url: URL, keys: WooKeys, moment: OAuthMoment): URL {
  const parameters: [string, string][] = [
    ...url.searchParams.entries(),
    ['oauth_consumer_key', keys.consumerKey],
    ['oauth_nonce', moment.nonce],
    ['oauth_signature_method', 'HMAC-SHA256'],
    ['oauth_timestamp', String(moment.timestamp)],
    ['oauth_version', '1.0'],
  ];
  const signature = signatureOf(method, `${url.origin}${url.pathname}`, parameters, { keys });
  const signed = new URL(url);
  signed.search = queryText([...parameters, ['oauth_signature', signature]]);
  return signed;
}

/**
 * Signature over `METHOD & enc(url) & enc(sorted parameters)`; `parameters` without
 * oauth_signature.
 */
export function signatureOf(
  method: string,
  address: string,
  parameters: readonly (readonly [string, string])[],
  { keys, hash = 'sha256' }: { keys: WooKeys; hash?: 'sha1' | 'sha256' },
): string {
  const sorted = parameters
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort((a, b) => compareText(a[0], b[0]) || compareText(a[1], b[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const base = `${method}&${encode(address)}&${encode(sorted)}`;
  return createHmac(hash, `${keys.consumerSecret}&`).update(base).digest('base64');
}

/** A query in which blanks are %20, as the signature has them, not +. */
export function queryText(parameters: readonly (readonly [string, string])[]): string {
  return parameters.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** RFC 3986: encodeURIComponent leaves five characters that must be encoded too. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

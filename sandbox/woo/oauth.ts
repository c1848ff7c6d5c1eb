import { createHmac, timingSafeEqual } from 'node:crypto';

const hashes: Record<string, string> = { 'HMAC-SHA1': 'sha1', 'HMAC-SHA256': 'sha256' };

export function isKnownSignatureMethod(method: string): boolean {
  return method in hashes;
}

/**
 * Checks an OAuth 1.0a one-legged signature: `METHOD & url & sorted parameters`, key `secret&`
 * (woocommerce.md#authentication; rec: auth_oauth_ok, auth_oauth_post).
 */
export function isSignedBy(
  secret: string,
  method: string,
  url: string,
  query: URLSearchParams,
): boolean {
  const hash = hashes[query.get('oauth_signature_method') ?? ''];
  if (hash === undefined) return false;
  const parameters = asPhpReads(query)
    .filter(([name]) => name !== 'oauth_signature')
    .map(([name, value]) => [percentEncoded(name), percentEncoded(value)] as const)
    .sort(([a, av], [b, bv]) => compare(a, b) || compare(av, bv))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const base = [method, url, parameters].map(percentEncoded).join('&');
  const expected = createHmac(hash, `${secret}&`).update(base).digest();
  const given = Buffer.from(query.get('oauth_signature') ?? '', 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Of a name that comes twice the last value counts: WooCommerce's own client sends each twice. */
function asPhpReads(query: URLSearchParams): [string, string][] {
  const lists = [...query].filter(([name]) => name.endsWith('[]'));
  return [...new Map([...query].filter(([name]) => !name.endsWith('[]'))), ...lists];
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** RFC 3986: unlike encodeURIComponent also `!'()*`. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

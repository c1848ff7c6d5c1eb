import { ConnectorError, type CallTimeouts, type Reach } from '../../contract';
import { call, parsed, retryAfterMs, type HttpCall } from '../../http';
import { tokenErrorSchema, tokenSchema } from './wire';

// Renewal of the access token, and its end (quickbooks.md#tokens).

export interface QboCredentials {
  accessToken: string;
  refreshToken: string;
  /** Null where nobody knows (put in by hand): renewed when it is refused. */
  expiresAtMs: number | null;
}

export interface OAuthOptions {
  /** Base address of the token service, in production `https://oauth.platform.intuit.com`. */
  oauthUrl: string;
  clientId: string;
  clientSecret: string;
  timeouts: CallTimeouts;
  reach: Reach;
  now: () => number;
}

/** What came of a revocation. */
export interface Revocation {
  isRevoked: boolean;
  /** For the person who disconnects. */
  detail: string;
}

export interface RevokeOptions extends Omit<OAuthOptions, 'oauthUrl' | 'now'> {
  /** Base address, in production `https://developer.api.intuit.com`. */
  revokeUrl: string;
}

const revokePath = '/v2/oauth2/tokens/revoke';
const byHand = 'Disconnect truth-sync in QuickBooks too, under Apps.';

/**
 * Takes the consent back: with the refresh token every token of the company dies. Never throws for
 * what the vendor does.
 */
export async function revokeCredentials(
  options: RevokeOptions,
  refreshToken: string,
): Promise<Revocation> {
  const { signal } = new AbortController();
  const body = JSON.stringify({ token: refreshToken });
  const result = await call({
    ...toTokenService(options, options.revokeUrl + revokePath),
    headers: { ...headersOf(options), 'content-type': 'application/json' },
    body,
    signal,
  });
  if (result.type !== 'answer') return { isRevoked: false, detail: `${result.detail}. ${byHand}` };
  if (result.status === 200) return { isRevoked: true, detail: 'The consent is taken back.' };
  // Not known there any more: taken back before, or too old.
  if (result.status === 400) return { isRevoked: true, detail: 'The consent was over already.' };
  return { isRevoked: false, detail: `Revocation: HTTP ${result.status}. ${byHand}` };
}

function toTokenService(
  { timeouts, reach }: Pick<OAuthOptions, 'timeouts' | 'reach'>,
  url: string,
): Pick<HttpCall, 'method' | 'url' | 'timeouts' | 'reach'> {
  return { method: 'POST', url: new URL(url), timeouts, reach };
}

function headersOf({ clientId, clientSecret }: Pick<OAuthOptions, 'clientId' | 'clientSecret'>): {
  accept: string;
  authorization: string;
} {
  const pair = Buffer.from(`${clientId}:${clientSecret}`, 'utf8').toString('base64');
  return { accept: 'application/json', authorization: `Basic ${pair}` };
}

const tokenPath = '/oauth2/v1/tokens/bearer';

/**
 * New credentials, or null where the refresh token is refused and a person has to connect again.
 */
export async function refreshCredentials(
  options: OAuthOptions,
  refreshToken: string,
  signal: AbortSignal,
): Promise<QboCredentials | null> {
  const askedAtMs = options.now();
  const result = await call({
    ...toTokenService(options, options.oauthUrl.replace(/\/+$/, '') + tokenPath),
    headers: { ...headersOf(options), 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
    }).toString(),
    signal,
  });
  // Neither a network error nor a server's error is a disconnect (quickbooks.md#tokens).
  if (result.type !== 'answer') throw new ConnectorError('upstream', result.detail);
  const { status } = result;
  const value = parsed(result.text, JSON.parse);
  const token = tokenSchema.safeParse(value);
  if (status === 200 && token.success)
    return {
      accessToken: token.data.access_token,
      refreshToken: token.data.refresh_token,
      expiresAtMs: askedAtMs + token.data.expires_in * 1000,
    };
  const error = tokenErrorSchema.safeParse(value);
  if (status === 400 && error.success && error.data.error === 'invalid_grant') return null;
  const named = error.success ? error.data.error.slice(0, 100) : 'no readable answer';
  const detail = `Token refresh: HTTP ${status}: ${named}`;
  const waitMs = retryAfterMs(result.headers, options.now());
  if (status === 429) throw new ConnectorError('throttled', detail, waitMs);
  // invalid_client: our own id or secret is wrong.
  if (status === 400 || status === 401) throw new ConnectorError('config', detail);
  throw new ConnectorError('upstream', detail, waitMs);
}

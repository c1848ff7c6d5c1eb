import { ConnectorError, type CallTimeouts, type Reach } from '../../contract';
import { call, parsed, retryAfterMs } from '../../http';
import { tokenErrorSchema, tokenSchema } from './wire';

// Renewal of the access token (quickbooks.md#tokens).

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

const tokenPath = '/oauth2/v1/tokens/bearer';

/**
 * New credentials, or null where the refresh token is refused and a person has to connect again.
 */
export async function refreshCredentials(
  options: OAuthOptions,
  refreshToken: string,
  signal: AbortSignal,
): Promise<QboCredentials | null> {
  const pair = Buffer.from(`${options.clientId}:${options.clientSecret}`, 'utf8');
  const askedAtMs = options.now();
  const result = await call({
    method: 'POST',
    url: new URL(options.oauthUrl.replace(/\/+$/, '') + tokenPath),
    headers: {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${pair.toString('base64')}`,
    },
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
    }).toString(),
    timeouts: options.timeouts,
    reach: options.reach,
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

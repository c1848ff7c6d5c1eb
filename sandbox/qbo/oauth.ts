import { randomBytes } from 'node:crypto';

import { type VendorAnswer, type VendorRequest } from '../server/vendor';
import { gatewayAnswer, jsonAnswer } from './answer';
import { type QboSettings } from './settings';

const dayMs = 24 * 3_600_000;
const refreshLifeMs = 100 * dayMs; // 8,640,000 s: rolling, renewed at each use
const refreshGivenSeconds = 8_726_400; // what the token answer says
const hardLifeMs = 5 * 365 * dayMs;
const codeLifeMs = 10 * 60_000;

interface RefreshToken {
  realmId: string;
  issuedMs: number;
  usedMs: number;
  /** Set when a newer value was given out: this one works until the grace time is over. */
  deadAtMs: number | null;
  hardEndMs: number;
}

/** Client, tokens and codes; plain data (quickbooks.md#tokens). */
export interface OAuthState {
  clientId: string;
  clientSecret: string;
  access: Map<string, { realmId: string; endMs: number }>;
  refresh: Map<string, RefreshToken>;
  codes: Map<string, { realmId: string; redirectUri: string; endMs: number }>;
}

export function createOAuth(): OAuthState {
  return {
    clientId: 'sandbox-client-id',
    clientSecret: 'sandbox-client-secret',
    access: new Map(),
    refresh: new Map(),
    codes: new Map(),
  };
}

/** A pair of tokens for a company, as a finished consent gives it. */
export function grant(
  oauth: OAuthState,
  realmId: string,
  settings: QboSettings,
  nowMs: number,
): { accessToken: string; refreshToken: string } {
  const refreshToken = newRefreshToken(oauth, realmId, nowMs, nowMs + hardLifeMs);
  return { accessToken: newAccessToken(oauth, realmId, settings, nowMs), refreshToken };
}

/**
 * Refuses a call without a live token of this company, in the gateway's form
 * (quickbooks.md#faults).
 */
export function checkBearer(
  oauth: OAuthState,
  request: VendorRequest,
  realmId: string,
  nowMs: number,
): VendorAnswer | null {
  const token = bearerOf(request);
  const refused = (detail: string): VendorAnswer =>
    gatewayAnswer(401, 3200, 'AuthenticationFailed', detail, nowMs);
  if (token === '') return refused('Malformed bearer token: too short or too long');
  const access = oauth.access.get(token);
  if (access === undefined) return refused('Token revoked or unknown');
  if (access.endMs <= nowMs) return refused('Token expired');
  if (access.realmId === realmId) return null;
  const detail = 'The token belongs to another company';
  return gatewayAnswer(403, 3100, 'ApplicationAuthorizationFailed', detail, nowMs);
}

/** The `expireToken` fault: the token of this call is dead from now on. */
export function expireBearer(oauth: OAuthState, request: VendorRequest, nowMs: number): void {
  const access = oauth.access.get(bearerOf(request));
  if (access !== undefined) access.endMs = nowMs;
}

function bearerOf(request: VendorRequest): string {
  return /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
}

/** `/oauth2/v1/tokens/bearer`: grants authorization_code and refresh_token. */
export function tokenCall(
  oauth: OAuthState,
  request: VendorRequest,
  settings: QboSettings,
  nowMs: number,
): VendorAnswer {
  if (!isClient(oauth, request)) return jsonAnswer(401, { error: 'invalid_client' }, null);
  const form = new URLSearchParams(request.body.toString('utf8'));
  const withHardEnd = request.headers['x-include-refresh-token-hard-expires-in'] === 'true';
  switch (form.get('grant_type') ?? '') {
    case 'authorization_code': {
      const code = oauth.codes.get(form.get('code') ?? '');
      oauth.codes.delete(form.get('code') ?? ''); // once only
      const isGood =
        code !== undefined && code.endMs > nowMs && code.redirectUri === form.get('redirect_uri');
      if (!isGood) return invalidGrant('Invalid authorization code');
      if (!settings['qbo.multiAdmin']) forgetTokens(oauth, code.realmId);
      const { accessToken, refreshToken } = grant(oauth, code.realmId, settings, nowMs);
      return tokenAnswer(oauth, accessToken, refreshToken, settings, withHardEnd, nowMs);
    }
    case 'refresh_token': {
      const value = form.get('refresh_token') ?? '';
      const known = oauth.refresh.get(value);
      if (known === undefined || !isAlive(known, nowMs)) {
        return invalidGrant('Incorrect or invalid refresh token');
      }
      const next = rotated(oauth, value, known, settings, nowMs);
      const accessToken = newAccessToken(oauth, known.realmId, settings, nowMs);
      return tokenAnswer(oauth, accessToken, next, settings, withHardEnd, nowMs);
    }
    default:
      return jsonAnswer(400, { error: 'unsupported_grant_type' }, null);
  }
}

function isAlive(token: RefreshToken, nowMs: number): boolean {
  const isReplaced = token.deadAtMs !== null && token.deadAtMs <= nowMs;
  return !isReplaced && nowMs - token.usedMs < refreshLifeMs && nowMs < token.hardEndMs;
}

/**
 * The value changes about daily; the old one lives on for a grace time
 * (quickbooks.md#not-confirmed).
 */
function rotated(
  oauth: OAuthState,
  value: string,
  known: RefreshToken,
  settings: QboSettings,
  nowMs: number,
): string {
  known.usedMs = nowMs;
  const isDue = nowMs - known.issuedMs >= settings['qbo.refreshRotation'];
  if (!isDue) return value;
  known.deadAtMs ??= nowMs + settings['qbo.refreshGrace'];
  return newRefreshToken(oauth, known.realmId, nowMs, known.hardEndMs);
}

function tokenAnswer(
  oauth: OAuthState,
  accessToken: string,
  refreshToken: string,
  settings: QboSettings,
  withHardEnd: boolean,
  nowMs: number,
): VendorAnswer {
  const hardEndMs = oauth.refresh.get(refreshToken)?.hardEndMs ?? nowMs;
  const hardEnd = { x_refresh_token_hard_expires_in: Math.floor((hardEndMs - nowMs) / 1000) };
  return jsonAnswer(
    200,
    {
      token_type: 'bearer',
      expires_in: Math.floor(settings['qbo.accessTokenLife'] / 1000),
      access_token: accessToken,
      refresh_token: refreshToken,
      x_refresh_token_expires_in: refreshGivenSeconds,
      ...(withHardEnd ? hardEnd : {}),
    },
    null,
  );
}

function invalidGrant(description: string): VendorAnswer {
  return jsonAnswer(400, { error: 'invalid_grant', error_description: description }, null);
}

function isClient(oauth: OAuthState, request: VendorRequest): boolean {
  const [, encoded = ''] = /^Basic (\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  const given = Buffer.from(encoded, 'base64').toString('utf8');
  return given === `${oauth.clientId}:${oauth.clientSecret}`;
}

/** `/v2/oauth2/tokens/revoke`: a refresh token takes every token of its company along. */
export function revokeCall(oauth: OAuthState, request: VendorRequest): VendorAnswer {
  if (!isClient(oauth, request)) return jsonAnswer(401, { error: 'invalid_client' }, null);
  const text = request.body.toString('utf8');
  const fromJson = /"token"\s*:\s*"([^"]+)"/.exec(text)?.[1];
  const token = fromJson ?? new URLSearchParams(text).get('token') ?? '';
  const realmId = oauth.refresh.get(token)?.realmId ?? oauth.access.get(token)?.realmId;
  if (realmId === undefined) return jsonAnswer(400, { error: 'invalid_request' }, null);
  forgetTokens(oauth, realmId);
  return { ...jsonAnswer(200, {}, null), body: '' };
}

function forgetTokens(oauth: OAuthState, realmId: string): void {
  for (const tokens of [oauth.access, oauth.refresh]) {
    for (const [value, known] of tokens) {
      if (known.realmId === realmId) tokens.delete(value);
    }
  }
}

/** `/connect/oauth2`: the consent page approves at once; `realmId` chooses the company. */
export function consentCall(
  oauth: OAuthState,
  query: URLSearchParams,
  realmIds: string[],
  nowMs: number,
): VendorAnswer {
  const redirectUri = query.get('redirect_uri');
  const state = query.get('state');
  const realmId = query.get('realmId') ?? realmIds[0];
  const isComplete =
    query.get('client_id') === oauth.clientId &&
    query.get('response_type') === 'code' &&
    redirectUri !== null &&
    URL.canParse(redirectUri) &&
    state !== null;
  if (!isComplete || realmId === undefined || !realmIds.includes(realmId)) {
    return jsonAnswer(400, { error: 'invalid_request' }, null);
  }
  const code = `AB${randomBytes(16).toString('hex')}`;
  oauth.codes.set(code, { realmId, redirectUri, endMs: nowMs + codeLifeMs });
  const target = new URL(redirectUri);
  for (const [name, value] of Object.entries({ code, state, realmId })) {
    target.searchParams.set(name, value);
  }
  return { status: 302, headers: { location: target.toString() }, body: '', committed: null };
}

/** Old tokens are forgotten in bulk, so that a long run keeps its memory. */
const tokensMax = 20_000;

function newAccessToken(
  oauth: OAuthState,
  realmId: string,
  settings: QboSettings,
  nowMs: number,
): string {
  const token = `eyJ${randomBytes(48).toString('base64url')}`;
  oauth.access.set(token, { realmId, endMs: nowMs + settings['qbo.accessTokenLife'] });
  forgetOldest(oauth.access);
  return token;
}

function newRefreshToken(
  oauth: OAuthState,
  realmId: string,
  nowMs: number,
  hardEndMs: number,
): string {
  const value = `RT1-${randomBytes(24).toString('base64url')}`;
  oauth.refresh.set(value, { realmId, issuedMs: nowMs, usedMs: nowMs, deadAtMs: null, hardEndMs });
  forgetOldest(oauth.refresh);
  return value;
}

function forgetOldest(tokens: Map<string, unknown>): void {
  const [oldest] = tokens.keys();
  if (tokens.size > tokensMax && oldest !== undefined) tokens.delete(oldest);
}

import { randomBytes } from 'node:crypto';

import { startApi, type RunningApi } from '../../api/start-api';
import { findTenant } from '../../database/tenants';
import { readEnv } from '../../platform/env';
import type { Queues } from '../../protocol/messages';
import { createTestDatabase, type TestDatabase } from './database';
import { testServers } from './env';
import { fixture } from './fixture';
import type { Stack } from './stack';
import { textOf } from './text-of';

/** The API as it runs for real, on free ports, with a database of its own. */
export interface TestApi extends RunningApi {
  database: TestDatabase;
  rootKey: string;
  queues: Queues;
  call: (method: string, path: string, options?: CallOptions) => Promise<Called>;
  /** A new tenant with one key of each role. */
  createTenant: () => Promise<ApiTenant>;
}

export interface CallOptions {
  key?: string;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is. */
  raw?: string | Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
}

export interface Called {
  status: number;
  headers: Headers;
  body: unknown;
  text: string;
}

export interface ApiTenant {
  tenantId: string;
  keys: Record<'pos' | 'viewer' | 'operator' | 'admin', string>;
  /** Path below `/v1/tenants/{tenantId}`. */
  path: (rest: string) => string;
}

export interface TestApiOptions {
  isProduction?: boolean;
  temporalAddress?: string;
  /** Where the API finds its database, if not at its true address. */
  databaseUrlOf?: (url: string) => string;
  /** Further variables of its environment. */
  variables?: Record<string, string>;
  /** Whose database and workers the API shares. */
  stack?: Stack;
}

/** Nobody listens on the discard port. */
export const nowhere = '127.0.0.1:9';

/** The API for all tests of a file. */
export const withApi = (options?: TestApiOptions): TestApi => fixture(() => startTestApi(options));

export async function startTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const database = await createTestDatabase();
  const rootKey = `root_${randomBytes(32).toString('base64url')}`;
  const own = randomBytes(4).toString('hex');
  const queues = options.stack?.queues ?? {
    workflows: `sync-${own}`,
    database: `db-${own}`,
    woo: `woo-${own}`,
    qbo: `qbo-${own}`,
  };
  const env = readEnv({
    NODE_ENV: options.isProduction === true ? 'production' : 'test',
    PUBLIC_URL: 'https://sync.example.com',
    PORT: '0',
    METRICS_PORT: '0',
    DATABASE_URL:
      options.stack?.database.url ?? options.databaseUrlOf?.(database.url) ?? database.url,
    TEMPORAL_ADDRESS: options.temporalAddress ?? testServers().temporalAddress,
    TRUTH_SYNC_ROOT_KEY: rootKey,
    TRUTH_SYNC_SECRET_KEYS: `test:${randomBytes(32).toString('base64')}`,
    LOG_LEVEL: 'silent',
    ...options.variables,
  });
  const api = await startApi(env, { queues });
  const call = (method: string, path: string, given: CallOptions = {}): Promise<Called> =>
    callApi(api.url, method, path, given);
  return {
    ...api,
    database,
    rootKey,
    queues,
    call,
    createTenant: () => createApiTenant(call, rootKey),
    stop: async () => {
      await api.stop();
      await database.stop();
    },
  };
}

/** Under which number the tables know a tenant. */
export async function tenantNumber(
  { database }: TestApi,
  { tenantId }: ApiTenant,
): Promise<number> {
  const tenant = await findTenant(database.pool, tenantId);
  if (tenant === null) throw new Error(`There is no tenant ${tenantId}`);
  return tenant.id;
}

async function callApi(
  url: string,
  method: string,
  path: string,
  { key, body, raw, headers }: CallOptions,
): Promise<Called> {
  const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(content === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(content === undefined ? {} : { body: content }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  const parsed: unknown = isJson ? JSON.parse(text) : null;
  return { status: response.status, headers: response.headers, body: parsed, text };
}

async function createApiTenant(call: TestApi['call'], rootKey: string): Promise<ApiTenant> {
  const tenantId = `t-${randomBytes(6).toString('hex')}`;
  const tenant = {
    tenantId,
    name: 'Corner Shop',
    timeZone: 'Europe/London',
    currency: 'USD',
    country: 'US',
  };
  const created = await call('POST', '/v1/tenants', { key: rootKey, body: tenant });
  const admin = textOf(created.body, 'adminKey');
  const path = (rest: string): string => `/v1/tenants/${tenantId}${rest}`;
  const keyOf = async (role: string): Promise<string> => {
    const made = await call('POST', path('/keys'), { key: admin, body: { role, label: role } });
    return textOf(made.body, 'key');
  };
  const [pos, viewer, operator] = [
    await keyOf('pos'),
    await keyOf('viewer'),
    await keyOf('operator'),
  ];
  return { tenantId, keys: { pos, viewer, operator, admin }, path };
}

/** A change that intake takes, with what a test varies. */
export function customerChange(id: string, more: Record<string, unknown> = {}): object {
  return {
    id,
    kind: 'customer',
    op: 'upsert',
    recordId: `c-${id}`,
    revision: 1,
    occurredAt: '2026-11-22T10:15:00-05:00',
    body: { name: 'Ann' },
    ...more,
  };
}

/** Calls below a tenant's path with its key of that role. */
export function callAs(api: TestApi, owner: ApiTenant, role: keyof ApiTenant['keys']) {
  return (method: string, path: string, body?: object, headers = {}): Promise<Called> =>
    api.call(method, owner.path(path), {
      key: owner.keys[role],
      headers,
      ...(body === undefined ? {} : { body }),
    });
}

import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Client, Connection } from '@temporalio/client';
import { Agent, request } from 'undici';
import { z } from 'zod';

import { createPool } from '../database/pool';
import { readEnv, type Env } from '../platform/env';
import { freePort } from '../tools/local-services/ports';
import {
  startLocalServices,
  type LocalServices,
} from '../tools/local-services/start-local-services';
import { initialSyncSettings } from '../domain/lane/sync-settings';
import { cpuMsOf } from './processor-time';

// What a benchmark runs on: throw-away Postgres and Temporal, the API and a worker as processes of
// their own, both sandboxes without latency. Figures are ratios to a plain way of doing the same in
// the same run.

export interface BenchStack {
  services: LocalServices;
  env: Env & { databaseUrl: string };
  api: { url: string };
  woo: BenchSandbox;
  qbo: BenchSandbox;
  client: Client;
  startWorker(): Promise<BenchWorker>;
  stop(): Promise<void>;
}

/** Where a sandbox listens, and what opens its control calls. */
export interface BenchSandbox {
  url: string;
  token: string;
}

export interface BenchWorker {
  /** Resident memory in MB, as the kernel counts it now. */
  memoryMb(): number;
  /** Processor time that it took so far, all threads; in units of 10 ms. */
  cpuMs(): number;
  stop(): Promise<void>;
}

const rootKey = 'bench-root-key-bench-root-key-bench-root-key';

export async function startBenchStack(): Promise<BenchStack> {
  const services = await startLocalServices({
    needPostgres: true,
    needTemporal: true,
    isThrowAway: true,
    log: () => undefined,
  });
  const token = randomBytes(16).toString('hex');
  const [wooPort, qboPort] = [await freePort(), await freePort()];
  const woo = { url: `http://127.0.0.1:${wooPort}`, token };
  const qbo = { url: `http://127.0.0.1:${qboPort}`, token };
  const port = await freePort();
  const variables = {
    NODE_ENV: 'test',
    DATABASE_URL: services.postgres?.url ?? '',
    TEMPORAL_ADDRESS: services.temporal?.address ?? '',
    PORT: String(port),
    METRICS_PORT: String(await freePort()),
    TRUTH_SYNC_ROOT_KEY: rootKey,
    TRUTH_SYNC_SECRET_KEYS: `bench:${randomBytes(32).toString('base64')}`,
    QBO_CLIENT_ID: 'client',
    QBO_CLIENT_SECRET: 'secret',
    QBO_BASE_URL: qbo.url,
    QBO_OAUTH_URL: qbo.url,
    QBO_REDIRECT_URI: 'http://127.0.0.1/callback',
    LOG_LEVEL: 'error',
  };
  const env = { ...readEnv(variables), databaseUrl: variables.DATABASE_URL };
  // Processes of their own, as in production: what the clients cost does not stand in their way.
  const sandboxes = await startProcess(['--import', 'tsx', 'sandbox/main.ts'], 'X-Sandbox-Token', {
    SANDBOX_WOO_PORT: String(wooPort),
    SANDBOX_QBO_PORT: String(qboPort),
    SANDBOX_TOKEN: token,
  });
  const api = await startProcess(scriptOf('start:api'), '/v1', variables);
  const connection = await Connection.connect({ address: variables.TEMPORAL_ADDRESS });
  const client = new Client({ connection });
  await control(qbo, 'quota', { on: false });
  return {
    services,
    env,
    api: { url: `http://127.0.0.1:${port}` },
    woo,
    qbo,
    client,
    startWorker: async () => {
      const own = { ...variables, METRICS_PORT: String(await freePort()) };
      return startProcess(scriptOf('start:worker'), 'the worker is running', own);
    },
    stop: async () => {
      await connection.close();
      await api.stop();
      await sandboxes.stop();
      await services.stop();
    },
  };
}

/**
 * A process of this product, by its file and the options of Node before it; resolves when it has
 * printed the text.
 */
export async function startProcess(
  file: readonly string[],
  readyText: string,
  variables: Record<string, string>,
): Promise<BenchWorker> {
  const path = readEnvPath();
  const child: ChildProcess = spawn(process.execPath, [...file], {
    cwd: join(__dirname, '..'),
    env: { ...variables, PATH: path, LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => {
      reject(new Error(`${file.join(' ')} ended at its start`));
    });
    child.stdout?.on('data', (data: Buffer) => {
      if (data.toString().includes(readyText)) resolve();
    });
  });
  return {
    memoryMb: () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid ?? 0}/status`, 'utf8'))?.[1]) /
      1024,
    cpuMs: () => cpuMsOf(child.pid ?? 0),
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** What a script of package.json gives to Node, without the name of the program. */
function scriptOf(name: string): string[] {
  const file = readFileSync(join(__dirname, '..', 'package.json'), 'utf8');
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(file));
  return (scripts[name] ?? '').split(' ').slice(1);
}

/** Where programs are found; a worker needs no more of the environment. */
function readEnvPath(): string {
  return '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
}

export async function control(
  sandbox: BenchSandbox,
  name: string,
  body?: object,
): Promise<unknown> {
  const answer = await fetch(`${sandbox.url}/_sandbox/${name}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'x-sandbox-token': sandbox.token, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (answer.status !== 200) throw new Error(`${name}: ${await answer.text()}`);
  return answer.json();
}

/** Keep-alive connections of the callers, as a till or a gateway holds them. */
export const keepAlive = new Agent({ connections: 32, pipelining: 1 });

export interface BenchTenant {
  tenantId: string;
  base: string;
  admin: string;
  pos: string;
  realmId: string;
  store: string;
}

export async function call(
  url: string,
  method: 'GET' | 'POST' | 'PUT',
  key: string,
  body?: object | string,
  headers: Record<string, string> = {},
): Promise<{
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: unknown;
}> {
  const answer = await request(url, {
    method,
    dispatcher: keepAlive,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await answer.body.text();
  if (answer.statusCode >= 300)
    throw new Error(`${method} ${url}: ${answer.statusCode} ${text.slice(0, 300)}`);
  return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(text) };
}

const stores = z.object({
  stores: z.array(
    z.object({ url: z.string(), consumerKey: z.string(), consumerSecret: z.string() }),
  ),
});
const realms = z.object({
  realms: z.array(
    z.object({
      accessToken: z.string(),
      refreshToken: z.string(),
      ids: z.object({
        accounts: z.record(z.string(), z.string()),
        paymentMethods: z.record(z.string(), z.string()),
      }),
    }),
  ),
});

/** A tenant with its own store and company, everything mapped; without quota unless it has one. */
export async function createBenchTenant(
  stack: BenchStack,
  { queueBound = 200_000, hasQuota = false } = {},
): Promise<BenchTenant> {
  const tenantId = `bench-${randomBytes(5).toString('hex')}`;
  const created = await call(`${stack.api.url}/v1/tenants`, 'POST', rootKey, {
    tenantId,
    name: tenantId,
    timeZone: 'America/New_York',
    currency: 'USD',
    country: 'US',
  });
  const admin = z.object({ adminKey: z.string() }).parse(created.body).adminKey;
  const base = `${stack.api.url}/v1/tenants/${tenantId}`;
  const pos = z
    .object({ key: z.string() })
    .parse((await call(`${base}/keys`, 'POST', admin, { role: 'pos', label: 'till' })).body).key;
  const quota = hasQuota ? initialSyncSettings.quota : { woo: null, qbo: null };
  const value = { ...initialSyncSettings, queueBound, quota };
  const { headers } = await call(`${base}/settings/sync`, 'GET', admin);
  const etag = headers['etag'];
  await call(`${base}/settings/sync`, 'PUT', admin, value, {
    'if-match': typeof etag === 'string' ? etag : '',
  });
  const realmId = String(BigInt(`0x${randomBytes(6).toString('hex')}`));
  const [shop] = stores.parse(
    await control(stack.woo, 'reset', {
      keep: true,
      stores: [{ store: tenantId, currency: 'USD' }],
    }),
  ).stores;
  const [realm] = realms.parse(
    await control(stack.qbo, 'reset', { keep: true, realms: [{ realmId, country: 'US' }] }),
  ).realms;
  if (shop === undefined || realm === undefined) throw new Error('the sandboxes gave nothing');
  const { accounts, paymentMethods } = realm.ids;
  const mappings = [
    ['account', 'income', accounts['Sales of Product Income']],
    ['account', 'clearing:card', accounts['Card clearing']],
    ['tender', 'card', paymentMethods['Card']],
  ] as const;
  for (const [kind, key, id] of mappings)
    await call(`${base}/mappings/${kind}/${encodeURIComponent(key)}`, 'PUT', admin, {
      target: { id },
    });
  const { url, consumerKey, consumerSecret } = shop;
  await call(`${base}/connections/woo`, 'PUT', admin, { url, consumerKey, consumerSecret });
  const { accessToken, refreshToken } = realm;
  await call(`${base}/connections/qbo`, 'PUT', admin, { realmId, accessToken, refreshToken });
  const budget = z.object({ lanes: z.object({ qbo: z.object({ budget: z.unknown() }) }) });
  await until(
    60_000,
    async () => {
      const { body } = await call(`${base}/status`, 'GET', admin);
      return hasQuota || budget.parse(body).lanes.qbo.budget === null;
    },
    'settings in force',
  );
  return { tenantId, base, admin, pos, realmId, store: tenantId };
}

export async function depthOf(tenant: BenchTenant): Promise<number> {
  const { body } = await call(`${tenant.base}/status`, 'GET', tenant.admin);
  return z.object({ queue: z.object({ depth: z.number() }) }).parse(body).queue.depth;
}

export async function until(
  timeoutMs: number,
  holds: () => Promise<boolean>,
  what: string,
  pollMs = 20,
): Promise<void> {
  const endsAtMs = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > endsAtMs) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

export function openPool(stack: BenchStack): ReturnType<typeof createPool> {
  return createPool({
    connectionString: stack.env.databaseUrl,
    max: 20,
    isPlannedEachTime: false,
    applicationName: 'bench',
    onError: () => undefined,
  });
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

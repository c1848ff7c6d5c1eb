import { createHash, randomBytes } from 'node:crypto';

import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, type Worker } from '@temporalio/worker';

import type { Activities } from '../../protocol/activities';
import { createActivities } from '../../activities/create-activities';
import { putConnection, secretPlace } from '../../database/connections';
import { storeChanges, type IntakeItem } from '../../database/changes';
import { listFailures } from '../../database/failures';
import { laneStates } from '../../database/lanes';
import { putMapping } from '../../database/mappings';
import { bringInForce } from '../../database/policy';
import { SecretBox } from '../../database/secret-box';
import { requestSettings } from '../../database/settings';
import { countStates, queueDepth } from '../../database/status';
import { createTenant, type Tenant } from '../../database/tenants';
import { canonicalJson } from '../../domain/canonical';
import { initialSyncSettings, type SyncSettings } from '../../domain/lane/sync-settings';
import type { ChangeOp, Kind } from '../../domain/words';
import { ensureSearchAttributes } from '../../platform/temporal-client';
import { startQboSandbox } from '../../sandbox/qbo/start';
import type { RunningSandbox } from '../../sandbox/server/server';
import { startWooSandbox } from '../../sandbox/woo/start';
import { createWorkers } from '../../workers/create-workers';
import { tenantSyncId, tenantSyncType, wakeSignal, type Queues } from '../../protocol/messages';
import { createTestDatabase, type TestDatabase } from './database';
import { testServers } from './env';
import { fixture } from './fixture';
import { control, resetRealms, resetStores } from './sandbox-control';

export { control };

/** One change as a test writes it; revision 1 and now unless said. */
export interface TestChange {
  id?: string;
  kind: Kind;
  op?: ChangeOp;
  recordId: string;
  revision?: number | null;
  occurredAt?: string;
  body: unknown;
}

/** Short durations, so that back-off, breaker and settle times pass within a test. */
export const quickSettings: SyncSettings = {
  ...initialSyncSettings,
  backoff: { initialMs: 50, factor: 2, maxMs: 1_000, jitter: 0.1, maxTries: 4 },
  breaker: { failures: 3, openMs: 500, successes: 2 },
  timeoutsMs: {
    woo: { connect: 500, firstByte: 1_000, total: 1_500 },
    qbo: { connect: 500, firstByte: 1_000, total: 1_500 },
  },
  settleMs: { woo: 500, qbo: 500 },
  quota: { woo: null, qbo: null },
};

/**
 * Real Postgres, real Temporal, real HTTP to both sandboxes, the product's own workers in this
 * process.
 */
export interface Stack {
  database: TestDatabase;
  client: Client;
  woo: RunningSandbox;
  qbo: RunningSandbox;
  secrets: SecretBox;
  queues: Queues;
  /** As base64, for processes that run workers of their own. */
  secretKey: string;
  quickbooks: { oauthUrl: string; clientId: string; clientSecret: string };
  activities: Activities;
  native: NativeConnection;
  startWorkers(): Promise<void>;
  stopWorkers(): Promise<void>;
  stop(): Promise<void>;
}

let isRuntimeQuiet = false;

/** A stack for all tests of a file. */
export const withStack = (): Stack => fixture(startStack);

async function startStack(): Promise<Stack> {
  if (!isRuntimeQuiet) Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  isRuntimeQuiet = true;
  const { temporalAddress, bundlePath } = testServers();
  const workflowBundle = { codePath: bundlePath };
  const [database, woo, qbo, connection, native] = await Promise.all([
    createTestDatabase(),
    startWooSandbox(),
    startQboSandbox(),
    // As long as a test may take: a busy machine is no failure.
    Connection.connect({ address: temporalAddress, connectTimeout: '55s' }),
    NativeConnection.connect({ address: temporalAddress }),
  ]);
  await ensureSearchAttributes(connection, 'default');
  await control(qbo, 'quota', { on: false });
  const client = new Client({ connection });
  const own = randomBytes(4).toString('hex');
  const queues = {
    workflows: `sync-${own}`,
    database: `db-${own}`,
    woo: `woo-${own}`,
    qbo: `qbo-${own}`,
  };
  const secretKey = randomBytes(32);
  const secrets = new SecretBox([{ id: 'test', key: secretKey }]);
  const [app] = resetRealms.parse(
    await control(qbo, 'reset', { keep: true, realms: [{ realmId: '1' }] }),
  ).realms;
  if (app === undefined) throw new Error('the sandbox gave no company');
  const { clientId, clientSecret } = app;
  const quickbooks = { oauthUrl: qbo.url, clientId, clientSecret };
  const activities = createActivities({
    pool: database.pool,
    secrets,
    client,
    queues,
    quickbooks,
    reach: 'any',
    now: Date.now,
    random: Math.random,
    nonce: () => randomBytes(16).toString('hex'),
  });
  let workers: Worker[] = [];
  let running: Promise<unknown> = Promise.resolve();
  const stack: Stack = {
    database,
    client,
    woo,
    qbo,
    secrets,
    queues,
    secretKey: secretKey.toString('base64'),
    quickbooks,
    activities,
    native,
    startWorkers: async () => {
      workers = await createWorkers({
        connection: native,
        namespace: 'default',
        queues,
        activities,
        workflowBundle,
      });
      running = Promise.all(workers.map((worker) => worker.run()));
    },
    stopWorkers: async () => {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await running;
    },
    stop: async () => {
      await stack.stopWorkers();
      await Promise.all([woo.close(), qbo.close(), connection.close(), native.close()]);
      await database.stop();
    },
  };
  await stack.startWorkers();
  return stack;
}

/**
 * A tenant connected to a store and a company of its own in the sandboxes, with what posting needs
 * mapped.
 */
export interface TestTenant extends Tenant, StartOptions {
  store: string;
  realmId: string;
}

/** How the tenant's workflow is started; the queues of the stack unless given. */
export interface StartOptions {
  queues?: Queues;
  rollAtEvents?: number;
  /** What the company in the sandbox is, beside its id; a US company unless given. */
  company?: object;
}

export async function createTestTenant(
  stack: Stack,
  settings: SyncSettings = quickSettings,
  options: StartOptions = {},
): Promise<TestTenant> {
  const name = `t-${randomBytes(5).toString('hex')}`;
  const { pool } = stack.database;
  const tenant = await createTenant(
    pool,
    { tenantId: name, name, timeZone: 'America/New_York', currency: 'USD', country: 'US' },
    `ts_${randomBytes(32).toString('base64url')}`,
  );
  if (tenant === null) throw new Error(`tenant ${name} exists`);
  await requestSettings(pool, tenant.id, {
    part: 'sync',
    requestId: 'test',
    value: settings,
    catchUp: null,
    requestedBy: 'test',
    expectedRev: null,
  });
  await bringInForce(pool, tenant.id, 'sync');
  const realmId = String(9_000_000_000 + Math.floor(Math.random() * 1e9));
  const connected = { ...tenant, ...options, store: name, realmId };
  await connect(stack, connected);
  return connected;
}

/** Connects both systems, with new credentials where they are connected already. */
export async function connect(
  stack: Stack,
  { id: tenant, store, realmId, company = { country: 'US' } }: TestTenant,
): Promise<void> {
  const { pool } = stack.database;
  const [shop] = resetStores.parse(
    await control(stack.woo, 'reset', { keep: true, stores: [{ store, currency: 'USD' }] }),
  ).stores;
  const [realm] = resetRealms.parse(
    await control(stack.qbo, 'reset', { keep: true, realms: [{ realmId, ...company }] }),
  ).realms;
  if (shop === undefined || realm === undefined)
    throw new Error('the sandboxes gave no store or company');
  const { url, consumerKey, consumerSecret } = shop;
  const wooSealed = stack.secrets.seal(
    JSON.stringify({ consumerKey, consumerSecret }),
    secretPlace(tenant, 'woo'),
  );
  await putConnection(pool, tenant, {
    system: 'woo',
    address: url,
    account: url,
    sealed: wooSealed,
  });
  const tokens = {
    accessToken: realm.accessToken,
    refreshToken: realm.refreshToken,
    expiresAtMs: null,
  };
  const qboSealed = stack.secrets.seal(JSON.stringify(tokens), secretPlace(tenant, 'qbo'));
  await putConnection(pool, tenant, {
    system: 'qbo',
    address: stack.qbo.url,
    account: realmId,
    sealed: qboSealed,
  });
  const { accounts, paymentMethods } = realm.ids;
  const map = (kind: 'account' | 'tender', key: string, id: string | undefined): Promise<unknown> =>
    putMapping(pool, tenant, { kind, key, target: { id: id ?? 'missing', name: null } }, 'test');
  await map('account', 'income', accounts['Sales of Product Income']);
  await map('account', 'clearing:card', accounts['Card clearing']);
  await map('account', 'clearing:cash', accounts['Cash drawer']);
  await map('tender', 'card', paymentMethods['Card']);
  await map('tender', 'cash', paymentMethods['Cash']);
}

let sequence = 0;

/** Stores changes as intake does, and wakes the tenant. */
export async function sendChanges(
  stack: Stack,
  tenant: Tenant & StartOptions,
  changes: readonly TestChange[],
): Promise<void> {
  await storeOnly(stack, tenant, changes);
  await wake(stack, tenant);
}

/** Stores changes and wakes nobody; answers whether intake would have. */
export async function storeOnly(
  stack: Stack,
  tenant: Tenant,
  changes: readonly TestChange[],
): Promise<boolean> {
  const items = changes.map((change): IntakeItem => {
    const { kind, op = 'upsert', recordId, body } = change;
    const id = change.id ?? `evt-${++sequence}`;
    const revision =
      change.revision === undefined ? (kind === 'inventory' ? null : 1) : change.revision;
    const occurredAt = change.occurredAt ?? new Date().toISOString();
    const hash = createHash('sha256')
      .update(canonicalJson({ id, kind, op, recordId, revision, occurredAt, body: body ?? null }))
      .digest();
    return {
      id,
      kind,
      op,
      recordId,
      revision,
      occurredAt,
      bodyText: op === 'delete' ? null : JSON.stringify(body),
      hash,
    };
  });
  const result = await storeChanges(stack.database.pool, tenant.id, 'pos', items);
  return result.type === 'stored' && result.shouldWake;
}

export async function wake(stack: Stack, tenant: Tenant & StartOptions): Promise<void> {
  const { tenantId, queues = stack.queues, rollAtEvents } = tenant;
  await stack.client.workflow.signalWithStart(tenantSyncType, {
    workflowId: tenantSyncId(tenantId),
    taskQueue: queues.workflows,
    args: [{ tenantId, queues, ...(rollAtEvents === undefined ? {} : { rollAtEvents }) }],
    signal: wakeSignal,
  });
}

/** Only ends what hangs: also on a busy machine every state comes long before. */
export const hangMs = 120_000;

/** Waits until the condition holds; says what it saw last where it never does. */
export async function until<T>(
  what: string,
  read: () => Promise<T>,
  holds: (value: T) => boolean,
): Promise<T> {
  const endsAtMs = Date.now() + hangMs;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > endsAtMs)
      throw new Error(`${what}: not within ${hangMs} ms; last seen ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Waits until everything is absorbed and nothing is open in either lane. */
export async function untilIdle(
  stack: Stack,
  tenant: Tenant,
  depth = (): Promise<number> => queueDepth(stack.database.pool, tenant.id),
): Promise<void> {
  const { pool } = stack.database;
  try {
    await until(`tenant ${tenant.tenantId} idle`, depth, (open) => open === 0);
  } catch (error) {
    const seen = {
      states: await countStates(pool, tenant.id),
      failures: await listFailures(pool, tenant.id, {}, { afterId: null, limit: 3 }),
      lanes: await laneStates(pool, tenant.id),
    };
    throw new Error(`It stands at ${JSON.stringify(seen)}`, { cause: error });
  }
}

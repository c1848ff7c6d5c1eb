import { createServer, type Server } from 'node:http';
import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';

import { forgetWake } from '../database/changes';
import { migrate } from '../database/migrate';
import { createPool, isDatabaseAway } from '../database/pool';
import { SecretBox } from '../database/secret-box';
import { findTenant } from '../database/tenants';
import type { Env } from '../platform/env';
import { createHealthServer, listen } from '../platform/health-server';
import { createLogger } from '../platform/logger';
import { connectTemporal } from '../platform/temporal-client';
import { productionQueues, type Queues } from '../protocol/messages';
import { createApp } from './app';
import { answerClientErrors } from './client-error';
import { Metrics } from './metrics';
import { Signals } from './signals';

/** What a test, or a process that holds more than the API, may put in the place of the usual. */
export interface ApiOverrides {
  logger?: ReturnType<typeof createLogger>;
  /** Opens a Temporal client of the API's own: it is closed after failures. */
  connect?: () => Client;
  queues?: Queues;
  /** False where another part of the process serves METRICS_PORT. */
  hasHealthServer?: boolean;
}

export interface RunningApi {
  url: string;
  /** Null where it was not wanted. */
  healthUrl: string | null;
  /** Answers what has begun, gives signals a last chance, closes everything. */
  stop: () => Promise<void>;
}

/**
 * Single statements of intake run one after another per tenant; more connections only serve more
 * tenants.
 */
const intakePoolMax = 10;
const poolMax = 10;
/** How long the first start waits for a database that is still starting. */
const databaseWaitMaxMs = 60_000;
const drainMaxMs = 10_000;
const signalsMaxMs = 2_000;

/**
 * Starts the API: brings the database to the newest migration (always; a lock lets several
 * processes start at once), then listens on PORT and METRICS_PORT. Temporal may be away.
 */
export async function startApi(env: Env, overrides: ApiOverrides = {}): Promise<RunningApi> {
  const logger = overrides.logger ?? createLogger({ level: env.logLevel, name: 'api' });
  logger.info(env.rules);
  const pools = openPools(env, logger);
  const signals = new Signals({
    connect: overrides.connect ?? (() => connectTemporal(env)),
    queues: overrides.queues ?? productionQueues,
    forgetWake: async (tenantId) => {
      const tenant = await findTenant(pools.pool, tenantId);
      if (tenant !== null) await forgetWake(pools.pool, tenant.id);
    },
    logger,
  });
  const metrics = new Metrics(() => signals.waiting);
  const app = createApp({
    ...pools,
    secrets: new SecretBox(env.secretKeys),
    signals,
    metrics,
    logger,
    rootKey: env.rootKey,
    isProduction: env.isProduction,
    qboBaseUrl: qboBaseUrl(env),
    qboApp: {
      revokeUrl: (env.qbo.oauthUrl ?? intuitRevokeUrl).replace(/\/+$/, ''),
      clientId: env.qbo.clientId ?? '',
      clientSecret: env.qbo.clientSecret ?? '',
    },
  });
  const server = createServer(app);
  // A body of 5 MB over a slow line; Node's own limit of 300 s lets idle senders hold on for too
  // long.
  server.requestTimeout = 60_000;
  answerClientErrors(server);
  const health =
    overrides.hasHealthServer === false
      ? null
      : createHealthServer({
          registry: metrics.registry,
          // Temporal is not asked: without it requests are still taken.
          notReady: () => pools.pool.query('SELECT 1').then(() => null),
        });
  const stop = async (): Promise<void> => {
    await Promise.all([close(server), health === null ? undefined : close(health)]);
    await signals.stop(signalsMaxMs);
    await Promise.all([pools.intakePool.end(), pools.pool.end()]);
  };
  try {
    await migrateWhenThere(pools.pool, logger);
    const url = await listen(server, env.port, 'PORT');
    const healthUrl =
      health === null ? null : await listen(health, env.metricsPort, 'METRICS_PORT');
    return { url, healthUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function openPools(
  { databaseUrl }: Env,
  logger: ReturnType<typeof createLogger>,
): { intakePool: Pool; pool: Pool } {
  if (databaseUrl === undefined)
    throw new Error('DATABASE_URL is missing: the API needs a database');
  const open = (applicationName: string, max: number, isPlannedEachTime: boolean): Pool =>
    createPool({
      connectionString: databaseUrl,
      max,
      isPlannedEachTime,
      applicationName,
      onError: (err) => {
        logger.warn({ err }, 'an idle connection to Postgres broke');
      },
    });
  return {
    intakePool: open('truth-sync intake', intakePoolMax, false),
    pool: open('truth-sync api', poolMax, true),
  };
}

const intuitRevokeUrl = 'https://developer.api.intuit.com';

function qboBaseUrl({ qbo }: Env): string {
  if (qbo.baseUrl !== undefined) return qbo.baseUrl.replace(/\/+$/, '');
  return qbo.environment === 'production'
    ? 'https://quickbooks.api.intuit.com'
    : 'https://sandbox-quickbooks.api.intuit.com';
}

async function migrateWhenThere(
  pool: Pool,
  logger: ReturnType<typeof createLogger>,
): Promise<void> {
  const endsAtMs = Date.now() + databaseWaitMaxMs;
  for (;;) {
    try {
      const applied = await migrate(pool);
      if (applied.length > 0) logger.info({ applied }, 'the database was migrated');
      return;
    } catch (error) {
      if (!isDatabaseAway(error) || Date.now() >= endsAtMs) throw error;
      logger.warn({ err: error }, 'the database does not answer yet');
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
}

/** Lets requests that have begun end; those that take too long are cut. */
async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const cut = setTimeout(() => {
    server.closeAllConnections();
  }, drainMaxMs);
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeIdleConnections();
  });
  clearTimeout(cut);
}

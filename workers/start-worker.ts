import { randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';

import { DefaultLogger, NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import type { Logger } from 'pino';

import { createActivities } from '../activities/create-activities';
import { createPool } from '../database/pool';
import { SecretBox } from '../database/secret-box';
import type { Env } from '../platform/env';
import { connectTemporal, temporalConnectConfig } from '../platform/temporal-client';
import { productionQueues } from '../protocol/messages';
import { createWorkers } from './create-workers';
import { ensureNamespace } from './ensure-namespace';
import { startVitalSigns } from './vital-signs';

export interface RunningWorker {
  /** Ends when the workers were shut down; rejects when one of them fails for good. */
  ended: Promise<void>;
  stop(): Promise<void>;
  /** Why it cannot work, or null; rejects while the database is away. */
  notReady(): Promise<string | null>;
}

/** Where tokens are renewed (quickbooks.md#tokens). */
const intuitOauthUrl = 'https://oauth.platform.intuit.com';

/** Connections of absorb and lanes: each turn holds one only while a statement runs. */
const poolMax = 20;

/**
 * The heap grows by this share between two collections. Left alone it doubles and more: a worker
 * with a long queue then takes 360 MB where 250 do.
 */
setFlagsFromString('--heap-growing-percent=50');

/** Starts the workers of this process and makes sure that the watchdog's schedule exists. */
export async function startWorker(
  env: Env & { databaseUrl: string },
  logger: Logger,
): Promise<RunningWorker> {
  logger.info(env.rules);
  const pool = createPool({
    connectionString: env.databaseUrl,
    max: poolMax,
    isPlannedEachTime: true,
    applicationName: 'truth-sync worker',
    onError: (error) => {
      logger.warn({ err: error }, 'a connection to Postgres broke');
    },
  });
  const { connectionOptions, namespace = env.temporal.namespace } = temporalConnectConfig(
    env.temporal,
  );
  const connection = await NativeConnection.connect(connectionOptions);
  const client = connectTemporal(env);
  await ensureNamespace(env, client, logger);
  const activities = createActivities({
    pool,
    secrets: new SecretBox(env.secretKeys),
    client,
    queues: productionQueues,
    quickbooks: {
      oauthUrl: env.qbo.oauthUrl ?? intuitOauthUrl,
      clientId: env.qbo.clientId ?? '',
      clientSecret: env.qbo.clientSecret ?? '',
    },
    reach: env.isProduction ? 'public' : 'any',
    now: Date.now,
    random: Math.random,
    nonce: () => randomBytes(16).toString('hex'),
  });
  const workers = await createWorkers({
    connection,
    namespace,
    queues: productionQueues,
    activities,
  });
  const stopSigns = startVitalSigns({ pool, client, env, logger });
  const ended = runAll(workers).finally(async () => {
    await stopSigns();
    await connection.close();
    await client.connection.close();
    await pool.end();
  });
  return {
    ended,
    notReady: async () => {
      const idle = workers.find((worker) => worker.getState() !== 'RUNNING');
      if (idle !== undefined) return `a worker is ${idle.getState()}`;
      await pool.query('SELECT 1');
      return null;
    },
    stop: async () => {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await ended.catch(() => undefined);
    },
  };
}

/**
 * One worker that fails takes the others with it: a process that does half of its work helps
 * nobody.
 */
async function runAll(workers: readonly Worker[]): Promise<void> {
  const shutDown = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  await Promise.all(
    workers.map((worker) =>
      worker.run().catch((error: unknown) => {
        shutDown();
        throw error;
      }),
    ),
  );
}

/** The SDK's own lines through our logger; call once, before any worker or connection. */
export function installRuntime(logger: Logger): void {
  Runtime.install({
    // Starts and stops of the SDK (INFO) are details to us.
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      if (level === 'ERROR') logger.error(meta, message);
      else logger.warn(meta, message);
    }),
    shutdownSignals: [],
  });
}

import { Registry } from 'prom-client';

import { readEnv } from '../platform/env';
import { createHealthServer, listen, watchProcess } from '../platform/health-server';
import { createLogger } from '../platform/logger';
import { installRuntime, startWorker } from './start-worker';

/** The worker process: `npm run start:worker`. */
async function main(): Promise<void> {
  const env = readEnv();
  const logger = createLogger({ level: env.logLevel, name: 'worker' });
  const { databaseUrl } = env;
  if (databaseUrl === undefined || env.temporal.address === undefined) {
    throw new Error(
      'The worker alone needs DATABASE_URL and TEMPORAL_ADDRESS; `npm run dev` starts ' +
        'local services',
    );
  }
  installRuntime(logger);
  const worker = await startWorker({ ...env, databaseUrl }, logger);
  const registry = new Registry();
  watchProcess(registry);
  const health = createHealthServer({ registry, notReady: () => worker.notReady() });
  const healthUrl = await listen(health, env.metricsPort, 'METRICS_PORT');
  logger.info({ healthUrl }, 'the worker is running');
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void worker.stop());
  try {
    await worker.ended;
  } finally {
    health.close();
    health.closeAllConnections();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
});

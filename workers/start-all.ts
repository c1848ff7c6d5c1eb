import { startApi, type RunningApi } from '../api/start-api';
import type { Env } from '../platform/env';
import { rootKeyLine } from '../platform/local-keys';
import { createLogger } from '../platform/logger';
import { installRuntime, startWorker, type RunningWorker } from './start-worker';

/** API and worker in one process: enough for one machine. Ends when either ends. */
export async function startAll(env: Env & { databaseUrl: string }): Promise<void> {
  const logger = createLogger({ level: env.logLevel, name: 'truth-sync' });
  installRuntime(logger);
  // The API first: it brings the database to the newest migration.
  const api = await startApi(env, { logger });
  const worker = await startWorker(env, logger);
  logger.info(`API ${api.url}/v1, description ${api.url}/docs`);
  if (env.hasLocalKeys) process.stdout.write(`${rootKeyLine(env.rootKey)}\n`);
  await untilStopped(api, worker);
}

async function untilStopped(api: RunningApi, worker: RunningWorker): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void worker.stop());
  try {
    await worker.ended;
  } finally {
    await api.stop();
  }
}

import { readEnv } from '../platform/env';
import { createLogger } from '../platform/logger';
import { installRuntime, startWorker } from './start-worker';

/** The worker process: `npm run start:worker`. */
async function main(): Promise<void> {
  const env = readEnv();
  const logger = createLogger({ level: env.logLevel, name: 'worker' });
  const { databaseUrl } = env;
  if (databaseUrl === undefined || env.temporal.address === undefined) {
    throw new Error(
      'The worker alone needs DATABASE_URL and TEMPORAL_ADDRESS; `npm run dev` starts local services',
    );
  }
  installRuntime(logger);
  const worker = await startWorker({ ...env, databaseUrl }, logger);
  logger.info('the worker is running');
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void worker.stop());
  await worker.ended;
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
});

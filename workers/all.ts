import { readEnv } from '../platform/env';
import { startLocalServices } from '../tools/local-services/start-local-services';
import { startAll } from './start-all';

/**
 * `npm start` (built) and `npm run dev` (from source): API and worker in one process. Outside
 * production, Postgres and Temporal are started beside it where the environment names none.
 */
async function main(): Promise<void> {
  const env = readEnv();
  const services = await startLocalServices({
    needPostgres: env.databaseUrl === undefined,
    needTemporal: env.temporal.address === undefined,
    log: (line) => process.stdout.write(`${line}\n`),
    ports: env.localPorts,
    namespace: env.temporal.namespace,
  });
  try {
    const address = env.temporal.address ?? services.temporal?.address;
    const databaseUrl = env.databaseUrl ?? services.postgres?.url ?? '';
    await startAll({ ...env, databaseUrl, temporal: { ...env.temporal, address } });
  } finally {
    await services.stop();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(
      `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exit(1);
  },
);

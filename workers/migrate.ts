import { migrate } from '../database/migrate';
import { createPool } from '../database/pool';
import { readEnv } from '../platform/env';
import { startLocalServices } from '../tools/local-services/start-local-services';

/**
 * `npm run migrate`: brings the database of DATABASE_URL, else the local one, to the newest
 * migration.
 */
async function main(): Promise<void> {
  const env = readEnv();
  const log = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  const needPostgres = env.databaseUrl === undefined;
  const services = await startLocalServices({
    needPostgres,
    needTemporal: false,
    log,
    ports: env.localPorts,
  });
  const pool = createPool({
    connectionString: env.databaseUrl ?? services.postgres?.url ?? '',
    max: 1,
    isPlannedEachTime: false,
    applicationName: 'truth-sync migrate',
    onError: () => undefined,
  });
  try {
    const applied = await migrate(pool);
    log(applied.length === 0 ? 'The database is up to date' : `Applied ${applied.join(', ')}`);
  } finally {
    await pool.end();
    await services.stop();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

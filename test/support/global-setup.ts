import { startLocalServices } from '../../tools/local-services/start-local-services';
import { givenServers, passOnServers } from './env';
import { keepServices } from './shared-services';

/** Starts what the environment does not name, once for all test files. */
export default async function globalSetup(): Promise<void> {
  const given = givenServers();
  const services = await startLocalServices({
    needPostgres: given.databaseUrl === undefined,
    needTemporal: given.temporalAddress === undefined,
    isThrowAway: true,
    log: (line) => process.stderr.write(`${line}\n`),
  });
  keepServices(services);
  passOnServers({
    databaseUrl: given.databaseUrl ?? services.postgres?.url ?? '',
    temporalAddress: given.temporalAddress ?? services.temporal?.address ?? '',
  });
}

import { startLocalServices } from '../../tools/local-services/start-local-services';

/** A program for tests that kill it: starts both services, prints their process ids, and stays. */
async function main(): Promise<void> {
  const services = await startLocalServices({
    needPostgres: true,
    needTemporal: true,
    isThrowAway: true,
    log: () => undefined,
  });
  process.stdout.write(`${services.postgres?.pid ?? 0} ${services.temporal?.pid ?? 0}\n`);
  process.stdin.resume();
}

void main();

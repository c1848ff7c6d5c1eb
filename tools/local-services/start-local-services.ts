import { chmodSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { userCacheFolder } from '../../platform/env';
import { checkoutFolder, prepareDataFolder } from '../../platform/data-folder';
import { startPostgres, type PostgresService } from './postgres';
import { isAlive, readOrNothing } from '../../platform/processes';
import { lockFolder } from '../../platform/start-lock';
import { startTemporal, type TemporalService } from './temporal';
import { findTemporal } from './temporal-program';

/** What to start beside this process. */
export interface LocalServicesOptions {
  needPostgres: boolean;
  needTemporal: boolean;
  /** Progress for people, a line at a time. */
  log: (line: string) => void;
  /** `.data` of the checkout unless given. */
  dataFolder?: string | undefined;
  ports?: {
    postgres?: number | undefined;
    temporal?: number | undefined;
    temporalUi?: number | undefined;
  };
  /** The namespace of Temporal, `default` unless given. */
  namespace?: string | undefined;
  /**
   * New and empty, beside whatever else runs in this checkout, forgotten when stopped: for tests.
   */
  isThrowAway?: boolean;
}

/** What was started. All of it ends when this process ends, even by SIGKILL. */
export interface LocalServices {
  readonly postgres: PostgresService | undefined;
  readonly temporal: TemporalService | undefined;
  /** Ends all in order and gives the data folder back. */
  stop(): Promise<void>;
}

/** The port of embedded Postgres if it is free; not 5432, where another Postgres is expected. */
const usualPostgresPort = 54_329;

/** Starts Postgres and Temporal, as far as they are needed, and waits until both answer. */
export async function startLocalServices(options: LocalServicesOptions): Promise<LocalServices> {
  const dataFolder = realpathSync(options.dataFolder ?? prepareDataFolder(checkoutFolder()));
  const folder = options.isThrowAway ? makeThrowAway(dataFolder) : dataFolder;
  const unlock = lockFolder(folder);
  const [postgres, temporal] = await Promise.allSettled([
    options.needPostgres ? startPostgresIn(folder, dataFolder, options) : undefined,
    options.needTemporal ? startTemporalIn(folder, options) : undefined,
  ]);
  const stop = async () => {
    await Promise.all([valueOf(postgres)?.stop(), valueOf(temporal)?.stop()]);
    unlock();
    if (options.isThrowAway) rmSync(folder, { recursive: true, force: true });
  };
  const failures = [postgres, temporal].flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  if (failures.length > 0) {
    await stop();
    throw new Error(
      failures.map((error) => (error instanceof Error ? error.message : String(error))).join('\n'),
      { cause: failures[0] },
    );
  }
  return { postgres: valueOf(postgres), temporal: valueOf(temporal), stop };
}

async function startPostgresIn(
  folder: string,
  dataFolder: string,
  { ports, isThrowAway, log }: LocalServicesOptions,
): Promise<PostgresService> {
  const startMs = Date.now();
  const service = await startPostgres({
    dataFolder,
    folder,
    port: ports?.postgres,
    usualPort: isThrowAway ? undefined : usualPostgresPort,
    isThrowAway,
  });
  log(`Postgres answers on port ${service.port} (${Date.now() - startMs} ms)`);
  return service;
}

async function startTemporalIn(
  folder: string,
  { ports, namespace, isThrowAway, log }: LocalServicesOptions,
): Promise<TemporalService> {
  const cacheFolder = userCacheFolder();
  const program = await findTemporal({ cacheFolder, checkout: checkoutFolder(), log });
  const startMs = Date.now();
  const service = await startTemporal({
    program,
    folder,
    namespace,
    port: ports?.temporal,
    uiPort: ports?.temporalUi,
    hasUsualPorts: !isThrowAway,
    isInMemory: isThrowAway,
  });
  log(`Temporal answers on port ${service.port} (${Date.now() - startMs} ms)`);
  if (service.uiUrl !== undefined) log(`Temporal's UI is at ${service.uiUrl}`);
  return service;
}

/**
 * A folder whose name begins with our process id, so that one left by a crash can be told and
 * removed.
 */
function makeThrowAway(dataFolder: string): string {
  const place = join(dataFolder, 'throw-away');
  mkdirSync(place, { recursive: true });
  chmodSync(place, 0o755);
  for (const name of readdirSync(place))
    if (!isAlive(parseInt(name, 10)))
      // Its servers may still be ending, or another start removes it too: the next start tries
      // again.
      readOrNothing(() => {
        rmSync(join(place, name), { recursive: true, force: true });
      });
  const folder = mkdtempSync(join(place, `${process.pid}-`));
  chmodSync(folder, 0o755);
  return folder;
}

function valueOf<T>(result: PromiseSettledResult<T>): T | undefined {
  return result.status === 'fulfilled' ? result.value : undefined;
}

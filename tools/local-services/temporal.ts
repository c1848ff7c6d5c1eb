import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { searchAttributes } from '../../protocol/search-attributes';
import { choosePort, isAnswering } from './ports';
import { endRemains } from '../../platform/processes';
import { startService, type LocalService } from './service';

/** A running Temporal dev server with its namespace and our search attributes. */
export interface TemporalService extends LocalService {
  /** For TEMPORAL_ADDRESS. */
  readonly address: string;
  /** The web pages for people; absent when it was started without. */
  readonly uiUrl: string | undefined;
}

/** How to run Temporal. */
export interface TemporalOptions {
  /** The Temporal CLI. */
  program: string;
  /** Keeps the database and the log. The caller holds its lock. */
  folder: string;
  /** `default` unless given; made when it is not there. */
  namespace?: string | undefined;
  port?: number | undefined;
  uiPort?: number | undefined;
  /** 7233 and 8233 if they are free: the CLI and people look there. */
  hasUsualPorts?: boolean | undefined;
  /** Nothing is kept, there are no web pages: for tests. */
  isInMemory?: boolean | undefined;
}

const executable = 'temporal';

/** The types of search attributes as the CLI spells them. */
const typeNames = { KEYWORD: 'Keyword', KEYWORD_LIST: 'KeywordList', INT: 'Int' };

const dynamicConfig = {
  // Tenants take turns in a queue, so that a large one does not starve the others.
  'matching.enableFairness': true,
  // One partition: exact turns, and fewer polls on one machine.
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  // The defaults are a share of a cluster and would throttle a single host.
  'matching.rps': 10_000,
  'history.rps': 20_000,
  'frontend.rps': 20_000,
  'frontend.namespaceRPS': 20_000,
  'frontend.namespaceRPS.visibility': 100,
  // Redrives of many tenants at once.
  'frontend.MaxConcurrentBatchOperationPerNamespace': 5,
  'worker.batcherRPS': 200,
};

/** Starts the dev server and waits until its namespace answers. */
export async function startTemporal(options: TemporalOptions): Promise<TemporalService> {
  const folder = join(options.folder, 'temporal');
  mkdirSync(folder, { recursive: true });
  // Before the port is chosen: a server that still ends holds the usual one.
  await endRemains(folder, executable);
  const port = await choosePort({
    service: 'Temporal',
    given: options.port,
    variable: 'LOCAL_TEMPORAL_PORT',
    usual: options.hasUsualPorts ? 7233 : undefined,
  });
  const namespace = options.namespace ?? 'default';
  const uiPort = options.isInMemory ? undefined : await chooseUiPort(options);
  const address = `127.0.0.1:${port}`;
  const service = await startService({
    name: 'Temporal',
    program: options.program,
    executable,
    args: [
      ...['server', 'start-dev', '--port', String(port), '--log-level', 'warn'],
      ...['--namespace', namespace],
      ...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort)]),
      ...(options.isInMemory ? [] : ['--db-filename', join(folder, 'temporal.db')]),
      ...Object.values(searchAttributes).flatMap(({ name, type }) => [
        '--search-attribute',
        `${name}=${typeNames[type]}`,
      ]),
      ...Object.entries(dynamicConfig).flatMap(([key, value]) => [
        '--dynamic-config-value',
        `${key}=${value}`,
      ]),
    ],
    folder,
    logFile: join(options.folder, 'temporal.log'),
    port,
    isReady: () => isReady(port, namespace),
  });
  return Object.assign(service, {
    address,
    uiUrl: uiPort === undefined ? undefined : `http://127.0.0.1:${uiPort}`,
  });
}

function chooseUiPort(options: TemporalOptions): Promise<number> {
  return choosePort({
    service: "Temporal's web pages",
    given: options.uiPort,
    variable: 'LOCAL_TEMPORAL_UI_PORT',
    usual: options.hasUsualPorts ? 8233 : undefined,
  });
}

/**
 * The port opens before the namespace and its search attributes are there. A call before it opens
 * would cost a second: a gRPC connection that was refused waits that long until it tries again.
 */
async function isReady(port: number, namespace: string): Promise<boolean> {
  if (!(await isAnswering(port))) return false;
  const connection = Connection.lazy({ address: `127.0.0.1:${port}`, tls: false });
  try {
    const { customAttributes } = await connection.withDeadline(Date.now() + 1_000, () =>
      connection.operatorService.listSearchAttributes({ namespace }),
    );
    return Object.values(searchAttributes).every(({ name }) => name in customAttributes);
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}

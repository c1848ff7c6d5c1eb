import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { logTail, startChild, type Child } from '../tools/local-services/child-process';
import { choosePort, freePort } from '../tools/local-services/ports';

/** One process of the demo: killed and started again like any other program. */
export interface DemoProcess {
  readonly name: string;
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface ProcessSpec {
  name: string;
  file: string;
  env: Record<string, string>;
  logFolder: string;
  /** Answers when the process is ready. */
  readyUrl: string | null;
}

const checkout = join(__dirname, '..');
/** A start reads TypeScript as it is: some seconds on a slow machine. */
const readyTimeoutMs = 60_000;

/**
 * A process of this product from its source, with an environment of its own; it ends when the demo
 * ends.
 */
export async function startProcess(spec: ProcessSpec): Promise<DemoProcess> {
  let child: Child | null = null;
  const start = async (): Promise<void> => {
    const variables = Object.entries(spec.env).map(([name, value]) => `${name}=${value}`);
    child = await startChild({
      program: 'env',
      args: [...variables, process.execPath, '--import', 'tsx', join(checkout, spec.file)],
      folder: checkout,
      logFile: join(spec.logFolder, `${spec.name}.log`),
    });
    if (spec.readyUrl !== null) await untilReady(spec, child, spec.readyUrl);
  };
  await start();
  return {
    name: spec.name,
    start,
    kill: async () => child?.end('SIGKILL', 1_000),
    stop: async () => child?.end('SIGTERM', 15_000),
  };
}

async function untilReady(spec: ProcessSpec, child: Child, url: string): Promise<void> {
  const endsAtMs = Date.now() + readyTimeoutMs;
  for (;;) {
    const log = join(spec.logFolder, `${spec.name}.log`);
    if (child.hasExited())
      throw new Error(`The ${spec.name} ended at its start (${log}):\n${logTail(log)}`);
    const answer = await fetch(url).catch(() => null);
    await answer?.body?.cancel();
    if (answer !== null && answer.status < 500) return;
    if (Date.now() > endsAtMs)
      throw new Error(`The ${spec.name} does not answer at ${url}; see ${log}`);
    await sleep(100);
  }
}

/**
 * Ports of the demo: the usual ones must be free, so that the addresses are those that people know.
 */
export interface DemoPorts {
  api: number;
  metrics: number;
  workerMetrics: number;
  woo: number;
  qbo: number;
}

export async function demoPorts(wished: {
  api: number;
  metrics: number;
  woo: number;
  qbo: number;
}): Promise<DemoPorts> {
  const [api, metrics, workerMetrics, woo, qbo] = await Promise.all([
    choosePort({ service: 'the API', given: wished.api, variable: 'PORT' }),
    choosePort({ service: 'health and metrics', given: wished.metrics, variable: 'METRICS_PORT' }),
    freePort(),
    choosePort({
      service: 'the WooCommerce sandbox',
      given: wished.woo,
      variable: 'SANDBOX_WOO_PORT',
    }),
    choosePort({
      service: 'the QuickBooks sandbox',
      given: wished.qbo,
      variable: 'SANDBOX_QBO_PORT',
    }),
  ]);
  return { api, metrics, workerMetrics, woo, qbo };
}

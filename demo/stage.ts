import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { readEnv } from '../platform/env';
import { checkoutFolder, prepareDataFolder } from '../platform/data-folder';
import {
  startLocalServices,
  type LocalServices,
} from '../tools/local-services/start-local-services';
import type { DemoOptions } from './arguments';
import { companies } from './company';
import { demoPorts, startProcess, type DemoProcess } from './processes';
import { resetRealm, type Sandbox } from './sandbox-control';
import { say } from './say';

// What runs for a demo: local services, the product's processes, the sandboxes; each can be killed
// alone.

/** Everything that runs for a demo. */
export interface Stage {
  services: LocalServices;
  processes: { api: DemoProcess; worker: DemoProcess; sandbox: DemoProcess };
  apiUrl: string;
  rootKey: string;
  woo: Sandbox;
  qbo: Sandbox;
  temporalUi: string;
}

export async function startStage(options: DemoOptions): Promise<Stage> {
  const env = readEnv();
  const dataFolder = prepareDataFolder(checkoutFolder());
  const services = await startLocalServices({
    needPostgres: env.databaseUrl === undefined,
    needTemporal: env.temporal.address === undefined,
    log: say,
    dataFolder,
    ports: env.localPorts,
    namespace: env.temporal.namespace,
  });
  const started: DemoProcess[] = [];
  const stopAll = async (): Promise<void> => {
    await Promise.all(started.map((one) => one.stop()));
    await services.stop();
  };
  onInterrupt(stopAll);
  try {
    return await startProcesses(options, services, started, join(dataFolder, 'logs'));
  } catch (error) {
    await stopAll();
    throw error;
  }
}

async function startProcesses(
  options: DemoOptions,
  services: LocalServices,
  started: DemoProcess[],
  logFolder: string,
): Promise<Stage> {
  const env = readEnv();
  mkdirSync(logFolder, { recursive: true });
  const ports = await demoPorts({
    api: env.port,
    metrics: env.metricsPort,
    woo: env.sandboxPorts.woo,
    qbo: env.sandboxPorts.qbo,
  });
  const token = randomBytes(16).toString('hex');
  const woo = { url: `http://127.0.0.1:${ports.woo}`, token };
  const qbo = { url: `http://127.0.0.1:${ports.qbo}`, token };
  const apiUrl = `http://127.0.0.1:${ports.api}`;
  const databaseUrl = env.databaseUrl ?? services.postgres?.url ?? '';
  const temporalAddress = env.temporal.address ?? services.temporal?.address ?? '';
  const start = async (
    name: string,
    file: string,
    variables: Record<string, string>,
    readyUrl: string | null,
  ): Promise<DemoProcess> => {
    const one = await startProcess({ name, file, env: variables, logFolder, readyUrl });
    started.push(one);
    return one;
  };
  const sandboxEnv = {
    SANDBOX_WOO_PORT: String(ports.woo),
    SANDBOX_QBO_PORT: String(ports.qbo),
    SANDBOX_TOKEN: token,
  };
  const sandbox = await start(
    'sandbox',
    'sandbox/main.ts',
    sandboxEnv,
    `${qbo.url}/_sandbox/clock`,
  );
  // The app's client id stands for truth-sync at QuickBooks; the sandbox has one for all companies.
  const probe = await resetRealm(qbo, '1', options.seed, companies[options.company]);
  const appEnv = {
    NODE_ENV: 'development',
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporalAddress,
    PORT: String(ports.api),
    METRICS_PORT: String(ports.metrics),
    QBO_CLIENT_ID: probe.clientId,
    QBO_CLIENT_SECRET: probe.clientSecret,
    QBO_BASE_URL: qbo.url,
    QBO_OAUTH_URL: qbo.url,
    QBO_REDIRECT_URI: `${apiUrl}/v1/oauth/qbo/callback`,
    LOG_LEVEL: 'warn',
  };
  const api = await start('api', 'api/main.ts', appEnv, `${apiUrl}/v1/openapi.json`);
  const workerEnv = { ...appEnv, METRICS_PORT: String(ports.workerMetrics) };
  const workerReady = `http://127.0.0.1:${ports.workerMetrics}/healthz`;
  const worker = await start('worker', 'workers/main.ts', workerEnv, workerReady);
  const temporalUi = services.temporal?.uiUrl ?? `(your Temporal at ${temporalAddress})`;
  return {
    services,
    processes: { api, worker, sandbox },
    apiUrl,
    rootKey: env.rootKey,
    woo,
    qbo,
    temporalUi,
  };
}

/** Ctrl-C and a polite end stop everything that was started. */
function onInterrupt(stopAll: () => Promise<void>): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      say('Stopping ...');
      void stopAll().finally(() => process.exit(130));
    });
  }
}

export async function stopStage(stage: Stage): Promise<void> {
  const { api, worker, sandbox } = stage.processes;
  await Promise.all([api.stop(), worker.stop(), sandbox.stop()]);
  await stage.services.stop();
}

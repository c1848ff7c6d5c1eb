import { createServer, type Server, type ServerResponse } from 'node:http';

import { collectDefaultMetrics, type Registry } from 'prom-client';

/** How long the database may take to say that it is there. */
const readyMaxMs = 2_000;

export interface HealthSource {
  registry: Registry;
  /** Why the process cannot work, or null; it may reject. */
  notReady: () => Promise<string | null>;
}

/**
 * Processor, memory and event loop of this process among its metrics. The loop is looked at ten
 * times a second: a hundred times would cost an idle process more than all else.
 */
export function watchProcess(registry: Registry): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
}

/**
 * `/healthz` (the process lives), `/readyz` (it can work) and `/metrics`, on a port of their own.
 */
export function createHealthServer(source: HealthSource): Server {
  return createServer((request, response) => {
    answer(request.url ?? '', response, source).catch(() => {
      reply(response, 500, 'failed');
    });
  });
}

async function answer(
  url: string,
  response: ServerResponse,
  { registry, notReady }: HealthSource,
): Promise<void> {
  switch (url.replace(/\?.*$/, '')) {
    case '/healthz':
      reply(response, 200, 'ok');
      return;
    case '/readyz': {
      const reason = await inTime(notReady);
      reply(response, reason === null ? 200 : 503, reason ?? 'ok');
      return;
    }
    case '/metrics':
      response.setHeader('content-type', registry.contentType);
      response.end(await registry.metrics());
      return;
    default:
      reply(response, 404, 'not found');
  }
}

function reply(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(`${text}\n`);
}

const databaseSilent = 'the database does not answer';

async function inTime(notReady: HealthSource['notReady']): Promise<string | null> {
  const tooLate = new Promise<string>((resolve) => {
    setTimeout(() => {
      resolve(databaseSilent);
    }, readyMaxMs).unref();
  });
  return Promise.race([notReady().catch(() => databaseSilent), tooLate]);
}

/**
 * Listens on a port, or says in words why it cannot; `variable` names what sets the port. Answers
 * the address.
 */
export async function listen(server: Server, port: number, variable: string): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const isTaken = 'code' in error && error.code === 'EADDRINUSE';
      const message = `Port ${port} is taken: set ${variable} to another port`;
      reject(isTaken ? new Error(message, { cause: error }) : error);
    });
    server.listen(port, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('Bug: no TCP address');
      resolve(`http://127.0.0.1:${address.port}`);
    });
  });
}

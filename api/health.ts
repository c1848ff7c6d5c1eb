import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Pool } from 'pg';

import type { Metrics } from './metrics';

/** How long the database may take to say that it is there. */
const readyMaxMs = 2_000;

/** `/healthz` (the process lives), `/readyz` (it can answer requests) and `/metrics`, on a port of their own. */
export function createHealthServer(pool: Pool, metrics: Metrics): Server {
  return createServer((request, response) => {
    answer(request.url ?? '', response, pool, metrics).catch(() => {
      reply(response, 500, 'failed');
    });
  });
}

async function answer(
  url: string,
  response: ServerResponse,
  pool: Pool,
  { registry }: Metrics,
): Promise<void> {
  switch (url.replace(/\?.*$/, '')) {
    case '/healthz':
      reply(response, 200, 'ok');
      return;
    case '/readyz': {
      const isReady = await isDatabaseThere(pool);
      reply(response, isReady ? 200 : 503, isReady ? 'ok' : 'the database does not answer');
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

/** Temporal is not asked: without it requests are still taken. */
async function isDatabaseThere(pool: Pool): Promise<boolean> {
  const tooLate = new Promise<boolean>((resolve) => {
    setTimeout(() => {
      resolve(false);
    }, readyMaxMs).unref();
  });
  const asked = pool.query('SELECT 1').then(
    () => true,
    () => false,
  );
  return Promise.race([asked, tooLate]);
}

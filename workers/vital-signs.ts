import { randomUUID } from 'node:crypto';

import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import type { Logger } from 'pino';

import { forgetWorker, noteWorker } from '../database/workers';
import type { Env } from '../platform/env';
import { ensureNamespace } from './ensure-namespace';

/** How often a worker says that it lives. Health misses it after three times this. */
const signEveryMs = 10_000;
/**
 * How often it looks whether Temporal still has what was registered there: its data may be lost.
 */
const lookEveryMs = 60_000;

/**
 * While the process works: says every 10 s in the database that it lives, and every minute makes
 * sure that the watchdog's schedule and the search attributes are there. Answers how to stop.
 */
export function startVitalSigns({
  pool,
  client,
  env,
  logger,
}: {
  pool: Pool;
  client: Client;
  env: Env;
  logger: Logger;
}): () => Promise<void> {
  const id = randomUUID();
  const sign = (): void => {
    noteWorker(pool, id).catch((err: unknown) => {
      logger.warn({ err }, 'the sign of life of this worker could not be written');
    });
  };
  const look = (): void => {
    ensureNamespace(env, client, logger).catch((err: unknown) => {
      logger.warn({ err }, 'the schedule of the watchdog could not be checked');
    });
  };
  sign();
  const timers = [setInterval(sign, signEveryMs), setInterval(look, lookEveryMs)];
  return async () => {
    for (const timer of timers) clearInterval(timer);
    await forgetWorker(pool, id).catch(() => undefined);
  };
}

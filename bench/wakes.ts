import type { Pool } from 'pg';

import { call, createBenchTenant, openPool, until, type BenchStack } from './bench-stack';

const tenantCount = 500;
/** How many callers make tenants, and how many send the changes. */
const makers = 8;
const senders = 32;
/** How long the tenants sleep before they are woken, and how long they are watched idle. */
const sleepMs = 20_000;

/**
 * Many tenants that sleep get one change each at the same moment: tenants a second until all of it
 * is delivered, processor time of the worker for each, and what they cost while they sleep.
 */
export async function benchWakes(stack: BenchStack): Promise<string> {
  const pool = openPool(stack);
  const worker = await stack.startWorker();
  const tenants = await inTurns(makers, tenantCount, () => createBenchTenant(stack));
  // What their making left to do is done before.
  await sleep(sleepMs);
  const idleCpuMs = worker.cpuMs();
  await sleep(sleepMs);
  const idlePercent = ((worker.cpuMs() - idleCpuMs) / sleepMs) * 100;
  const startCpuMs = worker.cpuMs();
  const startMs = performance.now();
  await inTurns(senders, tenants.length, (n) => {
    const { base, pos } = tenants[n] ?? { base: '', pos: '' };
    const change = {
      ...{ id: `wake-${n}`, kind: 'customer', op: 'upsert', recordId: 'c-1', revision: 1 },
      ...{ occurredAt: '2026-11-21T10:00:00Z', body: { name: 'Kim' } },
    };
    return call(`${base}/changes`, 'POST', pos, { changes: [change] });
  });
  const takenS = (performance.now() - startMs) / 1_000;
  await until(600_000, async () => (await delivered(pool)) === tenants.length, 'delivered', 200);
  const seconds = (performance.now() - startMs) / 1_000;
  const cpuMs = (worker.cpuMs() - startCpuMs) / tenants.length;
  const memoryMb = Math.round(worker.memoryMb());
  await worker.stop();
  await pool.end();
  return [
    `wakes of ${tenants.length} tenants that slept (goal >= 60 tenants/s)`,
    `  ${(tenants.length / seconds).toFixed(1)} tenants/s (${seconds.toFixed(1)} s, taken in ` +
      `after ${takenS.toFixed(1)} s), ${cpuMs.toFixed(1)} ms of the worker each, ${memoryMb} MB; ` +
      `asleep ${idlePercent.toFixed(1)} % of a core`,
  ].join('\n');
}

async function delivered(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM deliveries
     WHERE system = 'qbo' AND kind = 'customer' AND state = 'delivered'`,
  );
  return rows[0]?.count ?? 0;
}

/** The results of so many calls, a few of them at once. */
async function inTurns<T>(
  atOnce: number,
  count: number,
  work: (n: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let n = next++; n < count; n = next++) results.push(await work(n));
    }),
  );
  return results;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

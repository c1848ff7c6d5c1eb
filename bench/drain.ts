import type { Pool } from 'pg';
import { z } from 'zod';

import {
  call,
  control,
  createBenchTenant,
  depthOf,
  openPool,
  percentile,
  until,
  type BenchStack,
  type BenchTenant,
  type BenchWorker,
} from './bench-stack';
import { plainLoops, salesSent, tokensOf } from './rivals';
import { openingOf, sale } from './sales';

const sales = 27_000;
/**
 * In its first 10 s a process spends a quarter of its processor time on compiling: the median
 * counts.
 */
const rounds = 5;

/**
 * Row 9: draining a backlog of sales into QuickBooks, as a share of a plain claim-call-update loop
 * with the same batch calls. Both take turns, each on the company as it was at first: its books
 * make it slower as they grow, and the machine may be faster in one minute than in the next.
 */
export async function benchDrain(stack: BenchStack): Promise<string> {
  const pool = openPool(stack);
  const worker = await stack.startWorker();
  const tenant = await createBenchTenant(stack);
  await call(`${tenant.base}/changes`, 'POST', tenant.pos, {
    changes: openingOf('2026-11-20T08:00:00Z'),
  });
  await until(30_000, async () => (await depthOf(tenant)) === 0, 'opening');
  const books = { stack, pool, tokens: await tokensOf(stack, pool) };
  await control(stack.qbo, 'snapshot', {});
  const seen: Round[] = [];
  while (seen.length < rounds) {
    const ours = await drain(pool, tenant, worker, seen.length);
    const sent = await salesSent(pool, [tenant.tenantId], sales);
    await control(stack.qbo, 'restore', {});
    seen.push({ ...ours, plainPerS: await plainLoops(books, sent, 1) });
    await control(stack.qbo, 'restore', {});
  }
  await worker.stop();
  await pool.end();
  return reportOf(seen);
}

interface Round {
  oursPerS: number;
  /** Processor time of the worker for 30 sales. */
  cpuMs: number;
  plainPerS: number;
}

function reportOf(seen: readonly Round[]): string {
  const ratios = seen.map(({ oursPerS, plainPerS }) => oursPerS / plainPerS);
  const each = (of: (round: Round) => number): string =>
    seen.map((round) => Math.round(of(round))).join(', ');
  return (
    `drain of ${sales} sales, ${rounds} times: ${each(({ oursPerS }) => oursPerS)}/s ` +
    `(${seen.map(({ cpuMs }) => cpuMs.toFixed(1)).join(', ')} ms processor time of the ` +
    `worker for each 30), plain claim-call-update ${each(({ plainPerS }) => plainPerS)}/s, ` +
    `ratios ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}, median ` +
    `${percentile(ratios, 0.5).toFixed(2)} (goal >= 0.5)`
  );
}

/**
 * Queues sales while the lane is paused, and drains them: how many a second, and what 30 cost the
 * worker.
 */
async function drain(
  pool: Pool,
  tenant: BenchTenant,
  worker: BenchWorker,
  round: number,
): Promise<Omit<Round, 'plainPerS'>> {
  await call(`${tenant.base}/lanes/qbo/pause`, 'POST', tenant.admin, {});
  for (let start = 0; start < sales; start += 500) {
    const changes = Array.from({ length: 500 }, (_, n) =>
      sale(`D-${round * sales + start + n}`, '2026-11-21T10:00:00Z'),
    );
    await call(`${tenant.base}/changes`, 'POST', tenant.pos, { changes });
  }
  await until(300_000, async () => (await waitingIn(tenant)) === sales, 'sales absorbed', 250);
  const startMs = performance.now();
  const startCpuMs = worker.cpuMs();
  await call(`${tenant.base}/lanes/qbo/resume`, 'POST', tenant.admin, {});
  await until(300_000, async () => !(await isOpen(pool, tenant.tenantId)), 'sales delivered', 250);
  const oursPerS = (sales / (performance.now() - startMs)) * 1_000;
  return { oursPerS, cpuMs: (worker.cpuMs() - startCpuMs) / (sales / 30) };
}

async function waitingIn(tenant: { base: string; admin: string }): Promise<number> {
  const { body } = await call(`${tenant.base}/status`, 'GET', tenant.admin);
  const { lanes } = z
    .object({ lanes: z.object({ qbo: z.object({ waiting: z.number() }) }) })
    .parse(body);
  return lanes.qbo.waiting;
}

/**
 * Whether something is still to be delivered: two probes of an index, so that asking costs next to
 * nothing.
 */
async function isOpen(pool: Pool, tenantId: string): Promise<boolean> {
  const open = await pool.query(
    `SELECT FROM tenants t WHERE t.tenant_id = $1 AND (
       EXISTS (SELECT FROM deliveries WHERE tenant = t.id AND system = 'qbo' AND kind = 'order'
         AND state = 'waiting')
       OR EXISTS (SELECT FROM deliveries WHERE tenant = t.id AND system = 'qbo'
         AND state IN ('sending', 'verifying')))`,
    [tenantId],
  );
  return open.rowCount === 1;
}

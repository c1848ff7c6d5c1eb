import type { Pool } from 'pg';

import {
  call,
  control,
  createBenchTenant,
  depthOf,
  openPool,
  until,
  type BenchStack,
  type BenchTenant,
  type BenchWorker,
} from './bench-stack';
import { cpuMsOfChild } from './processor-time';
import { graphileWorker, pgBoss, plainLoops, salesSent, tokensOf } from './rivals';
import { openingOf, sale } from './sales';

/** Of all lanes together. */
const sales = 24_000;
const batch = 30;
/** How many of them the job queues get: one call for each takes longer. */
const jobs = 6_000;
/** Lanes of the round beside which the other ways are measured. */
const comparedLanes = 20;
/** Batches of a lane within QuickBooks' quota, 40 a minute. */
const quotaBatches = 24;

/**
 * Many lanes at once: sales of 1, 20 and 50 tenants drained into QuickBooks by one worker, with a
 * sandbox that answers without latency; beside 20 lanes the same documents by plain loops and by
 * job queues. Then 20 lanes with the latency and the quota of the vendor.
 */
export async function benchLanes(stack: BenchStack): Promise<string> {
  const pool = openPool(stack);
  const worker = await stack.startWorker();
  const bench = { stack, pool, worker };
  // The first round compiles.
  await drained(bench, await queued(bench, comparedLanes, sales));
  const compared = await queued(bench, comparedLanes, sales);
  await control(stack.qbo, 'snapshot', {});
  const twenty = await drained(bench, compared);
  const others = await rivals(bench, compared, twenty.perS);
  const one = await drained(bench, await queued(bench, 1, sales));
  const fifty = await drained(bench, await queued(bench, 50, sales));
  const quota = await withinQuota(bench);
  await worker.stop();
  await pool.end();
  return [
    'lanes (goal >= 3,000/s, worker <= 6 ms for each 30; 50 lanes no slower than one)',
    ...[one, twenty, fifty].map(textOf),
    ...others,
    quota,
  ].join('\n');
}

interface Bench {
  stack: BenchStack;
  pool: Pool;
  worker: BenchWorker;
}

interface Round {
  lanes: number;
  perS: number;
  /** Processor time for each 30 deliveries. */
  workerMs: number;
  postgresMs: number;
  memoryMb: number;
}

function textOf({ lanes, perS, workerMs, postgresMs, memoryMb }: Round): string {
  return (
    `  ${lanes} lanes: ${Math.round(perS)}/s, for each 30 ${workerMs.toFixed(1)} ms of the ` +
    `worker and ${postgresMs.toFixed(1)} ms of Postgres, ${Math.round(memoryMb)} MB`
  );
}

/** So many tenants, their sales absorbed and their lanes paused. */
async function queued(
  { stack, pool }: Bench,
  lanes: number,
  count: number,
  hasQuota = false,
): Promise<BenchTenant[]> {
  const tenants: BenchTenant[] = [];
  for (let n = 0; n < lanes; n++) tenants.push(await createBenchTenant(stack, { hasQuota }));
  const each = eachOf(lanes, count);
  await Promise.all(tenants.map((tenant) => queueSales(tenant, each)));
  const ids = tenants.map(({ tenantId }) => tenantId);
  await until(300_000, () => areAbsorbed(pool, ids, each), 'sales absorbed', 250);
  return tenants;
}

function eachOf(lanes: number, count: number): number {
  return Math.floor(count / lanes / batch) * batch;
}

/** Lets the lanes go until all is delivered. */
async function drained(
  { pool, worker }: Bench,
  tenants: readonly BenchTenant[],
  count = sales,
): Promise<Round> {
  const total = eachOf(tenants.length, count) * tenants.length;
  const ids = tenants.map(({ tenantId }) => tenantId);
  const startMs = performance.now();
  const startCpuMs = worker.cpuMs();
  const startPostgresMs = cpuMsOfChild('postgres');
  await Promise.all(
    tenants.map(({ base, admin }) => call(`${base}/lanes/qbo/resume`, 'POST', admin, {})),
  );
  await until(300_000, () => areDelivered(pool, ids), 'sales delivered', 200);
  return {
    lanes: tenants.length,
    perS: (total / (performance.now() - startMs)) * 1_000,
    workerMs: ((worker.cpuMs() - startCpuMs) / total) * batch,
    postgresMs: ((cpuMsOfChild('postgres') - startPostgresMs) / total) * batch,
    memoryMb: worker.memoryMb(),
  };
}

/** The same documents into the same companies, as they were before, without our proof. */
async function rivals(
  { stack, pool }: Bench,
  tenants: readonly BenchTenant[],
  oursPerS: number,
): Promise<string[]> {
  const books = { stack, pool, tokens: await tokensOf(stack, pool) };
  const ids = tenants.map(({ tenantId }) => tenantId);
  const sent = await salesSent(pool, ids, sales);
  // Spread over all companies, as our lanes are.
  const some = sent.filter((_sale, index) => index % (sales / jobs) === 0);
  const ways: [string, string, () => Promise<number>][] = [
    ['eight plain batch loops', '>= 0.6', () => plainLoops(books, sent, 8)],
    ['graphile-worker', '>= 1.5', () => graphileWorker(books, some)],
    ['pg-boss', '>= 2', () => pgBoss(books, some)],
  ];
  const lines: string[] = [];
  for (const [name, goal, measure] of ways) {
    await control(stack.qbo, 'restore', {});
    const perS = await measure();
    lines.push(
      `  ${name}: ${Math.round(perS)}/s; ${comparedLanes} lanes are ` +
        `${(oursPerS / perS).toFixed(2)} times that (goal ${goal})`,
    );
  }
  await control(stack.qbo, 'restore', {});
  return lines;
}

/** As the vendor is: calls of 0.3 to 1.5 s, 40 batches a minute for each company. */
async function withinQuota(bench: Bench): Promise<string> {
  const count = comparedLanes * quotaBatches * batch;
  const tenants = await queued(bench, comparedLanes, count, true);
  await control(bench.stack.qbo, 'settings', { latency: 'real' });
  const { perS, workerMs } = await drained(bench, tenants, count);
  const allowedPerS = (comparedLanes * batch * 40) / 60;
  return (
    `  ${comparedLanes} lanes at real latency and quota: ${Math.round(perS)}/s of ` +
    `${allowedPerS}/s that the vendor allows (goal >= 90 %), ${workerMs.toFixed(1)} ms of the ` +
    'worker for each 30'
  );
}

async function queueSales(tenant: BenchTenant, count: number): Promise<void> {
  const send = (changes: object[]): Promise<unknown> =>
    call(`${tenant.base}/changes`, 'POST', tenant.pos, { changes });
  await send(openingOf('2026-11-20T08:00:00Z'));
  await until(60_000, async () => (await depthOf(tenant)) === 0, 'opening', 100);
  await call(`${tenant.base}/lanes/qbo/pause`, 'POST', tenant.admin, {});
  for (let start = 0; start < count; start += 500)
    await send(
      Array.from({ length: Math.min(500, count - start) }, (_, n) =>
        sale(`L-${start + n}`, '2026-11-21T10:00:00Z'),
      ),
    );
}

async function areAbsorbed(pool: Pool, tenantIds: string[], each: number): Promise<boolean> {
  const { rows } = await pool.query<{ waiting: number }>(
    `SELECT count(*)::int AS waiting FROM deliveries d JOIN tenants t ON t.id = d.tenant
     WHERE t.tenant_id = ANY ($1) AND d.system = 'qbo' AND d.kind = 'order'
       AND d.state = 'waiting'`,
    [tenantIds],
  );
  return rows[0]?.waiting === each * tenantIds.length;
}

/** By the lanes' counters: to look for rows that still wait would pass all that waited. */
async function areDelivered(pool: Pool, tenantIds: string[]): Promise<boolean> {
  const open = await pool.query(
    `SELECT FROM tenants t JOIN lanes_made m ON m.tenant = t.id AND m.system = 'qbo'
       JOIN lanes l ON l.tenant = t.id AND l.system = 'qbo'
     WHERE t.tenant_id = ANY ($1) AND m.made > l.settled LIMIT 1`,
    [tenantIds],
  );
  return open.rowCount === 0;
}

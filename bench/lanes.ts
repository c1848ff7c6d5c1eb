import type { Pool } from 'pg';

import {
  call,
  createBenchTenant,
  depthOf,
  openPool,
  until,
  type BenchStack,
  type BenchTenant,
  type BenchWorker,
} from './bench-stack';
import { openingOf, sale } from './sales';

/** Of all lanes together. */
const sales = 24_000;
const batch = 30;
const laneCounts = [1, 20, 50] as const;

/**
 * Many lanes at once: sales of 1, 20 and 50 tenants drained into QuickBooks by one worker, with a
 * sandbox that answers without latency. Deliveries a second, processor time of the worker for each
 * 30, and its memory.
 */
export async function benchLanes(stack: BenchStack): Promise<string> {
  const pool = openPool(stack);
  const worker = await stack.startWorker();
  const lines: string[] = [];
  // The first round compiles.
  for (const lanes of [20, ...laneCounts]) lines.push(await drainLanes(stack, pool, worker, lanes));
  await worker.stop();
  await pool.end();
  return ['lanes (goal >= 3,000/s, <= 6 ms for each 30)', ...lines.slice(1)].join('\n');
}

async function drainLanes(
  stack: BenchStack,
  pool: Pool,
  worker: BenchWorker,
  lanes: number,
): Promise<string> {
  const tenants: BenchTenant[] = [];
  for (let n = 0; n < lanes; n++) tenants.push(await createBenchTenant(stack));
  const each = Math.floor(sales / lanes / batch) * batch;
  await Promise.all(tenants.map((tenant) => queueSales(tenant, each)));
  const ids = tenants.map(({ tenantId }) => tenantId);
  await until(300_000, () => areAbsorbed(pool, ids, each), 'sales absorbed', 250);
  const startMs = performance.now();
  const startCpuMs = worker.cpuMs();
  await Promise.all(
    tenants.map(({ base, admin }) => call(`${base}/lanes/qbo/resume`, 'POST', admin, {})),
  );
  await until(300_000, () => areDelivered(pool, ids), 'sales delivered', 100);
  const seconds = (performance.now() - startMs) / 1_000;
  const cpuMs = (worker.cpuMs() - startCpuMs) / ((each * lanes) / batch);
  const perS = Math.round((each * lanes) / seconds);
  return `  ${lanes} lanes: ${perS}/s, ${cpuMs.toFixed(1)} ms, ${Math.round(worker.memoryMb())} MB`;
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

/** Two probes of an index for each tenant, so that asking costs next to nothing. */
async function areDelivered(pool: Pool, tenantIds: string[]): Promise<boolean> {
  const open = await pool.query(
    `SELECT FROM tenants t WHERE t.tenant_id = ANY ($1) AND (
       EXISTS (SELECT FROM deliveries WHERE tenant = t.id AND system = 'qbo' AND kind = 'order'
         AND state = 'waiting')
       OR EXISTS (SELECT FROM deliveries WHERE tenant = t.id AND system = 'qbo'
         AND state IN ('sending', 'verifying'))) LIMIT 1`,
    [tenantIds],
  );
  return open.rowCount === 0;
}

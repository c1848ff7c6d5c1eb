import { randomUUID } from 'node:crypto';

import {
  call,
  createBenchTenant,
  openPool,
  percentile,
  type BenchStack,
  type BenchTenant,
} from './bench-stack';
import { movement, sale } from './sales';

const clients = 8;
const batchSize = 100;
const roundMs = 5_000;
const rounds = 3;

/** Row 8: changes a second through the API, as a share of a raw multi-row insert of the same rows in the same run. */
export async function benchIntake(stack: BenchStack): Promise<string> {
  const lines: string[] = [];
  const tenants = await prepareTenants(stack, rounds * 2);
  for (const [what, make] of [
    ['stock movements', movement],
    ['orders of one line', sale],
  ] as const) {
    const ratios: number[] = [];
    let api = 0;
    let raw = 0;
    for (let round = 0; round < rounds; round++) {
      raw = await rawInserts(stack, make);
      api = await throughApi(tenants.pop(), make);
      ratios.push(api / raw);
    }
    lines.push(`${what}: API ${Math.round(api)}/s, raw insert ${Math.round(raw)}/s, ratio ${percentile(ratios, 0.5).toFixed(2)} (median of ${rounds}; goal >= 0.4)`); // prettier-ignore
  }
  return `intake, batches of ${batchSize}, ${clients} keep-alive clients: ${lines.join('; ')}`;
}

type Make = (id: string, occurredAt: string) => object;

/** Tenants with a bound that the run cannot reach; the worker that brings it in force ends before the clock starts. */
async function prepareTenants(stack: BenchStack, count: number): Promise<BenchTenant[]> {
  const worker = await stack.startWorker();
  const tenants: BenchTenant[] = [];
  while (tenants.length < count) tenants.push(await createBenchTenant(stack, 10_000_000));
  await worker.stop();
  return tenants;
}

async function throughApi(tenant: BenchTenant | undefined, make: Make): Promise<number> {
  if (tenant === undefined) throw new Error('Bug: fewer tenants than rounds');
  return rate(async () => {
    const body = JSON.stringify({ changes: batch(make) });
    await call(`${tenant.base}/changes`, 'POST', tenant.pos, body);
  });
}

/** The same rows, one statement of a hundred rows, no bound, no wake, no check. */
async function rawInserts(stack: BenchStack, make: Make): Promise<number> {
  const pool = openPool(stack);
  await pool.query(
    'DROP TABLE IF EXISTS raw_changes; CREATE TABLE raw_changes (LIKE changes INCLUDING ALL)',
  );
  let pos = 0;
  const result = await rate(async () => {
    const rows = batch(make).map((body) => ({ id: randomUUID(), pos: ++pos, body }));
    await pool.query(
      `INSERT INTO raw_changes (tenant, pos, event_id, kind, op, record_id, source_rev, occurred_at, body, hash)
       SELECT 1, pos, id, 'order', 'upsert', id, 1, now(), body, sha256(id::bytea) FROM json_to_recordset($1::json) AS x(id text, pos bigint, body json)`,
      [JSON.stringify(rows)],
    );
  });
  await pool.query('DROP TABLE raw_changes');
  await pool.end();
  return result;
}

function batch(make: Make): object[] {
  const now = '2026-11-21T10:00:00Z';
  return Array.from({ length: batchSize }, () => make(randomUUID(), now));
}

/** Items a second that the clients get through, each with one request at a time. */
async function rate(work: () => Promise<void>): Promise<number> {
  const startMs = performance.now();
  let done = 0;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() - startMs < roundMs) {
        await work();
        done += batchSize;
      }
    }),
  );
  return (done / (performance.now() - startMs)) * 1_000;
}

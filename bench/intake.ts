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

/**
 * Row 8: changes a second through the API, as a share of a raw multi-row insert of the same rows in
 * the same run; once with a shop for each client, once with all clients in one shop, whose
 * statements queue for its counter.
 */
export async function benchIntake(stack: BenchStack): Promise<string> {
  const tenants = await prepareTenants(stack);
  const lines: string[] = [];
  for (const [what, make] of [
    ['stock movements', movement],
    ['orders of one line', sale],
  ] as const) {
    const seen = { raw: [] as number[], apart: [] as number[], together: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      seen.raw.push(await rawInserts(stack, make));
      seen.apart.push(await throughApi(tenants, make));
      seen.together.push(await throughApi(tenants.slice(0, 1), make));
    }
    const raw = percentile(seen.raw, 0.5);
    const share = (rates: number[]): string => {
      const perS = percentile(rates, 0.5);
      return `${Math.round(perS)}/s, ratio ${(perS / raw).toFixed(2)}`;
    };
    lines.push(
      `${what}: raw insert ${Math.round(raw)}/s; a shop for each client ` +
        `${share(seen.apart)}; all in one shop ${share(seen.together)}`,
    );
  }
  return (
    `intake, batches of ${batchSize}, ${clients} keep-alive clients, medians of ${rounds} ` +
    `(goal >= 0.4): ${lines.join('. ')}`
  );
}

type Make = (id: string, occurredAt: string) => object;

/**
 * A tenant for each client, with a bound that the run cannot reach; the worker that brings it in
 * force ends before the clock starts.
 */
async function prepareTenants(stack: BenchStack): Promise<BenchTenant[]> {
  const worker = await stack.startWorker();
  const tenants: BenchTenant[] = [];
  while (tenants.length < clients)
    tenants.push(await createBenchTenant(stack, { queueBound: 10_000_000 }));
  await worker.stop();
  return tenants;
}

async function throughApi(tenants: readonly BenchTenant[], make: Make): Promise<number> {
  return rate(async (client) => {
    const tenant = tenants[client % tenants.length];
    if (tenant === undefined) throw new Error('Bug: no tenant');
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
      `INSERT INTO raw_changes (tenant, pos, source, event_id, kind, op, record_id, source_rev,
         occurred_at, body, hash)
       SELECT 1, pos, 'pos', id, 'order', 'upsert', id, 1, now(), body, sha256(id::bytea)
         FROM json_to_recordset($1::json) AS x(id text, pos bigint, body json)`,
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
async function rate(work: (client: number) => Promise<void>): Promise<number> {
  const startMs = performance.now();
  let done = 0;
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      while (performance.now() - startMs < roundMs) {
        await work(client);
        done += batchSize;
      }
    }),
  );
  return (done / (performance.now() - startMs)) * 1_000;
}

import { randomUUID } from 'node:crypto';

import type { Pool } from 'pg';
import { request } from 'undici';
import { z } from 'zod';

import { SecretBox } from '../database/secret-box';
import {
  call,
  control,
  createBenchTenant,
  depthOf,
  keepAlive,
  openPool,
  percentile,
  until,
  type BenchStack,
  type BenchTenant,
  type BenchWorker,
} from './bench-stack';
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
  const token = await tokenOf(stack, tenant.realmId);
  await control(stack.qbo, 'snapshot', {});
  const seen: Round[] = [];
  while (seen.length < rounds) {
    const ours = await drain(pool, tenant, worker, seen.length);
    const bodies = await bodiesSent(pool, tenant.tenantId);
    await control(stack.qbo, 'restore', {});
    seen.push({ ...ours, plainPerS: await plainLoop(stack, tenant.realmId, token, bodies) });
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

/** What left in the last round, in order. */
async function bodiesSent(pool: Pool, tenantId: string): Promise<string[]> {
  const sends = await pool.query<{ body: string }>(
    `SELECT s.request ->> 'body' AS body FROM sends s JOIN tenants t ON t.id = s.tenant
     WHERE t.tenant_id = $1 AND s.system = 'qbo' AND s.request ->> 'body' LIKE '%SalesReceipt%'
       ORDER BY s.id DESC LIMIT $2`,
    [tenantId, sales / 30],
  );
  return sends.rows.map((row) => row.body).reverse();
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

/** A token of the company after the restore: the one that was handed out with it still opens it. */
async function tokenOf(stack: BenchStack, realmId: string): Promise<string> {
  const pool = openPool(stack);
  const row = await pool.query<{ tenant: number; sealed: string }>(
    "SELECT tenant, sealed FROM connections WHERE system = 'qbo' AND account = $1",
    [realmId],
  );
  await pool.end();
  const [connection] = row.rows;
  if (connection === undefined) throw new Error('no connection');
  const opened = new SecretBox(stack.env.secretKeys).open(
    connection.sealed,
    `tenant ${connection.tenant} connection qbo`,
  );
  return z.object({ accessToken: z.string() }).parse(JSON.parse(opened)).accessToken;
}

const operationSchema = z.looseObject({ bId: z.string(), operation: z.string() });
const batchSchema = z.object({ BatchItemRequest: z.array(operationSchema) });
const writtenSchema = z.looseObject({ Id: z.string(), SyncToken: z.string() });
const answerSchema = z.object({
  BatchItemResponse: z.array(
    z.looseObject({ bId: z.string(), SalesReceipt: writtenSchema.optional() }),
  ),
});

/**
 * What a program without proof would do with the same calls: rows with their payload; claim 30 of
 * them, send them as one batch, note each one's id and version.
 */
async function plainLoop(
  stack: BenchStack,
  realmId: string,
  token: string,
  bodies: readonly string[],
): Promise<number> {
  const pool = openPool(stack);
  await pool.query(
    'DROP TABLE IF EXISTS plain_queue; CREATE TABLE plain_queue (id bigint GENERATED ' +
      "ALWAYS AS IDENTITY PRIMARY KEY, payload json, state text DEFAULT 'waiting', remote_id " +
      "text, remote_version text); CREATE INDEX ON plain_queue (id) WHERE state = 'waiting'",
  );
  for (const body of bodies) {
    const operations = batchSchema.parse(JSON.parse(body)).BatchItemRequest;
    await pool.query(
      'INSERT INTO plain_queue (payload) SELECT value FROM json_array_elements($1::json)',
      [JSON.stringify(operations)],
    );
  }
  const startMs = performance.now();
  let done = 0;
  for (;;) {
    const claimed = await pool.query<{ id: number; payload: z.infer<typeof operationSchema> }>(
      `UPDATE plain_queue SET state = 'sending'
         WHERE id IN (SELECT id FROM plain_queue WHERE state = 'waiting' ORDER BY id LIMIT 30
           FOR UPDATE SKIP LOCKED) RETURNING id, payload`,
    );
    if (claimed.rows.length === 0) break;
    const answer = await request(
      `${stack.qbo.url}/v3/company/${realmId}/batch?minorversion=75&requestid=plain-${randomUUID().slice(0, 20)}`,
      {
        method: 'POST',
        dispatcher: keepAlive,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          accept: 'application/json',
        },
        body: JSON.stringify({
          BatchItemRequest: claimed.rows.map((row) => ({ ...row.payload, bId: String(row.id) })),
        }),
      },
    );
    const items = answerSchema.parse(await answer.body.json()).BatchItemResponse;
    const written = items.map(({ bId, SalesReceipt }) => {
      if (SalesReceipt === undefined) throw new Error('the plain loop was refused');
      return { id: Number(bId), remoteId: SalesReceipt.Id, remoteVersion: SalesReceipt.SyncToken };
    });
    await pool.query(
      `UPDATE plain_queue q SET state = 'done', remote_id = x."remoteId",
         remote_version = x."remoteVersion"
       FROM json_to_recordset($1::json) AS x(id bigint, "remoteId" text, "remoteVersion" text)
         WHERE q.id = x.id AND q.id = ANY ($2)`,
      [JSON.stringify(written), written.map(({ id }) => id)],
    );
    done += written.length;
  }
  const perS = (done / (performance.now() - startMs)) * 1_000;
  if (done !== sales) throw new Error(`the plain loop sent ${done} of ${sales}`);
  await pool.query('DROP TABLE plain_queue');
  await pool.end();
  return perS;
}

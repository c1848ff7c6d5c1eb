import { randomUUID } from 'node:crypto';

import { request } from 'undici';
import { z } from 'zod';

import { SecretBox } from '../../database/secret-box';
import {
  call,
  control,
  createBenchTenant,
  depthOf,
  keepAlive,
  openPool,
  until,
  type BenchStack,
} from './bench-stack';
import { openingOf, sale } from './sales';

const sales = 9_000;

/** Row 9: draining a backlog of sales into QuickBooks, as a share of a plain claim-call-update loop with the same batch calls. */
export async function benchDrain(stack: BenchStack): Promise<string> {
  const pool = openPool(stack);
  const worker = await stack.startWorker();
  const tenant = await createBenchTenant(stack);
  await call(`${tenant.base}/changes`, 'POST', tenant.pos, {
    changes: openingOf('2026-11-20T08:00:00Z'),
  });
  await until(30_000, async () => (await depthOf(tenant)) === 0, 'opening');
  await call(`${tenant.base}/lanes/qbo/pause`, 'POST', tenant.admin, {});
  for (let start = 0; start < sales; start += 500) {
    const changes = Array.from({ length: 500 }, (_, n) =>
      sale(`D-${start + n}`, '2026-11-21T10:00:00Z'),
    );
    await call(`${tenant.base}/changes`, 'POST', tenant.pos, { changes });
  }
  await until(120_000, async () => (await waitingIn(tenant)) === sales, 'sales absorbed', 250);
  await control(stack.qbo, 'snapshot', {});
  const startMs = performance.now();
  await call(`${tenant.base}/lanes/qbo/resume`, 'POST', tenant.admin, {});
  await until(300_000, async () => (await waitingIn(tenant)) === 0, 'sales delivered', 250);
  const oursPerS = (sales / (performance.now() - startMs)) * 1_000;
  await worker.stop();
  const sends = await pool.query<{ body: string }>(
    `SELECT s.request ->> 'body' AS body FROM sends s JOIN tenants t ON t.id = s.tenant
     WHERE t.tenant_id = $1 AND s.system = 'qbo' AND s.request ->> 'body' LIKE '%SalesReceipt%' ORDER BY s.id`,
    [tenant.tenantId],
  );
  await control(stack.qbo, 'restore', {});
  const plainPerS = await plainLoop(
    stack,
    tenant.realmId,
    await tokenOf(stack, tenant.realmId),
    sends.rows.map((row) => row.body),
  );
  await pool.end();
  return `drain of ${sales} sales: ${Math.round(oursPerS)}/s, plain claim-call-update ${Math.round(plainPerS)}/s, ratio ${(oursPerS / plainPerS).toFixed(2)} (goal >= 0.5)`;
}

async function waitingIn(tenant: { base: string; admin: string }): Promise<number> {
  const { body } = await call(`${tenant.base}/status`, 'GET', tenant.admin);
  const lane = z.object({ waiting: z.number(), sending: z.number(), verifying: z.number() });
  const { lanes } = z.object({ lanes: z.object({ qbo: lane }) }).parse(body);
  return lanes.qbo.waiting + lanes.qbo.sending + lanes.qbo.verifying;
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

/** What a program without proof would do: claim rows, call, mark them done. */
async function plainLoop(
  stack: BenchStack,
  realmId: string,
  token: string,
  bodies: readonly string[],
): Promise<number> {
  const pool = openPool(stack);
  await pool.query(
    "DROP TABLE IF EXISTS plain_queue; CREATE TABLE plain_queue (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, batch int, state text, remote_id text); CREATE INDEX ON plain_queue (batch) WHERE state = 'waiting'",
  );
  await pool.query(
    "INSERT INTO plain_queue (batch, state) SELECT n / 30, 'waiting' FROM generate_series(0, $1) AS n",
    [bodies.length * 30 - 1],
  );
  const startMs = performance.now();
  for (const body of bodies) {
    const claimed = await pool.query<{ id: string }>(
      `UPDATE plain_queue SET state = 'sending' WHERE id IN (SELECT id FROM plain_queue WHERE state = 'waiting' ORDER BY batch LIMIT 30 FOR UPDATE SKIP LOCKED) RETURNING id`,
    );
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
        body,
      },
    );
    const items = z
      .object({
        BatchItemResponse: z.array(
          z.looseObject({ bId: z.string(), Fault: z.unknown().optional() }),
        ),
      })
      .parse(await answer.body.json()).BatchItemResponse;
    if (items.some((item) => item.Fault !== undefined))
      throw new Error(`the plain loop was refused: ${JSON.stringify(items[0]).slice(0, 300)}`);
    await pool.query(`UPDATE plain_queue SET state = 'done', remote_id = 'x' WHERE id = ANY ($1)`, [
      claimed.rows.map((row) => row.id),
    ]);
  }
  const perS = (sales / (performance.now() - startMs)) * 1_000;
  await pool.query('DROP TABLE plain_queue');
  await pool.end();
  return perS;
}

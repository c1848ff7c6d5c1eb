import { randomUUID } from 'node:crypto';

import { makeWorkerUtils, run, type TaskList } from 'graphile-worker';
import type { Pool } from 'pg';
import PgBoss from 'pg-boss';
import { request } from 'undici';
import { z } from 'zod';

import { SecretBox } from '../database/secret-box';
import { keepAlive, until, type BenchStack } from './bench-stack';

// Other ways of getting the same documents into QuickBooks, without our proof: plain loops with the
// same batch calls, and two job queues as their documents show them, one job and one call for each.

/** A document as it left once, and the company it went to. */
export interface Sale {
  realmId: string;
  body: Record<string, unknown>;
}

const operationSchema = z.looseObject({
  bId: z.string(),
  SalesReceipt: z.record(z.string(), z.unknown()),
});
const requestSchema = z.object({ path: z.string(), body: z.string() });
const batchSchema = z.object({ BatchItemRequest: z.array(operationSchema) });
const writtenSchema = z.looseObject({ Id: z.string(), SyncToken: z.string() });
const batchAnswer = z.object({
  BatchItemResponse: z.array(
    z.looseObject({ bId: z.string(), SalesReceipt: writtenSchema.optional() }),
  ),
});
const answerSchema = z.object({ SalesReceipt: writtenSchema });
const jobSchema = z.object({ realmId: z.string(), body: z.record(z.string(), z.unknown()) });

/** Members of a batch, as our lanes send them. */
const batchSize = 30;
/** How many jobs a queue works on at once. */
const jobsAtOnce = 20;

/** The newest sales that these tenants sent, oldest first. */
export async function salesSent(
  pool: Pool,
  tenantIds: readonly string[],
  count: number,
): Promise<Sale[]> {
  const { rows } = await pool.query<{ request: unknown }>(
    `SELECT s.request FROM sends s JOIN tenants t ON t.id = s.tenant
     WHERE t.tenant_id = ANY ($1) AND s.system = 'qbo'
       AND s.request ->> 'body' LIKE '%SalesReceipt%'
     ORDER BY s.id DESC LIMIT $2`,
    [tenantIds, Math.ceil(count / batchSize)],
  );
  return rows.reverse().flatMap((row) => {
    const { path, body } = requestSchema.parse(row.request);
    const realmId = /company\/(\d+)\//.exec(path)?.[1] ?? '';
    return batchSchema
      .parse(JSON.parse(body))
      .BatchItemRequest.map((operation) => ({ realmId, body: operation.SalesReceipt }));
  });
}

/** Access tokens by company: they open it after a restore of the sandbox too. */
export async function tokensOf(stack: BenchStack, pool: Pool): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ tenant: number; sealed: string; account: string }>(
    "SELECT tenant, sealed, account FROM connections WHERE system = 'qbo'",
  );
  const box = new SecretBox(stack.env.secretKeys);
  const secret = z.object({ accessToken: z.string() });
  return new Map(
    rows.map(({ tenant, sealed, account }) => {
      const opened = box.open(sealed, `tenant ${tenant} connection qbo`);
      return [account, secret.parse(JSON.parse(opened)).accessToken];
    }),
  );
}

/** Where documents go, with what opens it. */
export interface Books {
  stack: BenchStack;
  pool: Pool;
  tokens: ReadonlyMap<string, string>;
}

async function post(books: Books, realmId: string, path: string, body: unknown): Promise<unknown> {
  const id = `plain-${randomUUID().slice(0, 20)}`;
  const answer = await request(
    `${books.stack.qbo.url}/v3/company/${realmId}/${path}?minorversion=75&requestid=${id}`,
    {
      method: 'POST',
      dispatcher: keepAlive,
      headers: {
        authorization: `Bearer ${books.tokens.get(realmId) ?? ''}`,
        'content-type': 'application/json',
        accept: 'application/json',
      },
      body: JSON.stringify(body),
    },
  );
  return answer.body.json();
}

/**
 * So many plain loops beside each other: claim 30 rows, send them as one batch, note each one's id
 * and version. Answers sales a second.
 */
export async function plainLoops(
  books: Books,
  sales: readonly Sale[],
  loops: number,
): Promise<number> {
  const { pool } = books;
  await pool.query(
    'DROP TABLE IF EXISTS plain_queue; CREATE TABLE plain_queue (id bigint GENERATED ' +
      "ALWAYS AS IDENTITY PRIMARY KEY, realm text, payload json, state text DEFAULT 'waiting', " +
      'remote_id text, remote_version text); ' +
      "CREATE INDEX ON plain_queue (realm, id) WHERE state = 'waiting'",
  );
  await pool.query(
    `INSERT INTO plain_queue (realm, payload)
     SELECT value ->> 'realmId', value -> 'body' FROM json_array_elements($1::json)`,
    [JSON.stringify(sales)],
  );
  await pool.query('ANALYZE plain_queue');
  const batches = sales.filter((_sale, index) => index % batchSize === 0);
  const startMs = performance.now();
  let done = 0;
  const loop = async (): Promise<void> => {
    for (let next = batches.shift(); next !== undefined; next = batches.shift()) {
      const sent = await sendPlainly(books, next.realmId);
      done += sent;
    }
  };
  await Promise.all(Array.from({ length: loops }, loop));
  const perS = (done / (performance.now() - startMs)) * 1_000;
  if (done !== sales.length) throw new Error(`plain loops sent ${done} of ${sales.length}`);
  await pool.query('DROP TABLE plain_queue');
  return perS;
}

async function sendPlainly(books: Books, realmId: string): Promise<number> {
  const claimed = await books.pool.query<{ id: number; payload: unknown }>(
    `UPDATE plain_queue SET state = 'sending'
     WHERE id IN (SELECT id FROM plain_queue WHERE realm = $1 AND state = 'waiting' ORDER BY id
       LIMIT ${batchSize} FOR UPDATE SKIP LOCKED) RETURNING id, payload`,
    [realmId],
  );
  const answer = await post(books, realmId, 'batch', {
    BatchItemRequest: claimed.rows.map(({ id, payload }) => ({
      ...{ bId: String(id), operation: 'create', SalesReceipt: payload },
    })),
  });
  const written = batchAnswer.parse(answer).BatchItemResponse.map(({ bId, SalesReceipt }) => {
    if (SalesReceipt === undefined) throw new Error('a plain loop was refused');
    return { id: Number(bId), remoteId: SalesReceipt.Id, remoteVersion: SalesReceipt.SyncToken };
  });
  await books.pool.query(
    `UPDATE plain_queue q SET state = 'done', remote_id = x."remoteId",
       remote_version = x."remoteVersion"
     FROM json_to_recordset($1::json) AS x(id bigint, "remoteId" text, "remoteVersion" text)
     WHERE q.id = x.id AND q.id = ANY ($2)`,
    [JSON.stringify(written), written.map(({ id }) => id)],
  );
  return written.length;
}

/** graphile-worker: a task that posts one sale and notes its id. Answers sales a second. */
export async function graphileWorker(books: Books, sales: readonly Sale[]): Promise<number> {
  const done = await doneTable(books.pool);
  const taskList: TaskList = { post: (job) => done.post(books, job) };
  const utils = await makeWorkerUtils({ pgPool: books.pool });
  await utils.migrate();
  for (let start = 0; start < sales.length; start += 1_000)
    await utils.addJobs(
      sales.slice(start, start + 1_000).map((payload) => ({ identifier: 'post', payload })),
    );
  await utils.release();
  const startMs = performance.now();
  const runner = await run({
    ...{ pgPool: books.pool, noHandleSignals: true, concurrency: jobsAtOnce, taskList },
  });
  await until(300_000, () => Promise.resolve(done.count() === sales.length), 'jobs done', 10);
  const perS = (sales.length / (performance.now() - startMs)) * 1_000;
  await runner.stop();
  return perS;
}

/** pg-boss: a handler that posts one sale and notes its id. Answers sales a second. */
export async function pgBoss(books: Books, sales: readonly Sale[]): Promise<number> {
  const done = await doneTable(books.pool);
  const boss = new PgBoss({ connectionString: books.stack.env.databaseUrl });
  await boss.start();
  await boss.createQueue('post');
  for (let start = 0; start < sales.length; start += 1_000)
    await boss.insert(
      sales.slice(start, start + 1_000).map((data) => ({ name: 'post', data: { ...data } })),
    );
  const startMs = performance.now();
  // It asks every half second at most: a batch as large as what that time takes.
  const options = { batchSize: 50, pollingIntervalSeconds: 0.5 };
  for (let n = 0; n < jobsAtOnce; n++)
    await boss.work('post', options, async (jobs) => {
      for (const { data } of jobs) await done.post(books, data);
    });
  await until(300_000, () => Promise.resolve(done.count() === sales.length), 'jobs done', 10);
  const perS = (sales.length / (performance.now() - startMs)) * 1_000;
  await boss.stop({ graceful: false, wait: true });
  return perS;
}

interface Done {
  post: (books: Books, job: unknown) => Promise<void>;
  count: () => number;
}

/** Where a job notes what it wrote. */
async function doneTable(pool: Pool): Promise<Done> {
  await pool.query(
    'DROP TABLE IF EXISTS plain_done; CREATE TABLE plain_done (id bigint GENERATED ALWAYS AS ' +
      'IDENTITY PRIMARY KEY, realm text, remote_id text, remote_version text)',
  );
  let count = 0;
  return {
    post: async (books, job) => {
      const { realmId, body } = jobSchema.parse(job);
      const { SalesReceipt } = answerSchema.parse(await post(books, realmId, 'salesreceipt', body));
      await pool.query(
        'INSERT INTO plain_done (realm, remote_id, remote_version) VALUES ($1, $2, $3)',
        [realmId, SalesReceipt.Id, SalesReceipt.SyncToken],
      );
      count += 1;
    },
    count: () => count,
  };
}

import { writeSync } from 'node:fs';
import { subscribe } from 'node:diagnostics_channel';
import { randomBytes } from 'node:crypto';

import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';

import type { PoolClient } from 'pg';

import { createActivities } from '../../activities/create-activities';
import type { PushTurnRequest } from '../../protocol/activities';
import { createPool } from '../../database/pool';
import { SecretBox } from '../../database/secret-box';
import type { Target } from '../../domain/words';
import type { Queues } from '../../protocol/messages';

// A worker process of one lane, for tests that kill it or stop it at an exact point. The point is
// seen from outside of the product's code: in the statements that leave for Postgres and in the
// HTTP client's own events.

export interface ChildPlan {
  databaseUrl: string;
  temporalAddress: string;
  queues: Queues;
  system: Target;
  secretKey: string;
  quickbooks: { oauthUrl: string; clientId: string; clientSecret: string };
  at: Point | null;
}

export interface Point {
  /**
   * Before a statement leaves, when the transaction that it is part of has been committed, before a
   * request leaves, or when the head of its answer has come.
   */
  on: 'statement' | 'committed' | 'request' | 'answer';
  /** Regular expression on the statement, or on `METHOD path?query`. */
  matches: string;
  /** The how manieth that matches; 1 unless given. */
  nth?: number;
  signal: 'SIGKILL' | 'SIGSTOP';
}

type Reach = (on: Point['on'], text: string) => void;

function watch(point: Point): Reach {
  const pattern = new RegExp(point.matches);
  let seen = 0;
  return (on, text) => {
    if (on !== point.on || !pattern.test(text)) return;
    seen += 1;
    if (seen !== (point.nth ?? 1)) return;
    writeSync(1, 'reached\n');
    process.kill(process.pid, point.signal);
  };
}

/** What undici's events carry of a request. */
function nameOf(message: unknown): string {
  const { request } = message as { request: { method: string; path: string } };
  return `${request.method} ${request.path}`;
}

function watchStatements(client: PoolClient, reach: Reach): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  let inTransaction: string[] = [];
  Object.assign(client, {
    query: async (...args: unknown[]) => {
      const [text] = args;
      if (typeof text !== 'string') return query(...args);
      reach('statement', text);
      if (text === 'BEGIN') inTransaction = [];
      inTransaction.push(text);
      const result = await query(...args);
      if (text === 'COMMIT') for (const former of inTransaction) reach('committed', former);
      return result;
    },
  });
}

async function main(): Promise<void> {
  const plan = JSON.parse(process.argv[2] ?? '') as ChildPlan;
  const reach = plan.at === null ? () => undefined : watch(plan.at);
  subscribe('undici:request:create', (message) => {
    reach('request', nameOf(message));
  });
  subscribe('undici:request:headers', (message) => {
    reach('answer', nameOf(message));
  });
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const pool = createPool({
    connectionString: plan.databaseUrl,
    max: 4,
    isPlannedEachTime: true,
    applicationName: 'truth-sync test child',
    onError: () => undefined,
  });
  pool.on('connect', (client) => {
    watchStatements(client, reach);
  });
  const address = plan.temporalAddress;
  const [connection, native] = await Promise.all([
    Connection.connect({ address, connectTimeout: '55s' }),
    NativeConnection.connect({ address }),
  ]);
  const { pushDeliveries } = createActivities({
    pool,
    secrets: new SecretBox([{ id: 'test', key: Buffer.from(plan.secretKey, 'base64') }]),
    client: new Client({ connection }),
    queues: plan.queues,
    quickbooks: plan.quickbooks,
    reach: 'any',
    now: Date.now,
    random: Math.random,
    nonce: () => randomBytes(16).toString('hex'),
  });
  const worker = await Worker.create({
    connection: native,
    taskQueue: plan.queues[plan.system],
    activities: {
      pushDeliveries: (request: PushTurnRequest) =>
        pushDeliveries(request).finally(() => writeSync(1, 'turned\n')),
    },
    maxHeartbeatThrottleInterval: '5s',
    // One turn at a time: a process that is frozen in it takes no further one that nobody would do.
    maxConcurrentActivityTaskExecutions: 1,
  });
  writeSync(1, 'ready\n');
  await worker.run();
}

void main();

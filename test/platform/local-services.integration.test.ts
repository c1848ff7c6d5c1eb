import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client as PgClient } from 'pg';
import { userCacheFolder } from '../../platform/env';
import { checkoutFolder } from '../../platform/data-folder';
import type { PostgresService } from '../../tools/local-services/postgres';
import { isAlive, pause } from '../../platform/processes';
import { startLocalServices } from '../../tools/local-services/start-local-services';
import { startTemporal } from '../../tools/local-services/temporal';
import { findTemporal } from '../../tools/local-services/temporal-program';
import {
  connectTemporal,
  ensureSearchAttributes,
  openTemporalConnection,
} from '../../platform/temporal-client';

const log = () => undefined;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'truth-sync-services-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test('Postgres comes back on its port with what was committed, killed in mid-transaction', async () => {
  const services = await startLocalServices({
    needPostgres: true,
    needTemporal: false,
    isThrowAway: true,
    log,
  });
  const postgres = notNull(services.postgres);
  try {
    await query(postgres, 'create table kept as select generate_series(1, 1000) as id');
    const busy = new PgClient(postgres.url);
    busy.on('error', log);
    await busy.connect();
    await busy.query('begin; insert into kept values (-1)');
    const cut = busy.query('select count(*) from generate_series(1, 1e10)').catch(() => 'cut off');
    const { pid, url } = postgres;
    await postgres.kill();
    expect(isAlive(pid)).toBe(false);
    await postgres.restart();
    expect(postgres.url).toBe(url);
    expect(postgres.pid).not.toBe(pid);
    await expect(cut).resolves.toBe('cut off');
    const count = 'select count(*)::int as count from kept';
    await expect(query(postgres, count)).resolves.toEqual([{ count: 1000 }]);
  } finally {
    await services.stop();
  }
  expect(isAlive(postgres.pid)).toBe(false);
});

test('Temporal comes back on its port with a started workflow, killed and restarted', async () => {
  const sources = { cacheFolder: userCacheFolder(), checkout: checkoutFolder(), log };
  const temporal = await startTemporal({ program: await findTemporal(sources), folder });
  const { pid, address } = temporal;
  const client = connectTemporal({ temporal: { address, namespace: 'default', settings: {} } });
  try {
    const { workflowId } = await client.workflow.start('tenantSync', {
      workflowId: 'tenant-sync:kept',
      taskQueue: 'tenant-sync',
    });
    await temporal.kill();
    expect(isAlive(pid)).toBe(false);
    await temporal.restart();
    expect(temporal.pid).not.toBe(pid);
    const found = await client.workflow.getHandle(workflowId).describe();
    expect(found.status.name).toBe('RUNNING');
    await client.workflow.getHandle(workflowId).signal('wake', {});
    await expect(fetch(notNull(temporal.uiUrl)).then((page) => page.status)).resolves.toBe(200);
  } finally {
    await client.connection.close();
    await temporal.stop();
  }
});

test('search attributes are registered where they are missing, and once', async () => {
  const namespace = 'books';
  const program = await findTemporal({
    cacheFolder: userCacheFolder(),
    checkout: checkoutFolder(),
    log,
  });
  const temporal = await startTemporal({ program, folder, namespace, isInMemory: true });
  const settings = { address: temporal.address, namespace, settings: {} };
  const connection = openTemporalConnection({ temporal: settings });
  try {
    await connection.operatorService.removeSearchAttributes({
      namespace,
      searchAttributes: ['SyncBreaker', 'SyncDead'],
    });
    await ensureSearchAttributes(connection, namespace);
    await ensureSearchAttributes(connection, namespace);
    const { customAttributes } = await connection.operatorService.listSearchAttributes({
      namespace,
    });
    const [keyword, int, keywordList] = [2, 3, 7];
    expect(customAttributes).toMatchObject({
      TenantId: keyword,
      SyncState: keyword,
      SyncBreaker: keywordList,
      SyncDead: int,
      SyncBacklog: int,
      PolicyRev: int,
      SyncRecord: keyword,
      SyncCause: keyword,
    });
  } finally {
    await connection.close();
    await temporal.stop();
  }
});

test('no service outlives its starter, not even when that is killed', async () => {
  const starter = spawn(
    process.execPath,
    ['--import', 'tsx', join(__dirname, '..', 'support', 'start-and-wait.ts')],
    { stdio: ['pipe', 'pipe', 'inherit'], cwd: checkoutFolder() },
  );
  const [line] = (await once(starter.stdout, 'data')) as [Buffer];
  const pids = line.toString('utf8').trim().split(' ').map(Number);
  expect(pids.map(isAlive)).toEqual([true, true]);
  starter.kill('SIGKILL');
  const deadlineMs = Date.now() + 60_000;
  while (pids.some(isAlive) && Date.now() < deadlineMs) await pause(50);
  expect(pids.map(isAlive)).toEqual([false, false]);
});

test('a service that cannot start shows the end of its log', async () => {
  const failing = startTemporal({ program: 'false', folder, isInMemory: true });
  await expect(failing).rejects.toThrow(/^Temporal did not start on port \d+\. The end of .+log:/);
  await expect(startTemporal({ program: 'no-such-program', folder })).rejects.toThrow(
    'no-such-program cannot be started: spawn no-such-program ENOENT',
  );
});

async function query(postgres: PostgresService, sql: string): Promise<unknown> {
  const client = new PgClient(postgres.url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

function notNull<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('Expected a value.');
  return value;
}

import { randomUUID } from 'node:crypto';

import { expect, test } from '@jest/globals';

import { requestRedrive } from '../../database/failures';
import { createRun, findRun } from '../../database/runs';
import { newestSettings, requestSettings } from '../../database/settings';
import { initialDirection } from '../../domain/delivery/direction';
import type { watchdog } from '../../workflows';
import { tenantRunId, watchdogType } from '../../protocol/messages';
import { documents } from '../support/sandboxes';
import { customer, order, product } from '../support/samples';
import {
  createTestTenant,
  quickSettings,
  sendChanges,
  withStack,
  storeOnly,
  until,
  untilIdle,
  type TestTenant,
} from '../support/stack';
import { untilAtRest, workflowOf } from '../support/tenant-workflow';

const stack = withStack();

/** As if nothing had moved for longer than the watchdog waits. */
async function ageBy30s(tenant: TestTenant): Promise<void> {
  const { pool } = stack.database;
  const past = "now() - interval '30 seconds'";
  await pool.query(`UPDATE tenant_intake SET woken_at = ${past} WHERE tenant = $1`, [tenant.id]);
  await pool.query(`UPDATE tenant_absorb SET progressed_at = ${past} WHERE tenant = $1`, [
    tenant.id,
  ]);
  await pool.query(`UPDATE settings SET requested_at = ${past} WHERE tenant = $1`, [tenant.id]);
  await pool.query(`UPDATE redrives SET requested_at = ${past} WHERE tenant = $1`, [tenant.id]);
}

async function watch(): Promise<number> {
  return stack.client.workflow.execute<typeof watchdog>(watchdogType, {
    workflowId: `watchdog-${stack.queues.workflows}-${Date.now()}`,
    taskQueue: stack.queues.workflows,
    args: [{ queues: stack.queues }],
  });
}

const sale = [customer('c1'), product('A'), order('P-1', [['A', 2]], 'c1')];

test('a tenant whose wake flag is up with nobody woken is woken, and one at rest is left alone', async () => {
  const tenant = await createTestTenant(stack);
  expect(await storeOnly(stack, tenant, sale)).toBe(true);
  // the flag is up: nobody signals
  expect(await storeOnly(stack, tenant, [customer('c2')])).toBe(false);
  expect(await watch()).toBe(0); // still fresh
  await ageBy30s(tenant);
  expect(await watch()).toBe(1);
  await untilIdle(stack, tenant);
  expect(await documents(stack, tenant)).toEqual(['SalesReceipt P-1 25.00']);
  await ageBy30s(tenant);
  expect(await watch()).toBe(0);
});

test('a terminated workflow is started again', async () => {
  const tenant = await createTestTenant(stack);
  await sendChanges(stack, tenant, [customer('c1')]);
  await untilIdle(stack, tenant);
  // What is still under way would go on without its workflow.
  await untilAtRest(stack, tenant);
  await workflowOf(stack, tenant).terminate('by mistake');
  await storeOnly(stack, tenant, sale);
  await ageBy30s(tenant);
  expect(await watch()).toBe(1);
  await untilIdle(stack, tenant);
  expect(await documents(stack, tenant)).toEqual(['SalesReceipt P-1 25.00']);
});

test('requests whose signal got lost are signalled again', async () => {
  const tenant = await createTestTenant(stack);
  const { pool } = stack.database;
  const request = { requestId: 'lost', catchUp: null, requestedBy: 'test', expectedRev: null };
  await requestSettings(pool, tenant.id, {
    ...request,
    part: 'direction',
    value: initialDirection,
  });
  await requestSettings(pool, tenant.id, {
    ...request,
    part: 'sync',
    value: { ...quickSettings, queueBound: 777 },
  });
  await requestRedrive(pool, tenant.id, 'lost', { selector: { all: true }, by: 'test' });
  await ageBy30s(tenant);
  expect(await watch()).toBe(1);
  for (const part of ['direction', 'sync'] as const) {
    await until(
      part,
      () => newestSettings(pool, tenant.id, part),
      (row) => row?.requestId === 'lost' && row.inForceAt !== null,
    );
  }
  await until(
    'the redrive',
    () => pool.query('SELECT FROM redrives WHERE tenant = $1 AND applied_at IS NULL', [tenant.id]),
    ({ rowCount }) => rowCount === 0,
  );
  await ageBy30s(tenant);
  expect(await watch()).toBe(0);
});

test('counters that went wrong are put right when the tenant is looked after', async () => {
  const tenant = await createTestTenant(stack);
  await storeOnly(stack, tenant, sale);
  await stack.database.pool.query('UPDATE lanes_made SET made = made + 5 WHERE tenant = $1', [
    tenant.id,
  ]);
  await ageBy30s(tenant);
  expect(await watch()).toBe(1);
  await untilIdle(stack, tenant);
});

test('O10: what is wrong with one tenant keeps nobody else from being woken', async () => {
  const [odd, other] = [await createTestTenant(stack), await createTestTenant(stack)];
  const { pool } = stack.database;
  for (const tenant of [odd, other]) {
    await storeOnly(stack, tenant, sale);
    await ageBy30s(tenant);
  }
  // Its counters can be put right by nobody: there is no row to count in.
  await pool.query(
    'ALTER TABLE lanes_made ADD CONSTRAINT odd CHECK (tenant <> ' +
      String(odd.id) +
      ' OR made < 1000000) NOT VALID',
  );
  await pool.query('UPDATE lanes SET settled = settled - 2000000 WHERE tenant = $1', [odd.id]);
  try {
    await watch();
    await untilIdle(stack, other);
    expect(await documents(stack, other)).toEqual(['SalesReceipt P-1 25.00']);
  } finally {
    await pool.query('ALTER TABLE lanes_made DROP CONSTRAINT odd');
    await pool.query('UPDATE lanes SET settled = settled + 2000000 WHERE tenant = $1', [odd.id]);
  }
});

test('O13: a run whose workflow was ended by hand stands as failed, and another one may begin', async () => {
  const tenant = await createTestTenant(stack);
  const { pool } = stack.database;
  const id = randomUUID();
  const selector = { systems: ['qbo' as const], kinds: [], from: null, to: null };
  await createRun(pool, tenant.id, { id, kind: 'dry_run', selector, by: 'test' });
  await stack.client.workflow.start('tenantRun', {
    workflowId: tenantRunId(tenant.tenantId, id),
    // Nobody works there: the run is under way until somebody ends it.
    taskQueue: `nobody-${id}`,
    args: [{ tenantId: tenant.tenantId, runId: id, queues: stack.queues }],
  });
  await pool.query(
    `UPDATE runs SET state = 'running', requested_at = now() - interval '2 minutes'
         WHERE id = $1`,
    [id],
  );
  await watch();
  expect((await findRun(pool, tenant.id, id))?.state).toBe('running');
  await stack.client.workflow.getHandle(tenantRunId(tenant.tenantId, id)).terminate('by hand');
  await watch();
  const ended = await findRun(pool, tenant.id, id);
  expect(ended?.state).toBe('failed');
  expect(ended?.detail).toContain('ended from outside (TERMINATED)');
  const again = { id: randomUUID(), kind: 'dry_run' as const, selector, by: 'test' };
  expect(await createRun(pool, tenant.id, again)).toEqual({ type: 'created' });
});

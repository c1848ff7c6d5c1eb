import { randomUUID } from 'node:crypto';

import { expect, test } from '@jest/globals';

import { takeLease } from '../../database/lanes';
import { createRun, findRun } from '../../database/runs';
import { initialDirection } from '../../domain/delivery/direction';
import { kinds, targets } from '../../domain/words';
import { tenantRunStart, tenantRunType, type TenantSyncStatus } from '../../protocol/messages';
import { record, recordWorkflow } from '../support/histories';
import { documents, fault, noFaults } from '../support/sandboxes';
import { count, customer, order, product } from '../support/samples';
import {
  createTestTenant,
  quickSettings,
  sendChanges,
  withStack,
  until,
  untilIdle,
  type TestTenant,
} from '../support/stack';
import { eventsOf, runsOf, signal, untilStatus } from '../support/tenant-workflow';

// Runs through the paths whose histories the replay test keeps, each to a continue-as-new.

const stack = withStack();

/** Rolls the run and keeps its history; answers whether it ended in continue-as-new. */
async function roll(tenant: TestTenant, name: string): Promise<boolean> {
  await signal(stack, tenant, 'continueAsNewNow');
  const [first] = await until(
    'rolled',
    () => runsOf(stack, tenant),
    (all) => all.length > 1,
  );
  const events = await eventsOf(stack, tenant, first);
  await record(stack, tenant, name);
  return Boolean(events.at(-1)?.workflowExecutionContinuedAsNewEventAttributes);
}

const day = [
  customer('c1'),
  product('A'),
  count('A', '10', '2026-11-20T08:00:00Z'),
  order('P-1', [['A', 1]], 'c1'),
];

test('a plain drain', async () => {
  const tenant = await createTestTenant(stack);
  await sendChanges(stack, tenant, day);
  await untilIdle(stack, tenant);
  expect(await roll(tenant, 'drain')).toBe(true);
});

test('a wake of an idle tenant: absorbed within the workflow task, no backlog shown', async () => {
  const tenant = await createTestTenant(stack);
  await sendChanges(stack, tenant, day);
  await untilIdle(stack, tenant);
  const hasNoTurn = ({ lanes }: TenantSyncStatus): boolean =>
    targets.every((system) => !lanes[system].isInTurn);
  await untilStatus(stack, tenant, 'no turn', hasNoTurn);
  const before = await eventsOf(stack, tenant);
  await sendChanges(stack, tenant, [customer('c2')]);
  await untilIdle(stack, tenant);
  await untilStatus(stack, tenant, 'no turn', hasNoTurn);
  const events = (await eventsOf(stack, tenant)).slice(before.length);
  const activities = events.flatMap(
    ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name ?? [],
  );
  expect(activities).toEqual(['pushDeliveries']);
  expect(events.filter((one) => one.upsertWorkflowSearchAttributesEventAttributes)).toEqual([]);
  expect(await roll(tenant, 'quick-wake')).toBe(true);
});

test('a breaker that opens, probes and closes', async () => {
  const tenant = await createTestTenant(stack);
  await fault(stack, tenant, 'qbo', { fault: 'status:500', match: { method: 'GET' } });
  await sendChanges(stack, tenant, [...day, product('B'), product('C')]);
  await untilStatus(
    stack,
    tenant,
    'a probe failed',
    ({ lanes }) => lanes.qbo.breaker.kind === 'open' && lanes.qbo.breaker.opens === 2,
  );
  await noFaults(stack.qbo);
  await untilIdle(stack, tenant);
  await untilStatus(stack, tenant, 'closed', ({ lanes }) => lanes.qbo.breaker.kind === 'closed');
  expect(await roll(tenant, 'breaker')).toBe(true);
});

test('a direction turned off and on, a pause, a new policy', async () => {
  const tenant = await createTestTenant(stack);
  await sendChanges(stack, tenant, day);
  await untilIdle(stack, tenant);
  const off = { systems: { ...initialDirection.systems, qbo: { default: 'disabled', kinds: {} } } };
  await signal(stack, tenant, 'setDirection', { id: 'off', direction: off });
  await signal(stack, tenant, 'setPaused', { paused: true });
  await sendChanges(stack, tenant, [order('P-2', [['A', 1]], 'c1')]);
  await signal(stack, tenant, 'setPolicy', {
    id: 'p',
    policy: { ...quickSettings, queueBound: 99 },
  });
  await signal(stack, tenant, 'setPaused', { paused: false });
  await signal(stack, tenant, 'setDirection', {
    id: 'on',
    direction: initialDirection,
    catchUp: true,
  });
  await until(
    'posted',
    () => documents(stack, tenant),
    (all) => all.length === 2,
  );
  await untilIdle(stack, tenant);
  expect(await roll(tenant, 'direction')).toBe(true);
});

test('a dead letter, isolation, new credentials and a redrive', async () => {
  const tenant = await createTestTenant(stack);
  await fault(stack, tenant, 'qbo', {
    fault: 'itemFault',
    code: 2050,
    item: 1,
    times: 1,
    match: { entity: 'SalesReceipt', write: true },
  });
  await sendChanges(stack, tenant, day);
  await untilStatus(stack, tenant, 'dead', ({ lanes }) => lanes.qbo.dead === 1);
  await signal(stack, tenant, 'setBreaker', { lane: 'qbo', to: 'isolated' });
  await signal(stack, tenant, 'credentialsUpdated', { lane: 'woo' });
  await signal(stack, tenant, 'redrive', { id: 'r', all: true });
  await signal(stack, tenant, 'redrive', []);
  await signal(stack, tenant, 'setBreaker', { lane: 'qbo', to: 'closed' });
  await until(
    'posted',
    () => documents(stack, tenant),
    (all) => all.length === 1,
  );
  expect(await roll(tenant, 'redrive')).toBe(true);
});

test('a roll by the number of events under signals', async () => {
  const tenant = await createTestTenant(stack, undefined, { rollAtEvents: 100 });
  await sendChanges(stack, tenant, day);
  for (let turn = 0; turn < 60; turn++) await signal(stack, tenant, 'wake');
  await untilIdle(stack, tenant);
  expect(await roll(tenant, 'roll')).toBe(true);
});

test('a dry run that waits for the lane and is cancelled', async () => {
  const tenant = await createTestTenant(stack);
  await sendChanges(stack, tenant, day);
  await untilIdle(stack, tenant);
  await signal(stack, tenant, 'setPaused', { paused: true });
  const { pool } = stack.database;
  const token = '00000000-0000-4000-8000-000000000000';
  await until(
    'free',
    () => takeLease(pool, tenant.id, 'qbo', token),
    (lease) => lease !== null,
  );
  const id = randomUUID();
  await createRun(pool, tenant.id, {
    id,
    kind: 'dry_run',
    by: 'test',
    selector: { systems: ['woo', 'qbo'], kinds, from: null, to: null },
  });
  const workflow = await stack.client.workflow.start(
    tenantRunType,
    tenantRunStart(tenant.tenantId, id, stack.queues),
  );
  await until(
    'it waits',
    async () =>
      ((await workflow.fetchHistory()).events ?? []).filter(
        (event) => event.activityTaskFailedEventAttributes,
      ).length,
    (failed) => failed > 0,
  );
  await workflow.cancel();
  await expect(workflow.result()).rejects.toThrow();
  expect(await findRun(pool, tenant.id, id)).toMatchObject({ state: 'cancelled' });
  await recordWorkflow(workflow, 'dry-run');
});

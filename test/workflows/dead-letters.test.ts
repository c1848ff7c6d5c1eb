import { WorkflowFailedError } from '@temporalio/client';
import { expect, test } from '@jest/globals';
import { z } from 'zod';

import { discardDelivery, listFailures, type Failure } from '../../database/failures';
import { watchdogType } from '../../protocol/messages';
import { documents, fault } from '../support/sandboxes';
import { customer, order, product } from '../support/samples';
import {
  createTestTenant,
  sendChanges,
  withStack,
  until,
  untilIdle,
  type TestTenant,
} from '../support/stack';
import { signal, untilAttributes } from '../support/tenant-workflow';

const stack = withStack();

async function failures(tenant: TestTenant): Promise<Failure[]> {
  return listFailures(
    stack.database.pool,
    tenant.id,
    { system: 'qbo' },
    { afterId: null, limit: 100 },
  );
}

/** A tenant of whose sales QuickBooks refused some for good. */
async function tenantWithDead(sales: number, refused: number): Promise<TestTenant> {
  const tenant = await createTestTenant(stack);
  await sendChanges(stack, tenant, [customer('c1'), product('A')]);
  await untilIdle(stack, tenant);
  for (let number = 1; number <= sales; number++) {
    if (number <= refused)
      await fault(stack, tenant, 'qbo', {
        fault: 'itemFault',
        code: 2050,
        item: number,
        times: 1,
        match: { write: true },
      });
  }
  await sendChanges(
    stack,
    tenant,
    Array.from({ length: sales }, (_, index) => order(`P-${index + 1}`, [['A', 1]], 'c1')),
  );
  await untilIdle(stack, tenant);
  return tenant;
}

function sold(numbers: readonly number[]): string[] {
  return numbers.map((number) => `SalesReceipt P-${number} 12.50`);
}

async function repairsOf(
  tenant: TestTenant,
): Promise<{ id: string; runId: string; status: string }[]> {
  const query =
    "WorkflowType = 'repairDelivery' AND " + `WorkflowId STARTS_WITH 'repair:${tenant.tenantId}:'`;
  const found: { id: string; runId: string; status: string }[] = [];
  for await (const one of stack.client.workflow.list({ query }))
    found.push({ id: one.workflowId, runId: one.runId, status: one.status.name });
  return found;
}

test('a sale that is refused for good stands as a failed workflow with its cause; reset after the correction, it is posted once', async () => {
  const tenant = await tenantWithDead(1, 1);
  const [dead] = await failures(tenant);
  expect(dead).toMatchObject({
    state: 'dead',
    reason: 'DATA',
    cause: 'DATA:2050',
    kind: 'order',
  });
  await untilAttributes(
    stack,
    tenant,
    'dead',
    ({ dead: shown, state }) => shown === 1 && state === 'DEGRADED',
  );
  const [repair] = await until(
    'the repair failed',
    () => repairsOf(tenant),
    (all) => all[0]?.status === 'FAILED',
  );
  if (repair === undefined) throw new Error('no repair workflow');
  const failed: unknown = await stack.client.workflow
    .getHandle(repair.id, repair.runId)
    .result()
    .catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(WorkflowFailedError);
  const said = JSON.stringify(failed, ['cause', 'message', 'type']);
  // O7: which record, the vendor's own sentence, what to do; found by its record and its cause.
  expect(said).toContain('QuickBooks refused order P-1: DATA:2050.');
  expect(said).toContain(dead?.detail ?? 'no detail');
  expect(said).toContain('Send a corrected revision');
  await until(
    'it is found',
    () =>
      found(
        `SyncRecord = 'order/P-1' AND SyncCause = 'DATA:2050' AND TenantId = ` +
          `'${tenant.tenantId}'`,
      ),
    (ids) => ids.includes(repair.id),
  );

  const repairHistory = await stack.client.workflow
    .getHandle(repair.id, repair.runId)
    .fetchHistory();
  const taskFinished = repairHistory.events?.find(
    (event) => event.workflowTaskCompletedEventAttributes,
  );
  if (taskFinished?.eventId === undefined) throw new Error('no workflow task');
  // As "reset to the first workflow task" of the Temporal UI does.
  const reset: Promise<unknown> = stack.client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: repair.id, runId: repair.runId },
    workflowTaskFinishEventId: taskFinished.eventId,
    requestId: `reset-${tenant.tenantId}`,
    reason: 'the data was corrected',
  });
  const { runId } = z.object({ runId: z.string() }).parse(await reset);
  await expect(stack.client.workflow.getHandle(repair.id, runId).result()).resolves.toBe(
    'delivered',
  );
  expect(await documents(stack, tenant)).toEqual(sold([1]));
  expect(await failures(tenant)).toEqual([]);
  await untilAttributes(stack, tenant, 'nothing dead', ({ dead: shown }) => shown === 0);
});

async function found(query: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { workflowId } of stack.client.workflow.list({ query })) ids.push(workflowId);
  return ids;
}

test('O6: once a redrive by cause has posted it, the repair workflow is completed', async () => {
  const tenant = await tenantWithDead(1, 1);
  await until(
    'the repair failed',
    () => repairsOf(tenant),
    (all) => all[0]?.status === 'FAILED',
  );
  await signal(stack, tenant, 'redrive', { id: 'cause', cause: 'DATA:2050' });
  await until(
    'posted',
    () => documents(stack, tenant),
    (all) => all.length === 1,
  );
  await untilIdle(stack, tenant);
  await stack.client.workflow.execute(watchdogType, {
    workflowId: `watchdog-${tenant.tenantId}`,
    taskQueue: stack.queues.workflows,
    args: [{ queues: stack.queues }],
  });
  const [repair] = await repairsOf(tenant);
  await expect(stack.client.workflow.getHandle(repair?.id ?? '').result()).resolves.toBe(
    'delivered',
  );
});

test('a redrive by cause, of all, and by ids posts each sale once', async () => {
  const tenant = await tenantWithDead(3, 1);
  expect(await documents(stack, tenant)).toEqual(sold([2, 3]));
  await signal(stack, tenant, 'redrive', { id: 'other', cause: 'DATA:9999' });
  await signal(stack, tenant, 'redrive', { id: 'cause', cause: 'DATA:2050' });
  await until(
    'posted',
    () => documents(stack, tenant),
    (all) => all.length === 3,
  );
  await signal(stack, tenant, 'redrive', { id: 'cause', cause: 'DATA:2050' });
  await signal(stack, tenant, 'redrive', { id: 'all', all: true });
  await untilIdle(stack, tenant);
  expect(await documents(stack, tenant)).toEqual(sold([1, 2, 3]));

  await fault(stack, tenant, 'qbo', {
    fault: 'itemFault',
    code: 2050,
    item: 1,
    times: 1,
    match: { write: true },
  });
  await sendChanges(stack, tenant, [order('P-4', [['A', 1]], 'c1')]);
  await untilIdle(stack, tenant);
  const [dead] = await failures(tenant);
  const selector = JSON.stringify({ ids: [dead?.id] });
  await stack.database.pool.query(
    `INSERT INTO redrives (id, tenant, selector, requested_by) VALUES ('stored', $1, $2, 'test')`,
    [tenant.id, selector],
  );
  await signal(stack, tenant, 'redrive', { id: 's1', redriveId: 'stored' });
  await until(
    'posted',
    () => documents(stack, tenant),
    (all) => all.length === 4,
  );
  expect(await documents(stack, tenant)).toEqual(sold([1, 2, 3, 4]));
});

test('a discarded dead letter stays away from the books, also when everything is redriven', async () => {
  const tenant = await tenantWithDead(2, 1);
  const [dead] = await failures(tenant);
  const { pool } = stack.database;
  expect(await discardDelivery(pool, tenant.id, dead?.id ?? '', 'posted by hand')).toBe(
    'discarded',
  );
  await signal(stack, tenant, 'redrive', { id: 'all', all: true });
  await sendChanges(stack, tenant, [order('P-3', [['A', 1]], 'c1')]);
  await untilIdle(stack, tenant);
  expect(await documents(stack, tenant)).toEqual(sold([2, 3]));
});

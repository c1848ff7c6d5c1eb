import { readFileSync } from 'node:fs';

import { expect, test } from '@jest/globals';

import { testServers } from '../support/env';
import { fault } from '../support/sandboxes';
import { customer, order, product } from '../support/samples';
import { createTestTenant, sendChanges, withStack, untilIdle } from '../support/stack';
import { eventsOf, signal, untilStatus } from '../support/tenant-workflow';

const stack = withStack();

test('every activity goes to the queue of its kind: Postgres, shop or books', async () => {
  const tenant = await createTestTenant(stack);
  await fault(stack, tenant, 'qbo', { fault: 'status:500', times: 3, match: { method: 'GET' } });
  await sendChanges(stack, tenant, [customer('c1'), product('A'), order('P-1', [['A', 1]], 'c1')]);
  await signal(stack, tenant, 'redrive', { id: 'r', all: true });
  await signal(stack, tenant, 'setPolicy', { id: 'p' });
  await untilIdle(stack, tenant);
  await untilStatus(stack, tenant, 'all taken', ({ pendingRequests }) => pendingRequests === 0);
  const used = new Map<string, Set<string>>();
  for (const { activityTaskScheduledEventAttributes: task } of await eventsOf(stack, tenant)) {
    const queue = task?.taskQueue?.name ?? null;
    const name = task?.activityType?.name ?? null;
    if (queue !== null && name !== null) used.set(queue, (used.get(queue) ?? new Set()).add(name));
  }
  const { database, woo, qbo } = stack.queues;
  expect([...used.keys()].sort()).toEqual([database, woo, qbo].sort());
  expect([...(used.get(database) ?? [])].sort()).toEqual(
    ['absorbChanges', 'applyPolicy', 'loadTenant', 'redriveDeliveries', 'setLane'].sort(),
  );
  expect([...(used.get(woo) ?? []), ...(used.get(qbo) ?? [])]).toEqual([
    'pushDeliveries',
    'pushDeliveries',
  ]);
});

test('the bundle holds every workflow and nothing that does not belong in one', () => {
  const code = readFileSync(testServers().bundlePath, 'utf8');
  for (const name of ['tenantSync', 'tenantRun', 'repairDelivery', 'watchdog'])
    expect(code).toMatch(new RegExp(`\\b${name}\\b`));
  const paths = new Set(code.match(/\.\/(?:node_modules\/(?:@[\w-]+\/)?[\w-]+|[\w-]+)\//g));
  for (const foreign of [
    './node_modules/pg/',
    './node_modules/zod/',
    './node_modules/undici/',
    './database/',
    './connectors/',
    './activities/',
  ])
    expect([...paths]).not.toContain(foreign);
  expect([...paths]).toContain('./workflows/');
  expect(code).not.toMatch(/node:crypto|require\(["']crypto["']\)/);
});

import { describe, expect, test } from '@jest/globals';

import { discardDelivery } from '../../database/failures';
import { countStates } from '../../database/status';
import type { Target } from '../../domain/words';
import { startCases } from '../support/cases';
import { queuesApart, serveLane, startLaneProcess } from '../support/lane-workers';
import type { Point } from '../support/push-child';
import { calls, documents, fault, shelf, unsettledOrUnknown } from '../support/sandboxes';
import { count, customer, order, product } from '../support/samples';
import {
  createTestTenant,
  sendChanges,
  untilIdle,
  type Stack,
  type TestTenant,
} from '../support/stack';

// A process is killed at each point of a push; another one takes the lane over (architecture.md#i1,
// #i2, #i3). All cases run at the same time: each waits for the heartbeat time-out of 20 s.

interface KillCase {
  name: string;
  system: Target;
  at: Omit<Point, 'signal'>;
  fault?: { fault: string; path?: string; match?: object; times?: number; delayMs?: number };
  /** A newer revision arrives while nobody serves the lane. */
  isChanged?: boolean;
}

const qboBatch = 'POST .*/batch\\?';
const wooBatch = 'POST .*/products/batch';
const record = '^INSERT INTO sends';
const settle = '^UPDATE sends s SET state = x.state';

// QuickBooks gets customer and product in its first batch, the sales in its second; the shop the
// product, then its stock.
const cases: KillCase[] = [
  {
    name: 'sales are not recorded yet',
    system: 'qbo',
    at: { on: 'statement', matches: record, nth: 2 },
  },
  {
    name: 'sales are recorded, no byte has left',
    system: 'qbo',
    at: { on: 'request', matches: qboBatch, nth: 2 },
  },
  {
    name: 'the books hold the sales, the answer is unread',
    system: 'qbo',
    at: { on: 'answer', matches: qboBatch, nth: 2 },
  },
  {
    name: 'sales are answered, not settled',
    system: 'qbo',
    at: { on: 'statement', matches: settle, nth: 2 },
  },
  {
    name: 'a lost answer is about to be asked for again',
    system: 'qbo',
    at: { on: 'request', matches: qboBatch, nth: 3 },
    fault: { fault: 'resetAfterCommit', match: { entity: 'SalesReceipt', write: true }, times: 1 },
  },
  {
    name: 'the books hold customer and product, which is renamed meanwhile',
    system: 'qbo',
    at: { on: 'answer', matches: qboBatch },
    isChanged: true,
  },
  {
    name: 'the product is not recorded yet',
    system: 'woo',
    at: { on: 'statement', matches: record },
  },
  {
    name: 'the shop holds the product, which is renamed meanwhile',
    system: 'woo',
    at: { on: 'answer', matches: wooBatch },
    isChanged: true,
  },
  {
    name: 'stock is recorded, no byte has left',
    system: 'woo',
    at: { on: 'request', matches: wooBatch, nth: 2 },
  },
  {
    name: 'the shop has the new stock, the answer is unread',
    system: 'woo',
    at: { on: 'answer', matches: wooBatch, nth: 2 },
  },
  {
    name: 'the product is answered, not settled',
    system: 'woo',
    at: { on: 'statement', matches: settle },
  },
  {
    name: 'a lost product is about to be looked for',
    system: 'woo',
    at: { on: 'request', matches: 'GET .*/products\\?.*sku=', nth: 3 },
    fault: { fault: 'resetAfterCommit', path: 'batch', times: 1 },
  },
];

const caseOf = startCases(cases, kill);

describe('one document for each sale and right stock after a kill when', () => {
  test.each(cases.map((one) => ({ ...one, one })))(
    '$system: $name',
    async ({ one, isChanged = false }) => {
      const { stack, tenant } = await caseOf(one);
      expect(await documents(stack, tenant)).toEqual([
        'SalesReceipt P-1 25.00',
        'SalesReceipt P-2 37.50',
        'SalesReceipt P-3 12.50',
      ]);
      const name = isChanged ? 'Better' : 'Article MUG';
      expect(await shelf(stack, tenant)).toEqual([`MUG ${name} 94`]);
      expect(await countStates(stack.database.pool, tenant.id)).toEqual([
        { system: 'woo', state: 'held', reason: 'direction', count: 1 }, // the customer: opt-in
      ]);
      const all = [...(await calls(stack, tenant, 'qbo')), ...(await calls(stack, tenant, 'woo'))];
      expect(all.filter(({ beside }) => beside.length > 0)).toEqual([]);
      expect(await unsettledOrUnknown(stack, tenant)).toEqual([]);
    },
  );
});

async function kill(
  stack: Stack,
  { system, at, isChanged, ...one }: KillCase,
): Promise<TestTenant> {
  const queues = queuesApart(stack, system);
  const tenant = await createTestTenant(stack, undefined, { queues });
  if (one.fault !== undefined) await fault(stack, tenant, system, one.fault);
  const lane = await startLaneProcess(stack, queues, system, { ...at, signal: 'SIGKILL' });
  await sendChanges(stack, tenant, [
    customer('c1'),
    product('MUG'),
    count('MUG', '100', '2026-11-20T08:00:00Z'),
    sale('P-1', 2),
    sale('P-2', 3),
    sale('P-3', 1),
  ]);
  await lane.reached;
  await lane.kill();
  if (isChanged === true) {
    expect(await discardProduct(stack, tenant, system)).toEqual(['in_flight']);
    await sendChanges(stack, tenant, [{ ...product('MUG', { name: 'Better' }), revision: 2 }]);
  }
  const stop = await serveLane(stack, queues, system);
  try {
    await untilIdle(stack, tenant);
  } finally {
    await stop();
  }
  return tenant;
}

function sale(number: string, quantity: number): ReturnType<typeof order> {
  return { ...order(number, [['MUG', quantity]], 'c1'), occurredAt: '2026-11-21T10:00:00Z' };
}

/** What discarding answers for the product whose outcome is unknown. */
async function discardProduct(stack: Stack, tenant: TestTenant, system: Target): Promise<string[]> {
  const { pool } = stack.database;
  const { rows } = await pool.query<{ id: string }>(
    `SELECT id::text AS id FROM deliveries WHERE tenant = $1 AND system = $2 AND kind = 'product'`,
    [tenant.id, system],
  );
  return Promise.all(rows.map(({ id }) => discardDelivery(pool, tenant.id, id, 'test')));
}

import { describe, expect, test } from '@jest/globals';

import type { Target } from '../../domain/words';
import { startCases } from '../support/cases';
import { queuesApart, serveLane, startLaneProcess } from '../support/lane-workers';
import type { Point } from '../support/push-child';
import { calls, documents, shelf } from '../support/sandboxes';
import { count, customer, order, product } from '../support/samples';
import {
  createTestTenant,
  sendChanges,
  untilIdle,
  type Stack,
  type TestTenant,
} from '../support/stack';

// A process that is frozen in a turn loses its lane and wakes up later, between the commit of a
// send and its first byte, or after the last byte: architecture.md#i2 and #i5 hold, and what it
// knew of is not sent any more.

interface FrozenCase {
  name: string;
  system: Target;
  at: Omit<Point, 'signal'>;
  /** Nothing can stop bytes that are handed over already; the vendor knows their requestid. */
  hasLateCall?: boolean;
}

const record = '^INSERT INTO sends';
const cases: FrozenCase[] = [
  {
    name: 'sales are committed to be sent',
    system: 'qbo',
    at: { on: 'committed', matches: record, nth: 2 },
  },
  {
    name: 'sales are handed to the network',
    system: 'qbo',
    at: { on: 'request', matches: 'POST .*/batch', nth: 2 },
    hasLateCall: true,
  },
  {
    name: 'sales are answered',
    system: 'qbo',
    at: { on: 'answer', matches: 'POST .*/batch', nth: 2 },
  },
  {
    name: 'stock is committed to be sent',
    system: 'woo',
    at: { on: 'committed', matches: record, nth: 2 },
  },
];

const caseOf = startCases(cases, freeze);

describe('one call at a time and no doubles when a worker is frozen while', () => {
  test.each(cases.map((one) => ({ ...one, one })))('$system: $name', async ({ one }) => {
    const { stack, tenant } = await caseOf(one);
    expect(await documents(stack, tenant)).toEqual([
      'SalesReceipt P-1 25.00',
      'SalesReceipt P-2 12.50',
    ]);
    expect(await shelf(stack, tenant)).toEqual(['MUG Article MUG 97']);
    const all = [...(await calls(stack, tenant, 'qbo')), ...(await calls(stack, tenant, 'woo'))];
    expect(all.filter(({ beside }) => beside.length > 0)).toEqual([]);
  });
});

async function freeze(stack: Stack, { system, at, hasLateCall }: FrozenCase): Promise<TestTenant> {
  const queues = queuesApart(stack, system);
  const tenant = await createTestTenant(stack, undefined, { queues });
  const lane = await startLaneProcess(stack, queues, system, { ...at, signal: 'SIGSTOP' });
  const occurredAt = '2026-11-21T10:00:00Z';
  await sendChanges(stack, tenant, [
    customer('c1'),
    product('MUG'),
    count('MUG', '100', '2026-11-20T08:00:00Z'),
    { ...order('P-1', [['MUG', 2]], 'c1'), occurredAt },
  ]);
  await lane.reached;
  const stop = await serveLane(stack, queues, system);
  try {
    await sendChanges(stack, tenant, [{ ...order('P-2', [['MUG', 1]], 'c1'), occurredAt }]);
    await untilIdle(stack, tenant);
    const before = (await calls(stack, tenant, system)).length;
    await lane.goOn();
    const late = (await calls(stack, tenant, system)).slice(before);
    if (hasLateCall === true) expect(late).toEqual([expect.objectContaining({ isReplay: true })]);
    else expect(late).toEqual([]);
    await untilIdle(stack, tenant);
  } finally {
    await stop();
    await lane.kill();
  }
  return tenant;
}

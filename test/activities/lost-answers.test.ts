import { describe, expect, test } from '@jest/globals';

import { countStates } from '../../database/status';
import type { Target } from '../../domain/words';
import { startCases } from '../support/cases';
import {
  calls,
  documents,
  fault,
  shelf,
  unsettledOrUnknown,
  type Call,
} from '../support/sandboxes';
import { count, customer, order, product, refund } from '../support/samples';
import {
  createTestTenant,
  quickSettings,
  sendChanges,
  untilIdle,
  type Stack,
  type TestTenant,
} from '../support/stack';

// Answers that never come, come broken, or come after the vendor wrote: each for the first three
// writes of a tenant, so that creates, stock, sales and the questions after them are hit. All
// tenants run at the same time.

interface LostCase {
  system: Target;
  fault: string;
  delayMs?: number;
}

const both = [
  { fault: 'resetBeforeCommit' },
  { fault: 'resetAfterCommit' },
  { fault: 'commitLate', delayMs: 300 },
  { fault: 'hang' },
  { fault: 'cutJson' },
  { fault: 'html503' },
  { fault: 'emptyBody' },
  { fault: 'slowBody', delayMs: 3_000 },
  { fault: 'status:500' },
];
const cases: LostCase[] = [
  ...both.map((one) => ({ ...one, system: 'qbo' as const })),
  ...both.map((one) => ({ ...one, system: 'woo' as const })),
  { system: 'qbo', fault: 'batchCut' },
  { system: 'qbo', fault: 'throttleXml' },
  { system: 'woo', fault: 'noticeBeforeJson' },
];

const caseOf = startCases(cases, loseAnswers);

describe('nothing is doubled and nothing lost in spite of', () => {
  test.each(cases.map((one) => ({ ...one, one })))('$fault of $system', async ({ one }) => {
    const { stack, tenant } = await caseOf(one);
    expect(await documents(stack, tenant)).toEqual([
      'RefundReceipt P-3 12.50',
      'SalesReceipt P-1 25.00',
      'SalesReceipt P-2 50.00',
    ]);
    expect(await shelf(stack, tenant)).toEqual(['CUP Article CUP 16', 'MUG Article MUG 99']);
    expect(await countStates(stack.database.pool, tenant.id)).toEqual([
      { system: 'woo', state: 'held', reason: 'direction', count: 1 }, // the customer: opt-in
    ]);
    const all = await calls(stack, tenant, one.system);
    expect(all.filter((call) => call.fault !== null).length).toBeGreaterThan(1);
    expect(all.filter((call) => call.beside.length > 0)).toEqual([]);
    expect(await unsettledOrUnknown(stack, tenant)).toEqual([]);
    // Nobody asks before the vendor has surely settled it: it may commit after we let go.
    const isUnread = one.fault !== 'noticeBeforeJson';
    // A store that breaks off on a send and takes a batch of nothing is well: others go on
    // meanwhile.
    const isWell = one.system === 'woo' && one.fault === 'status:500';
    const least = isUnread && !isWell ? quickSettings.settleMs[one.system] : 0;
    expect(Math.min(...waitsAfterFaults(all))).toBeGreaterThanOrEqual(least);
  });
});

/**
 * How long after each faulted write the next call for it was made: the shop is asked, the books get
 * a repeat.
 */
function waitsAfterFaults(all: readonly Call[]): number[] {
  return all.flatMap((call, index) => {
    if (call.fault === null) return [];
    const id = call.query['requestid'];
    const next = all.slice(index + 1).find(({ query }) => query['requestid'] === id);
    return next === undefined ? [] : [Date.parse(next.startedAt) - Date.parse(call.startedAt)];
  });
}

async function loseAnswers(stack: Stack, { system, ...spec }: LostCase): Promise<TestTenant> {
  const tenant = await createTestTenant(stack);
  const retryAfter = spec.fault === 'throttleXml' ? { retryAfter: 1 } : {};
  await fault(stack, tenant, system, {
    ...spec,
    ...retryAfter,
    match: { write: true, method: 'POST' },
    path: 'batch',
    times: 3,
  });
  const occurredAt = '2026-11-21T10:00:00Z';
  await sendChanges(stack, tenant, [
    customer('c1'),
    product('MUG'),
    product('CUP'),
    count('MUG', '100', '2026-11-20T08:00:00Z'),
    count('CUP', '20', '2026-11-20T08:00:00Z'),
    { ...order('P-1', [['MUG', 2]], 'c1'), occurredAt },
    { ...order('P-2', [['CUP', 4]], 'c1'), occurredAt },
    { ...refund('P-3', [['MUG', 1]], 'c1'), occurredAt },
  ]);
  await untilIdle(stack, tenant);
  return tenant;
}

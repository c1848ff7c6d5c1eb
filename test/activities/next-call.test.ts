import { describe, expect, test } from '@jest/globals';

import { countStates } from '../../database/status';
import { startCases } from '../support/cases';
import { calls, documents, fault, unsettledOrUnknown } from '../support/sandboxes';
import { count, customer, order, product } from '../support/samples';
import {
  createTestTenant,
  quickSettings,
  sendChanges,
  untilIdle,
  type Stack,
  type TestTenant,
} from '../support/stack';

// A lane without a quota writes several sends down together, and each leaves when the one before
// was answered with success, before that is read. Here the answer of the ninth batch is no good:
// the tenth may have left already.

const sales = Array.from({ length: 60 }, (_, n) => `P-${100 + n}`);
const faults = ['emptyBody', 'cutJson', 'batchCut', 'status:500', 'resetAfterCommit'];

const caseOf = startCases(faults, sellWith);

describe('each sale is in the books once, and one call at a time left, in spite of', () => {
  test.each(faults)('%s', async (name) => {
    const { stack, tenant } = await caseOf(name);
    const wanted = sales.map((id) => `SalesReceipt ${id} 12.50`);
    expect(await documents(stack, tenant)).toEqual(wanted);
    const all = await calls(stack, tenant, 'qbo');
    expect(all.filter((call) => call.fault !== null)).toHaveLength(1);
    expect(all.filter((call) => call.beside.length > 0)).toEqual([]);
    expect(await unsettledOrUnknown(stack, tenant)).toEqual([]);
    expect(await countStates(stack.database.pool, tenant.id)).toEqual([
      { system: 'woo', state: 'held', reason: 'direction', count: 1 }, // the customer: opt-in
    ]);
  });
});

async function sellWith(stack: Stack, name: string): Promise<TestTenant> {
  const tenant = await createTestTenant(stack, {
    ...quickSettings,
    batch: { ...quickSettings.batch, qbo: 2 },
  });
  const match = { write: true, method: 'POST', nth: 9 };
  await fault(stack, tenant, 'qbo', { fault: name, match, path: 'batch', times: 1 });
  await sendChanges(stack, tenant, [
    customer('c1'),
    product('MUG'),
    count('MUG', '100', '2026-11-20T08:00:00Z'),
    ...sales.map((id) => ({
      ...order(id, [['MUG', 1]], 'c1'),
      occurredAt: '2026-11-21T10:00:00Z',
    })),
  ]);
  await untilIdle(stack, tenant);
  return tenant;
}

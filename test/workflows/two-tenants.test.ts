import { expect, test } from '@jest/globals';

import { targets, type Target } from '../../domain/words';
import { calls, documents, fault, shelf } from '../support/sandboxes';
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

const stack = withStack();

function day(name: string, quantity: number): Parameters<typeof sendChanges>[2] {
  return [
    customer('c1', `Customer of ${name}`),
    product('MUG', { name: `Mug of ${name}` }),
    count('MUG', '100', '2026-11-20T08:00:00Z'),
    { ...order('P-1', [['MUG', quantity]], 'c1'), occurredAt: '2026-11-21T10:00:00Z' },
  ];
}

async function figures(tenant: TestTenant): Promise<string[]> {
  return [...(await documents(stack, tenant)), ...(await shelf(stack, tenant))];
}

/** Calls that have no answer. */
async function hanging(tenant: TestTenant, system: Target): Promise<number> {
  return (await calls(stack, tenant, system)).filter(({ status }) => status === null).length;
}

test('a tenant whose vendors fail does not slow another one, and nothing of it gets there', async () => {
  const [sick, slow, well] = await Promise.all([
    createTestTenant(stack),
    createTestTenant(stack, {
      ...quickSettings,
      timeoutsMs: {
        woo: { connect: 500, firstByte: 20_000, total: 20_000 },
        qbo: { connect: 500, firstByte: 20_000, total: 20_000 },
      },
    }),
    createTestTenant(stack),
  ]);
  await fault(stack, sick, 'woo', { fault: 'html503' });
  await fault(stack, sick, 'qbo', { fault: 'status:429', retryAfter: 60 });
  await fault(stack, slow, 'woo', { fault: 'hang' });
  await fault(stack, slow, 'qbo', { fault: 'hang' });
  await sendChanges(stack, sick, day('sick', 9));
  await sendChanges(stack, slow, day('slow', 8));
  for (const system of targets)
    await until(
      `a call of the slow one hangs in ${system}`,
      () => hanging(slow, system),
      (count) => count === 1,
    );
  await sendChanges(stack, well, day('well', 3));
  await untilIdle(stack, well);
  expect(await Promise.all(targets.map((system) => hanging(slow, system)))).toEqual([1, 1]);
  expect(await figures(well)).toEqual(['SalesReceipt P-1 37.50', 'MUG Mug of well 97']);
  expect(await figures(sick)).toEqual([]);
  expect(await figures(slow)).toEqual([]);
});

test('equal records of two tenants stay apart in shops, books and tables', async () => {
  const tenants = await Promise.all([createTestTenant(stack), createTestTenant(stack)]);
  await Promise.all(
    tenants.map((tenant, index) => sendChanges(stack, tenant, day(`T${index}`, index + 1))),
  );
  await Promise.all(tenants.map((tenant) => untilIdle(stack, tenant)));
  expect(await Promise.all(tenants.map(figures))).toEqual([
    ['SalesReceipt P-1 12.50', 'MUG Mug of T0 99'],
    ['SalesReceipt P-1 25.00', 'MUG Mug of T1 98'],
  ]);
  const [a, b] = tenants;
  const idsOf = async (tenant: TestTenant | undefined): Promise<string[]> => {
    if (tenant === undefined) return [];
    const all = await calls(stack, tenant, 'qbo');
    return all.flatMap(({ query }) => query['requestid'] ?? []);
  };
  const [ofA, ofB] = [await idsOf(a), await idsOf(b)];
  expect(ofA.filter((id) => ofB.includes(id))).toEqual([]); // equal data, other keys
});

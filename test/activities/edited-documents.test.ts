import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { listFailures } from '../../database/failures';
import type { OrderBody } from '../../domain/bodies';
import { documents, fault } from '../support/sandboxes';
import { customer, orderBody, product } from '../support/samples';
import {
  createTestTenant,
  sendChanges,
  startStack,
  untilIdle,
  type Stack,
  type TestChange,
} from '../support/stack';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
}, 60_000);

afterAll(async () => {
  await stack.stop();
}, 60_000);

function ticket(revision: number, quantity: number, changes: Partial<OrderBody> = {}): TestChange {
  const body = { ...orderBody('T-1', [['A', quantity]], 'c-1'), ...changes };
  return { kind: 'order', recordId: 'T-1', revision, body };
}

test('a ticket is edited, paid otherwise, voided and sold after all, with lost answers on the way', async () => {
  const tenant = await createTestTenant(stack);
  const until = async (...expected: string[]): Promise<void> => {
    await untilIdle(stack, tenant, 50_000);
    expect(await documents(stack, tenant)).toEqual(expected);
    const failures = await listFailures(
      stack.database.pool,
      tenant.id,
      { system: 'qbo' },
      { afterId: null, limit: 10 },
    );
    expect(failures).toEqual([]);
  };
  await sendChanges(stack, tenant, [product('A'), customer('c-1'), ticket(1, 2)]);
  await until('SalesReceipt T-1 25.00');
  await fault(stack, tenant, 'qbo', {
    fault: 'resetAfterCommit',
    times: 1,
    match: { write: true },
  });
  await sendChanges(stack, tenant, [ticket(2, 3)]);
  await until('SalesReceipt T-1 37.50');
  const tenders = [
    { tender: 'cash', amountMinor: 1_000 },
    { tender: 'card', amountMinor: 2_750 },
  ];
  await sendChanges(stack, tenant, [ticket(3, 3, { tenders })]);
  await until(
    'Invoice T-1-V2 37.50',
    'Payment - 10.00',
    'Payment - 27.50',
    'SalesReceipt T-1 0.00',
  );
  const less = [
    { tender: 'cash', amountMinor: 1_000 },
    { tender: 'card', amountMinor: 1_500 },
  ];
  await sendChanges(stack, tenant, [ticket(4, 2, { tenders: less })]);
  await until(
    'Invoice T-1-V2 25.00',
    'Payment - 0.00',
    'Payment - 10.00',
    'Payment - 15.00',
    'SalesReceipt T-1 0.00',
  );
  await fault(stack, tenant, 'qbo', {
    fault: 'resetAfterCommit',
    times: 1,
    match: { write: true },
  });
  await sendChanges(stack, tenant, [ticket(5, 2, { tenders: less, voided: true })]);
  await until(
    'Invoice T-1-V2 0.00',
    'Payment - 0.00',
    'Payment - 0.00',
    'Payment - 0.00',
    'SalesReceipt T-1 0.00',
  );
  await sendChanges(stack, tenant, [ticket(6, 1)]);
  await until(
    'Invoice T-1-V2 0.00',
    'Payment - 0.00',
    'Payment - 0.00',
    'Payment - 0.00',
    'SalesReceipt T-1 0.00',
    'SalesReceipt T-1-V3 12.50',
  );
}, 120_000);

import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { putMapping } from '../../database/mappings';
import { createTestTenant, sendChanges, startStack, untilIdle, type Stack, type TestChange, type TestTenant } from '../support/stack'; // prettier-ignore
import { documents, unsettledOrUnknown } from '../support/sandboxes';
import { customer, orderBody, product } from '../support/samples';
import { listFailures } from '../../database/failures';

// Settings of the books and lay-away money on their whole way: from the inbox over the workflow into the books.

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
}, 60_000);

afterAll(async () => {
  await stack.stop();
}, 60_000);

/** Reasons of what is held, by record. */
async function held(tenant: TestTenant): Promise<string[]> {
  const failures = await listFailures(stack.database.pool, tenant.id, { system: 'qbo' }, null, 50);
  return failures.map(({ recordId, reason }) => `${recordId} ${reason}`).sort();
}

test('a deposit is received and given back as far as it is left, and no further', async () => {
  const tenant = await createTestTenant(stack);
  await sendChanges(stack, tenant, [customer('c-1'), product('A'), product('B')]);
  await untilIdle(stack, tenant, 50_000);
  const { pool } = stack.database;
  const item = await pool.query<{ remote: string }>(`SELECT remote_id AS remote FROM deliveries WHERE tenant = $1 AND system = 'qbo' AND record_id = 'p-B'`, [tenant.id]); // prettier-ignore
  await putMapping(pool, tenant.id, 'item', '@deposit', { id: item.rows[0]?.remote ?? '', name: null }, 'test'); // prettier-ignore
  const back = (recordId: string, totalMinor: number): TestChange => ({ kind: 'refund', recordId, body: { ...orderBody(recordId, [], 'c-1'), restock: false, orderId: 'L-1', deposits: [{ paymentId: 'D-1', amountMinor: totalMinor }], tenders: [{ tender: 'cash', amountMinor: totalMinor }], totals: { netMinor: 0, taxMinor: 0, totalMinor } } }); // prettier-ignore
  // The order never comes; what is given back comes before what was received.
  await sendChanges(stack, tenant, [
    back('R-1', 600),
    { kind: 'payment', recordId: 'D-1', body: { number: 'D-1', tender: 'cash', amountMinor: 1_000, depositFor: 'L-1', customerId: 'c-1' } }, // prettier-ignore
    back('R-2', 500),
  ]);
  await untilIdle(stack, tenant, 50_000);
  expect(await held(tenant)).toEqual(['R-2 deposit_differs']);
  expect(await documents(stack, tenant)).toEqual(['RefundReceipt R-1 6.00', 'SalesReceipt D-1 10.00']); // prettier-ignore
  // The order that comes after all has 4.00 left.
  const order = (depositMinor: number, revision: number): TestChange => ({ kind: 'order', recordId: 'L-1', revision, body: { ...orderBody('L-1', [['A', 2]], 'c-1'), tenders: [{ tender: 'card', amountMinor: 2_500 - depositMinor }], deposits: [{ paymentId: 'D-1', amountMinor: depositMinor }] } }); // prettier-ignore
  await sendChanges(stack, tenant, [order(1_000, 1)]);
  await untilIdle(stack, tenant, 50_000);
  expect(await held(tenant)).toEqual(['L-1 deposit_differs', 'R-2 deposit_differs']);
  await sendChanges(stack, tenant, [order(400, 2)]);
  await untilIdle(stack, tenant, 50_000);
  expect(await held(tenant)).toEqual(['R-2 deposit_differs']);
  expect(await unsettledOrUnknown(stack, tenant)).toEqual([]);
}, 120_000);

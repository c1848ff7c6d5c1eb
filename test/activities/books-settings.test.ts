import { expect, test } from '@jest/globals';

import { randomUUID } from 'node:crypto';

import { bringInForce } from '../../database/policy';
import { requestSettings } from '../../database/settings';
import { putMapping } from '../../database/mappings';
import { initialPostingSettings, type PostingSettings } from '../../domain/posting/settings';
import {
  createTestTenant,
  sendChanges,
  withStack,
  until,
  untilIdle,
  type TestChange,
  type TestTenant,
} from '../support/stack';
import { signal } from '../support/tenant-workflow';
import { documents, unsettledOrUnknown } from '../support/sandboxes';
import { customer, orderBody, product } from '../support/samples';
import { listFailures } from '../../database/failures';

// Settings of the books and lay-away money on their whole way: from the inbox over the workflow
// into the books.

const stack = withStack();

/** Reasons of what is held, by record. */
async function held(tenant: TestTenant): Promise<string[]> {
  // Nobody has to act on an invoice that waits for money: it is listed where its reason is asked
  // for.
  const lists = await Promise.all(
    [{}, { reason: 'unpaid' }].map((filter) =>
      listFailures(
        stack.database.pool,
        tenant.id,
        { system: 'qbo', ...filter },
        { afterId: null, limit: 50 },
      ),
    ),
  );
  return lists
    .flat()
    .map(({ recordId, reason }) => `${recordId} ${reason}`)
    .sort();
}

test('a deposit is received and given back as far as it is left, and no further', async () => {
  const tenant = await createTestTenant(stack);
  await sendChanges(stack, tenant, [customer('c-1'), product('A'), product('B')]);
  await untilIdle(stack, tenant);
  const { pool } = stack.database;
  const item = await pool.query<{ remote: string }>(
    `SELECT remote_id AS remote FROM deliveries WHERE tenant = $1 AND system = 'qbo'
       AND record_id = 'p-B'`,
    [tenant.id],
  );
  await putMapping(
    pool,
    tenant.id,
    { kind: 'item', key: '@deposit', target: { id: item.rows[0]?.remote ?? '', name: null } },
    'test',
  );
  const back = (recordId: string, totalMinor: number): TestChange => ({
    kind: 'refund',
    recordId,
    body: {
      ...orderBody(recordId, [], 'c-1'),
      restock: false,
      orderId: 'L-1',
      deposits: [{ paymentId: 'D-1', amountMinor: totalMinor }],
      tenders: [{ tender: 'cash', amountMinor: totalMinor }],
      totals: { netMinor: 0, taxMinor: 0, totalMinor },
    },
  });
  // The order never comes; what is given back comes before what was received.
  await sendChanges(stack, tenant, [
    back('R-1', 600),
    {
      kind: 'payment',
      recordId: 'D-1',
      body: {
        number: 'D-1',
        tender: 'cash',
        amountMinor: 1_000,
        depositFor: 'L-1',
        customerId: 'c-1',
      },
    },
    back('R-2', 500),
  ]);
  await untilIdle(stack, tenant);
  expect(await held(tenant)).toEqual(['R-2 deposit_differs']);
  expect(await documents(stack, tenant)).toEqual([
    'RefundReceipt R-1 6.00',
    'SalesReceipt D-1 10.00',
  ]);
  // The order that comes after all has 4.00 left.
  const order = (depositMinor: number, revision: number): TestChange => ({
    kind: 'order',
    recordId: 'L-1',
    revision,
    body: {
      ...orderBody('L-1', [['A', 2]], 'c-1'),
      tenders: [{ tender: 'card', amountMinor: 2_500 - depositMinor }],
      deposits: [{ paymentId: 'D-1', amountMinor: depositMinor }],
    },
  });
  await sendChanges(stack, tenant, [order(1_000, 1)]);
  await untilIdle(stack, tenant);
  expect(await held(tenant)).toEqual(['L-1 deposit_differs', 'R-2 deposit_differs']);
  await sendChanges(stack, tenant, [order(400, 2)]);
  await untilIdle(stack, tenant);
  expect(await held(tenant)).toEqual(['R-2 deposit_differs']);
  expect(await unsettledOrUnknown(stack, tenant)).toEqual([]);
});

/** Settings of the books, as they are in force when they are stored. */
async function withPosting(tenant: TestTenant, change: Partial<PostingSettings>): Promise<void> {
  const { pool } = stack.database;
  const value = { ...initialPostingSettings, ...change };
  await requestSettings(pool, tenant.id, {
    part: 'posting',
    requestId: randomUUID(),
    value,
    catchUp: null,
    requestedBy: 'test',
    expectedRev: null,
  });
  await bringInForce(pool, tenant.id, 'posting');
}

const invoice = (recordId: string, change: object = {}): TestChange => {
  const { number, channel, businessDate, currency, pricesIncludeTax, lines, totals } = orderBody(
    recordId,
    [['A', 2]],
    null,
  );
  return {
    kind: 'invoice',
    recordId,
    body: {
      number,
      channel,
      businessDate,
      currency,
      pricesIncludeTax,
      lines,
      totals,
      customerId: 'c-1',
      ...change,
    },
  };
};
const payment = (recordId: string, invoiceId: string, amountMinor: number): TestChange => ({
  kind: 'payment',
  recordId,
  body: { number: recordId, tender: 'cash', amountMinor, invoiceId },
});

test('an invoice waits for its first payment, whichever comes first; a void and other settings end the waiting: the way out of `unpaid`', async () => {
  const tenant = await createTestTenant(stack);
  await withPosting(tenant, { unpaid: { as: 'wait' } });
  await sendChanges(stack, tenant, [
    customer('c-1'),
    product('A'),
    invoice('I-1'),
    invoice('I-2'),
    invoice('I-3'),
    payment('P-4', 'I-4', 100),
  ]);
  await untilIdle(stack, tenant);
  expect(await held(tenant)).toEqual(['I-1 unpaid', 'I-2 unpaid', 'I-3 unpaid', 'P-4 dependency']);
  expect(await documents(stack, tenant)).toEqual([]);
  // An edit changes nothing of it, a void ends it.
  await sendChanges(stack, tenant, [
    { ...invoice('I-1', { number: 'I-1a' }), revision: 2 },
    { ...invoice('I-2', { voided: true }), revision: 2 },
    payment('P-1', 'I-1', 1_000),
    invoice('I-4'),
  ]);
  await untilIdle(stack, tenant);
  expect(await held(tenant)).toEqual(['I-3 unpaid']);
  expect(await documents(stack, tenant)).toEqual([
    'Invoice I-1a 25.00',
    'Invoice I-4 25.00',
    'Payment - 1.00',
    'Payment - 10.00',
  ]);
  // What is posted stays under care: the rest is paid, the first payment is voided.
  await sendChanges(stack, tenant, [
    payment('P-2', 'I-1', 1_500),
    {
      ...payment('P-4', 'I-4', 100),
      revision: 2,
      body: { number: 'P-4', tender: 'cash', amountMinor: 100, invoiceId: 'I-4', voided: true },
    },
  ]);
  await untilIdle(stack, tenant);
  await withPosting(tenant, { unpaid: { as: 'invoice' } });
  // A turn that is under way still goes by the former settings.
  const redriven = async (): Promise<string[]> => {
    await signal(stack, tenant, 'redrive', { id: randomUUID(), all: true });
    return documents(stack, tenant);
  };
  await until('the last is posted', redriven, (posted) => posted.includes('Invoice I-3 25.00'));
  await untilIdle(stack, tenant);
  expect(await documents(stack, tenant)).toEqual([
    'Invoice I-1a 25.00',
    'Invoice I-3 25.00',
    'Invoice I-4 25.00',
    'Payment - 0.00',
    'Payment - 10.00',
    'Payment - 15.00',
  ]);
  expect(await unsettledOrUnknown(stack, tenant)).toEqual([]);
});

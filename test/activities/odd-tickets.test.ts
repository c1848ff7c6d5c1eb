import { expect, test } from '@jest/globals';

import { changeBodySchemas } from '../../schemas/change-bodies';
import { listFailures } from '../../database/failures';
import { bringInForce } from '../../database/policy';
import { requestSettings } from '../../database/settings';
import type { OrderBody } from '../../domain/bodies';
import { initialPostingSettings } from '../../domain/posting/settings';
import { documents, unsettledOrUnknown } from '../support/sandboxes';
import { customer, orderBody, product } from '../support/samples';
import {
  createTestTenant,
  sendChanges,
  withStack,
  untilIdle,
  type TestChange,
  type TestTenant,
} from '../support/stack';

// Tickets at the limits of what intake takes, from the inbox into the books: posted, held or passed
// over with a reason, never dropped.

const stack = withStack();
const order = (
  recordId: string,
  lines: readonly [string, number][],
  changes: Partial<OrderBody> = {},
): TestChange => {
  const body = { ...orderBody(recordId, lines, 'c-1'), ...changes };
  changeBodySchemas.order.parse(body);
  return { kind: 'order', recordId, body };
};

/** State and reason in the books of each of these records' parts. */
async function states(tenant: TestTenant): Promise<string[]> {
  const { rows } = await stack.database.pool.query<{ line: string }>(
    `SELECT record_id || ' ' || part || ' ' || state || coalesce(' ' || reason, '') AS line
       FROM deliveries
     WHERE tenant = $1 AND system = 'qbo' AND kind IN ('order', 'refund', 'invoice') ORDER BY 1`,
    [tenant.id],
  );
  return rows.map(({ line }) => line);
}

test('sales of nothing, below zero, of small parts of cents and before the start are posted or say why not', async () => {
  const tenant = await createTestTenant(stack);
  const { pool } = stack.database;
  const value = { ...initialPostingSettings, startDate: '2026-11-10' };
  await requestSettings(pool, tenant.id, {
    part: 'posting',
    requestId: 'start',
    value,
    catchUp: null,
    requestedBy: 'test',
    expectedRev: null,
  });
  await bringInForce(pool, tenant.id, 'posting');
  const free = orderBody('T-1', [['A', 2]], 'c-1').lines.map((line) => ({
    ...line,
    unitPrice: '0',
    netMinor: 0,
  }));
  const nothing = { netMinor: 0, taxMinor: 0, totalMinor: 0 };
  const fine = orderBody('T-4', [['A', 3]], 'c-1').lines.map((line) => ({
    ...line,
    quantity: '3.333333',
    unitPrice: '0.33333333',
    netMinor: 111,
  }));
  const cent = { netMinor: 111, taxMinor: 0, totalMinor: 111 };
  await sendChanges(stack, tenant, [
    product('A'),
    customer('c-1'),
    order('T-1', [['A', 2]], { lines: free, totals: nothing, tenders: [] }),
    order('T-2', [], {}),
    order('T-3', [['A', -2]]),
    order('T-4', [['A', 3]], {
      lines: fine,
      totals: cent,
      tenders: [{ tender: 'card', amountMinor: 111 }],
    }),
    order('T-5', [['A', 1]], { businessDate: '2026-11-09' }),
    // The sale of it is less than nothing: no form says that.
    order('T-6', [['A', -2]], {
      fees: [{ name: 'Wrap', amountMinor: 100 }],
      giftCards: { used: [{ code: 'G', amountMinor: 300 }] },
      totals: { netMinor: -2_400, taxMinor: 0, totalMinor: -2_700 },
      tenders: [{ tender: 'cash', amountMinor: -2_700 }],
    }),
  ]);
  await untilIdle(stack, tenant);
  expect(await documents(stack, tenant)).toEqual([
    'RefundReceipt T-3 25.00',
    'SalesReceipt T-1 0.00',
    'SalesReceipt T-4 1.11',
  ]);
  expect(await states(tenant)).toEqual([
    'T-1 sale delivered',
    'T-2 sale skipped nothing_to_post',
    'T-3 refund delivered',
    'T-4 sale delivered',
    'T-5 sale skipped before_start_date',
    'T-6 refund held negative_total',
    'T-6 sale held negative_total',
  ]);
});

test('tickets of 5,000 lines are posted whole, one of more than 10,000 is refused at intake', async () => {
  const tenant = await createTestTenant(stack);
  const many = (count: number): [string, number][] => Array.from({ length: count }, () => ['A', 1]);
  // Three of them: more than one answer holds.
  await sendChanges(stack, tenant, [product('A'), customer('c-1')]);
  for (const id of ['T-1', 'T-2', 'T-3'])
    await sendChanges(stack, tenant, [order(id, many(5_000))]);
  await untilIdle(stack, tenant);
  expect(await states(tenant)).toEqual(['T-1', 'T-2', 'T-3'].map((id) => `${id} sale delivered`));
  expect(await documents(stack, tenant)).toEqual(
    ['T-1', 'T-2', 'T-3'].map((id) => `SalesReceipt ${id} 62500.00`),
  );
  const tooMany = orderBody('T-4', many(10_001), 'c-1');
  expect(changeBodySchemas.order.safeParse(tooMany).success).toBe(false);
});

test('texts of any Unicode at their greatest length, and ids that differ by a blank, are documents of their own', async () => {
  const tenant = await createTestTenant(stack);
  const texts = [
    '🧾'.repeat(50),
    '%;'.repeat(50),
    'ä\u200d\u202eß'.repeat(25),
    '\'\\"<&>'.repeat(16),
    '訳'.repeat(100),
    'A  1',
    'A 1',
    'A\u00a01',
  ];
  const changes = texts.map((id) => {
    const [line] = orderBody(id, [['A', 1]], null).lines;
    if (line === undefined) throw new Error('no line');
    const name = id.repeat(Math.floor(500 / id.length));
    const lines = [{ ...line, name, lineId: id }];
    const reference = id.repeat(Math.floor(200 / id.length));
    return order(id, [['A', 1]], {
      number: id.replaceAll(/\s+/g, ' '),
      lines,
      location: id,
      guest: { name },
      tenders: [{ tender: 'card', amountMinor: 1_250, reference }],
    });
  });
  await sendChanges(stack, tenant, [product('A'), customer('c-1'), ...changes.slice(0, -2)]);
  await untilIdle(stack, tenant);
  // What stands there already is not taken for these.
  await sendChanges(stack, tenant, changes.slice(-2));
  await untilIdle(stack, tenant);
  expect(
    await listFailures(
      stack.database.pool,
      tenant.id,
      { system: 'qbo' },
      { afterId: null, limit: 50 },
    ),
  ).toEqual([]);
  const posted = await documents(stack, tenant);
  expect(posted).toHaveLength(texts.length);
  expect(posted.filter((one) => !one.endsWith(' 12.50'))).toEqual([]);
  expect(await unsettledOrUnknown(stack, tenant)).toEqual([]);
});

test('a credit that is applied to one invoice and then said to be of another is taken off and applied there', async () => {
  const tenant = await createTestTenant(stack);
  const invoice = (recordId: string): TestChange => {
    const { tenders, ...body } = orderBody(recordId, [['A', 2]], 'c-1');
    expect(tenders).toHaveLength(1);
    return { kind: 'invoice', recordId, body };
  };
  const credit = (revision: number, orderId: string): TestChange => {
    const body = { ...orderBody('R-1', [['A', 1]], 'c-1'), tenders: [], restock: true, orderId };
    return { kind: 'refund', recordId: 'R-1', revision, body };
  };
  await sendChanges(stack, tenant, [
    product('A'),
    customer('c-1'),
    invoice('I-1'),
    invoice('I-2'),
    credit(1, 'I-1'),
  ]);
  await untilIdle(stack, tenant);
  expect(await states(tenant)).toContain('R-1 applied delivered');
  await sendChanges(stack, tenant, [credit(2, 'I-2')]);
  await untilIdle(stack, tenant);
  expect(await states(tenant)).toContain('R-1 applied delivered');
  const payments = (await documents(stack, tenant)).filter((text) => text.startsWith('Payment'));
  expect(payments).toEqual(['Payment - 0.00', 'Payment - 0.00']);
});

test('by setting a ticket paid at once is an invoice and a payment, and keeps that way when it is edited later', async () => {
  const tenant = await createTestTenant(stack);
  const { pool } = stack.database;
  const set = async (as: 'invoicePayment' | 'salesReceipt'): Promise<void> => {
    const value = { ...initialPostingSettings, paid: { as } };
    await requestSettings(pool, tenant.id, {
      part: 'posting',
      requestId: as,
      value,
      catchUp: null,
      requestedBy: 'test',
      expectedRev: null,
    });
    await bringInForce(pool, tenant.id, 'posting');
  };
  await sendChanges(stack, tenant, [product('A'), customer('c-1'), order('T-1', [['A', 2]])]);
  await untilIdle(stack, tenant);
  await set('invoicePayment');
  const edited = (recordId: string): TestChange => ({
    ...order(recordId, [['A', 3]]),
    revision: 2,
  });
  await sendChanges(stack, tenant, [edited('T-1'), order('T-2', [['A', 2]])]);
  await untilIdle(stack, tenant);
  await set('salesReceipt');
  await sendChanges(stack, tenant, [edited('T-2'), order('T-3', [['A', 2]])]);
  await untilIdle(stack, tenant);
  expect(await documents(stack, tenant)).toEqual([
    'Invoice T-2 37.50',
    'Payment - 0.00',
    'Payment - 37.50',
    'SalesReceipt T-1 37.50',
    'SalesReceipt T-3 25.00',
  ]);
  expect(await states(tenant)).toEqual([
    'T-1 sale delivered',
    'T-2 payment-1 delivered',
    'T-2 sale-invoice delivered',
    'T-3 sale delivered',
  ]);
});

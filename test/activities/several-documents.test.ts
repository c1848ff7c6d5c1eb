import { expect, test } from '@jest/globals';

import { listFailures } from '../../database/failures';
import type { OrderBody } from '../../domain/bodies';
import { documents, fault } from '../support/sandboxes';
import { customer, orderBody, product } from '../support/samples';
import {
  createTestTenant,
  sendChanges,
  withStack,
  untilIdle,
  type TestChange,
} from '../support/stack';

const stack = withStack();

/** Two pieces with 2.22 of tax, of which 10.00 in cash and the rest by card. */
function split(number: string): OrderBody {
  const body = orderBody(number, [['A', 2]], 'c-1');
  body.lines.forEach((line) => line.taxes.push({ code: 'NY', taxMinor: 222 }));
  body.totals = { netMinor: 2_500, taxMinor: 222, totalMinor: 2_722 };
  body.tenders = [
    { tender: 'cash', amountMinor: 1_000 },
    { tender: 'card', amountMinor: 1_722, reference: 'ch_1' },
  ];
  return body;
}

test('a ticket of two tenders, its refund and an invoice are in the books once, also after lost answers', async () => {
  const tenant = await createTestTenant(stack);
  await fault(stack, tenant, 'qbo', {
    fault: 'resetAfterCommit',
    times: 3,
    match: { write: true },
  });
  const order: TestChange = { kind: 'order', recordId: 'T-1', body: split('T-1') };
  const { number, channel, businessDate, currency, pricesIncludeTax, customerId, lines, totals } =
    split('T-2');
  const unpaid = {
    number,
    channel,
    businessDate,
    currency,
    pricesIncludeTax,
    customerId,
    lines,
    totals,
  };
  const refundBody = { ...split('T-1-R'), tenders: [{ tender: 'card', amountMinor: 2_722 }] };
  const refund: TestChange = {
    kind: 'refund',
    recordId: 'R-1',
    body: { ...refundBody, orderId: 'T-1', restock: true },
  };
  const invoice: TestChange = { kind: 'invoice', recordId: 'T-2', body: unpaid };
  await sendChanges(stack, tenant, [product('A'), customer('c-1'), refund, order, invoice]);
  await untilIdle(stack, tenant);
  expect(
    await listFailures(
      stack.database.pool,
      tenant.id,
      { system: 'qbo' },
      { afterId: null, limit: 10 },
    ),
  ).toEqual([]);
  expect(await documents(stack, tenant)).toEqual([
    'Invoice T-1 27.22',
    'Invoice T-2 27.22',
    'Payment - 10.00',
    'Payment - 17.22',
    'RefundReceipt T-1-R 27.22',
  ]);
});

test('facts of a company of which only a part is stored are read again', async () => {
  const tenant = await createTestTenant(stack);
  const { pool } = stack.database;
  await pool.query(
    `UPDATE connections SET facts = '{"country":"US"}', facts_at = now() WHERE tenant = $1
       AND system = 'qbo'`,
    [tenant.id],
  );
  const order: TestChange = {
    kind: 'order',
    recordId: 'T-1',
    body: orderBody('T-1', [['A', 1]], 'c-1'),
  };
  await sendChanges(stack, tenant, [product('A'), customer('c-1'), order]);
  await untilIdle(stack, tenant);
  expect(await documents(stack, tenant)).toEqual(['SalesReceipt T-1 12.50']);
});

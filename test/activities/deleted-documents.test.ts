import { expect, test } from '@jest/globals';

import { listFailedChanges } from '../../database/failed-changes';
import { trialBalance } from '../support/operator';
import { count, customer, order, orderBody, product } from '../support/samples';
import { documents } from '../support/sandboxes';
import {
  createTestTenant,
  sendChanges,
  withStack,
  until,
  untilIdle,
  type TestChange,
  type TestTenant,
} from '../support/stack';

import { putPosting, summed, summingTenant } from './summing';

// A deletion of what is in the books takes neither the document nor its stock back, and says so.

const stack = withStack();

async function sent(tenant: TestTenant, ...changes: TestChange[]): Promise<void> {
  await sendChanges(stack, tenant, changes);
  await untilIdle(stack, tenant);
}

const deleted = (kind: TestChange['kind'], recordId: string, revision = 2): TestChange => ({
  kind,
  op: 'delete',
  recordId,
  revision,
  body: null,
});

async function stockOf(tenant: TestTenant): Promise<unknown> {
  const { rows } = await stack.database.pool.query<{ places: unknown }>(
    `SELECT body -> 'places' #>> '{default,quantity}' AS places FROM records WHERE tenant = $1
       AND kind = 'inventory'`,
    [tenant.id],
  );
  return rows[0]?.places;
}

async function failed(tenant: TestTenant): Promise<string[]> {
  const list = await listFailedChanges(stack.database.pool, tenant.id, { afterPos: 0 }, 50);
  return list.map(({ kind, recordId, code, detail }) => `${kind} ${recordId} ${code}: ${detail}`);
}

test('B17: a deletion of a posted sale, refund or payment leaves stock and books, and says what to send instead', async () => {
  const tenant = await createTestTenant(stack);
  await sent(tenant, product('A'), customer('c-1'), count('A', '10', '2026-11-20T00:00:00Z'));
  const paid: TestChange = {
    kind: 'payment',
    recordId: 'P-1',
    body: {
      number: 'P-1',
      invoiceId: 'I-1',
      tender: 'cash',
      amountMinor: 500,
      businessDate: '2026-11-24',
    },
  };
  const invoice = { ...orderBody('I-1', [['A', 1]], 'c-1'), tenders: undefined };
  await sent(
    tenant,
    order('T-1', [['A', 3]], 'c-1'),
    { kind: 'invoice', recordId: 'I-1', body: invoice },
    paid,
  );
  const stands = ['Invoice I-1 12.50', 'Payment - 5.00', 'SalesReceipt T-1 37.50'];
  expect(await documents(stack, tenant)).toEqual(stands);
  const [balance, stock] = [await trialBalance(stack, tenant), await stockOf(tenant)];
  await sent(tenant, deleted('order', 'T-1'), deleted('invoice', 'I-1'), deleted('payment', 'P-1'));
  expect([await trialBalance(stack, tenant), await stockOf(tenant)]).toEqual([balance, stock]);
  const rest =
    'so its deletion changed nothing: the document and the stock stay as they are. To take ' +
    'it back, send it again with voided: true';
  expect(await failed(tenant)).toEqual([
    `order T-1 posted_not_deleted: The order T-1 is in QuickBooks as T-1, ${rest}`,
    `invoice I-1 posted_not_deleted: The invoice I-1 is in QuickBooks as I-1, ${rest}`,
    expect.stringMatching(
      /^payment P-1 posted_not_deleted: The payment P-1 is in QuickBooks as \d+, /,
    ),
  ]);
  // As the text says: voided, by the revision of the deletion too. Then nothing stands that could
  // not be deleted.
  await sent(tenant, {
    ...order('T-1', [['A', 3]], 'c-1'),
    revision: 2,
    body: { ...orderBody('T-1', [['A', 3]], 'c-1'), voided: true },
  });
  expect(await failed(tenant)).toHaveLength(2);
  await sent(tenant, deleted('order', 'T-1', 3));
  expect(await failed(tenant)).toHaveLength(2);
  expect(await stockOf(tenant)).toBe('10');
});

test('B17: of a ticket in a daily summary that is posted neither goes, of one that waits for its day both do', async () => {
  const tenant = await summingTenant(stack);
  await sent(tenant, count('A', '10', '2026-11-19T00:00:00Z'));
  const sold = (recordId: string, pieces: number, change: object = {}): TestChange => ({
    kind: 'order',
    recordId,
    body: { ...orderBody(recordId, [['A', pieces]], null), businessDate: summed, ...change },
  });
  const back: TestChange = {
    kind: 'refund',
    recordId: 'R-1',
    body: { ...orderBody('R-1', [['A', 1]], null), businessDate: summed, restock: true },
  };
  await sent(tenant, sold('T-1', 3), sold('T-2', 1), back);
  const stands = ['RefundReceipt P-20261120-CARD-R 12.50', 'SalesReceipt P-20261120-CARD 50.00'];
  expect(await documents(stack, tenant)).toEqual(stands);
  expect(await stockOf(tenant)).toBe('7');
  await sent(tenant, deleted('order', 'T-1'), deleted('refund', 'R-1'));
  expect([await documents(stack, tenant), await stockOf(tenant)]).toEqual([stands, '7']);
  expect(await failed(tenant)).toEqual([
    expect.stringContaining('The order T-1 is in QuickBooks as P-20261120-CARD, so its deletion'),
    expect.stringContaining('The refund R-1 is in QuickBooks as P-20261120-CARD-R, so its'),
  ]);
  await sent(tenant, { ...sold('T-1', 3, { voided: true }), revision: 3 });
  expect(await documents(stack, tenant)).toEqual([stands[0], 'SalesReceipt P-20261120-CARD 12.50']);
  expect(await stockOf(tenant)).toBe('10');
  // Voided, and out of the summary: nothing stands that could not be deleted.
  await sent(tenant, deleted('order', 'T-1', 4));
  expect(await failed(tenant)).toHaveLength(1);
  // A day that is not over: its summary is not posted yet.
  const later = new Date(Date.now() + 20 * 3_600_000).toISOString().slice(0, 10);
  await putPosting(stack, tenant, [{ fromDay: summed, mode: 'summary' }]);
  await sendChanges(stack, tenant, [sold('T-3', 2, { businessDate: later })]);
  await until(
    'it is sold',
    () => stockOf(tenant),
    (pieces) => pieces === '8',
  );
  await sendChanges(stack, tenant, [deleted('order', 'T-3')]);
  await until(
    'it is back',
    () => stockOf(tenant),
    (pieces) => pieces === '10',
  );
  expect(await failed(tenant)).toHaveLength(1);
});

test('B17: what was never posted is deleted with its stock', async () => {
  const tenant = await createTestTenant(stack);
  await sent(tenant, product('A'), count('A', '10', '2026-11-20T00:00:00Z'));
  const unpaid = {
    ...orderBody('T-1', [['A', 3]], null),
    tenders: [{ tender: 'shells', amountMinor: 3_750 }],
  };
  await sent(tenant, { kind: 'order', recordId: 'T-1', body: unpaid });
  expect(await stockOf(tenant)).toBe('7');
  await sent(tenant, deleted('order', 'T-1'));
  expect([await stockOf(tenant), await failed(tenant)]).toEqual(['10', []]);
  expect(await documents(stack, tenant)).toEqual([]);
});

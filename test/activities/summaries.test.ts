import { expect, test } from '@jest/globals';

import { putMapping } from '../../database/mappings';
import { bringInForce } from '../../database/policy';
import { requestSettings } from '../../database/settings';
import { initialPostingSettings } from '../../domain/posting/settings';
import { documents } from '../support/sandboxes';
import { orderBody, refund } from '../support/samples';
import {
  createTestTenant,
  sendChanges,
  withStack,
  untilIdle,
  type TestChange,
  type TestTenant,
} from '../support/stack';

const stack = withStack();

/** A tenant that sums up 2026-11-20 and posts 2026-11-21 one by one. */
async function summingTenant(): Promise<TestTenant> {
  const tenant = await createTestTenant(stack);
  const { pool } = stack.database;
  await requestSettings(pool, tenant.id, {
    part: 'posting',
    requestId: 'summaries',
    value: {
      ...initialPostingSettings,
      mode: {
        switches: [
          { fromDay: '2026-11-20', mode: 'summary' },
          { fromDay: '2026-11-21', mode: 'perOrder' },
        ],
      },
      summary: { lines: 'category', dueAfterMinutes: 0 },
    },
    catchUp: null,
    requestedBy: 'test',
    expectedRev: null,
  });
  await bringInForce(pool, tenant.id, 'posting');
  const income = await pool.query<{ id: string }>(
    `SELECT target_id AS id FROM mappings WHERE tenant = $1 AND kind = 'account'
       AND key = 'income'`,
    [tenant.id],
  );
  expect(income.rows).toHaveLength(1);
  return tenant;
}

function ticket(number: string, pieces: number, changes: object = {}): TestChange {
  const body = { ...orderBody(number, [['A', pieces]], null), businessDate: '2026-11-20' };
  return { kind: 'order', recordId: number, body: { ...body, ...changes } };
}

async function states(tenant: TestTenant): Promise<string[]> {
  const { rows } = await stack.database.pool.query<{ line: string }>(
    `SELECT kind || ' ' || record_id || ' ' || state || ' ' || (remote_id IS NOT NULL) AS line
       FROM deliveries
     WHERE tenant = $1 AND system = 'qbo' AND kind = 'order' ORDER BY 1`,
    [tenant.id],
  );
  return rows.map(({ line }) => line);
}

test('a day is summed up, changed by late sales and edits, and its neighbour is posted one by one: the way out of `summary`', async () => {
  const tenant = await summingTenant();
  const { pool } = stack.database;
  const created = await createDailyThings(tenant);
  await putMapping(
    pool,
    tenant.id,
    { kind: 'account', key: 'daily-customer', target: { id: created.customer, name: null } },
    'test',
  );
  await putMapping(
    pool,
    tenant.id,
    { kind: 'account', key: 'guest-customer', target: { id: created.customer, name: null } },
    'test',
  );
  await putMapping(
    pool,
    tenant.id,
    { kind: 'item', key: '@daily-sales', target: { id: created.item, name: null } },
    'test',
  );
  await putMapping(
    pool,
    tenant.id,
    { kind: 'item', key: 'A', target: { id: created.item, name: null } },
    'test',
  );
  await sendChanges(stack, tenant, [
    ticket('T-1', 1),
    ticket('T-2', 3),
    ticket('T-3', 2, {
      tenders: [
        { tender: 'cash', amountMinor: 1_000 },
        { tender: 'card', amountMinor: 1_500 },
      ],
    }),
    ticket('T-4', 1, { businessDate: '2026-11-21' }),
    {
      ...refund('R-1', [['A', 1]], null),
      body: { ...orderBody('R-1', [['A', 1]], null), businessDate: '2026-11-20', restock: true },
    },
  ]);
  await untilIdle(stack, tenant);
  expect(await documents(stack, tenant)).toEqual([
    'RefundReceipt P-20261120-CARD-R 12.50',
    'SalesReceipt P-20261120-CARD 65.00',
    'SalesReceipt P-20261120-CASH 10.00',
    'SalesReceipt T-4 12.50',
  ]);
  expect(await states(tenant)).toEqual(
    ['T-1', 'T-2', 'T-3', 'T-4'].map((id) => `order ${id} delivered true`),
  );
  await sendChanges(stack, tenant, [
    ticket('T-5', 1),
    { ...ticket('T-2', 1), revision: 2 },
    { ...ticket('T-1', 1, { voided: true }), revision: 2 },
  ]);
  await untilIdle(stack, tenant);
  expect(await documents(stack, tenant)).toEqual([
    'RefundReceipt P-20261120-CARD-R 12.50',
    'SalesReceipt P-20261120-CARD 40.00',
    'SalesReceipt P-20261120-CASH 10.00',
    'SalesReceipt T-4 12.50',
  ]);
});

/** A customer and an item in the books, for summaries. */
async function createDailyThings(tenant: TestTenant): Promise<{ customer: string; item: string }> {
  await sendChanges(stack, tenant, [
    { kind: 'customer', recordId: 'daily', body: { name: 'Daily sales POS' } },
    {
      kind: 'product',
      recordId: 'p-daily',
      body: {
        sku: 'DAILY',
        name: 'Daily sales',
        type: 'service',
        priceMinor: 0,
        currency: 'USD',
        trackStock: false,
        status: 'active',
      },
    },
  ]);
  await untilIdle(stack, tenant);
  const { rows } = await stack.database.pool.query<{ kind: string; id: string }>(
    `SELECT kind, remote_id AS id FROM deliveries WHERE tenant = $1 AND system = 'qbo'
       AND kind IN ('customer', 'product')`,
    [tenant.id],
  );
  const idOf = (kind: string): string => rows.find((row) => row.kind === kind)?.id ?? '';
  return { customer: idOf('customer'), item: idOf('product') };
}

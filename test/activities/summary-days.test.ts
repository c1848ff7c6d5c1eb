import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { putMapping } from '../../database/mappings';
import { bringInForce } from '../../database/policy';
import { requestSettings } from '../../database/settings';
import type { OrderBody } from '../../domain/bodies';
import { initialPostingSettings } from '../../domain/posting/settings';
import { documents } from '../support/sandboxes';
import { customer, orderBody, product } from '../support/samples';
import { createTestTenant, sendChanges, startStack, untilIdle, type Stack, type TestChange, type TestTenant } from '../support/stack'; // prettier-ignore

// Tickets at the edge of days of summaries: voided before they were in one, moved to one after they were posted.

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
}, 60_000);
afterAll(async () => {
  await stack.stop();
}, 60_000);

const summed = '2026-11-20';
const alone = '2026-11-21';

/** A tenant that sums up one day, with what its summaries need. */
async function summingTenant(): Promise<TestTenant> {
  const tenant = await createTestTenant(stack);
  const { pool } = stack.database;
  const switches = [{ fromDay: summed, mode: 'summary' }, { fromDay: alone, mode: 'perOrder' }] as const; // prettier-ignore
  await requestSettings(pool, tenant.id, {
    part: 'posting',
    requestId: 'summaries',
    value: {
      ...initialPostingSettings,
      mode: { switches: [...switches] },
      summary: { lines: 'category', dueAfterMinutes: 0 },
    },
    catchUp: null,
    requestedBy: 'test',
    expectedRev: null,
  });
  await bringInForce(pool, tenant.id, 'posting');
  await sendChanges(stack, tenant, [customer('c-1'), product('A')]);
  await untilIdle(stack, tenant, 50_000);
  const { rows } = await pool.query<{ kind: string; id: string }>(
    `SELECT kind, remote_id AS id FROM deliveries WHERE tenant = $1 AND system = 'qbo' AND remote_id IS NOT NULL`,
    [tenant.id],
  );
  const idOf = (kind: string): string => rows.find((row) => row.kind === kind)?.id ?? '';
  const map = (kind: 'account' | 'item', key: string, id: string): Promise<unknown> =>
    putMapping(pool, tenant.id, kind, key, { id, name: null }, 'test');
  await map('account', 'daily-customer', idOf('customer'));
  await map('account', 'guest-customer', idOf('customer'));
  await map('item', '@daily-sales', idOf('product'));
  await map('item', 'A', idOf('product'));
  return tenant;
}

function ticket(
  recordId: string,
  revision: number,
  lines: [string, number][],
  changes: Partial<OrderBody>,
): TestChange {
  const body = { ...orderBody(recordId, lines, null), ...changes };
  return { kind: 'order', recordId, revision, body };
}

async function states(tenant: TestTenant): Promise<string[]> {
  const { rows } = await stack.database.pool.query<{ line: string }>(
    `SELECT record_id || ' ' || part || ' ' || state || coalesce(' ' || reason, '') AS line FROM deliveries
     WHERE tenant = $1 AND system = 'qbo' AND kind IN ('order', 'refund') ORDER BY 1`,
    [tenant.id],
  );
  return rows.map(({ line }) => line);
}

test('a ticket that was voided before it was in a summary is in none, and is in one when it is sold after all', async () => {
  const tenant = await summingTenant();
  const day = { businessDate: summed };
  const voided = { ...day, voided: true };
  const twice = [{ tender: 'cash', amountMinor: 500 }, { tender: 'card', amountMinor: 750 }]; // prettier-ignore
  const exchange: [string, number][] = [['A', 2], ['A', -1]]; // prettier-ignore
  await sendChanges(stack, tenant, [
    ticket('T-1', 1, [['A', 1]], day),
    ticket('T-2', 1, [['A', 2]], day),
    ticket('T-2', 2, [['A', 2]], voided),
    ticket('T-3', 1, [['A', 4]], voided),
    // No summary could hold it, and nothing has to.
    ticket('T-4', 1, exchange, { ...voided, tenders: twice }),
  ]);
  await untilIdle(stack, tenant, 50_000);
  expect(await documents(stack, tenant)).toEqual(['SalesReceipt P-20261120-CARD 12.50']);
  expect((await states(tenant)).filter((line) => !line.startsWith('T-4'))).toEqual([
    'T-1 sale delivered',
    'T-2 sale skipped voided',
    'T-3 sale skipped voided',
  ]);
  expect((await states(tenant)).filter((line) => !line.includes('skipped'))).toEqual(['T-1 sale delivered']); // prettier-ignore
  await sendChanges(stack, tenant, [ticket('T-3', 2, [['A', 4]], day), ticket('T-1', 2, [['A', 1]], voided)]); // prettier-ignore
  await untilIdle(stack, tenant, 50_000);
  expect(await documents(stack, tenant)).toEqual(['SalesReceipt P-20261120-CARD 50.00']);
}, 120_000);

test('what an edit adds to a ticket that stands by itself is posted by itself, also on a day of summaries', async () => {
  const tenant = await summingTenant();
  await sendChanges(stack, tenant, [ticket('T-1', 1, [['A', 2]], { businessDate: alone })]);
  await untilIdle(stack, tenant, 50_000);
  expect(await documents(stack, tenant)).toEqual(['SalesReceipt T-1 25.00']);
  const exchange: [string, number][] = [['A', 3], ['A', -1]]; // prettier-ignore
  await sendChanges(stack, tenant, [ticket('T-1', 2, exchange, { businessDate: summed })]);
  await untilIdle(stack, tenant, 20_000);
  expect(await documents(stack, tenant)).toEqual([
    'RefundReceipt T-1-R 12.50',
    'SalesReceipt T-1 37.50',
  ]);
}, 120_000);

test('a half that a ticket of a summary lost stays away at each later edit', async () => {
  const tenant = await summingTenant();
  const day = { businessDate: summed };
  for (const [revision, pieces] of [
    [1, -1],
    [2, 2],
    [3, 3],
    [4, 4],
  ] as const) {
    await sendChanges(stack, tenant, [ticket('T-1', revision, [['A', pieces]], day)]);
    await untilIdle(stack, tenant, 10_000);
  }
  expect(await documents(stack, tenant)).toContain('SalesReceipt P-20261120-CARD 50.00');
}, 120_000);

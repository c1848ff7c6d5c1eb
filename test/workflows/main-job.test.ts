import { expect, test } from '@jest/globals';
import { z } from 'zod';

import { countStates } from '../../database/status';
import { count, customer, order, product, refund } from '../support/samples';
import { control, createTestTenant, sendChanges, withStack, untilIdle } from '../support/stack';

const stack = withStack();

const ledger = z.object({
  realms: z.record(
    z.string(),
    z.object({
      isBalanced: z.boolean(),
      documents: z.array(
        z.object({ type: z.string(), docNumber: z.string().nullable(), total: z.string() }),
      ),
    }),
  ),
});
const stock = z.object({
  stores: z.record(
    z.string(),
    z.object({
      products: z.array(z.object({ sku: z.string(), stockQuantity: z.number().nullable() })),
    }),
  ),
});

test('sales of the till become stock in the shop and documents in the books', async () => {
  const tenant = await createTestTenant(stack);
  await sendChanges(stack, tenant, [
    customer('c1'),
    product('MUG'),
    product('mug'),
    count('MUG', '100', '2026-11-20T08:00:00Z'),
    count('mug', '50', '2026-11-20T08:00:00Z'),
    {
      ...order(
        'P-1',
        [
          ['MUG', 2],
          ['mug', 1],
        ],
        'c1',
      ),
      occurredAt: '2026-11-21T10:00:00Z',
    },
    { ...refund('P-2', [['MUG', 1]], 'c1'), occurredAt: '2026-11-21T11:00:00Z' },
    {
      ...order(
        'P-3',
        [
          ['MUG', 3],
          ['mug', -1],
        ],
        'c1',
      ),
      occurredAt: '2026-11-21T12:00:00Z',
    },
  ]);
  await untilIdle(stack, tenant);
  expect(await countStates(stack.database.pool, tenant.id)).toEqual([
    { system: 'woo', state: 'held', reason: 'direction', count: 1 }, // the customer: opt-in
  ]);
  const books = ledger.parse(await control(stack.qbo, `ledger?realmId=${tenant.realmId}`)).realms[
    tenant.realmId
  ];
  expect(books?.isBalanced).toBe(true);
  expect(
    books?.documents.map(({ type, docNumber, total }) => [type, docNumber, total]).sort(),
  ).toEqual([
    ['RefundReceipt', 'P-2', '12.50'],
    ['RefundReceipt', 'P-3-R', '12.50'],
    ['SalesReceipt', 'P-1', '37.50'],
    ['SalesReceipt', 'P-3', '37.50'],
  ]);
  const shop = stock.parse(await control(stack.woo, `stock?store=${tenant.store}`)).stores[
    tenant.store
  ];
  expect(shop?.products.map(({ sku, stockQuantity }) => [sku, stockQuantity]).sort()).toEqual([
    ['MUG', 96],
    ['mug~2', 50],
  ]);
});

import { expect, test } from '@jest/globals';
import { z } from 'zod';

import { listFailures } from '../../database/failures';
import type { OrderBody } from '../../domain/bodies';
import { inBooks } from '../support/operator';
import { documents, fault, shelf } from '../support/sandboxes';
import { count, customer, orderBody, product } from '../support/samples';
import {
  createTestTenant,
  sendChanges,
  withStack,
  untilIdle,
  type TestChange,
} from '../support/stack';
import { remoteIdOf } from '../support/ways-out';

const stack = withStack();

function ticket(revision: number, quantity: number, changes: Partial<OrderBody> = {}): TestChange {
  const body = { ...orderBody('T-1', [['A', quantity]], 'c-1'), ...changes };
  return { kind: 'order', recordId: 'T-1', revision, body };
}

test('a ticket is edited, paid otherwise, voided and sold after all, with lost answers on the way', async () => {
  const tenant = await createTestTenant(stack);
  const until = async (...expected: string[]): Promise<void> => {
    await untilIdle(stack, tenant);
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
});

const at = (minute: number): string => new Date(Date.UTC(2026, 10, 21, 15, minute)).toISOString();
const named = (recordId: string, sku: string, revision: number, minute: number): TestChange => ({
  ...product(sku, { name: `Thing ${recordId}` }),
  ...{ recordId, revision, occurredAt: at(minute) },
});
const refundsInBooks = z.object({
  QueryResponse: z.object({
    RefundReceipt: z.array(
      z.object({ Line: z.array(z.object({ SalesItemLineDetail: z.unknown().optional() })) }),
    ),
  }),
});

test.each([
  ['the sale', 0],
  ['the refund', 1],
])(
  'a SKU went to another product: what is given back is what was sold, also where %s comes first',
  async (_, first) => {
    const tenant = await createTestTenant(stack);
    const sold = { ...ticket(1, 2), occurredAt: at(3) };
    const givenBack: TestChange = {
      ...{ kind: 'refund', recordId: 'R-1', revision: 1, occurredAt: at(9) },
      body: { ...orderBody('R-1', [['A', 1]], 'c-1'), restock: true, orderId: 'T-1' },
    };
    const tickets = first === 0 ? [sold, givenBack] : [givenBack, sold];
    const products = [
      named('P-1', 'A', 1, 1),
      count('A', '10', at(2)),
      named('P-1', 'A-old', 2, 5),
      named('P-2', 'A', 1, 5),
      count('A', '20', at(6)),
    ];
    for (const one of [customer('c-1'), ...products, ...tickets]) {
      await sendChanges(stack, tenant, [one]);
      await untilIdle(stack, tenant);
    }
    expect(await shelf(stack, tenant)).toEqual(['A Thing P-2 20', 'A-old Thing P-1 9']);
    const answer = await inBooks(
      stack,
      tenant,
      `query?query=${encodeURIComponent('SELECT * FROM RefundReceipt')}`,
    );
    const [receipt] = refundsInBooks.parse(answer).QueryResponse.RefundReceipt;
    const value = await remoteIdOf(stack, tenant, ['qbo', 'product', 'P-1']);
    expect(receipt?.Line[0]).toMatchObject({ SalesItemLineDetail: { ItemRef: { value } } });
  },
);

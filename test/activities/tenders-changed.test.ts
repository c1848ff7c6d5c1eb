import { expect, test } from '@jest/globals';

import type { OrderBody } from '../../domain/bodies';
import { openTexts } from '../support/open-balances';
import { trialBalance } from '../support/operator';
import { customer, orderBody, product } from '../support/samples';
import { heldWith } from '../support/ways-out';
import {
  createTestTenant,
  sendChanges,
  withStack,
  untilIdle,
  type TestChange,
  type TestTenant,
} from '../support/stack';

// A ticket of several tenders is an invoice with payments, of one tender a receipt: edited from one
// to the other and back it stays what the POS says, also where a refund rests on it.

const stack = withStack();
let tenant: TestTenant;

function ticket(revision: number, tenders: OrderBody['tenders']): TestChange {
  const body = { ...orderBody('T-1', [['A', 4]], 'c-1'), tenders };
  return { kind: 'order', recordId: 'T-1', revision, body };
}
const card = (amountMinor: number): { tender: string; amountMinor: number } => ({
  tender: 'card',
  amountMinor,
});
const cash = (amountMinor: number): { tender: string; amountMinor: number } => ({
  tender: 'cash',
  amountMinor,
});
const refund: TestChange = {
  kind: 'refund',
  recordId: 'R-1',
  body: { ...orderBody('R-1', [['A', 1]], 'c-1'), restock: true, orderId: 'T-1' },
};

async function sent(...changes: TestChange[]): Promise<void> {
  tenant = await createTestTenant(stack);
  for (const change of [product('A'), customer('c-1'), ...changes]) {
    await sendChanges(stack, tenant, [change]);
    await untilIdle(stack, tenant);
  }
  expect(await heldWith(stack, tenant)).toEqual([]);
  expect(await openTexts(stack, tenant)).toEqual([]);
}

test('B14: a refunded ticket of two tenders becomes one of a single tender', async () => {
  await sent(ticket(1, [card(3_000), cash(2_000)]), refund, ticket(2, [card(5_000)]));
  expect(await trialBalance(stack, tenant)).toEqual({
    'Sales of Product Income': '-37.50',
    'Card clearing': '37.50',
  });
});

test('B14: and one of two tenders again, each of which is posted anew', async () => {
  await sent(
    ticket(1, [card(3_000), cash(2_000)]),
    refund,
    ticket(2, [card(5_000)]),
    ticket(3, [card(1_000), cash(4_000)]),
  );
  expect(await trialBalance(stack, tenant)).toEqual({
    'Sales of Product Income': '-37.50',
    'Card clearing': '-2.50',
    'Cash drawer': '40.00',
  });
});

test('B14: a payment that the former invoice still has is posted anew with the next one', async () => {
  tenant = await createTestTenant(stack);
  const changes = [ticket(1, [card(3_000), cash(2_000)]), ticket(2, [card(5_000)])];
  await sendChanges(stack, tenant, [product('A'), customer('c-1')]);
  for (const change of [...changes, ticket(3, [card(1_000), cash(4_000)])])
    await sendChanges(stack, tenant, [change]);
  await untilIdle(stack, tenant);
  expect(await trialBalance(stack, tenant)).toEqual({
    'Sales of Product Income': '-50.00',
    'Card clearing': '10.00',
    'Cash drawer': '40.00',
  });
});

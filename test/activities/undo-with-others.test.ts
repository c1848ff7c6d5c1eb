import { expect, test } from '@jest/globals';

import { putMapping } from '../../database/mappings';
import { withApi } from '../support/api';
import {
  accountsOf,
  ended,
  operatorOf,
  startUndo,
  trialBalance,
  type Ask,
} from '../support/operator';
import { customer, orderBody, product } from '../support/samples';
import { documents } from '../support/sandboxes';
import {
  createTestTenant,
  withStack,
  untilIdle,
  type TestChange,
  type TestTenant,
} from '../support/stack';
import { heldWith, next, remoteIdOf, sent } from '../support/ways-out';

// An undo of what others rest on: a payout and its sale, an order and the deposit that it uses.

const stack = withStack();
const api = withApi({ stack });
const range = { from: '2026-11-01', to: '2026-11-30' };

const sale = (change: object = {}): TestChange => ({
  kind: 'order',
  recordId: 'T-1',
  body: { ...orderBody('T-1', [['A', 2]], 'c-1'), ...change },
});
const usingDeposit: TestChange = {
  kind: 'order',
  recordId: 'L-1',
  body: {
    ...orderBody('L-1', [['A', 2]], 'c-1'),
    deposits: [{ paymentId: 'D-1', amountMinor: 1_000 }],
    tenders: [{ tender: 'card', amountMinor: 1_500 }],
  },
};
const deposit = (change: object = {}): TestChange => ({
  kind: 'payment',
  recordId: 'D-1',
  body: {
    ...{ number: 'D-1', depositFor: 'L-1', customerId: 'c-1', tender: 'cash' },
    ...{ amountMinor: 1_000, businessDate: '2026-11-20', ...change },
  },
});
const payout: TestChange = {
  kind: 'payout',
  recordId: 'O-1',
  body: {
    ...{ processor: 'stripe', tender: 'card', businessDate: '2026-11-25' },
    ...{ grossMinor: 2_500, feesMinor: 0, netMinor: 2_500 },
    includes: [{ kind: 'order', recordId: 'T-1', amountMinor: 2_500 }],
  },
};

/** A tenant that has the sale with its payout and the order with its deposit in the books. */
async function begin(): Promise<{ tenant: TestTenant; ask: Ask }> {
  const tenant = await createTestTenant(stack);
  await sent(stack, tenant, product('A'), customer('c-1'));
  const ids = await accountsOf(stack, tenant);
  const item = await remoteIdOf(stack, tenant, ['qbo', 'product', 'p-A']);
  const map = (kind: 'account' | 'item', key: string, id: string): Promise<unknown> =>
    putMapping(stack.database.pool, tenant.id, { kind, key, target: { id, name: null } }, 'test');
  await map('item', '@deposit', item);
  await map('account', 'bank:stripe', ids['Bank'] ?? '');
  await map('account', 'fees:stripe', ids['Processor fees'] ?? '');
  await sent(stack, tenant, deposit(), sale(), usingDeposit, payout);
  expect(await heldWith(stack, tenant)).toEqual([]);
  expect(await documents(stack, tenant)).toHaveLength(4);
  return { tenant, ask: await operatorOf(stack, api, tenant) };
}

test('an undo takes back a sale with the payout that lists it, and a deposit with the order that uses it', async () => {
  const { tenant, ask } = await begin();
  const run = await startUndo(stack, tenant, ask, range);
  expect(await ended(ask, run)).toMatchObject({
    state: 'completed',
    undone: { voided: 3, countered: 1 },
  });
  expect(await heldWith(stack, tenant)).toEqual([]);
  expect(await trialBalance(stack, tenant)).toEqual({});
});

test('what was voided at the till before goes when the payout and the order that rest on it are undone', async () => {
  const { tenant, ask } = await begin();
  await sent(stack, tenant, next(sale({ voided: true })), next(deposit({ voided: true })));
  expect(await heldWith(stack, tenant)).toEqual([
    expect.stringContaining('D-1 held in_use'),
    expect.stringContaining('T-1 held in_use'),
  ]);
  const run = await startUndo(stack, tenant, ask, { ...range, kinds: ['payout', 'order'] });
  expect(await ended(ask, run)).toMatchObject({ state: 'completed' });
  await untilIdle(stack, tenant);
  expect(await heldWith(stack, tenant)).toEqual([]);
  expect(await trialBalance(stack, tenant)).toEqual({});
});

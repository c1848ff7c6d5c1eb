import { expect, test } from '@jest/globals';

import { forgetFacts } from '../../database/connections';
import { putMapping } from '../../database/mappings';
import type { RefundBody } from '../../domain/bodies';
import { initialPostingSettings } from '../../domain/posting/settings';
import { openTexts } from '../support/open-balances';
import { accountsOf, post, trialBalance } from '../support/operator';
import { customer, orderBody, product } from '../support/samples';
import { unsettledOrUnknown } from '../support/sandboxes';
import {
  control,
  createTestTenant,
  sendChanges,
  withStack,
  untilIdle,
  type TestChange,
  type TestTenant,
} from '../support/stack';

// What nets to zero on a customer's account is applied to each other: the open-balance report shows
// none of it.

const stack = withStack();
const creditMemo = { refund: { ...initialPostingSettings.refund, invoice: 'creditMemo' as const } };

async function tenantWith(posting: Parameters<typeof post>[2]): Promise<TestTenant> {
  const tenant = await createTestTenant(stack);
  await post(stack, tenant, posting);
  await sendChanges(stack, tenant, [customer('c-1'), product('A')]);
  await untilIdle(stack, tenant);
  const accounts = await accountsOf(stack, tenant);
  const receivable = { id: accounts['Accounts Receivable (A/R)'] ?? '', name: null };
  await putMapping(
    stack.database.pool,
    tenant.id,
    { kind: 'account', key: 'receivable', target: receivable },
    'test',
  );
  return tenant;
}

/** Sends changes one request at a time, each when the one before rests. */
async function sent(tenant: TestTenant, ...changes: TestChange[]): Promise<string[]> {
  for (const change of changes) {
    await sendChanges(stack, tenant, [change]);
    await untilIdle(stack, tenant);
  }
  return openTexts(stack, tenant);
}

const invoice = (revision: number, pieces: number, change: object = {}): TestChange => {
  const { tenders, ...body } = orderBody('I-1', [['A', pieces]], 'c-1');
  expect(tenders).toHaveLength(1);
  return { kind: 'invoice', recordId: 'I-1', revision, body: { ...body, ...change } };
};
const payment = (revision: number, amountMinor: number, change: object = {}): TestChange => ({
  kind: 'payment',
  recordId: 'P-1',
  revision,
  body: { number: 'P-1', tender: 'cash', amountMinor, invoiceId: 'I-1', ...change },
});
const refund = (
  revision: number,
  pieces: number,
  change: Partial<RefundBody> = {},
): TestChange => ({
  kind: 'refund',
  recordId: 'R-1',
  revision,
  body: { ...orderBody('R-1', [['A', pieces]], 'c-1'), restock: true, orderId: 'I-1', ...change },
});
const voided = { voided: true };

test('B7: an invoice that was edited below its payment and voided is settled once the payment is voided', async () => {
  const tenant = await tenantWith({});
  expect(await sent(tenant, invoice(1, 8), payment(1, 10_000))).toEqual([]);
  await sent(tenant, invoice(2, 5));
  await sent(tenant, invoice(3, 5, voided));
  expect(await sent(tenant, payment(2, 10_000, voided))).toEqual([]);
  // Whatever of it was held is void too.
  expect(await sent(tenant, invoice(4, 5, voided))).toEqual([]);
  expect(await trialBalance(stack, tenant)).toEqual({});
  expect(await unsettledOrUnknown(stack, tenant)).toEqual([]);
});

test('B7: a credit memo that was paid back is applied to its journal entries, also edited and voided', async () => {
  const tenant = await tenantWith(creditMemo);
  expect(await sent(tenant, invoice(1, 4), payment(1, 5_000))).toEqual([]);
  const twice = (totalMinor: number): Partial<RefundBody> => ({
    tenders: [
      { tender: 'cash', amountMinor: 1_000 },
      { tender: 'card', amountMinor: totalMinor - 1_000 },
    ],
  });
  expect(await sent(tenant, refund(1, 2, twice(2_500)))).toEqual([]);
  expect(await sent(tenant, refund(2, 3, twice(3_750)))).toEqual([]);
  expect(await sent(tenant, refund(3, 1, twice(1_250)))).toEqual([]);
  expect(await trialBalance(stack, tenant)).toEqual({
    'Card clearing': '-2.50',
    'Cash drawer': '40.00',
    'Sales of Product Income': '-37.50',
  });
  expect(await sent(tenant, refund(4, 1, { ...twice(1_250), ...voided }))).toEqual([]);
  expect(await sent(tenant, payment(2, 5_000, voided))).toEqual(['Invoice I-1 50.00']);
  expect(await trialBalance(stack, tenant)).toEqual({
    'Accounts Receivable (A/R)': '50.00',
    'Sales of Product Income': '-50.00',
  });
  expect(await unsettledOrUnknown(stack, tenant)).toEqual([]);
});

test('B7: what the correction of a closed period charges meets a payment that came with it', async () => {
  const tenant = await tenantWith({ closed: { mode: 'firstOpenDay' } });
  expect(await sent(tenant, invoice(1, 3), refund(1, 3, { tenders: [] }))).toEqual([]);
  const { realmId } = tenant;
  const closed = { as: 'accountant', do: 'closeBooks', realmId, date: '2026-11-23' };
  await control(stack.qbo, 'act', closed);
  await forgetFacts(stack.database.pool, tenant.id, 'qbo');
  const paidBack = [{ tender: 'cash', amountMinor: 2_500 }];
  await sendChanges(stack, tenant, [
    payment(1, 2_000, { businessDate: '2026-11-24' }),
    refund(2, 2, { tenders: paidBack }),
  ]);
  await untilIdle(stack, tenant);
  expect(await openTexts(stack, tenant)).toEqual(['Invoice R-1-D1 17.50']);
});

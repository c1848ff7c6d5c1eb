import { expect, test } from '@jest/globals';
import { z } from 'zod';

import { listFailures } from '../../database/failures';
import { putMapping } from '../../database/mappings';
import type { OrderBody } from '../../domain/bodies';
import {
  control,
  createTestTenant,
  sendChanges,
  withStack,
  until,
  untilIdle,
  type TestChange,
  type TestTenant,
} from '../support/stack';
import { documents, fault, unsettledOrUnknown } from '../support/sandboxes';
import { customer, order, orderBody, product } from '../support/samples';

// Money beside the sale on its whole way: from the inbox over the tenant's workflow into the books.

const stack = withStack();

const facts = z.object({ accounts: z.array(z.object({ id: z.string(), name: z.string() })) });

/** Maps to accounts by their names, as the facts of the company that were read name them. */
async function map(tenant: TestTenant, mappings: Record<string, string>): Promise<void> {
  const { pool } = stack.database;
  const { rows } = await pool.query<{ facts: unknown }>(
    `SELECT facts FROM connections WHERE tenant = $1 AND system = 'qbo'`,
    [tenant.id],
  );
  const known = facts.parse(rows[0]?.facts).accounts;
  for (const [key, name] of Object.entries(mappings)) {
    const id = known.find((account) => account.name === name)?.id ?? 'missing';
    await putMapping(pool, tenant.id, { kind: 'account', key, target: { id, name } }, 'test');
  }
}

/** What the books hold by account. */
async function balances({ realmId }: TestTenant): Promise<Record<string, string>> {
  const totals = z.object({ totalsByAccount: z.record(z.string(), z.string()) });
  const ledger = z.object({ realms: z.record(z.string(), totals) });
  return (
    ledger.parse(await control(stack.qbo, `ledger?realmId=${realmId}`)).realms[realmId]
      ?.totalsByAccount ?? {}
  );
}

/** Reasons of what is held, by record. */
async function held(tenant: TestTenant): Promise<string[]> {
  const failures = await listFailures(
    stack.database.pool,
    tenant.id,
    { system: 'qbo' },
    { afterId: null, limit: 50 },
  );
  return failures.map(({ recordId, reason }) => `${recordId} ${reason}`).sort();
}

const invoice = (recordId: string): TestChange => {
  const { number, channel, businessDate, currency, pricesIncludeTax, customerId, lines, totals } =
    orderBody(recordId, [['A', 2]], 'c-1');
  return {
    kind: 'invoice',
    recordId,
    body: {
      number,
      channel,
      businessDate,
      currency,
      pricesIncludeTax,
      lines,
      totals,
      ...(customerId === undefined ? {} : { customerId }),
    },
  };
};
const payment = (recordId: string, amountMinor: number, of: object): TestChange => ({
  kind: 'payment',
  recordId,
  occurredAt: '2026-11-24T03:00:00Z',
  body: { number: recordId, tender: 'cash', amountMinor, ...of },
});
const refund = (
  recordId: string,
  orderId: string,
  change: Partial<OrderBody> = {},
): TestChange => ({
  kind: 'refund',
  recordId,
  body: { ...orderBody(recordId, [['A', 2]], 'c-1'), restock: true, orderId, ...change },
});

test('payments, credits and refunds find their sales, whichever comes first, also after lost answers', async () => {
  const tenant = await createTestTenant(stack);
  await fault(stack, tenant, 'qbo', {
    fault: 'resetAfterCommit',
    times: 3,
    match: { write: true },
  });
  // A payment of an unknown invoice, a refund before its sale, a refund of what is owed.
  await sendChanges(stack, tenant, [
    product('A'),
    customer('c-1'),
    payment('P-1', 1_500, { invoiceId: 'I-1' }),
    refund('R-1', 'T-1'),
    refund('R-2', 'I-2', { tenders: [] }),
  ]);
  await untilIdle(stack, tenant);
  expect(await held(tenant)).toEqual([
    'P-1 dependency',
    'R-1 dependency',
    'R-2 dependency',
    'R-2 dependency',
  ]);
  await sendChanges(stack, tenant, [
    invoice('I-1'),
    invoice('I-2'),
    order('T-1', [['A', 2]], 'c-1'),
  ]);
  await until(
    'all posted',
    () => documents(stack, tenant),
    (posted) => posted.length === 7,
  );
  await untilIdle(stack, tenant);
  expect(await held(tenant)).toEqual([]);
  expect(await documents(stack, tenant)).toEqual([
    'CreditMemo R-2 25.00',
    'Invoice I-1 25.00',
    'Invoice I-2 25.00',
    'Payment - 0.00',
    'Payment - 15.00',
    'RefundReceipt R-1 25.00',
    'SalesReceipt T-1 25.00',
  ]);
  expect(await unsettledOrUnknown(stack, tenant)).toEqual([]);
});

test('what goes beyond the sale, and a currency that the company lacks, are held with their figures', async () => {
  const tenant = await createTestTenant(stack);
  const foreign = { ...orderBody('T-2', [['A', 1]], 'c-1'), currency: 'EUR' };
  await sendChanges(stack, tenant, [
    product('A'),
    customer('c-1'),
    order('T-1', [['A', 2]], 'c-1'),
    invoice('I-1'),
    { kind: 'order', recordId: 'T-2', body: foreign },
    refund('R-1', 'T-1'),
    refund('R-2', 'T-1'),
    payment('P-1', 2_000, { invoiceId: 'I-1' }),
    payment('P-2', 501, { invoiceId: 'I-1' }),
  ]);
  await untilIdle(stack, tenant);
  expect(await held(tenant)).toEqual([
    'P-2 payment_above_invoice',
    'R-2 refund_above_sale',
    'T-2 foreign_currency',
  ]);
  const failures = await listFailures(
    stack.database.pool,
    tenant.id,
    { system: 'qbo' },
    { afterId: null, limit: 9 },
  );
  const details = failures.map(({ detail }) => detail ?? '').join('\n');
  expect(details).toContain(
    'Of T-1 25.00 were sold and 25.00 given back before: 25.00 more are too much',
  );
  expect(details).toContain('Of invoice I-1 over 25.00 still 5.00 are owed: 5.01 are too much');
});

test('an exchange, lay-away money, cash and the payout of it all are in the books, and clearing is empty', async () => {
  const tenant = await createTestTenant(stack);
  await sendChanges(stack, tenant, [customer('c-1')]);
  await untilIdle(stack, tenant);
  await map(tenant, {
    'clearing:exchange': 'Undeposited Funds',
    'bank:stripe': 'Bank',
    'fees:stripe': 'Processor fees',
    'cash:over-short': 'Office expenses',
  });
  const exchange = orderBody(
    'T-1',
    [
      ['A', 3],
      ['B', -1],
    ],
    'c-1',
  );
  exchange.tenders = [
    { tender: 'cash', amountMinor: 1_000 },
    { tender: 'card', amountMinor: 1_500 },
  ];
  const completed = {
    ...orderBody('T-2', [['A', 2]], 'c-1'),
    tenders: [{ tender: 'card', amountMinor: 1_500 }],
    deposits: [{ paymentId: 'D-1', amountMinor: 1_000 }],
  };
  const payout: TestChange = {
    kind: 'payout',
    recordId: 'po_1',
    occurredAt: '2026-11-25T10:00:00Z',
    body: {
      processor: 'stripe',
      tender: 'card',
      grossMinor: 3_000,
      feesMinor: 90,
      netMinor: 2_910,
      includes: [
        { kind: 'order', recordId: 'T-1', amountMinor: 1_500 },
        { kind: 'order', recordId: 'T-2', amountMinor: 1_500 },
      ],
    },
  };
  const short: TestChange = {
    kind: 'cash',
    recordId: 'K-1',
    body: { businessDate: '2026-11-21', tender: 'cash', type: 'difference', amountMinor: -50 },
  };
  const deposit = payment('D-1', 1_000, { depositFor: 'T-2', customerId: 'c-1' });
  await sendChanges(stack, tenant, [
    payout,
    { kind: 'order', recordId: 'T-2', body: completed },
    product('A'),
    product('B'),
    { kind: 'order', recordId: 'T-1', body: exchange },
    deposit,
    short,
  ]);
  await until(
    'only the deposit item is missing',
    () => held(tenant),
    (reasons) => reasons.includes('D-1 mapping_missing') && reasons.includes('po_1 dependency'),
  );
  const item = await stack.database.pool.query<{ remote: string }>(
    `SELECT remote_id AS remote FROM deliveries WHERE tenant = $1 AND system = 'qbo'
       AND kind = 'product' AND record_id = 'p-B'`,
    [tenant.id],
  );
  await putMapping(
    stack.database.pool,
    tenant.id,
    { kind: 'item', key: '@deposit', target: { id: item.rows[0]?.remote ?? '', name: null } },
    'test',
  );
  await sendChanges(stack, tenant, [
    {
      ...deposit,
      revision: 2,
      body: {
        number: 'D-1a',
        tender: 'cash',
        amountMinor: 1_000,
        depositFor: 'T-2',
        customerId: 'c-1',
      },
    },
    { kind: 'order', recordId: 'T-2', revision: 2, body: { ...completed, number: 'T-2a' } },
  ]);
  await until(
    'all posted',
    () => held(tenant),
    (reasons) => reasons.length === 0,
  );
  await untilIdle(stack, tenant);
  expect(await documents(stack, tenant)).toEqual([
    'Deposit - 29.10',
    'JournalEntry K-1 0.50',
    'RefundReceipt T-1-R 12.50',
    'SalesReceipt D-1a 10.00',
    'SalesReceipt T-1 37.50',
    'SalesReceipt T-2a 15.00',
    'Transfer - 10.00',
    'Transfer - 15.00',
  ]);
  expect(await balances(tenant)).toMatchObject({
    'Card clearing': '0.00',
    'Undeposited Funds': '0.00',
    'Cash drawer': '19.50',
    Bank: '29.10',
    'Processor fees': '0.90',
  });
});

test('payments, tenders of an exchange, cash and payouts that the till changes or voids end as it says', async () => {
  const tenant = await createTestTenant(stack);
  await sendChanges(stack, tenant, [customer('c-1'), product('A'), product('B')]);
  await untilIdle(stack, tenant);
  await map(tenant, {
    'clearing:exchange': 'Undeposited Funds',
    'bank:stripe': 'Bank',
    'fees:stripe': 'Processor fees',
    'cash:over-short': 'Office expenses',
  });
  const exchange = (cashMinor: number): TestChange => {
    const body = orderBody(
      'T-1',
      [
        ['A', 3],
        ['B', -1],
      ],
      'c-1',
    );
    return {
      kind: 'order',
      recordId: 'T-1',
      body: {
        ...body,
        tenders: [
          { tender: 'cash', amountMinor: cashMinor },
          { tender: 'card', amountMinor: 2_500 - cashMinor },
        ],
      },
    };
  };
  const cash = (amountMinor: number): TestChange => ({
    kind: 'cash',
    recordId: 'K-1',
    body: { businessDate: '2026-11-21', tender: 'cash', type: 'difference', amountMinor },
  });
  const payout = (feesMinor: number): TestChange => ({
    kind: 'payout',
    recordId: 'po_1',
    occurredAt: '2026-11-25T10:00:00Z',
    body: {
      processor: 'stripe',
      tender: 'card',
      grossMinor: 1_500,
      feesMinor,
      netMinor: 1_500 - feesMinor,
      includes: [{ kind: 'order', recordId: 'T-1', amountMinor: 1_500 }],
    },
  });
  const revised = (change: TestChange, revision: number): TestChange => ({ ...change, revision });
  await sendChanges(stack, tenant, [
    invoice('I-1'),
    exchange(1_000),
    cash(-50),
    payout(90),
    payment('P-1', 1_000, { invoiceId: 'I-1' }),
    payment('P-2', 500, { invoiceId: 'I-1' }),
  ]);
  await untilIdle(stack, tenant);
  await fault(stack, tenant, 'qbo', {
    fault: 'resetAfterCommit',
    times: 3,
    match: { write: true },
  });
  await sendChanges(stack, tenant, [
    revised(exchange(700), 2),
    revised(cash(-80), 2),
    revised(payout(100), 2),
    revised(payment('P-1', 1_200, { invoiceId: 'I-1' }), 2),
    revised(payment('P-2', 500, { invoiceId: 'I-1', voided: true }), 2),
  ]);
  await untilIdle(stack, tenant);
  expect(await held(tenant)).toEqual([]);
  expect(await balances(tenant)).toMatchObject({
    'Card clearing': '3.00',
    'Undeposited Funds': '0.00',
    'Cash drawer': '18.20',
    Bank: '14.00',
    'Processor fees': '1.00',
    'Office expenses': '0.80',
    'Accounts Receivable (A/R)': '13.00',
  });
  // What is left of the invoice may be paid now; the payout and the cash were a mistake, one is
  // sent again.
  const voided = (change: TestChange): TestChange => ({
    ...change,
    body: { ...z.looseObject({}).parse(change.body), voided: true },
  });
  await sendChanges(stack, tenant, [
    payment('P-3', 1_300, { invoiceId: 'I-1' }),
    revised(voided(cash(-80)), 3),
    revised(voided(payout(100)), 3),
  ]);
  await untilIdle(stack, tenant);
  expect(await held(tenant)).toEqual([]);
  expect(await balances(tenant)).toMatchObject({
    'Card clearing': '18.00',
    'Cash drawer': '32.00',
    Bank: '0.00',
    'Processor fees': '0.00',
    'Office expenses': '0.00',
    'Accounts Receivable (A/R)': '0.00',
  });
  await sendChanges(stack, tenant, [revised(payout(90), 4)]);
  await untilIdle(stack, tenant);
  expect(await balances(tenant)).toMatchObject({
    'Card clearing': '3.00',
    Bank: '14.10',
    'Processor fees': '0.90',
  });
  expect(await unsettledOrUnknown(stack, tenant)).toEqual([]);
});

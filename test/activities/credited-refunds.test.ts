import { expect, test } from '@jest/globals';
import { z } from 'zod';

import { listFailures } from '../../database/failures';
import { laneStates } from '../../database/lanes';
import { putMapping } from '../../database/mappings';
import type { RefundBody } from '../../domain/bodies';
import { initialPostingSettings } from '../../domain/posting/settings';
import { withApi } from '../support/api';
import { openTexts } from '../support/open-balances';
import { accountsOf, ended, operatorOf, post, startUndo, trialBalance } from '../support/operator';
import { customer, order, orderBody, product } from '../support/samples';
import { documents, unsettledOrUnknown } from '../support/sandboxes';
import {
  createTestTenant,
  sendChanges,
  withStack,
  until,
  untilIdle,
  type TestChange,
  type TestTenant,
} from '../support/stack';
import { signal } from '../support/tenant-workflow';
import { alone, summed, summingTenant, ticket } from './summing';
import { textOf } from '../support/text-of';

// Paid back of an invoice as a credit memo, on its whole way: from the inbox over the workflow into
// the books.

const stack = withStack();
const api = withApi({ stack });
const creditMemo = { refund: { ...initialPostingSettings.refund, invoice: 'creditMemo' as const } };

async function map(tenant: TestTenant): Promise<void> {
  const accounts = await accountsOf(stack, tenant);
  const names = {
    receivable: 'Accounts Receivable (A/R)',
    'clearing:exchange': 'Undeposited Funds',
  };
  for (const [key, name] of Object.entries(names))
    await putMapping(
      stack.database.pool,
      tenant.id,
      { kind: 'account', key, target: { id: accounts[name] ?? '', name } },
      'test',
    );
}

async function held(tenant: TestTenant): Promise<string[]> {
  const failures = await listFailures(
    stack.database.pool,
    tenant.id,
    { system: 'qbo' },
    { afterId: null, limit: 50 },
  );
  return failures
    .map(({ recordId, reason, detail }) => `${recordId} ${reason} ${detail ?? ''}`)
    .sort();
}

async function settled(tenant: TestTenant): Promise<string[]> {
  await untilIdle(stack, tenant);
  return documents(stack, tenant);
}

const invoice = (recordId: string, change: object = {}): TestChange => {
  const { tenders, ...body } = orderBody(recordId, [['A', 4]], 'c-1');
  expect(tenders).toHaveLength(1);
  return { kind: 'invoice', recordId, body: { ...body, ...change } };
};
const payment = (recordId: string, invoiceId: string): TestChange => ({
  kind: 'payment',
  recordId,
  body: { number: recordId, tender: 'cash', amountMinor: 5_000, invoiceId, businessDate: alone },
});
const refund = (
  recordId: string,
  orderId: string,
  pieces: number,
  change: Partial<RefundBody> = {},
  revision = 1,
): TestChange => ({
  kind: 'refund',
  recordId,
  revision,
  body: {
    ...orderBody(recordId, [['A', pieces]], 'c-1'),
    businessDate: alone,
    restock: true,
    orderId,
    ...change,
  },
});
const twice = (totalMinor: number): Partial<RefundBody> => ({
  tenders: [
    { tender: 'cash', amountMinor: 1_000 },
    { tender: 'card', amountMinor: totalMinor - 1_000 },
  ],
});

const run = z.looseObject({
  state: z.string(),
  done: z.int(),
  total: z.int().nullable(),
  systems: z.array(
    z.looseObject({
      accounts: z.array(
        z.object({ account: z.string(), debitMinor: z.int(), creditMinor: z.int() }),
      ),
    }),
  ),
});

test('its customer ends where they began, also edited, voided, shown before and taken back', async () => {
  const tenant = await createTestTenant(stack);
  const ask = await operatorOf(stack, api, tenant);
  await post(stack, tenant, creditMemo);
  // The refund comes first.
  await sendChanges(stack, tenant, [
    customer('c-1'),
    product('A'),
    refund('R-1', 'I-1', 2, twice(2_500)),
    order('S-1', [['A', 4]], 'c-1'),
    refund('R-2', 'S-1', 1),
  ]);
  await untilIdle(stack, tenant);
  await map(tenant);
  await sendChanges(stack, tenant, [
    invoice('I-1', { businessDate: alone }),
    payment('P-1', 'I-1'),
  ]);
  await until(
    'all posted',
    () => documents(stack, tenant),
    (all) => all.length === 8,
  );
  expect(await held(tenant)).toEqual([]);
  expect(await settled(tenant)).toEqual([
    'CreditMemo R-1 25.00',
    'Invoice I-1 50.00',
    'JournalEntry R-1-B1 10.00',
    'JournalEntry R-1-B2 15.00',
    'Payment - 0.00',
    'Payment - 50.00',
    'RefundReceipt R-2 12.50',
    'SalesReceipt S-1 50.00',
  ]);
  expect(await held(tenant)).toEqual([]);
  expect(await trialBalance(stack, tenant)).toMatchObject({
    'Cash drawer': '40.00',
    'Card clearing': '22.50',
    'Sales of Product Income': '-62.50',
  });
  expect(await trialBalance(stack, tenant)).not.toHaveProperty('Accounts Receivable (A/R)');
  expect(await openTexts(stack, tenant)).toEqual([]);
  // What was posted one way stays that way.
  await post(stack, tenant, {});
  await sendChanges(stack, tenant, [
    refund('R-1', 'I-1', 3, twice(3_750), 2),
    refund('R-3', 'I-1', 1),
  ]);
  expect((await settled(tenant)).filter((one) => /R-|JournalEntry/.test(one))).toEqual([
    'CreditMemo R-1 37.50',
    'JournalEntry R-1-B1 10.00',
    'JournalEntry R-1-B2 27.50',
    'RefundReceipt R-2 12.50',
    'RefundReceipt R-3 12.50',
  ]);
  await sendChanges(stack, tenant, [refund('R-3', 'I-1', 1, { voided: true }, 2)]);
  await untilIdle(stack, tenant);
  // A dry run of an edit shows what happens then.
  await post(stack, tenant, creditMemo);
  await signal(stack, tenant, 'setPaused', { paused: true });
  await until(
    'paused',
    () => laneStates(stack.database.pool, tenant.id),
    (lanes) => lanes.every(({ isPaused }) => isPaused),
  );
  await sendChanges(stack, tenant, [refund('R-1', 'I-1', 2, twice(2_500), 3)]);
  await until(
    'absorbed',
    async () =>
      (
        await stack.database.pool.query(
          `SELECT 1 FROM deliveries WHERE tenant = $1 AND kind = 'refund' AND state = 'waiting'`,
          [tenant.id],
        )
      ).rowCount,
    (count) => (count ?? 0) >= 2,
  );
  const started = await ask('POST', '/runs', { kind: 'dry_run', systems: ['qbo'] });
  const id = textOf(started.body, 'runId');
  const shown = await until(
    'shown',
    async () => run.parse((await ask('GET', `/runs/${id}`)).body),
    ({ state }) => state === 'completed',
  );
  // Its entries come after the credit memo: as what waits they are counted.
  expect(shown).toMatchObject({
    total: 3,
    done: 3,
    systems: [
      {
        outcomes: { wait: 2, write: 1 },
        accounts: [
          { account: 'Accounts Receivable (A/R)', creditMinor: 2_500 },
          { account: 'Sales of Product Income', debitMinor: 2_500 },
        ],
      },
    ],
  });
  await signal(stack, tenant, 'setPaused', { paused: false });
  await settled(tenant);
  const books = {
    'Cash drawer': '40.00',
    'Card clearing': '22.50',
    'Sales of Product Income': '-62.50',
  };
  expect(await trialBalance(stack, tenant)).toMatchObject(books);
  expect(await trialBalance(stack, tenant)).not.toHaveProperty('Accounts Receivable (A/R)');
  // Taken back by day: the refund alone, and all of it.
  const only = await startUndo(stack, tenant, ask, { from: alone, to: alone, kinds: ['refund'] });
  expect(await ended(ask, only)).toMatchObject({ state: 'completed', undone: { countered: 2 } });
  expect(await trialBalance(stack, tenant)).toMatchObject({
    'Cash drawer': '50.00',
    'Card clearing': '50.00',
  });
  const whole = await startUndo(stack, tenant, ask, { from: '2026-01-01', to: '2026-12-31' });
  await ended(ask, whole);
  expect(await trialBalance(stack, tenant)).toEqual({});
  // B7: nor is anything open that nets to zero.
  expect(await openTexts(stack, tenant)).toEqual([]);
  expect(await unsettledOrUnknown(stack, tenant)).toEqual([]);
});

test('on a day of summaries what names its sale is a document of its own, of a receipt a refund receipt', async () => {
  const tenant = await summingTenant(stack, creditMemo);
  await map(tenant);
  await sendChanges(stack, tenant, [
    ticket('S-1', 1, [['A', 4]], { businessDate: summed }),
    invoice('I-1', { businessDate: summed }),
    refund('R-1', 'S-1', 1, { businessDate: summed }),
    refund('R-2', 'I-1', 2, { businessDate: summed }),
    {
      ...refund('R-3', '', 3, { businessDate: summed }),
      body: { ...orderBody('R-3', [['A', 3]], 'c-1'), businessDate: summed, restock: true },
    },
  ]);
  await until(
    'all posted',
    () => documents(stack, tenant),
    (all) => all.length === 7,
  );
  expect(await settled(tenant)).toEqual([
    'CreditMemo R-2 25.00',
    'Invoice I-1 50.00',
    'JournalEntry R-2-B1 25.00',
    'Payment - 0.00',
    'RefundReceipt P-20261120-CARD-R 37.50',
    'RefundReceipt R-1 12.50',
    'SalesReceipt P-20261120-CARD 50.00',
  ]);
  expect(await trialBalance(stack, tenant)).toMatchObject({
    'Accounts Receivable (A/R)': '50.00',
    'Card clearing': '-25.00',
  });
  await sendChanges(stack, tenant, [
    refund('R-2', 'I-1', 2, { businessDate: summed, voided: true }, 2),
  ]);
  await settled(tenant);
  expect(await trialBalance(stack, tenant)).toMatchObject({
    'Accounts Receivable (A/R)': '50.00',
  });
  expect(await trialBalance(stack, tenant)).not.toHaveProperty('Card clearing');
});

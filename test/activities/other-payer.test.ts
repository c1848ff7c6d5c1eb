import { expect, test } from '@jest/globals';

import { listFailures } from '../../database/failures';
import { trialBalance } from '../support/operator';
import { customer, orderBody, product } from '../support/samples';
import { documents, fault, unsettledOrUnknown } from '../support/sandboxes';
import {
  createTestTenant,
  sendChanges,
  withStack,
  untilIdle,
  type TestChange,
  type TestTenant,
} from '../support/stack';

// A paid invoice that the till gives to another customer, on its whole way into the books.

const stack = withStack();
const invoice = (customerId: string, revision: number): TestChange => {
  const { tenders, ...body } = orderBody('I-1', [['A', 4]], customerId);
  expect(tenders).toHaveLength(1);
  return { kind: 'invoice', recordId: 'I-1', revision, body };
};
const payment = (
  recordId: string,
  amountMinor: number,
  change: object = {},
  revision = 1,
): TestChange => ({
  kind: 'payment',
  recordId,
  revision,
  body: { number: recordId, tender: 'cash', amountMinor, invoiceId: 'I-1', ...change },
});

async function held(tenant: TestTenant): Promise<string[]> {
  const failures = await listFailures(
    stack.database.pool,
    tenant.id,
    { system: 'qbo' },
    { afterId: null, limit: 50 },
  );
  return failures.map(({ recordId, detail }) => `${recordId} ${detail ?? ''}`).sort();
}

test('its payments are voided and posted anew of the new customer, also with lost answers, and what comes then finds it', async () => {
  const tenant = await createTestTenant(stack);
  await sendChanges(stack, tenant, [
    customer('c-1'),
    customer('c-2'),
    product('A'),
    invoice('c-1', 1),
    payment('P-1', 1_000),
    payment('P-2', 1_500),
  ]);
  await untilIdle(stack, tenant);
  await fault(stack, tenant, 'qbo', {
    fault: 'resetAfterCommit',
    times: 3,
    match: { write: true },
  });
  await sendChanges(stack, tenant, [invoice('c-2', 2)]);
  await untilIdle(stack, tenant);
  expect(await held(tenant)).toEqual([]);
  expect(await documents(stack, tenant)).toEqual([
    'Invoice I-1 50.00',
    'Payment - 0.00',
    'Payment - 0.00',
    'Payment - 10.00',
    'Payment - 15.00',
  ]);
  expect(await trialBalance(stack, tenant)).toMatchObject({
    'Accounts Receivable (A/R)': '25.00',
    'Cash drawer': '25.00',
  });
  await sendChanges(stack, tenant, [
    payment('P-3', 2_500),
    payment('P-1', 1_000, { voided: true }, 2),
  ]);
  await untilIdle(stack, tenant);
  expect(await held(tenant)).toEqual([]);
  expect(await trialBalance(stack, tenant)).toMatchObject({
    'Accounts Receivable (A/R)': '10.00',
    'Cash drawer': '40.00',
  });
  expect(await unsettledOrUnknown(stack, tenant)).toEqual([]);
});

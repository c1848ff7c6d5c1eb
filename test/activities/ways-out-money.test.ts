import { expect, test } from '@jest/globals';

import { forgetFacts } from '../../database/connections';
import { discardDelivery } from '../../database/failures';
import { deliveriesOf } from '../../database/status';
import { accountsOf, inBooks } from '../support/operator';
import { customer, order, orderBody, product } from '../support/samples';
import { documents } from '../support/sandboxes';
import {
  control,
  createTestTenant,
  withStack,
  untilIdle,
  type TestChange,
  type TestTenant,
} from '../support/stack';
import {
  detailOf,
  heldWith,
  next,
  redriven,
  remoteIdOf,
  sent,
  standing,
  untilStands,
  type Place,
} from '../support/ways-out';

// Each reason for which the books' lane holds refunds and money beside the sale, as far as no other
// test takes its way out: the hold is made, the way out that its text names is taken, and it is
// delivered. One tenant each.

const stack = withStack();

async function begin(): Promise<TestTenant> {
  const tenant = await createTestTenant(stack);
  await sent(stack, tenant, product('A'), customer('c-1'));
  return tenant;
}

function invoice(change: object = {}): TestChange {
  const { tenders, ...body } = orderBody('I-1', [['A', 2]], 'c-1');
  expect(tenders).toHaveLength(1);
  return { kind: 'invoice', recordId: 'I-1', body: { ...body, ...change } };
}
const refund = (orderId: string, change: object = {}): TestChange => ({
  kind: 'refund',
  recordId: 'R-1',
  body: { ...orderBody('R-1', [['A', 1]], 'c-1'), restock: true, orderId, ...change },
});
const payment = (recordId: string, amountMinor: number, change: object = {}): TestChange => ({
  kind: 'payment',
  recordId,
  body: {
    number: recordId,
    tender: 'cash',
    amountMinor,
    invoiceId: 'I-1',
    businessDate: '2026-11-24',
    ...change,
  },
});

async function expectHeld(
  tenant: TestTenant,
  place: Place,
  reason: string,
  text: RegExp,
): Promise<void> {
  expect([await standing(stack, tenant, place), await heldWith(stack, tenant)]).toEqual([
    reason,
    expect.anything(),
  ]);
  expect(await detailOf(stack, tenant, place)).toMatch(text);
}
const back: Place = ['qbo', 'refund', 'R-1'];
const paid: Place = ['qbo', 'payment', 'P-1'];

test('the way out of `refund_without_tender`: the tenders are sent', async () => {
  const tenant = await begin();
  await sent(stack, tenant, order('T-1', [['A', 2]], 'c-1'), refund('T-1', { tenders: [] }));
  await expectHeld(
    tenant,
    back,
    'dependency refund_without_tender',
    /T-1 was paid: say how 12\.50/,
  );
  await sent(stack, tenant, next(refund('T-1')));
  await untilStands(stack, tenant, back, 'delivered');
  expect(await documents(stack, tenant)).toContain('RefundReceipt R-1 12.50');
});

test('the way out of `credit_not_owed`: the refund is sent with the tender of what was paid back', async () => {
  const tenant = await begin();
  await sent(stack, tenant, invoice());
  const [invoiceId, customerId] = [
    await remoteIdOf(stack, tenant, ['qbo', 'invoice', 'I-1']),
    await remoteIdOf(stack, tenant, ['qbo', 'customer', 'c-1']),
  ];
  // The accountant has the money already, of which the till knows nothing.
  await inBooks(stack, tenant, 'payment', {
    CustomerRef: { value: customerId },
    TotalAmt: 25,
    Line: [{ Amount: 25, LinkedTxn: [{ TxnId: invoiceId, TxnType: 'Invoice' }] }],
    DepositToAccountRef: { value: (await accountsOf(stack, tenant))['Bank'] },
  });
  await sent(stack, tenant, refund('I-1', { tenders: [] }));
  await expectHeld(tenant, back, 'credit_not_owed', /owes nothing of its invoice/);
  await sent(stack, tenant, next(refund('I-1')));
  await untilStands(stack, tenant, back, 'delivered');
  expect(await documents(stack, tenant)).toContain('RefundReceipt R-1-V2 12.50');
});

test('an owed refund waits with the payment that applies it: the period is opened, so that a refund receipt becomes a credit memo', async () => {
  const tenant = await begin();
  const close = (date: string | null): Promise<unknown> =>
    control(stack.qbo, 'act', {
      ...{ as: 'accountant', do: 'closeBooks', realmId: tenant.realmId, date },
    });
  await sent(stack, tenant, invoice(), refund('I-1'));
  await close('2026-11-30');
  await forgetFacts(stack.database.pool, tenant.id, 'qbo');
  await sent(stack, tenant, next(refund('I-1', { tenders: [] })));
  await untilStands(stack, tenant, back, 'closed_period dependency');
  expect(await detailOf(stack, tenant, back)).toMatch(/Waiting for: refund R-1/);
  await close(null);
  await redriven(stack, tenant, back);
  expect(await documents(stack, tenant)).toContain('CreditMemo R-1-V2 12.50');
});

test('the way out of `too_many_entries`: booked by hand and discarded', async () => {
  const tenant = await begin();
  await sent(stack, tenant, payment('P-1', 1));
  // As many more, without their way through the inbox.
  const { pool } = stack.database;
  await pool.query(
    `INSERT INTO records (tenant, kind, record_id, rev, op, body, origin)
       SELECT $1, 'payment', 'M-' || n, 1, 'present', (SELECT body FROM records WHERE tenant = $1
         AND record_id = 'P-1'), '{}' FROM generate_series(1, 200) AS n`,
    [tenant.id],
  );
  await pool.query(
    `INSERT INTO sale_entries (tenant, sale_id, kind, record_id)
       SELECT $1, 'I-1', 'payment', 'M-' || n FROM generate_series(1, 200) AS n`,
    [tenant.id],
  );
  await sent(stack, tenant, invoice());
  await expectHeld(tenant, paid, 'too_many_entries', /more refunds and payments than are added up/);
  const [delivery] = await deliveriesOf(pool, tenant.id, 'payment', 'P-1');
  expect(await discardDelivery(pool, tenant.id, delivery?.id ?? '', 'booked by hand')).toBe(
    'discarded',
  );
  expect(await standing(stack, tenant, paid)).toBe('skipped');
  await untilIdle(stack, tenant);
});

test('what was discarded by mistake comes back by a redrive of its id, and what names it waits and says so', async () => {
  const tenant = await begin();
  const { pool } = stack.database;
  const sold: Place = ['qbo', 'invoice', 'I-1'];
  const elsewhere = invoice({ customerId: 'c-2' });
  await sent(stack, tenant, elsewhere);
  const [delivery] = await deliveriesOf(pool, tenant.id, 'invoice', 'I-1');
  expect(await discardDelivery(pool, tenant.id, delivery?.id ?? '', 'by mistake')).toBe(
    'discarded',
  );
  await sent(stack, tenant, { ...customer('c-2'), recordId: 'c-2' }, payment('P-1', 2_500));
  await expectHeld(tenant, paid, 'dependency', /invoice I-1 \(discarded: redrive its delivery/);
  // The same facts again are nothing new: what was booked by hand is not booked twice.
  await sent(stack, tenant, { ...elsewhere, revision: 2 });
  expect(await standing(stack, tenant, sold)).toBe('skipped');
  expect(await documents(stack, tenant)).toEqual([]);
  await redriven(stack, tenant, sold);
  await untilStands(stack, tenant, paid, 'delivered');
  expect(await documents(stack, tenant)).toEqual(['Invoice I-1 25.00', 'Payment - 25.00']);
});

import { expect, test } from '@jest/globals';

import { listFailures } from '../../database/failures';
import { putMapping } from '../../database/mappings';
import type { OrderBody } from '../../domain/bodies';
import { accountsOf, trialBalance } from '../support/operator';
import { customer, order, orderBody, product } from '../support/samples';
import { documents } from '../support/sandboxes';
import {
  createTestTenant,
  sendChanges,
  withStack,
  untilIdle,
  type TestChange,
  type TestTenant,
} from '../support/stack';

// What is compared with other records is looked at again when these change, and what others in the
// books rest on is not taken away in silence: from the inbox over the workflow into the books.

const stack = withStack();

/** What is held in the books' lane, with its text. */
async function held(tenant: TestTenant): Promise<string[]> {
  const failures = await listFailures(
    stack.database.pool,
    tenant.id,
    { system: 'qbo' },
    { afterId: null, limit: 50 },
  );
  return failures
    .map(({ recordId, reason, detail }) => `${recordId} ${reason}: ${detail ?? ''}`)
    .sort();
}

async function sent(tenant: TestTenant, ...changes: TestChange[]): Promise<void> {
  await sendChanges(stack, tenant, changes);
  await untilIdle(stack, tenant);
}

async function begin(): Promise<TestTenant> {
  const tenant = await createTestTenant(stack);
  await sent(tenant, product('A'), customer('c-1'), customer('c-2'));
  const ids = await accountsOf(stack, tenant);
  const { pool } = stack.database;
  const map = (kind: 'account' | 'item', key: string, id: string): Promise<unknown> =>
    putMapping(pool, tenant.id, { kind, key, target: { id, name: null } }, 'test');
  await map('account', 'clearing:exchange', ids['Undeposited Funds'] ?? '');
  await map('account', 'bank:stripe', ids['Bank'] ?? '');
  await map('account', 'fees:stripe', ids['Processor fees'] ?? '');
  await map('account', 'chargebacks:stripe', ids['Office expenses'] ?? '');
  const { rows } = await pool.query<{ id: string }>(
    `SELECT remote_id AS id FROM deliveries WHERE tenant = $1 AND system = 'qbo'
       AND kind = 'product'`,
    [tenant.id],
  );
  await map('item', '@deposit', rows[0]?.id ?? '');
  await map('item', '@giftCard', rows[0]?.id ?? '');
  return tenant;
}

/** A ticket of so many pieces at 12.50. */
function ticket(recordId: string, count: number, change: Partial<OrderBody> = {}): TestChange {
  return {
    ...order(recordId, [['A', count]], 'c-1'),
    body: { ...orderBody(recordId, [['A', count]], 'c-1'), ...change },
  };
}
function invoice(recordId: string, count: number, change: object = {}): TestChange {
  const body: Partial<OrderBody> = orderBody(recordId, [['A', count]], 'c-1');
  delete body.tenders;
  return { kind: 'invoice', recordId, body: { ...body, ...change } };
}
function refund(recordId: string, orderId: string, count: number, change: object = {}): TestChange {
  return {
    kind: 'refund',
    recordId,
    body: { ...orderBody(recordId, [['A', count]], 'c-1'), restock: true, orderId, ...change },
  };
}
function payment(recordId: string, amountMinor: number, change: object): TestChange {
  return {
    kind: 'payment',
    recordId,
    body: { number: recordId, tender: 'cash', amountMinor, businessDate: '2026-11-24', ...change },
  };
}
const paidOutKinds = { R: 'refund', I: 'invoice', P: 'payment', T: 'order' };
function listedIn(amounts: Record<string, number>): { amountMinor: number }[] {
  return Object.entries(amounts).map(([id, amountMinor]) => {
    const kind = Object.entries(paidOutKinds).find(([letter]) => id.startsWith(letter))?.[1];
    return { kind, recordId: id, amountMinor };
  });
}
function payout(
  recordId: string,
  listed: Record<string, number>,
  change: object = {},
  back: Record<string, number> = {},
): TestChange {
  const [includes, chargebacks] = [listedIn(listed), listedIn(back)];
  const grossMinor = [...includes, ...chargebacks].reduce((sum, one) => sum + one.amountMinor, 0);
  return {
    kind: 'payout',
    recordId,
    body: {
      processor: 'stripe',
      tender: 'card',
      businessDate: '2026-11-25',
      grossMinor,
      feesMinor: 0,
      netMinor: grossMinor,
      includes,
      ...(chargebacks.length === 0 ? {} : { chargebacks }),
      ...change,
    },
  };
}
/** Goods of a worth that are paid, or given back, by gift card and the rest in cash. */
function byGiftCard(worthMinor: number, cardMinor = worthMinor): Partial<OrderBody> {
  const amountMinor = worthMinor - cardMinor;
  return {
    giftCards: { used: [{ code: 'G-1', amountMinor: cardMinor }] },
    tenders: amountMinor === 0 ? [] : [{ tender: 'cash', amountMinor }],
    totals: { netMinor: worthMinor, taxMinor: 0, totalMinor: amountMinor },
  };
}
const again = (change: TestChange, revision = 2): TestChange => ({ ...change, revision });
const isVoid = { voided: true };

test('B5: a payment above its invoice and refunds above their sale go on when the other one is corrected: the way out of `payment_above_invoice`, the way out of `refund_above_sale`', async () => {
  const tenant = await begin();
  await sent(
    tenant,
    invoice('I-1', 1),
    ticket('T-1', 1),
    payment('P-1', 1_000, { invoiceId: 'I-1' }),
    refund('R-1', 'T-1', 1),
  );
  await sent(tenant, payment('P-2', 1_000, { invoiceId: 'I-1' }), refund('R-2', 'T-1', 1));
  expect(await held(tenant)).toEqual([
    'P-2 payment_above_invoice: Of invoice I-1 over 12.50 still 2.50 are owed: 10.00 are ' +
      'too much',
    'R-2 refund_above_sale: Of T-1 12.50 were sold and 12.50 given back before: 12.50 more ' +
      'are too much',
  ]);
  // Not enough yet: the texts say what is true now.
  await sent(
    tenant,
    again(payment('P-1', 400, { invoiceId: 'I-1' })),
    again(ticket('T-1', 2)),
    again(refund('R-2', 'T-1', 2)),
  );
  expect(await held(tenant)).toEqual([
    'P-2 payment_above_invoice: Of invoice I-1 over 12.50 still 8.50 are owed: 10.00 are ' +
      'too much',
    'R-2 refund_above_sale: Of T-1 25.00 were sold and 12.50 given back before: 25.00 more ' +
      'are too much',
  ]);
  await sent(tenant, again(invoice('I-1', 2)), again(refund('R-1', 'T-1', 1, isVoid)));
  expect(await held(tenant)).toEqual([]);
  expect(await documents(stack, tenant)).toEqual(
    expect.arrayContaining(['Payment - 4.00', 'Payment - 10.00', 'RefundReceipt R-2 25.00']),
  );
});

test('B5: an order whose deposit is corrected, a deposit that goes over to another order, and a refund that names another sale: the way out of `deposit_differs`', async () => {
  const tenant = await begin();
  const uses = {
    deposits: [{ paymentId: 'D-1', amountMinor: 1_000 }],
    tenders: [{ tender: 'card', amountMinor: 1_500 }],
  };
  await sent(tenant, payment('D-1', 500, { depositFor: 'T-1', customerId: 'c-1' }));
  await sent(tenant, ticket('T-1', 2, uses), ticket('T-2', 1), ticket('T-3', 2));
  expect(await held(tenant)).toEqual([
    'T-1 deposit_differs: Deposit D-1 is 5.00, the order uses 10.00 of it',
  ]);
  await sent(tenant, again(payment('D-1', 1_000, { depositFor: 'T-1', customerId: 'c-1' })));
  expect(await held(tenant)).toEqual([]);
  await sent(tenant, refund('R-1', 'T-2', 1));
  await sent(tenant, refund('R-2', 'T-2', 1));
  expect(await held(tenant)).toEqual([expect.stringContaining('R-2 refund_above_sale')]);
  // The first one belonged to another sale.
  await sent(tenant, again(refund('R-1', 'T-3', 1)));
  expect(await held(tenant)).toEqual([]);
});

test('B4: a sale whose refund is in the books is not voided in silence, and both void whichever comes first: the way out of `in_use`', async () => {
  const tenant = await begin();
  await sent(tenant, ticket('T-1', 2), refund('R-1', 'T-1', 1));
  await sent(tenant, again(ticket('T-1', 2, isVoid)));
  expect(await held(tenant)).toEqual([
    'T-1 in_use: The order T-1 is voided at the POS, but refunds of it are in QuickBooks: ' +
      'R-1 over 12.50. Void or correct these at the POS too, or send the order again as it ' +
      'was',
  ]);
  expect(await trialBalance(stack, tenant)).toEqual({
    'Card clearing': '12.50',
    'Sales of Product Income': '-12.50',
  });
  await sent(tenant, again(refund('R-1', 'T-1', 1, isVoid)));
  expect(await held(tenant)).toEqual([]);
  expect(await trialBalance(stack, tenant)).toEqual({});
  // Made smaller than what was given back; then the other order of arrival.
  await sent(tenant, ticket('T-2', 2), refund('R-2', 'T-2', 2));
  await sent(tenant, again(ticket('T-2', 1)));
  expect(await held(tenant)).toEqual([
    expect.stringContaining(
      'T-2 in_use: The order T-2 is 12.50 at the POS now, but refunds of it are in ' +
        'QuickBooks: R-2 over 25.00',
    ),
  ]);
  await sent(tenant, again(refund('R-2', 'T-2', 1)));
  expect(await held(tenant)).toEqual([]);
  await sent(tenant, again(ticket('T-2', 1, isVoid), 3), again(refund('R-2', 'T-2', 1, isVoid), 3));
  expect(await held(tenant)).toEqual([]);
  expect(await trialBalance(stack, tenant)).toEqual({});
});

test('what is given back onto a gift card counts against its sale, beside what is given back in money', async () => {
  const tenant = await begin();
  await sent(tenant, ticket('T-1', 2), ticket('T-2', 2), ticket('T-3', 2));
  await sent(
    tenant,
    refund('R-1', 'T-1', 2, byGiftCard(2_500)),
    refund('R-2', 'T-2', 2),
    refund('R-3', 'T-3', 2, byGiftCard(2_500, 1_000)),
  );
  expect(await held(tenant)).toEqual([]);
  await sent(
    tenant,
    refund('R-11', 'T-1', 2, byGiftCard(2_500)),
    refund('R-12', 'T-2', 2, byGiftCard(2_500)),
    refund('R-13', 'T-3', 1),
  );
  const tooMuch = (amount: string, sale: string): string =>
    `refund_above_sale: Of ${sale} 25.00 were sold and 25.00 given back before: ${amount} more ` +
    'are too much';
  expect(await held(tenant)).toEqual([
    `R-11 ${tooMuch('25.00', 'T-1')}`,
    `R-12 ${tooMuch('25.00', 'T-2')}`,
    `R-13 ${tooMuch('12.50', 'T-3')}`,
  ]);
});

test('what a gift card paid of a sale is given back in money, and no more than was sold', async () => {
  const tenant = await begin();
  const half = byGiftCard(2_500, 1_250);
  await sent(tenant, ticket('T-1', 2, half), refund('R-1', 'T-1', 2));
  await sent(tenant, ticket('T-2', 2, byGiftCard(2_500)), refund('R-2', 'T-2', 2));
  expect(await held(tenant)).toEqual([]);
  await sent(tenant, refund('R-3', 'T-1', 1), refund('R-4', 'T-2', 1, byGiftCard(1_250)));
  expect(await held(tenant)).toEqual([
    expect.stringContaining('R-3 refund_above_sale: Of T-1 25.00 were sold and 25.00 given back'),
    expect.stringContaining('R-4 refund_above_sale: Of T-2 25.00 were sold and 25.00 given back'),
  ]);
});

test('of an invoice that a gift card pays in part, the rest is owed and the whole may be given back', async () => {
  const tenant = await begin();
  const { giftCards, totals } = byGiftCard(2_500, 1_000);
  const half = { giftCards, totals };
  await sent(tenant, invoice('I-1', 2, half), invoice('I-2', 2, half), invoice('I-3', 2, half));
  await sent(
    tenant,
    payment('P-1', 1_501, { invoiceId: 'I-1' }),
    payment('P-2', 1_500, { invoiceId: 'I-2' }),
    refund('R-3', 'I-3', 2, { tenders: [] }),
  );
  expect(await held(tenant)).toEqual([
    'P-1 payment_above_invoice: Of invoice I-1 over 15.00 still 15.00 are owed: 15.01 are ' +
      'too much',
    expect.stringContaining('R-3 dependency'),
    expect.stringContaining('R-3 refund_without_tender: Of I-3 only 15.00 are still owed'),
  ]);
  // Onto the card what that paid, and the rest is owed no more.
  const owed = { ...byGiftCard(2_500, 1_000), tenders: [] };
  await sent(tenant, refund('R-2', 'I-2', 2), again(refund('R-3', 'I-3', 2, owed)));
  expect(await held(tenant)).toEqual([expect.stringContaining('P-1 payment_above_invoice')]);
  expect(await documents(stack, tenant)).toEqual(
    expect.arrayContaining(['RefundReceipt R-2 25.00', 'CreditMemo R-3 15.00']),
  );
});

test('a sale whose goods were given back onto a gift card is neither voided nor made smaller in silence', async () => {
  const tenant = await begin();
  await sent(tenant, ticket('T-1', 2), refund('R-1', 'T-1', 2, byGiftCard(2_500)));
  await sent(tenant, again(ticket('T-1', 2, isVoid)));
  expect(await held(tenant)).toEqual([
    expect.stringContaining(
      'T-1 in_use: The order T-1 is voided at the POS, but refunds of it are in QuickBooks: ' +
        'R-1 over 25.00',
    ),
  ]);
  await sent(tenant, again(ticket('T-1', 1), 3));
  expect(await held(tenant)).toEqual([
    expect.stringContaining('T-1 in_use: The order T-1 is 12.50 at the POS now'),
  ]);
  // Paid by gift card it is worth as much as before: nothing speaks against that.
  await sent(tenant, again(ticket('T-1', 2, byGiftCard(2_500)), 4));
  expect(await held(tenant)).toEqual([]);
  await sent(
    tenant,
    again(ticket('T-1', 2, { ...byGiftCard(2_500), ...isVoid }), 5),
    again(refund('R-1', 'T-1', 2, { ...byGiftCard(2_500), ...isVoid })),
  );
  expect(await held(tenant)).toEqual([]);
  expect(await trialBalance(stack, tenant)).toEqual({});
});

test('B4: a deposit that an order uses, and a sale that a payout paid out, are not voided in silence', async () => {
  const tenant = await begin();
  const uses = {
    deposits: [{ paymentId: 'D-1', amountMinor: 1_000 }],
    tenders: [{ tender: 'card', amountMinor: 1_500 }],
  };
  await sent(tenant, payment('D-1', 1_000, { depositFor: 'T-1', customerId: 'c-1' }));
  await sent(tenant, ticket('T-1', 2, uses), ticket('T-2', 1), payout('po_1', { 'T-2': 1_250 }));
  expect(await held(tenant)).toEqual([]);
  const before = await trialBalance(stack, tenant);
  await sent(
    tenant,
    again(payment('D-1', 1_000, { depositFor: 'T-1', customerId: 'c-1', ...isVoid })),
    again(ticket('T-2', 1, isVoid)),
  );
  expect(await held(tenant)).toEqual([
    expect.stringContaining(
      'D-1 in_use: Deposit D-1 is voided at the POS, but in QuickBooks order T-1 uses ' +
        '10.00 of it',
    ),
    expect.stringContaining(
      'T-2 in_use: The order T-2 is voided at the POS, but payout po_1 in QuickBooks pays ' +
        'out 12.50 of it',
    ),
  ]);
  expect(await trialBalance(stack, tenant)).toEqual(before);
  await sent(
    tenant,
    again(ticket('T-1', 2, { ...uses, ...isVoid })),
    again(payout('po_1', { 'T-2': 1_250 }, isVoid)),
  );
  expect(await held(tenant)).toEqual([]);
  expect(await trialBalance(stack, tenant)).toEqual({});
});

test('B6: an invoice and its payment voided in one request are both void, and the way out of `paid_above_total`', async () => {
  const tenant = await begin();
  await sent(tenant, invoice('I-1', 2), payment('P-1', 1_000, { invoiceId: 'I-1' }));
  await sent(
    tenant,
    again(invoice('I-1', 2, isVoid)),
    again(payment('P-1', 1_000, { invoiceId: 'I-1', ...isVoid })),
  );
  expect(await held(tenant)).toEqual([]);
  expect(await trialBalance(stack, tenant)).toEqual({});
  await sent(tenant, invoice('I-2', 2), payment('P-2', 1_000, { invoiceId: 'I-2' }));
  await sent(tenant, again(invoice('I-2', 2, isVoid)));
  expect(await held(tenant)).toEqual([
    'I-2 paid_above_total: Invoice I-2 is voided at the POS, but 10.00 were paid on it ' +
      '(payment P-2): void these payments first',
  ]);
  await sent(tenant, again(payment('P-2', 1_000, { invoiceId: 'I-2', ...isVoid })));
  expect(await held(tenant)).toEqual([]);
  expect(await trialBalance(stack, tenant)).toEqual({});
});

test('B11, B15: a payout that lists a sale at another amount than its tender brought, or a second time, is held with both figures, and the way out of `payout_differs`', async () => {
  const tenant = await begin();
  await sent(
    tenant,
    ticket('T-1', 1),
    ticket('T-2', 2),
    ticket('T-3', 1),
    refund('R-3', 'T-3', 1),
    product('B'),
  );
  await sent(
    tenant,
    payout('po_1', { 'T-1': 10_250 }),
    payout('po_2', { 'T-2': 2_500, 'R-3': -1_250, 'T-3': 1_250 }),
  );
  expect(await held(tenant)).toEqual([
    'po_1 payout_differs: Payout po_1 lists order T-1 at 102.50; its tender card brought ' +
      '12.50. Correct the payout or the order, or void the payout that is too much',
    expect.stringContaining('po_1 payout_differs'),
  ]);
  await sent(tenant, payout('po_3', { 'T-2': 2_500 }), payout('po_4', { 'T-2': 5_000 }));
  expect(await held(tenant)).toEqual(
    expect.arrayContaining([
      'po_3 payout_differs: Payout po_3 lists order T-2 at 25.00; its tender card brought ' +
        '25.00 and was paid out already: 25.00 in payout po_2, 50.00 in payout po_4. Correct ' +
        'the payout or the order, or void the payout that is too much',
      expect.stringContaining(
        'po_4 payout_differs: Payout po_4 lists order T-2 at 50.00; its tender card ' +
          'brought 25.00',
      ),
    ]),
  );
  expect(await trialBalance(stack, tenant)).toMatchObject({
    Bank: '25.00',
    'Card clearing': '12.50',
  });
  // The first one of a sale is wrong after all: the second is the right one. One is corrected,
  // one voided.
  await sent(
    tenant,
    again(payout('po_2', { 'R-3': -1_250, 'T-3': 1_250 })),
    again(payout('po_4', { 'T-2': 5_000 }, isVoid)),
    again(payout('po_1', { 'T-1': 1_250 })),
  );
  expect(await held(tenant)).toEqual([]);
  expect(await trialBalance(stack, tenant)).toMatchObject({ Bank: '37.50' });
  expect(await trialBalance(stack, tenant)).not.toHaveProperty('Card clearing');
  // A sale that is paid out in parts.
  await sent(tenant, ticket('T-4', 2), payout('po_5', { 'T-4': 1_000 }));
  expect(await held(tenant)).toHaveLength(2);
  await sent(tenant, payout('po_6', { 'T-4': 1_500 }));
  expect(await held(tenant)).toEqual([]);
  expect(await trialBalance(stack, tenant)).not.toHaveProperty('Card clearing');
});

/** The same once for each record: a payout and its fees are held alike. */
const heldRecords = async (tenant: TestTenant): Promise<string[]> => [
  ...new Set(await held(tenant)),
];
const paidBy = (id: string, change: object = {}): TestChange =>
  payment('P-1', 2_500, { invoiceId: id, tender: 'card', ...change });

test('an invoice and its payment are paid out once, in one payout or in two, and a payment of an invoice that was paid out is not voided', async () => {
  const tenant = await begin();
  await sent(tenant, invoice('I-1', 2), paidBy('I-1'), payout('po_1', { 'I-1': 2_500 }));
  await sent(tenant, payout('po_2', { 'P-1': 2_500 }), payout('po_3', { 'I-1': 0, 'P-1': 2_500 }));
  const differs = (id: string, what: string, also: string): string =>
    `${id} payout_differs: Payout ${id} lists ${what} at 25.00; its tender card brought ` +
    `25.00 and was paid out already: 25.00 in payout po_1, 25.00 in payout ${also}. Correct ` +
    'the payout or the invoice, or void the payout that is too much';
  expect(await heldRecords(tenant)).toEqual([
    differs('po_2', 'payment P-1 of invoice I-1', 'po_3'),
    differs('po_3', 'invoice I-1 and payment P-1', 'po_2'),
  ]);
  expect(await trialBalance(stack, tenant)).toMatchObject({ Bank: '25.00' });
  const isVoided = (id: string): TestChange => again(payout(id, { 'P-1': 2_500 }, isVoid));
  await sent(tenant, isVoided('po_2'), isVoided('po_3'), again(paidBy('I-1', isVoid)));
  expect(await held(tenant)).toEqual([
    'P-1 in_use: The payment P-1 is voided at the POS, but payout po_1 in QuickBooks pays out ' +
      '25.00 of invoice I-1. Void or correct the payout too, or send the payment again as it was',
  ]);
  await sent(tenant, again(payout('po_1', { 'I-1': 2_500 }, isVoid)));
  expect(await held(tenant)).toEqual([]);
  expect(await trialBalance(stack, tenant)).not.toHaveProperty('Card clearing');
  // Payments that came one after the other: by the name of the invoice, then by their own.
  await sent(
    tenant,
    again(paidBy('I-1', { amountMinor: 1_000 }), 3),
    payment('P-2', 1_500, { invoiceId: 'I-1', tender: 'card' }),
    payout('po_4', { 'P-1': 1_000 }),
    payout('po_5', { 'I-1': 1_500 }),
  );
  expect(await held(tenant)).toEqual([]);
  expect(await trialBalance(stack, tenant)).not.toHaveProperty('Card clearing');
});

test('what is charged back of a sale, in one payout or in several, is not more than the sale brought', async () => {
  const tenant = await begin();
  await sent(tenant, ticket('T-1', 2), ticket('T-2', 2), payout('po_1', { 'T-1': 2_500 }));
  await sent(tenant, payout('po_2', {}, {}, { 'T-1': -1_500 }));
  await sent(tenant, payout('po_3', {}, {}, { 'T-1': -1_500 }));
  await sent(tenant, payout('po_4', { 'T-2': 2_500 }, {}, { 'T-2': -4_000 }));
  expect(await heldRecords(tenant)).toEqual([
    'po_3 payout_differs: Payout po_3 lists a chargeback of order T-1 at -15.00; its tender ' +
      'card brought 25.00 and was charged back already: -15.00 in payout po_2. Correct the ' +
      'payout or the order, or void the payout that is too much',
    'po_4 payout_differs: Payout po_4 lists a chargeback of order T-2 at -40.00; its tender ' +
      'card brought 25.00. Correct the payout or the order, or void the payout that is too much',
  ]);
  // Two parts of one sale are not too much.
  await sent(
    tenant,
    again(payout('po_3', {}, {}, { 'T-1': -1_000 })),
    again(payout('po_4', { 'T-2': 2_500 }, {}, { 'T-2': -2_500 })),
  );
  expect(await held(tenant)).toEqual([]);
  expect(await trialBalance(stack, tenant)).toMatchObject({ 'Office expenses': '50.00' });
});

test('what a corrected payout lists no longer is free: the sale is voided, and another payout pays it out', async () => {
  const tenant = await begin();
  await sent(tenant, ticket('T-1', 2), ticket('T-2', 2), ticket('T-3', 2));
  await sent(tenant, payout('po_1', { 'T-1': 2_500, 'T-2': 2_500, 'T-3': 2_500 }));
  await sent(tenant, again(ticket('T-1', 2, isVoid)), payout('po_2', { 'T-2': 2_500 }));
  expect(await heldRecords(tenant)).toEqual([
    expect.stringContaining('T-1 in_use'),
    expect.stringContaining('po_2 payout_differs'),
  ]);
  await sent(tenant, again(payout('po_1', { 'T-3': 2_500 })));
  expect(await held(tenant)).toEqual([]);
  expect(await trialBalance(stack, tenant)).toEqual({
    Bank: '50.00',
    'Sales of Product Income': '-50.00',
  });
});

test('a voided invoice goes when its payment has left it in the books: for another invoice, also one that is not there, and voided', async () => {
  const tenant = await begin();
  const paying = (id: string, of: string, change: object = {}): TestChange =>
    payment(id, 1_000, { invoiceId: of, ...change });
  await sent(tenant, invoice('I-1', 2), invoice('I-2', 2), invoice('I-3', 2));
  await sent(tenant, paying('P-1', 'I-1'), paying('P-2', 'I-2'));
  await sent(tenant, again(invoice('I-1', 2, isVoid)), again(invoice('I-2', 2, isVoid)));
  expect(await held(tenant)).toEqual([
    expect.stringContaining('I-1 paid_above_total'),
    expect.stringContaining('I-2 paid_above_total'),
  ]);
  await sent(tenant, again(paying('P-1', 'I-3')), again(paying('P-2', 'I-9', isVoid)));
  expect(await held(tenant)).toEqual([]);
  expect((await documents(stack, tenant)).filter((one) => !one.endsWith(' 0.00'))).toEqual([
    'Invoice I-3 25.00',
    'Payment - 10.00',
  ]);
});

test('a refund that goes to another sale counts for the former one until it is moved in the books', async () => {
  const tenant = await begin();
  await sent(tenant, ticket('T-1', 2), ticket('T-2', 1), refund('R-1', 'T-1', 2));
  await sent(tenant, again(refund('R-1', 'T-2', 2)), again(ticket('T-1', 2, isVoid)));
  expect(await held(tenant)).toEqual([
    expect.stringContaining('R-1 refund_above_sale'),
    expect.stringContaining(
      'T-1 in_use: The order T-1 is voided at the POS, but refunds of it are in QuickBooks: ' +
        'R-1 over 25.00',
    ),
  ]);
  // Nothing in the books rests on the sale that it is to go to.
  await sent(tenant, again(ticket('T-2', 1, isVoid)), again(refund('R-1', 'T-2', 2, isVoid), 3));
  expect(await held(tenant)).toEqual([]);
  expect(await trialBalance(stack, tenant)).toEqual({});
  // Two that change places do not wait for each other.
  await sent(tenant, ticket('T-3', 1), ticket('T-4', 1));
  await sent(tenant, refund('R-3', 'T-3', 1), refund('R-4', 'T-4', 1));
  await sent(tenant, again(refund('R-3', 'T-4', 1)), again(refund('R-4', 'T-3', 1)));
  expect(await held(tenant)).toEqual([]);
});

import { beforeEach, expect, test } from '@jest/globals';

import type { LaneHold } from '../../database/lanes';
import { settleWithoutSend } from '../../database/settlements';
import type { HoldCode } from '../../domain/hold-reasons';
import { queueDepth } from '../../database/status';
import { withDatabase } from '../support/database';
import { orderBody } from '../support/samples';
import type { TestChange } from '../support/stack';
import { absorb, delivery, holdLane, newTenant } from './support';

// Invoices that wait for money, and what sets them going.

const database = withDatabase();
let tenant = 0;
let lane: LaneHold;

beforeEach(async () => {
  tenant = await newTenant(database.pool);
  lane = await holdLane(database.pool, tenant, 'qbo');
});

const invoice = (recordId: string): TestChange => {
  const { number, channel, businessDate, currency, pricesIncludeTax, lines, totals } = orderBody(
    recordId,
    [],
    null,
  );
  return {
    kind: 'invoice',
    recordId,
    body: { number, channel, businessDate, currency, pricesIncludeTax, lines, totals },
  };
};
const payment = (recordId: string, of: object): TestChange => ({
  kind: 'payment',
  recordId,
  body: { number: recordId, tender: 'cash', amountMinor: 5, ...of },
});
const stateOf = async (kind: 'invoice' | 'payment', recordId: string): Promise<string> =>
  (await delivery(database.pool, tenant, 'qbo', kind, recordId)).state;

async function hold(recordId: string, reason: HoldCode, of = tenant): Promise<void> {
  const { id } = await delivery(database.pool, of, 'qbo', 'invoice', recordId);
  const held = { deliveryId: id, event: { type: 'hold' as const, reason } };
  await settleWithoutSend(
    database.pool,
    of === tenant ? lane : await holdLane(database.pool, of, 'qbo'),
    [held],
  );
}

test('a payment sets the invoice going that waits for it, and no other', async () => {
  const other = await newTenant(database.pool);
  await absorb(database.pool, other, [invoice('i')]);
  await hold('i', 'unpaid', other);
  await absorb(database.pool, tenant, [invoice('i'), invoice('j'), invoice('k')]);
  await hold('i', 'unpaid');
  await hold('j', 'unpaid');
  await hold('k', 'mapping_missing');
  await absorb(database.pool, tenant, [
    payment('p', { invoiceId: 'i' }),
    payment('q', { invoiceId: 'k' }),
    payment('d', { depositFor: 'j' }),
  ]);
  expect([
    await stateOf('invoice', 'i'),
    await stateOf('invoice', 'j'),
    await stateOf('invoice', 'k'),
  ]).toEqual(['waiting', 'held', 'held']);
  expect((await delivery(database.pool, other, 'qbo', 'invoice', 'i')).state).toBe('held');
  // Counted as open once: the invoice and three payments.
  expect(await queueDepth(database.pool, tenant)).toBe(4);
});

test('a payment that came while its invoice was being held sets it going when it is looked at', async () => {
  await absorb(database.pool, tenant, [invoice('i'), payment('p', { invoiceId: 'i' })]);
  await hold('i', 'unpaid');
  const { id } = await delivery(database.pool, tenant, 'qbo', 'payment', 'p');
  const waitsFor = [{ kind: 'invoice' as const, ref: 'i' }];
  await settleWithoutSend(database.pool, lane, [
    { deliveryId: id, event: { type: 'hold', reason: 'dependency' }, waitsFor },
  ]);
  expect([await stateOf('invoice', 'i'), await stateOf('payment', 'p')]).toEqual([
    'waiting',
    'held',
  ]);
  expect(await queueDepth(database.pool, tenant)).toBe(1);
});

test('an invoice that changes together with its payment is counted once', async () => {
  await absorb(database.pool, tenant, [invoice('i')]);
  await hold('i', 'unpaid');
  await absorb(database.pool, tenant, [
    { ...invoice('i'), revision: 2 },
    payment('p', { invoiceId: 'i' }),
  ]);
  expect(await stateOf('invoice', 'i')).toBe('waiting');
  expect(await queueDepth(database.pool, tenant)).toBe(2);
});

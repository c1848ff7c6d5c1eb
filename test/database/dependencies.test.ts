import { beforeEach, expect, test } from '@jest/globals';

import { laneWork, pickDue } from '../../database/outgoing';
import { settleWithoutSend, type MemberSettlement } from '../../database/settlements';
import type { LaneHold } from '../../database/lanes';
import { queueDepth } from '../../database/status';
import { withDatabase } from '../support/database';
import { count, customer, order, orderBody, product } from '../support/samples';
import {
  absorb,
  accepted,
  deliver,
  delivery,
  holdLane,
  newTenant,
  refused,
  send,
  type Row,
  settleSend,
} from './support';

const database = withDatabase();
let tenant = 0;
let lane: LaneHold;

beforeEach(async () => {
  tenant = await newTenant(database.pool);
  lane = await holdLane(database.pool, tenant, 'qbo');
});

const picked = async (): Promise<string[]> =>
  (await pickDue(database.pool, { tenant, system: 'qbo' }, 50)).map(
    ({ kind, recordId }) => `${kind} ${recordId}`,
  );
const row = (kind: 'customer' | 'product' | 'order', id: string): Promise<Row> =>
  delivery(database.pool, tenant, 'qbo', kind, id);
const hold = (deliveryId: string, waitsFor: MemberSettlement['waitsFor']): MemberSettlement => ({
  deliveryId,
  event: { type: 'hold', reason: 'dependency' },
  ...(waitsFor === undefined ? {} : { waitsFor }),
});

test('an order waits for its customer and products, and is ready once they have arrived', async () => {
  await absorb(database.pool, tenant, [customer('c'), product('a'), order('o', [['a', 1]], 'c')]);
  expect(await picked()).toEqual(['customer c', 'product p-a']);
  await deliver(database.pool, lane, [await row('customer', 'c')]);
  expect(await picked()).toEqual(['product p-a']);
  await deliver(database.pool, lane, [await row('product', 'p-a')]);
  expect(await picked()).toEqual(['order o']);
});

test('a deposit is given back after it was received, whether its order ever comes or not', async () => {
  const back = {
    ...orderBody('r', [], null),
    restock: false,
    orderId: 'o',
    deposits: [{ paymentId: 'd', amountMinor: 0 }],
    tenders: [{ tender: 'cash', amountMinor: 0 }],
  };
  await absorb(database.pool, tenant, [
    { kind: 'refund', recordId: 'r', body: back },
    {
      kind: 'payment',
      recordId: 'd',
      body: { number: 'd', tender: 'cash', amountMinor: 0, depositFor: 'o' },
    },
  ]);
  expect(await picked()).toEqual(['payment d']);
  await deliver(database.pool, lane, [
    await delivery(database.pool, tenant, 'qbo', 'payment', 'd'),
  ]);
  expect(await picked()).toEqual(['refund r']);
});

test('money comes after what it names: payment after invoice, order after its deposit, refund after either, payout after all', async () => {
  const { number, channel, businessDate, currency, pricesIncludeTax, lines, totals } = orderBody(
    'i',
    [],
    null,
  );
  const invoice = { number, channel, businessDate, currency, pricesIncludeTax, lines, totals };
  const payment = { number: 'p', tender: 'cash', amountMinor: 0 };
  const refund = { ...orderBody('r', [], null), restock: true, orderId: 'i' };
  const includes = [
    { kind: 'refund', recordId: 'r', amountMinor: 0 },
    { kind: 'order', recordId: 'o', amountMinor: 0 },
  ];
  await absorb(database.pool, tenant, [
    {
      kind: 'payout',
      recordId: 'y',
      body: { processor: 'x', grossMinor: 0, feesMinor: 0, netMinor: 0, includes },
    },
    { kind: 'refund', recordId: 'r', body: refund },
    {
      kind: 'order',
      recordId: 'o',
      body: { ...orderBody('o', [], null), deposits: [{ paymentId: 'd', amountMinor: 0 }] },
    },
    { kind: 'payment', recordId: 'p', body: { ...payment, invoiceId: 'i' } },
    { kind: 'payment', recordId: 'd', body: { ...payment, depositFor: 'o' } },
    { kind: 'invoice', recordId: 'i', body: invoice },
  ]);
  expect((await picked()).sort()).toEqual(['invoice i', 'payment d']);
  await deliver(database.pool, lane, [
    await delivery(database.pool, tenant, 'qbo', 'invoice', 'i'),
    await delivery(database.pool, tenant, 'qbo', 'payment', 'd'),
  ]);
  expect((await picked()).sort()).toEqual(['order o', 'payment p', 'refund r']);
  await deliver(database.pool, lane, [await row('order', 'o')]);
  expect(await picked()).not.toContain('payout y');
  await deliver(database.pool, lane, [await delivery(database.pool, tenant, 'qbo', 'refund', 'r')]);
  expect((await picked()).sort()).toEqual(['payment p', 'payout y', 'payout y']);
});

test('it is looked at again when what it waits for died or is held, so that it can be held visibly', async () => {
  await absorb(database.pool, tenant, [customer('c'), order('o', [], 'c')]);
  const sent = await send(database.pool, lane, [await row('customer', 'c')]);
  if (sent === null) throw new Error('nothing sent');
  expect(await picked()).toEqual([]);
  await settleSend(database.pool, lane, sent, [refused((await row('customer', 'c')).id)], {
    state: 'settled',
    outcome: '',
  });
  expect(await picked()).toEqual(['order o']);
});

test('only what is blocked makes no lane due, and its next due time is that of what it waits for', async () => {
  await absorb(database.pool, tenant, [customer('c'), order('o', [], 'c')]);
  await database.pool.query(
    "UPDATE deliveries SET due_at = now() + interval '1 hour' WHERE tenant = $1 AND kind = " +
      "'customer'",
    [tenant],
  );
  const work = await laneWork(database.pool, tenant, 'qbo');
  expect(work.isDue).toBe(false);
  expect((work.nextDueAtMs ?? 0) - Date.now()).toBeGreaterThan(3_000_000);
});

test('what is held for a dependency is freed when that arrives, by customer and by SKU', async () => {
  await absorb(database.pool, tenant, [
    customer('c'),
    product('a'),
    order('o1', [], 'c'),
    order('o2', [['a', 1]]),
    order('o3', [['a', 1]]),
  ]);
  const [first, second] = [await row('order', 'o1'), await row('order', 'o2')];
  await settleWithoutSend(database.pool, lane, [
    hold(first.id, [{ kind: 'customer', ref: 'c' }]),
    hold(second.id, [
      { kind: 'sku', ref: 'a' },
      { kind: 'customer', ref: 'nobody' },
    ]),
  ]);
  expect(await row('order', 'o1')).toMatchObject({ state: 'held', reason: 'dependency' });
  // Open: customer, product and the third order; then the freed order instead of the customer.
  expect(await queueDepth(database.pool, tenant)).toBe(3);
  await deliver(database.pool, lane, [await row('customer', 'c')]);
  expect(await queueDepth(database.pool, tenant)).toBe(3);
  expect(await row('order', 'o1')).toMatchObject({ state: 'waiting', reason: null });
  expect(await row('order', 'o2')).toMatchObject({ state: 'held' });
  await deliver(database.pool, lane, [await row('product', 'p-a')]);
  expect(await row('order', 'o2')).toMatchObject({ state: 'waiting' });
});

test('what arrives in one system frees nothing in the other, nor in another tenant', async () => {
  const other = await newTenant(database.pool);
  for (const each of [tenant, other]) {
    await absorb(database.pool, each, [product('a'), count('a', '1'), order('o', [['a', 1]])]);
    const theirs = await holdLane(database.pool, each, 'qbo');
    const { id } = await delivery(database.pool, each, 'qbo', 'order', 'o');
    await settleWithoutSend(database.pool, theirs, [hold(id, [{ kind: 'sku', ref: 'a' }])]);
  }
  const woo = await holdLane(database.pool, tenant, 'woo');
  await deliver(database.pool, woo, [
    await delivery(database.pool, tenant, 'woo', 'product', 'p-a'),
  ]);
  expect(await row('order', 'o')).toMatchObject({ state: 'held' });
  lane = await holdLane(database.pool, tenant, 'qbo');
  await deliver(database.pool, lane, [await row('product', 'p-a')]);
  expect(await row('order', 'o')).toMatchObject({ state: 'waiting' });
  expect(await delivery(database.pool, other, 'qbo', 'order', 'o')).toMatchObject({
    state: 'held',
  });
});

test('what was held, then corrected, is not moved by the arrival it once waited for', async () => {
  await absorb(database.pool, tenant, [customer('c'), order('o', [], 'c')]);
  const held = await row('order', 'o');
  await settleWithoutSend(database.pool, lane, [hold(held.id, [{ kind: 'customer', ref: 'c' }])]);
  await absorb(database.pool, tenant, [{ ...order('o', []), revision: 2 }]);
  await deliver(database.pool, lane, [await row('order', 'o')]);
  const done = await row('order', 'o');
  await deliver(database.pool, lane, [await row('customer', 'c')]);
  expect(await row('order', 'o')).toEqual(done);
});

test('each kind gives its oldest due ones, no more than asked for, and nothing before its time', async () => {
  await absorb(
    database.pool,
    tenant,
    ['1', '2', '3', '4'].map((id) => customer(id)),
  );
  await database.pool.query(
    `UPDATE deliveries SET due_at = now() + CASE record_id WHEN '3' THEN interval '-2 h'
       WHEN '1' THEN interval '-1 h' WHEN '4' THEN interval '1 h' ELSE interval '-1 s' END
         WHERE tenant = $1`,
    [tenant],
  );
  expect(await picked()).toEqual(['customer 3', 'customer 1', 'customer 2']);
  expect(
    (await pickDue(database.pool, { tenant, system: 'qbo' }, 2)).map(({ recordId }) => recordId),
  ).toEqual(['3', '1']);
  expect(accepted('1').remote?.id).toBe('r1');
});

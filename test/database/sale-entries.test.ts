import { beforeEach, expect, test } from '@jest/globals';
import { z } from 'zod';

import { loadSales } from '../../database/sale-entries';
import { settleWithoutSend } from '../../database/settlements';
import type { LaneHold } from '../../database/lanes';
import type { SaleEntry } from '../../domain/posting/source/known-sale';
import { withDatabase } from '../support/database';
import { customer, order, orderBody } from '../support/samples';
import type { TestChange } from '../support/stack';
import { absorb, deliver, deliveries, delivery, holdLane, newTenant } from './support';

const database = withDatabase();
let tenant = 0;
let lane: LaneHold;

beforeEach(async () => {
  tenant = await newTenant(database.pool);
  lane = await holdLane(database.pool, tenant, 'qbo');
});

const refund = (recordId: string, orderId: string | undefined, revision = 1): TestChange => ({
  kind: 'refund',
  recordId,
  revision,
  body: {
    ...orderBody(recordId, [], null),
    restock: true,
    ...(orderId === undefined ? {} : { orderId }),
  },
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
const payment = (recordId: string, invoiceId: string): TestChange => ({
  kind: 'payment',
  recordId,
  body: { number: recordId, invoiceId, tender: 'cash', amountMinor: 5 },
});

async function entries(recordId: string, of = tenant): Promise<SaleEntry[]> {
  const sales = await loadSales(database.pool, of, 'qbo', [
    { kind: 'order', recordId },
    { kind: 'invoice', recordId },
  ]);
  return [...sales.values()].flatMap((sale) => [...sale.entries]);
}

test('a sale has what names it, in the order in which that came, with what became of it', async () => {
  await absorb(database.pool, tenant, [refund('r2', 'o'), order('o', [])]);
  await absorb(database.pool, tenant, [
    refund('r1', 'o'),
    refund('other', 'p'),
    refund('none', undefined),
  ]);
  expect(await entries('o')).toMatchObject([
    { kind: 'refund', recordId: 'r2', isPosted: false, isOpen: true },
    { kind: 'refund', recordId: 'r1', isPosted: false, isOpen: true },
  ]);
  const first = await delivery(database.pool, tenant, 'qbo', 'refund', 'r2');
  await settleWithoutSend(database.pool, lane, [
    { deliveryId: first.id, event: { type: 'hold', reason: 'mapping_missing' } },
  ]);
  await deliver(database.pool, lane, [
    await delivery(database.pool, tenant, 'qbo', 'refund', 'r1'),
  ]);
  expect(await entries('o')).toMatchObject([
    { recordId: 'r2', isPosted: false, isOpen: false },
    { recordId: 'r1', isPosted: true, isOpen: false },
  ]);
  expect(await entries('o', await newTenant(database.pool))).toEqual([]);
});

test('a correction names another sale or none; what was deleted after it was posted still counts', async () => {
  await absorb(database.pool, tenant, [
    order('o', []),
    order('p', []),
    refund('a', 'o'),
    refund('b', 'o'),
    refund('c', 'o'),
    refund('d', 'o'),
  ]);
  await deliver(database.pool, lane, [await delivery(database.pool, tenant, 'qbo', 'refund', 'd')]);
  await absorb(database.pool, tenant, [
    refund('a', 'p', 2),
    refund('b', undefined, 2),
    { kind: 'refund', recordId: 'c', op: 'delete', revision: 2, body: null },
    { kind: 'refund', recordId: 'd', op: 'delete', revision: 2, body: null },
  ]);
  const counting = (await entries('o')).filter(({ isPosted, isOpen }) => isPosted || isOpen);
  expect(counting.map(({ recordId }) => recordId)).toEqual(['d']);
  expect((await entries('p')).map(({ recordId }) => recordId)).toEqual(['a']);
});

test('of a held refund counts what the books have of it, before the gift cards that it went onto', async () => {
  const onCard = (minor: number): object => ({
    ...orderBody('a', [], null),
    restock: true,
    orderId: 'o',
    unallocatedMinor: minor,
    giftCards: { used: [{ code: 'G-1', amountMinor: minor }] },
    totals: { netMinor: minor, taxMinor: 0, totalMinor: 0 },
  });
  const of = (recordId: string): TestChange => ({ ...refund(recordId, 'o'), body: onCard(900) });
  await absorb(database.pool, tenant, [order('o', []), of('a'), of('b')]);
  const amount = { key: '', isKept: false, codes: [], quantity: '0', taxMinor: 0 };
  const net = {
    totalMinor: 0,
    amounts: [
      { ...amount, kind: 'unallocated', netMinor: 700 },
      { ...amount, kind: 'giftCard', key: 'G-1', netMinor: -700 },
    ],
  };
  const snapshots = { a: { posted: { net } }, b: { keptShare: onCard(500) } };
  for (const [recordId, snapshot] of Object.entries(snapshots))
    await database.pool.query(
      `UPDATE deliveries SET snapshot = $3, remote_id = '7', state = 'held', reason = 'in_use'
       WHERE tenant = $1 AND system = 'qbo' AND record_id = $2`,
      [tenant, recordId, JSON.stringify(snapshot)],
    );
  expect(await entries('o')).toMatchObject([
    { recordId: 'a', isPosted: true, booksMinor: 700 },
    { recordId: 'b', isPosted: true, booksMinor: 500 },
  ]);
});

test('a voided refund counts until the books have voided it', async () => {
  const voided = (recordId: string): TestChange => {
    const body = { ...orderBody(recordId, [], null), restock: true, orderId: 'o', voided: true };
    return { ...refund(recordId, 'o', 2), body };
  };
  const counting = async (): Promise<string[]> =>
    (await entries('o'))
      .filter(({ isPosted, isOpen }) => isPosted || isOpen)
      .map(({ recordId }) => recordId);
  await absorb(database.pool, tenant, [order('o', []), refund('a', 'o'), refund('b', 'o')]);
  await deliver(database.pool, lane, [await delivery(database.pool, tenant, 'qbo', 'refund', 'b')]);
  await absorb(database.pool, tenant, [voided('a'), voided('b')]);
  expect(await counting()).toEqual(['b']);
  await deliver(database.pool, lane, [await delivery(database.pool, tenant, 'qbo', 'refund', 'b')]);
  expect(await counting()).toEqual([]);
});

test('a payment is ready after its invoice, and is freed by it where it came before', async () => {
  await absorb(database.pool, tenant, [customer('c'), payment('p', 'i')]);
  const early = await delivery(database.pool, tenant, 'qbo', 'payment', 'p');
  await settleWithoutSend(database.pool, lane, [
    {
      deliveryId: early.id,
      event: { type: 'hold', reason: 'dependency' },
      waitsFor: [{ kind: 'invoice', ref: 'i' }],
    },
  ]);
  await absorb(database.pool, tenant, [invoice('i')]);
  await deliver(database.pool, lane, [
    await delivery(database.pool, tenant, 'qbo', 'invoice', 'i'),
  ]);
  expect(await delivery(database.pool, tenant, 'qbo', 'payment', 'p')).toMatchObject({
    state: 'waiting',
  });
  expect(await entries('i')).toMatchObject([
    { kind: 'payment', body: { businessDate: '2026-11-21' } },
  ]);
  const kinds = (await deliveries(database.pool, tenant, 'qbo')).map(({ kind }) => kind);
  expect(kinds).toEqual(['customer', 'payment', 'invoice']);
});

test("payments in the books are wanted anew where their invoice becomes another customer's, and only then", async () => {
  const of = (customerId: string, revision: number): TestChange => ({
    ...invoice('i'),
    revision,
    body: { ...z.looseObject({}).parse(invoice('i').body), customerId },
  });
  const revs = async (): Promise<string[]> =>
    (await deliveries(database.pool, tenant))
      .filter(({ kind }) => kind === 'payment')
      .map(({ recordId, desiredRev, state }) => `${recordId} ${desiredRev} ${state}`)
      .sort();
  await absorb(database.pool, tenant, [
    customer('c-1'),
    customer('c-2'),
    of('c-1', 1),
    payment('a', 'i'),
    payment('b', 'i'),
    payment('c', 'i'),
    payment('d', 'j'),
  ]);
  for (const id of ['a', 'b', 'd'])
    await deliver(database.pool, lane, [
      await delivery(database.pool, tenant, 'qbo', 'payment', id),
    ]);
  const before = ['a 1 delivered', 'b 1 delivered', 'c 1 waiting', 'd 1 delivered'];
  await absorb(database.pool, tenant, [
    { ...of('c-1', 2), body: { ...z.looseObject({}).parse(of('c-1', 2).body), number: 'i-2' } },
  ]);
  expect(await revs()).toEqual(before);
  // One of them changes by itself in the same batch.
  await absorb(database.pool, tenant, [
    of('c-2', 3),
    {
      ...payment('b', 'i'),
      revision: 2,
      body: { number: 'b', invoiceId: 'i', tender: 'cash', amountMinor: 4 },
    },
  ]);
  expect(await revs()).toEqual(['a 2 waiting', 'b 2 waiting', 'c 1 waiting', 'd 1 delivered']);
  // What an undo took back stays away.
  await database.pool.query(
    `UPDATE deliveries SET undone_by = gen_random_uuid() WHERE tenant = $1 AND record_id = 'a'`,
    [tenant],
  );
  await absorb(database.pool, tenant, [of('c-1', 4)]);
  expect(await revs()).toEqual(['a 2 waiting', 'b 3 waiting', 'c 1 waiting', 'd 1 delivered']);
});

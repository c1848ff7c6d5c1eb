import { randomUUID } from 'node:crypto';

import { beforeAll, expect, test } from '@jest/globals';
import type { Pool } from 'pg';

import { countUndoable, undoDeliveries } from '../../activities/runs/undo-deliveries';
import { loadReferences } from '../../database/outgoing';
import { beginRun, createRun, endRun, findRun } from '../../database/runs';
import { queueDepth } from '../../database/status';
import { countUndoing, undoOutcomesOf } from '../../database/undo';
import { undoKinds } from '../../domain/delivery/undo';
import { withDatabase } from '../support/database';
import { order, orderBody } from '../support/samples';
import {
  absorb,
  accepted,
  delivery,
  deliveries,
  holdLane,
  newTenant,
  send,
  settleSend,
} from './support';

// An undo's steps on the tables: pages, what is on its way meanwhile, and the end of it.

const database = withDatabase();
let pool: Pool;

beforeAll(() => {
  ({ pool } = database);
});

const numbers = (count: number): string[] => Array.from({ length: count }, (_, n) => `T-${n + 1}`);
const day = '2026-11-21';
const selector = { systems: ['qbo' as const], kinds: [...undoKinds], from: day, to: day };
const now = (): number => Date.now();

async function begun(tenant: number): Promise<string> {
  const id = randomUUID();
  await createRun(pool, tenant, { id, kind: 'undo', selector, by: 'test' });
  await beginRun(pool, tenant, id);
  return id;
}

/** As if the books had all of them. */
async function posted(tenant: number, count: number): Promise<void> {
  await absorb(
    pool,
    tenant,
    numbers(count).map((number) => order(number, [['A', 1]])),
  );
  await absorb(pool, tenant);
  await pool.query(
    `UPDATE deliveries SET state = 'delivered', sent_rev = 1, delivered_rev = 1,
       remote_id = record_id, snapshot = '{"entity":"SalesReceipt"}' WHERE tenant = $1
         AND system = 'qbo'`,
    [tenant],
  );
  await pool.query(`UPDATE lanes SET settled = settled + $2 WHERE tenant = $1 AND system = 'qbo'`, [
    tenant,
    count,
  ]);
}

test('it takes so many at a time that most can still be cancelled, and goes on where it was', async () => {
  const tenant = await newTenant(pool);
  await posted(tenant, 1_100);
  expect(await countUndoable(pool, tenant, selector)).toBe(1_100);
  const run = await begun(tenant);
  expect(await undoDeliveries(pool, tenant, run, now)).toBe(true);
  expect(await countUndoing(pool, tenant, run)).toBe(500);
  expect(await queueDepth(pool, tenant)).toBe(500);
  // Asked again while the lane has done nothing: nothing more.
  expect(await undoDeliveries(pool, tenant, run, now)).toBe(false);
  for (const left of [1_000, 1_100]) {
    await pool.query(
      `UPDATE deliveries SET state = 'delivered', delivered_rev = desired_rev WHERE tenant = $1
         AND state = 'waiting'`,
      [tenant],
    );
    await undoDeliveries(pool, tenant, run, now);
    const { rowCount } = await pool.query(
      'SELECT FROM deliveries WHERE tenant = $1 AND undone_by = $2',
      [tenant, run],
    );
    expect(rowCount).toBe(left);
  }
  expect(await countUndoable(pool, tenant, selector)).toBe(0);
  await pool.query(`UPDATE deliveries SET state = 'delivered' WHERE tenant = $1`, [tenant]);
  await undoDeliveries(pool, tenant, run, now);
  expect((await findRun(pool, tenant, run))?.undo).toMatchObject({ isFound: true });
});

test('cancelled, it wants what was not begun as before, at a new revision', async () => {
  const tenant = await newTenant(pool);
  await posted(tenant, 20);
  const run = await begun(tenant);
  await undoDeliveries(pool, tenant, run, now);
  const lane = await holdLane(pool, tenant, 'qbo');
  const open = (await deliveries(pool, tenant, 'qbo')).slice(0, 5);
  const sent = await send(pool, lane, open);
  await endRun(pool, tenant, run, { state: 'cancelled', detail: null });
  await undoDeliveries(pool, tenant, run, now);
  expect(await undoDeliveries(pool, tenant, run, now)).toBe(false);
  if (sent === null) throw new Error('nothing was sent');
  await settleSend(
    pool,
    lane,
    sent,
    open.map(({ id }) => accepted(id)),
    { state: 'settled', outcome: '5 of 5' },
  );
  expect(await undoOutcomesOf(pool, tenant, run)).toEqual({ voided: 5 });
  const rows = await pool.query<{ line: string }>(
    `SELECT state || ' ' || desired_op || ' ' || desired_rev AS line FROM deliveries
       WHERE tenant = $1 AND system = 'qbo' ORDER BY id`,
    [tenant],
  );
  expect(rows.rows.map(({ line }) => line)).toEqual([
    ...Array<string>(5).fill('delivered absent 2'),
    ...Array<string>(15).fill('waiting present 3'),
  ]);
});

test('what was composed before leaves no more, and what was on its way is taken back when it has arrived', async () => {
  const tenant = await newTenant(pool);
  await absorb(pool, tenant, [order('sent', [['A', 1]]), order('composed', [['A', 1]])]);
  const lane = await holdLane(pool, tenant, 'qbo');
  const inFlight = await delivery(pool, tenant, 'qbo', 'order', 'sent');
  const composed = await delivery(pool, tenant, 'qbo', 'order', 'composed');
  const sent = await send(pool, lane, [inFlight]);
  const run = await begun(tenant);
  await undoDeliveries(pool, tenant, run, now);
  expect(await send(pool, lane, [composed])).toBeNull();
  expect(await delivery(pool, tenant, 'qbo', 'order', 'composed')).toMatchObject({
    state: 'skipped',
    reason: 'undone',
  });
  if (sent === null) throw new Error('nothing was sent');
  await settleSend(pool, lane, sent, [accepted(inFlight.id)], {
    state: 'settled',
    outcome: '1 of 1',
  });
  expect(await delivery(pool, tenant, 'qbo', 'order', 'sent')).toMatchObject({
    state: 'waiting',
    desiredRev: 2,
  });
  expect(await undoOutcomesOf(pool, tenant, run)).toEqual({ skipped: 1, waiting: 1 });
});

test('nothing of another tenant is taken back or wanted again', async () => {
  const [mine, other] = [await newTenant(pool), await newTenant(pool)];
  await posted(mine, 2);
  await posted(other, 2);
  const run = await begun(mine);
  expect(await undoDeliveries(pool, other, run, now)).toBe(false);
  await undoDeliveries(pool, mine, run, now);
  expect((await deliveries(pool, other, 'qbo')).map(({ state }) => state)).toEqual([
    'delivered',
    'delivered',
  ]);
  expect(await undoOutcomesOf(pool, other, run)).toEqual({});
});

test('what refers to another goes first, and the other when that has come to rest', async () => {
  const tenant = await newTenant(pool);
  const { tenders, ...body } = orderBody('I-1', [['A', 1]], null);
  expect(tenders).toHaveLength(1);
  const payment = {
    number: 'Z-1',
    tender: 'card',
    amountMinor: 500,
    invoiceId: 'I-1',
    businessDate: day,
  };
  await absorb(pool, tenant, [
    { kind: 'invoice', recordId: 'I-1', body },
    { kind: 'payment', recordId: 'Z-1', body: payment },
  ]);
  await posted(tenant, 0);
  const run = await begun(tenant);
  await undoDeliveries(pool, tenant, run, now);
  await undoDeliveries(pool, tenant, run, now);
  const paid = await delivery(pool, tenant, 'qbo', 'payment', 'Z-1');
  expect(paid.state).toBe('waiting');
  expect(await delivery(pool, tenant, 'qbo', 'invoice', 'I-1')).toMatchObject({
    state: 'delivered',
  });
  await pool.query(`UPDATE deliveries SET state = 'held', reason = 'locked' WHERE id = $1`, [
    paid.id,
  ]);
  await undoDeliveries(pool, tenant, run, now);
  expect(await delivery(pool, tenant, 'qbo', 'invoice', 'I-1')).toMatchObject({ state: 'waiting' });
});

test('cancelled, a ticket of which a document was taken back already is brought to its end', async () => {
  const tenant = await newTenant(pool);
  const tenders = [
    { tender: 'card', amountMinor: 750 },
    { tender: 'cash', amountMinor: 500 },
  ];
  await absorb(pool, tenant, [
    { kind: 'order', recordId: 'P-1', body: { ...orderBody('P-1', [['A', 1]], null), tenders } },
  ]);
  await posted(tenant, 0);
  const run = await begun(tenant);
  await undoDeliveries(pool, tenant, run, now);
  const lane = await holdLane(pool, tenant, 'qbo');
  const parts = await deliveries(pool, tenant, 'qbo');
  const first = parts.filter(({ part }) => part === 'payment-1');
  const sent = await send(pool, lane, first);
  if (sent === null) throw new Error('nothing was sent');
  await settleSend(
    pool,
    lane,
    sent,
    first.map(({ id }) => accepted(id)),
    { state: 'settled', outcome: '1 of 1' },
  );
  await endRun(pool, tenant, run, { state: 'cancelled', detail: null });
  expect(await undoDeliveries(pool, tenant, run, now)).toBe(false);
  expect(await undoOutcomesOf(pool, tenant, run)).toEqual({ voided: 1, waiting: 2 });
});

test('what was taken back is not there for who refers to it, nor what is void and not posted anew yet', async () => {
  const tenant = await newTenant(pool);
  await posted(tenant, 3);
  await pool.query(
    `UPDATE deliveries SET snapshot = '{"entity":null,"posted":{}}' WHERE tenant = $1
       AND record_id = 'T-2'`,
    [tenant],
  );
  await pool.query(
    `UPDATE deliveries SET undone_by = gen_random_uuid() WHERE tenant = $1 AND record_id = 'T-3'`,
    [tenant],
  );
  const keys = {
    skus: [],
    productIds: [],
    emails: [],
    customerIds: [],
    orderIds: numbers(3),
    documents: [],
    sales: [],
    layAways: [],
    circles: [],
    listed: [],
  };
  const { orders } = await loadReferences(pool, tenant, 'qbo', keys);
  expect(numbers(3).map((number) => orders.get(number)?.remoteId)).toEqual(['T-1', null, null]);
});

import { beforeEach, expect, test } from '@jest/globals';

import { customersWithEmail } from '../../database/customer-emails';
import { putMapping } from '../../database/mappings';
import { inTransaction } from '../../database/pool';
import type { LaneHold } from '../../database/lanes';
import { settleWithoutSend } from '../../database/settlements';
import { queueDepth } from '../../database/status';
import { initialPostingSettings, type PostingSettings } from '../../domain/posting/settings';
import { withDatabase } from '../support/database';
import { customer, order, orderBody, product } from '../support/samples';
import type { TestChange } from '../support/stack';
import {
  absorb,
  deliveries,
  delivery,
  holdLane,
  memberOf,
  newTenant,
  send,
  setSettings,
  settleSend,
  store,
} from './support';

// Records of our own in the tables: customers by e-mail, what is made when, and what a till's
// product takes over.

const database = withDatabase();
let tenant = 0;
let lane: LaneHold;

beforeEach(async () => {
  tenant = await newTenant(database.pool);
  lane = await holdLane(database.pool, tenant, 'qbo');
});

const posting = (change: Partial<PostingSettings>): Promise<void> =>
  setSettings(database.pool, tenant, 'posting', { ...initialPostingSettings, ...change });
const named = (recordId: string, email: string | undefined, revision = 1): TestChange => ({
  kind: 'customer',
  recordId,
  revision,
  body: { name: 'X', ...(email === undefined ? {} : { email }) },
});
const guest = (recordId: string, email: string): TestChange => ({
  kind: 'order',
  recordId,
  body: { ...orderBody(recordId, [], null), guest: { email } },
});
const known = (...emails: string[]): Promise<string[]> =>
  inTransaction(database.pool, async (tx) =>
    (await customersWithEmail(tx, tenant, emails)).map(({ recordId }) => recordId),
  );
const all = async (): Promise<string[]> =>
  (await deliveries(database.pool, tenant))
    .map(
      (row) =>
        `${row.system} ${row.kind} ${row.recordId.replace(/[0-9a-f]{32}/, '#')} ` +
        `${row.state} ${row.desiredRev}`,
    )
    .sort();

test('customers of the till are known by the e-mail that they have now', async () => {
  const { pool } = database;
  const other = await newTenant(pool);
  await absorb(pool, other, [named('c-9', 'a@x.test')]);
  await absorb(pool, tenant, [
    named('c-1', ' A@x.test '),
    named('c-2', 'a@x.test'),
    named('c-3', 'no address'),
    named('c-4', ''),
  ]);
  expect(await known('a@x.test')).toEqual(['c-1', 'c-2']);
  // Empty says nothing; another one moves it, a deletion takes it away.
  await absorb(pool, tenant, [named('c-1', '', 2), named('c-2', 'b@x.test', 2)]);
  expect(await known('a@x.test', 'b@x.test')).toEqual(['c-1', 'c-2']);
  await absorb(pool, tenant, [
    { kind: 'customer', op: 'delete', recordId: 'c-1', revision: 3, body: null },
  ]);
  expect(await known('a@x.test', 'b@x.test')).toEqual(['c-2']);
});

test('a guest is the one customer with the e-mail, as the same batch leaves it', async () => {
  const { pool } = database;
  await posting({ customer: { guest: 'perEmail' } });
  await absorb(pool, tenant, [
    named('c-1', 'one@x.test'),
    named('c-2', 'two@x.test'),
    named('c-3', 'two@x.test'),
    named('c-4', 'old@x.test'),
    named('c-5', 'gone@x.test'),
  ]);
  await absorb(pool, tenant, [
    guest('1', 'One@x.test'),
    guest('2', 'two@x.test'),
    guest('3', 'old@x.test'),
    guest('4', 'new@x.test'),
    guest('5', 'gone@x.test'),
    named('c-4', 'new@x.test', 2),
    { kind: 'customer', op: 'delete', recordId: 'c-5', revision: 2, body: null },
  ]);
  const { rows } = await pool.query<{ id: string; on: string }>(
    `SELECT record_id AS id, body ->> 'guestCustomerId' AS "on" FROM records WHERE tenant = $1
       AND kind = 'order' ORDER BY record_id`,
    [tenant],
  );
  expect(rows.map(({ on }) => on.replace(/[0-9a-f]{32}/, '#'))).toEqual([
    'c-1',
    ' guest:#',
    ' guest:#',
    'c-4',
    ' guest:#',
  ]);
  expect(new Set(rows.map(({ on }) => on)).size).toBe(5);
  // For the books alone, made of three e-mails, none of which an id shows.
  expect((await all()).filter((text) => text.includes('guest'))).toEqual(
    Array(3).fill('qbo customer  guest:# waiting 1'),
  );
  expect(JSON.stringify(await deliveries(pool, tenant))).not.toContain('@');
});

test('one e-mail is another id with each tenant', async () => {
  const ids = new Set<string>();
  for (const one of [tenant, await newTenant(database.pool)]) {
    tenant = one;
    await posting({ customer: { guest: 'perEmail' } });
    await absorb(database.pool, tenant, [guest('1', 'a@x.test')]);
    for (const { kind, recordId } of await deliveries(database.pool, tenant))
      if (kind === 'customer') ids.add(recordId);
  }
  expect(ids.size).toBe(2);
});

test('nothing is made with the start values', async () => {
  await absorb(database.pool, tenant, [guest('1', 'a@x.test'), order('2', [['A', 1]])]);
  expect(await all()).toEqual([
    'qbo order 1 waiting 1',
    'qbo order 2 waiting 1',
    'woo inventory A waiting 1',
  ]);
});

test('an article gets a product for the books alone, unless it has one or is mapped', async () => {
  const { pool } = database;
  await posting({ item: { unmapped: 'create' } });
  await putMapping(
    pool,
    tenant,
    { kind: 'item', key: 'M', target: { id: '7', name: null } },
    'test',
  );
  await absorb(pool, tenant, [
    order('1', [
      ['A', 1],
      ['P', 1],
      ['M', 1],
      ['a', 1],
    ]),
    product('P'),
  ]);
  expect((await all()).filter((text) => text.includes('product'))).toEqual([
    'qbo product  sku:A waiting 1',
    'qbo product  sku:a waiting 1',
    'qbo product p-P waiting 1',
    'woo product p-P waiting 1',
  ]);
  const { rows } = await pool.query(
    'SELECT sku, code FROM skus WHERE tenant = $1 ORDER BY sku COLLATE "C"',
    [tenant],
  );
  expect(rows).toEqual([
    { sku: 'A', code: 'A' },
    { sku: 'P', code: 'P' },
    { sku: 'a', code: 'a~2' },
  ]);
  // The order waits for all three of them.
  const waits = await pool.query<{ n: number }>(
    `SELECT cardinality(waits_for) AS n FROM deliveries WHERE tenant = $1 AND kind = 'order'`,
    [tenant],
  );
  expect(waits.rows).toEqual([{ n: 3 }]);
});

test('a product of the till goes on with the delivery of ours, also while that is being sent', async () => {
  const { pool } = database;
  await posting({ item: { unmapped: 'create' } });
  await absorb(pool, tenant, [order('1', [['A', 1]])]);
  const ours = await delivery(pool, tenant, 'qbo', 'product', ' sku:A');
  const sent = await send(pool, lane, [ours]);
  if (sent === null) throw new Error('nothing was sent');
  await absorb(pool, tenant, [product('A')]);
  expect(await delivery(pool, tenant, 'qbo', 'product', 'p-A')).toMatchObject({
    id: ours.id,
    state: 'sending',
    desiredRev: 2,
  });
  const remote = { id: '77', version: '0', snapshot: {}, isLinked: false };
  await settleSend(
    pool,
    lane,
    sent,
    [
      {
        deliveryId: memberOf(ours).deliveryId,
        event: { type: 'accepted', resting: 'waiting', nowMs: 0 },
        remote,
      },
    ],
    { state: 'settled', outcome: '1 of 1' },
  );
  // What was sent was ours; what the till says is still to be.
  expect(await delivery(pool, tenant, 'qbo', 'product', 'p-A')).toMatchObject({
    id: ours.id,
    state: 'waiting',
    desiredRev: 2,
    deliveredRev: 1,
    remoteId: '77',
  });
  expect((await all()).some((text) => text.includes(' sku:A'))).toBe(false);
  const { rows } = await pool.query(
    `SELECT record_id FROM records WHERE tenant = $1 AND kind = 'product'`,
    [tenant],
  );
  expect(rows).toEqual([{ record_id: 'p-A' }]);
});

test('a product that the books have already keeps its own item', async () => {
  const { pool } = database;
  await posting({ item: { unmapped: 'create' } });
  await absorb(pool, tenant, [product('A'), order('1', [['B', 1]])]);
  const own = await delivery(pool, tenant, 'qbo', 'product', 'p-A');
  await absorb(pool, tenant, [{ ...product('B'), recordId: 'p-A', revision: 2 }]);
  expect(await delivery(pool, tenant, 'qbo', 'product', 'p-A')).toMatchObject({
    id: own.id,
    desiredRev: 2,
  });
  expect((await delivery(pool, tenant, 'qbo', 'product', ' sku:B')).id).not.toBe(own.id);
});

test('what waits for an item is set going when articles get one, and nothing else is', async () => {
  const { pool } = database;
  await absorb(pool, tenant, [order('1', [['A', 1]]), order('2', []), customer('c')]);
  const hold = async (recordId: string, kind: 'sku' | 'customer'): Promise<void> => {
    const { id } = await delivery(pool, tenant, 'qbo', 'order', recordId);
    await settleWithoutSend(pool, lane, [
      {
        deliveryId: id,
        event: { type: 'hold', reason: 'dependency' },
        waitsFor: [{ kind, ref: 'A' }],
      },
    ]);
  };
  await hold('1', 'sku');
  await hold('2', 'customer');
  const depth = await queueDepth(pool, tenant);
  await posting({ customer: { guest: 'perEmail' } });
  expect((await delivery(pool, tenant, 'qbo', 'order', '1')).state).toBe('held');
  await posting({ item: { unmapped: 'create' } });
  expect((await delivery(pool, tenant, 'qbo', 'order', '1')).state).toBe('waiting');
  expect((await delivery(pool, tenant, 'qbo', 'order', '2')).state).toBe('held');
  expect(await queueDepth(pool, tenant)).toBe(depth + 1);
});

test('what is stored and not absorbed yet is decided by the setting of then', async () => {
  await store(database.pool, tenant, [guest('1', 'a@x.test')]);
  await posting({ customer: { guest: 'perEmail' } });
  await absorb(database.pool, tenant);
  expect((await all()).filter((text) => text.includes('guest'))).toHaveLength(1);
});

import { expect, test } from '@jest/globals';

import type { DeliveryRow } from '../../database/deliveries';
import { updateDeliveries } from '../../database/delivery-updates';
import { inTransaction } from '../../database/pool';
import { lockByIds } from '../../database/sends';
import { withDatabase } from '../support/database';
import { customer } from '../support/samples';
import { absorb, newTenant } from './support';

const database = withDatabase();
const ids = ['c1', 'c2', 'c3', 'c4', 'c5'];

/** Five deliveries of a tenant as they are locked, and one of another. */
async function locked(): Promise<{ tenant: number; rows: DeliveryRow[]; stranger: DeliveryRow }> {
  const { pool } = database;
  const [tenant, other] = [await newTenant(pool), await newTenant(pool)];
  for (const one of [tenant, other])
    await absorb(
      pool,
      one,
      ids.map((id) => customer(id)),
    );
  const of = async (one: number): Promise<DeliveryRow[]> => {
    const found = await pool.query<{ id: string }>(
      "SELECT id::text AS id FROM deliveries WHERE tenant = $1 AND system = 'qbo' ORDER BY id",
      [one],
    );
    return inTransaction(pool, (tx) =>
      lockByIds(
        tx,
        one,
        found.rows.map(({ id }) => id),
      ),
    );
  };
  const [stranger] = await of(other);
  if (stranger === undefined) throw new Error('the other tenant has no deliveries');
  return { tenant, rows: await of(tenant), stranger };
}

async function stored(tenant: number): Promise<object[]> {
  const result = await database.pool.query<object>(
    `SELECT record_id AS id, state, reason, cause, detail, attempts, last_class AS class,
       sent_rev AS sent, delivered_rev AS delivered,
       send_id AS send, waits_for AS waits, remote_id AS remote, remote_version AS version,
         is_linked AS linked, snapshot
     FROM deliveries WHERE tenant = $1 AND system = 'qbo' ORDER BY id`,
    [tenant],
  );
  return result.rows;
}

test('updates that note different things are each written whole, in one call', async () => {
  const { tenant, rows, stranger } = await locked();
  const [first, second, third, fourth, fifth] = rows;
  if (
    first === undefined ||
    second === undefined ||
    third === undefined ||
    fourth === undefined ||
    fifth === undefined
  )
    throw new Error('five deliveries were expected');
  const before = await database.pool.query('SELECT id, due_at::text FROM deliveries ORDER BY id');
  const opened = await inTransaction(database.pool, (tx) =>
    updateDeliveries(tx, tenant, [
      { row: first, after: { ...first, state: 'sending', sentRev: 1 }, sendId: '7' },
      { row: second, after: { ...second, state: 'sending', sentRev: 1 }, sendId: '8' },
      {
        row: third,
        after: { ...third, state: 'delivered', deliveredRev: 1 },
        remote: { id: '55', version: null, isLinked: true, snapshot: { name: "O'Brien" } },
      },
      {
        row: fourth,
        after: { ...fourth, state: 'held', reason: 'r' },
        cause: 'x'.repeat(301),
        detail: 'y'.repeat(2001),
        lastClass: 'DATA',
        waitsFor: ['3', '4'],
      },
      { row: fifth, after: { ...fifth, attempts: 2 } },
      { row: stranger, after: { ...stranger, state: 'dead', reason: 'r' } },
    ]),
  );
  const plain = {
    state: 'waiting',
    reason: null,
    cause: null,
    detail: null,
    attempts: 0,
    class: null,
    sent: null,
    delivered: 0,
    send: null,
    waits: null,
    remote: null,
    version: null,
    linked: false,
    snapshot: null,
  };
  expect(await stored(tenant)).toEqual([
    { ...plain, id: 'c1', state: 'sending', sent: 1, send: 7 },
    { ...plain, id: 'c2', state: 'sending', sent: 1, send: 8 },
    {
      ...plain,
      id: 'c3',
      state: 'delivered',
      delivered: 1,
      remote: '55',
      linked: true,
      snapshot: { name: "O'Brien" },
    },
    {
      ...plain,
      id: 'c4',
      state: 'held',
      reason: 'r',
      cause: 'x'.repeat(300),
      detail: 'y'.repeat(2000),
      class: 'DATA',
      waits: ['3', '4'],
    },
    { ...plain, id: 'c5', attempts: 2 },
  ]);
  expect(opened.get('qbo')).toBe(-3); // the stranger's too: whose row it is the caller has seen to
  const strangers = await database.pool.query('SELECT state FROM deliveries WHERE id = $1', [
    stranger.id,
  ]);
  expect(strangers.rows).toEqual([{ state: 'waiting' }]);
  const after = await database.pool.query('SELECT id, due_at::text FROM deliveries ORDER BY id');
  expect(after.rows).toEqual(before.rows); // to the microsecond
});

test('what is noted replaces what stood there, and what is not stays', async () => {
  const { tenant, rows } = await locked();
  const write = async (
    update: (row: DeliveryRow) => Omit<Parameters<typeof updateDeliveries>[2][number], 'row'>,
  ): Promise<void> => {
    await inTransaction(database.pool, async (tx) => {
      const now = await lockByIds(
        tx,
        tenant,
        rows.map(({ id }) => id),
      );
      await updateDeliveries(
        tx,
        tenant,
        now.map((row) => ({ row, ...update(row) })),
      );
    });
  };
  const remote = { id: '55', version: '1', isLinked: false, snapshot: { a: 1 } };
  await write((row) => ({
    after: { ...row, state: 'held', reason: 'r' },
    cause: 'c',
    detail: 'd',
    waitsFor: ['3'],
  }));
  await write((row) => ({ after: { ...row, state: 'waiting', reason: null, attempts: 3 } }));
  expect((await stored(tenant))[0]).toMatchObject({
    state: 'waiting',
    reason: null,
    cause: null,
    detail: null,
    attempts: 3,
    waits: ['3'],
  });
  // With a remote it waits for nothing any more.
  await write((row) => ({
    after: { ...row, attempts: 0 },
    remote: { ...remote, id: `55-${row.recordId}` },
  }));
  await write((row) => ({ after: { ...row, state: 'waiting' } }));
  expect((await stored(tenant))[4]).toMatchObject({
    attempts: 0,
    waits: null,
    remote: '55-c5',
    version: '1',
    snapshot: { a: 1 },
  });
});

import { createHash } from 'node:crypto';

import { expect, test } from '@jest/globals';

import { findChange, storeChanges, type IntakeItem } from '../../database/changes';
import { findRecord } from '../../database/status';
import { idOfShown } from '../../domain/records/record-home';
import type { System } from '../../domain/words';
import { withDatabase } from '../support/database';
import { customer, orderBody, product } from '../support/samples';
import type { TestChange } from '../support/stack';
import { absorb, item, newTenant } from './support';

// Changes of other sources than the POS: numbered by each for itself, and not sent back to where
// they come from.

const database = withDatabase();

async function show(
  tenant: number,
  source: System,
  change: TestChange,
  remoteId?: string,
): Promise<void> {
  const shown: IntakeItem = { ...item(change), ...(remoteId !== undefined && { remoteId }) };
  expect(await storeChanges(database.pool, tenant, source, [shown])).toMatchObject({ accepted: 1 });
  await absorb(database.pool, tenant);
}

async function deliveriesOf(tenant: number, recordId: string): Promise<string[]> {
  const { rows } = await database.pool.query<{ row: string }>(
    `SELECT concat_ws(' ', system, state, 'has', delivered_rev, 'of', desired_rev, remote_id) AS row
     FROM deliveries WHERE tenant = $1 AND record_id = $2 ORDER BY system`,
    [tenant, recordId],
  );
  return rows.map(({ row }) => row);
}

const named = (name: string, revision: number): TestChange => ({
  ...product('MUG', { name }),
  revision,
});

test('revisions are compared with those of the same source only', async () => {
  const { pool } = database;
  const tenant = await newTenant(pool);
  await absorb(pool, tenant, [{ ...customer('c', 'of the till'), revision: 3 }]);
  await show(tenant, 'woo', { ...customer('c', 'of the shop'), revision: 1_764_547_200 }, '7');
  expect(await findRecord(pool, tenant, 'customer', 'c')).toMatchObject({
    body: { name: 'of the shop' },
    origin: { name: 'woo' },
    sourceRev: 3,
  });
  await absorb(pool, tenant, [{ ...customer('c', 'of the till again'), revision: 4 }]);
  await show(tenant, 'woo', { ...customer('c', 'late'), revision: 1_764_547_199 }, '7');
  expect(await findRecord(pool, tenant, 'customer', 'c')).toMatchObject({
    body: { name: 'of the till again' },
    sourceRev: 4,
  });
});

test('one event id of two sources is two changes, and each source has its own answer', async () => {
  const { pool } = database;
  const tenant = await newTenant(pool);
  const ofTill = item({ ...customer('c', 'till'), id: 'e-1' });
  const hash = createHash('sha256').update('shop').digest();
  const ofShop = { ...ofTill, recordId: 'd', hash };
  expect(await storeChanges(pool, tenant, 'pos', [ofTill])).toMatchObject({ accepted: 1 });
  expect(await storeChanges(pool, tenant, 'woo', [ofShop])).toMatchObject({ accepted: 1 });
  const repeat = await storeChanges(pool, tenant, 'woo', [ofShop]);
  expect(repeat).toMatchObject({ accepted: 0, repeats: new Set(['e-1']), reused: new Set() });
  await absorb(pool, tenant);
  expect(await findChange(pool, tenant, 'e-1')).toMatchObject({ recordId: 'c' });
});

test('what a system shows is delivered there, goes to the others, and a change of the POS goes to all', async () => {
  const { pool } = database;
  const tenant = await newTenant(pool);
  const recordId = idOfShown('woo', 'shop.example.test', '17');
  const shown = (name: string, revision: number) => ({ ...named(name, revision), recordId });
  await show(tenant, 'woo', shown('Mug', 1), '17');
  expect(await deliveriesOf(tenant, recordId)).toEqual([
    'qbo waiting has 0 of 1',
    'woo delivered has 1 of 1 17',
  ]);
  await show(tenant, 'woo', shown('Big mug', 2), '17');
  expect(await deliveriesOf(tenant, recordId)).toEqual([
    'qbo waiting has 0 of 2',
    'woo delivered has 2 of 2 17',
  ]);
  await absorb(pool, tenant, [shown('Small mug', 1)]);
  expect(await deliveriesOf(tenant, recordId)).toEqual([
    'qbo waiting has 0 of 3',
    'woo waiting has 2 of 3 17',
  ]);
});

test('a change of the POS that is on its way is not taken for delivered by what a system shows', async () => {
  const { pool } = database;
  const tenant = await newTenant(pool);
  await show(tenant, 'woo', named('Mug', 1), '17');
  await absorb(pool, tenant, [named('Small mug', 1)]);
  await show(tenant, 'woo', named('Big mug', 2), '17');
  expect(await deliveriesOf(tenant, 'p-MUG')).toContain('woo waiting has 1 of 3 17');
  // Both in one batch: what the shop has of it nobody knows.
  const other = await newTenant(pool);
  await storeChanges(pool, other, 'woo', [{ ...item(named('Mug', 1)), remoteId: '17' }]);
  await storeChanges(pool, other, 'pos', [item(named('Small mug', 1))]);
  await absorb(pool, other);
  expect(await deliveriesOf(other, 'p-MUG')).toContain('woo waiting has 0 of 2');
});

test('a thing that is another record already is not delivered as a second one', async () => {
  const tenant = await newTenant(database.pool);
  await show(tenant, 'woo', { ...product('A'), recordId: 'a' }, '17');
  await show(tenant, 'woo', { ...product('B'), recordId: 'b' }, '17');
  expect(await deliveriesOf(tenant, 'b')).toEqual([
    'qbo waiting has 0 of 1',
    'woo waiting has 0 of 1',
  ]);
});

test('order 17 of the shop and order 17 of the till move stock beside each other, each as its own', async () => {
  const { pool } = database;
  const tenant = await newTenant(pool);
  const order = (recordId: string, channel: 'pos' | 'web', pieces: number): TestChange => ({
    kind: 'order',
    recordId,
    body: { ...orderBody('17', [['MUG', pieces]], null), channel },
  });
  const count = (quantity: string): TestChange => ({
    ...{ kind: 'inventory', recordId: 'MUG', id: 'e-count' },
    ...{ body: { count: { quantity } }, occurredAt: '2026-11-20T10:00:00.000Z' },
  });
  await absorb(pool, tenant, [product('MUG'), count('9'), order('17', 'pos', 2)]);
  await show(tenant, 'woo', order(idOfShown('woo', 'shop.example.test', '17'), 'web', 3), '17');
  await show(tenant, 'woo', { ...count('10'), occurredAt: '2026-11-20T11:00:00.000Z' });
  const { rows } = await pool.query<{ row: string }>(
    `SELECT concat_ws(' ', source, source_id, quantity) AS row FROM stock_movements
     WHERE tenant = $1 ORDER BY source, source_id`,
    [tenant],
  );
  expect(rows.map(({ row }) => row)).toEqual([
    'pos event/e-count 9',
    'pos order/17 -2',
    'woo event/e-count 10',
    'woo order/woo:shop.example.test:17 -3',
  ]);
  expect(await findRecord(pool, tenant, 'inventory', 'MUG')).toMatchObject({
    body: { places: { default: { quantity: '5' } } },
    origin: { places: 'woo' },
  });
});

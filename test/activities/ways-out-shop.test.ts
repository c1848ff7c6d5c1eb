import { expect, test } from '@jest/globals';

import { discardDelivery } from '../../database/failures';
import { deliveriesOf } from '../../database/status';
import type { ProductBody } from '../../domain/bodies';
import { shelf } from '../support/sandboxes';
import { count, order, product } from '../support/samples';
import {
  control,
  createTestTenant,
  quickSettings,
  withStack,
  until,
  type TestChange,
  type TestTenant,
} from '../support/stack';
import {
  detailOf,
  next,
  redriven,
  sent,
  standing,
  untilStands,
  type Place,
} from '../support/ways-out';

// Each reason for which the shop's lane holds something: the hold is made, the way out that its
// text names is taken, and it is delivered. One tenant each.

const stack = withStack();

/** What the shopkeeper does to the product of this record. */
async function shopkeeper(
  tenant: TestTenant,
  does: string,
  recordId: string,
  more: object = {},
): Promise<void> {
  const all = await deliveriesOf(stack.database.pool, tenant.id, 'product', recordId);
  const id = Number(all.find(({ system }) => system === 'woo')?.remoteId);
  await control(stack.woo, 'act', { as: 'shopkeeper', do: does, store: tenant.store, id, ...more });
}

/** The product of record `p-A`. */
const changed = (change: Partial<ProductBody>): TestChange => ({
  ...product('A', change),
  recordId: 'p-A',
});
const inShop = (sku: string): Place => ['woo', 'product', `p-${sku}`];

test('the way out of `ambiguous_match`: the other product is renamed in the shop', async () => {
  const tenant = await createTestTenant(stack);
  await sent(stack, tenant, product('A'));
  await shopkeeper(tenant, 'editProduct', 'p-A', { set: { sku: 'b' } });
  await sent(stack, tenant, product('B'));
  expect(await standing(stack, tenant, inShop('B'))).toBe('ambiguous_match');
  expect(await detailOf(stack, tenant, inShop('B'))).toMatch(/spelling "b"/);
  await shopkeeper(tenant, 'editProduct', 'p-A', { set: { sku: 'C' } });
  await redriven(stack, tenant, inShop('B'));
  expect(await shelf(stack, tenant)).toEqual(['B Article B -', 'C Article A -']);
});

test('the way out of `in_trash`: deleted for good in the store, or restored', async () => {
  const tenant = await createTestTenant(stack);
  await sent(stack, tenant, product('A'), product('C'));
  await shopkeeper(tenant, 'editProduct', 'p-A', { set: { sku: 'B' } });
  await shopkeeper(tenant, 'trashProduct', 'p-A');
  await shopkeeper(tenant, 'trashProduct', 'p-C');
  await sent(stack, tenant, product('B'), next(product('C'), { priceMinor: 1_300 }));
  expect(await standing(stack, tenant, inShop('B'))).toBe('in_trash');
  expect(await standing(stack, tenant, inShop('C'))).toBe('in_trash');
  await shopkeeper(tenant, 'eraseProduct', 'p-A');
  await redriven(stack, tenant, inShop('B'));
  await shopkeeper(tenant, 'editProduct', 'p-C', { set: { status: 'publish' } });
  await redriven(stack, tenant, inShop('C'));
  expect(await shelf(stack, tenant)).toEqual(['B Article B -', 'C Article C -']);
});

test.each<[string, string, Partial<ProductBody>, Partial<ProductBody>]>([
  [
    'the way out of `invalid_value`: a name that the store keeps',
    'invalid_value',
    { name: '0' },
    { name: 'Zero' },
  ],
  [
    'the way out of `sku_not_kept`: a SKU without octets',
    'sku_not_kept',
    { sku: 'A%20B' },
    { sku: 'A-B' },
  ],
  [
    'the way out of `currency_differs`: a price in the currency of the shop',
    'currency_differs',
    { currency: 'EUR' },
    { currency: 'USD' },
  ],
])('%s', async (_title, reason, odd, right) => {
  const tenant = await createTestTenant(stack);
  await sent(stack, tenant, changed(odd));
  const place = inShop('A');
  expect(await standing(stack, tenant, place)).toBe(reason);
  await sent(stack, tenant, next(changed(odd), right));
  expect(await standing(stack, tenant, place)).toBe('delivered');
  expect(await shelf(stack, tenant)).toEqual([
    `${right.sku ?? 'A'} ${right.name ?? 'Article A'} -`,
  ]);
});

test('the way out of `not_built`: entered by hand and discarded', async () => {
  const tenant = await createTestTenant(stack);
  await sent(stack, tenant, product('A', { variants: [{ sku: 'A-1', options: { Size: 'S' } }] }));
  const [row] = await deliveriesOf(stack.database.pool, tenant.id, 'product', 'p-A');
  for (const { id } of await deliveriesOf(stack.database.pool, tenant.id, 'product', 'p-A'))
    expect(await discardDelivery(stack.database.pool, tenant.id, id, 'entered by hand')).toBe(
      'discarded',
    );
  expect(row?.reason).toBe('not_built');
  expect(await standing(stack, tenant, inShop('A'))).toBe('skipped');
});

test('the way out of `zero_price`: a price is sent', async () => {
  const tenant = await createTestTenant(stack, { ...quickSettings, zeroPrice: 'hold' });
  await sent(stack, tenant, product('A', { priceMinor: 0 }));
  expect(await standing(stack, tenant, inShop('A'))).toBe('zero_price');
  await sent(stack, tenant, next(product('A'), { priceMinor: 500 }));
  expect(await shelf(stack, tenant)).toEqual(['A Article A -']);
});

test('the way out of `stock_unknown`: the article is counted', async () => {
  const tenant = await createTestTenant(stack);
  await sent(stack, tenant, product('A'));
  await shopkeeper(tenant, 'editProduct', 'p-A', {
    set: { meta_data: [{ key: '_truth_sync_ref', value: '' }] },
  });
  // As for a shop that is connected with its products in it.
  await stack.database.pool.query(
    'UPDATE deliveries SET remote_id = NULL, remote_version = NULL, snapshot = NULL WHERE ' +
      'tenant = $1',
    [tenant.id],
  );
  await sent(stack, tenant, next(product('A'), { description: 'New' }), order('T-1', [['A', 1]]));
  expect(await standing(stack, tenant, ['woo', 'inventory', 'A'])).toBe('stock_unknown');
  await sent(stack, tenant, count('A', '7'));
  await untilStands(stack, tenant, ['woo', 'inventory', 'A'], 'delivered');
  await until(
    'the count is there',
    () => shelf(stack, tenant),
    ([line]) => line === 'A Article A 7',
  );
});

test('the way out of `unreadable_answer`: the plug-in that garbles the answer is switched off', async () => {
  const tenant = await createTestTenant(stack);
  await sent(stack, tenant, product('A'));
  await control(stack.woo, 'settings', { 'woo.garbledOn': 'Garbled' });
  try {
    await sent(stack, tenant, product('B', { name: 'Garbled' }), product('C'));
    expect(await standing(stack, tenant, inShop('B'))).toBe('unreadable_answer');
    expect(await detailOf(stack, tenant, inShop('B'))).toMatch(/cannot be read at "sku"/);
  } finally {
    await control(stack.woo, 'settings', { 'woo.garbledOn': '' });
  }
  await redriven(stack, tenant, inShop('B'));
  expect(await shelf(stack, tenant)).toEqual(['A Article A -', 'B Garbled -', 'C Article C -']);
});

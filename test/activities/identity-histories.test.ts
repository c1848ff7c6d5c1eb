import { expect, test } from '@jest/globals';
import { z } from 'zod';

import { listFailures } from '../../database/failures';
import { putMapping } from '../../database/mappings';
import { Till } from '../identity/till';
import { historiesAsked } from '../support/env';
import { inBooks, listed } from '../support/operator';
import {
  control,
  createTestTenant,
  sendChanges,
  withStack,
  untilIdle,
  type TestTenant,
} from '../support/stack';

// Some of the random histories of test/identity on the whole way: inbox, database, workflow,
// sandboxes.

const stack = withStack();
const { histories, firstSeed, steps } = historiesAsked(3);
const itemRow = z.object({
  Id: z.string(),
  Name: z.string(),
  Sku: z.string().optional(),
  Description: z.string().optional(),
});
const customerRow = z.object({
  Id: z.string(),
  DisplayName: z.string(),
  PrimaryPhone: z.object({ FreeFormNumber: z.string() }).optional(),
});
const shelfRow = z.object({
  stores: z.record(
    z.string(),
    z.object({
      products: z.array(
        z.object({
          id: z.number(),
          sku: z.string(),
          name: z.string(),
          stockQuantity: z.number().nullable(),
        }),
      ),
    }),
  ),
});

async function shop(): Promise<TestTenant> {
  const tenant = await createTestTenant(stack);
  const made = z
    .object({ Customer: customerRow })
    .parse(await inBooks(stack, tenant, 'customer', { DisplayName: 'Walk-in' }));
  await putMapping(
    stack.database.pool,
    tenant.id,
    { kind: 'account', key: 'guest-customer', target: { id: made.Customer.Id, name: null } },
    'test',
  );
  return tenant;
}

const seeds = Array.from({ length: histories }, (_, n) => firstSeed + n);

test.each(seeds)(
  'I1 to I11, seed %d: as many things in shop and books as records, each with its name, stock and id',
  async (seed) => {
    const tenant = await shop();
    const till = new Till(seed);
    for (const request of till.requests(steps + 10)) {
      await sendChanges(stack, tenant, request);
      if (seed % 2 === 0) await untilIdle(stack, tenant);
    }
    await untilIdle(stack, tenant);
    const failures = await listFailures(
      stack.database.pool,
      tenant.id,
      {},
      { afterId: null, limit: 50 },
    );
    expect(failures.filter(({ reason }) => reason !== 'direction')).toEqual([]);
    const { rows } = await stack.database.pool.query<{
      system: string;
      kind: string;
      id: string;
      remote: string;
    }>(
      `SELECT system, kind, record_id AS id, remote_id AS remote FROM deliveries WHERE tenant = $1
         AND kind IN ('product', 'customer') AND remote_id IS NOT NULL`,
      [tenant.id],
    );
    const remoteOf = (system: string, kind: string, id: string): string =>
      rows.find((row) => row.system === system && row.kind === kind && row.id === id)?.remote ?? '';
    const { stores } = shelfRow.parse(await control(stack.woo, `stock?store=${tenant.store}`));
    const products = stores[tenant.store]?.products ?? [];
    const items = (await listed(stack, tenant, 'Item', itemRow)).filter(
      ({ Sku = '' }) => Sku !== '',
    );
    expect(products).toHaveLength(rows.filter(({ system }) => system === 'woo').length);
    expect(items).toHaveLength(
      rows.filter(({ system, kind }) => system === 'qbo' && kind === 'product').length,
    );
    for (const one of till.products.filter(({ state }) => state === 'active')) {
      const shown = products.find(({ id }) => String(id) === remoteOf('woo', 'product', one.id));
      expect([one.id, shown?.name, shown?.sku.replace(/~\d+$/, ''), shown?.stockQuantity]).toEqual([
        one.id,
        one.name,
        one.sku,
        one.stock,
      ]);
      const item = items.find(({ Id }) => Id === remoteOf('qbo', 'product', one.id));
      expect([item?.Description, item?.Sku, item?.Name.replace(/~\d+$/, '')]).toEqual([
        one.name,
        one.sku,
        one.sku,
      ]);
    }
    const customers = await listed(stack, tenant, 'Customer', customerRow);
    for (const [id, name] of till.customers) {
      const shown = customers.find(({ Id }) => Id === remoteOf('qbo', 'customer', id));
      expect([shown?.DisplayName.startsWith(name), shown?.PrimaryPhone?.FreeFormNumber]).toEqual([
        true,
        id.slice(-15),
      ]);
    }
  },
);

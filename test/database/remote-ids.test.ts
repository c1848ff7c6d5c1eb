import { expect, test } from '@jest/globals';

import { withDatabase } from '../support/database';
import { product } from '../support/samples';
import { absorb, newTenant } from './support';

const database = withDatabase();

test('I1: a thing of a system belongs to one record of a tenant', async () => {
  const { pool } = database;
  const [tenant, other] = [await newTenant(pool), await newTenant(pool)];
  await absorb(pool, tenant, [product('A'), product('B')]);
  await absorb(pool, other, [product('A')]);
  const give = (owner: number, recordId: string) =>
    pool.query(
      `UPDATE deliveries SET remote_id = '17' WHERE tenant = $1 AND system = 'woo'
         AND record_id = $2`,
      [owner, recordId],
    );
  expect((await give(tenant, 'p-A')).rowCount).toBe(1);
  expect((await give(other, 'p-A')).rowCount).toBe(1);
  await expect(give(tenant, 'p-B')).rejects.toThrow('deliveries_remote');
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { createTestDatabase, type TestDatabase } from '../support/database';
import { product } from '../support/samples';
import { absorb, deliveries, newTenant } from './support';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
}, 30_000);
afterAll(() => database.drop());

/** The statements of the migration that take doubles apart and forbid them from then on. */
function takingApart(): string {
  const text = readFileSync(
    join(__dirname, '../../database/migrations/0018_remote_ids.sql'),
    'utf8',
  );
  return text.slice(text.indexOf('WITH shared'), text.indexOf('-- A product may wait'));
}

test(
  'I1: of records that share a thing the one that made it keeps it, the others ' +
    'are held with what to do',
  async () => {
    const { pool } = database;
    const tenant = await newTenant(pool);
    await absorb(pool, tenant, [product('A'), product('B'), product('C')]);
    await pool.query('DROP INDEX deliveries_remote');
    await pool.query(
      `UPDATE deliveries SET remote_id = CASE record_id WHEN 'p-C' THEN '18'
       ELSE '17' END, is_linked = record_id = 'p-A', state = 'delivered', snapshot = '{}'
         WHERE tenant = $1`,
      [tenant],
    );
    await pool.query(takingApart());
    const rows = await deliveries(pool, tenant, 'woo');
    expect(
      rows.map(({ recordId, state, reason, remoteId }) => [recordId, state, reason, remoteId]),
    ).toEqual([
      ['p-A', 'held', 'ambiguous_match', null],
      ['p-B', 'delivered', null, '17'],
      ['p-C', 'delivered', null, '18'],
    ]);
    const twice = `UPDATE deliveries SET remote_id = '17' WHERE tenant = $1 AND system = 'woo'
     AND record_id = 'p-A'`;
    await expect(pool.query(twice, [tenant])).rejects.toThrow('deliveries_remote');
  },
);

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Pool } from 'pg';

import { storeChanges } from '../../../database/changes';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { customer } from '../../support/samples';
import { item } from '../support';
import { explainedPool, type Explained } from './explained-pool';
import { bigTenant, fill, grown } from './fill';
import { hotQueries } from './hot-queries';

// No hot query reads a table that grows as a whole: neither with statistics nor right after a bulk load.

let database: TestDatabase;
let lanes: { pool: Pool; seen: Explained[] };
let intake: { pool: Pool; seen: Explained[] };

beforeAll(async () => {
  database = await createTestDatabase();
  lanes = explainedPool(database.url, true);
  intake = explainedPool(database.url, false);
  await fill(database.pool);
}, 120_000);
afterAll(async () => {
  await Promise.all([lanes.pool.end(), intake.pool.end()]);
  await database.drop();
});

/** Runs it and answers the tables that were read as a whole, with the statement. */
async function wholeReads(name: string): Promise<string[]> {
  const { pool, seen } = name.startsWith('intake') ? intake : lanes;
  seen.length = 0;
  await hotQueries[name]?.(pool);
  expect(seen.length).toBeGreaterThan(0);
  const growing: readonly string[] = grown;
  return seen.flatMap(({ text, seqScans }) => seqScans.filter((table) => growing.includes(table)).map((table) => `${table}: ${text}`)); // prettier-ignore
}

describe.each(['not analysed', 'analysed'])('%s', (statistics) => {
  beforeAll(async () => {
    if (statistics === 'analysed') await database.pool.query('ANALYZE');
  }, 30_000);

  test.each(Object.keys(hotQueries))('%s', async (name) => {
    expect(await wholeReads(name)).toEqual([]);
  });
});

test('a plan of intake that was kept while its tables were empty stays good', async () => {
  const young = await createTestDatabase();
  const { pool, seen } = explainedPool(young.url, false);
  await pool.query("INSERT INTO tenant_intake (tenant) VALUES (1); INSERT INTO tenant_absorb (tenant) VALUES (1)"); // prettier-ignore
  const request = [1, 2, 3].map((n) => item({ ...customer('x'), id: `e${n}` }));
  for (let n = 0; n < 10; n++) await storeChanges(pool, bigTenant, request);
  await young.pool.query(
    `INSERT INTO changes (tenant, pos, event_id, kind, op, record_id, occurred_at, hash)
     SELECT 1, n + 100, 'f' || n, 'customer', 'delete', 'c', now(), sha256('x') FROM generate_series(1, 50000) n`,
  );
  seen.length = 0;
  await storeChanges(pool, bigTenant, request);
  expect(seen.length).toBeGreaterThan(3);
  expect(seen.flatMap(({ seqScans }) => seqScans).filter((table) => table === 'changes')).toEqual([]);
  await pool.end();
  await young.drop();
}, 30_000);

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Pool } from 'pg';

import { storeChanges } from '../../../database/changes';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { customer } from '../../support/samples';
import { item } from '../support';
import { explainedPool, type Explained } from './explained-pool';
import { bigTenant, fill, grown } from './fill';
import { hotQueries } from './hot-queries';

// No hot query reads a table that grows as a whole, or many times what it needs: neither with
// statistics nor right after a bulk load.

let database: TestDatabase;
let lanes: { pool: Pool; seen: Explained[] };
let intake: { pool: Pool; seen: Explained[] };

beforeAll(async () => {
  database = await createTestDatabase();
  lanes = explainedPool(database.url, true);
  intake = explainedPool(database.url, false);
  await fill(database.pool);
});

afterAll(async () => {
  await Promise.all([lanes.pool.end(), intake.pool.end()]);
  await database.stop();
});

/** Rows that one statement may read: about a thousand things with a few rows each. */
const rowsMax = 5_000;
/**
 * These count what an operator asks to be counted, look at every tenant, or sort while statistics
 * are missing.
 */
const counting: Record<string, number> = {
  countStates: 160_000,
  tenantFacts: 160_000,
  recount: 160_000,
  readChanges: 50_000,
  'listFailures, first page': 250_000,
  'countRedrivable, ids': 20_000,
  keptBackDocuments: 20_000,
  'freeWaitingForItems, a slice of 5,000': 20_000,
  listCauses: 20_000,
  'laneWork qbo': 20_000,
  'lanesWork of all lanes': 20_000,
  'listFailures, no hit': 20_000,
  'listFailures, one class': 20_000,
  'countRedrivable, all': 20_000,
  'countRedrivable, a cause': 20_000,
  beginRun: 20_000,
  undoOutcomesOf: 20_000,
  'findStuckTenants, 1,001 tenants': 20_000,
};

describe.each(['not analysed', 'analysed'])('%s', (statistics) => {
  beforeAll(async () => {
    if (statistics === 'analysed') await database.pool.query('ANALYZE');
  });

  test.each(Object.keys(hotQueries))('%s', async (name) => {
    const { pool, seen } = name.startsWith('intake') ? intake : lanes;
    seen.length = 0;
    await hotQueries[name]?.(pool);
    expect(seen).not.toEqual([]);
    const growing: readonly string[] = grown;
    const bad = seen.flatMap(({ text, reads }) =>
      reads
        .filter(({ table }) => growing.includes(table))
        .filter(({ isWhole, rows }) => isWhole || rows > (counting[name] ?? rowsMax))
        .map(({ table, rows }) => `${rows} rows of ${table}: ${text}`),
    );
    expect(bad).toEqual([]);
  });
});

test('a plan of intake that was kept while its tables were empty stays good', async () => {
  const young = await createTestDatabase();
  const { pool, seen } = explainedPool(young.url, false);
  await young.pool.query('INSERT INTO tenant_intake (tenant) VALUES (1)');
  await young.pool.query('INSERT INTO tenant_absorb (tenant) VALUES (1)');
  const request = [1, 2, 3].map((n) => item({ ...customer('x'), id: `e${n}` }));
  for (let n = 0; n < 10; n++) await storeChanges(pool, bigTenant, 'pos', request);
  await young.pool.query(
    `INSERT INTO changes (tenant, pos, source, event_id, kind, op, record_id, occurred_at, hash)
     SELECT 1, n + 100, 'pos', 'f' || n, 'customer', 'delete', 'c', now(), sha256('x')
       FROM generate_series(1, 50000) n`,
  );
  seen.length = 0;
  await storeChanges(pool, bigTenant, 'pos', request);
  expect(seen.length).toBeGreaterThan(3);
  expect(
    seen
      .flatMap(({ reads }) => reads)
      .filter(({ table, rows }) => table === 'changes' && rows > 10),
  ).toEqual([]);
  await pool.end();
  await young.stop();
});

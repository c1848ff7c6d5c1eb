import { beforeEach, expect, test } from '@jest/globals';

import { migrate, readMigrations, type Migration } from '../../database/migrate';
import { withDatabase } from '../support/database';

const database = withDatabase();

beforeEach(() => database.pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public'));

const first: Migration = { name: '0001_a.sql', sql: 'CREATE TABLE a (n int)', hash: 'a' };
const second: Migration = { name: '0002_b.sql', sql: 'CREATE TABLE b (n int)', hash: 'b' };

async function tables(): Promise<string[]> {
  const result = await database.pool.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'
       ORDER BY 1`,
  );
  return result.rows.map(({ name }) => name);
}

test('an empty database gets all migrations in order, a second start none', async () => {
  const names = readMigrations().map(({ name }) => name);
  expect(await migrate(database.pool)).toEqual(names);
  expect(await migrate(database.pool)).toEqual([]);
  expect(await tables()).toEqual(expect.arrayContaining(['changes', 'deliveries', 'tenants']));
});

test('only what is missing is applied', async () => {
  await migrate(database.pool, [first]);
  expect(await migrate(database.pool, [first, second])).toEqual([second.name]);
});

test('a migration that was edited after it had been applied is refused', async () => {
  await migrate(database.pool, [first]);
  const edited = migrate(database.pool, [{ ...first, hash: 'other' }, second]);
  await expect(edited).rejects.toThrow('was edited after it had been applied');
  expect(await tables()).toEqual(['a', 'migrations']);
});

test('a database of a newer version is refused', async () => {
  await migrate(database.pool, [first, second]);
  await expect(migrate(database.pool, [first])).rejects.toThrow('made by a newer version');
});

test('of a migration that fails nothing stays, and what came before it does', async () => {
  const broken = { ...second, sql: `${second.sql}; CREATE TABLE c (n int); SELECT 1 / 0` };
  await expect(migrate(database.pool, [first, broken])).rejects.toThrow('0002_b.sql failed');
  expect(await tables()).toEqual(['a', 'migrations']);
  expect(await migrate(database.pool, [first, second])).toEqual([second.name]);
});

test('of two that start at once one applies, the other waits and finds nothing to do', async () => {
  const slow = { ...first, sql: `SELECT pg_sleep(0.2); ${first.sql}` };
  const applied = await Promise.all([1, 2, 3].map(() => migrate(database.pool, [slow, second])));
  expect(applied.map((names) => names.length).sort()).toEqual([0, 0, 2]);
});

test('the lock is given back after a failure', async () => {
  await expect(migrate(database.pool, [{ ...first, sql: 'nonsense' }])).rejects.toThrow('failed');
  const held = await database.pool.query(
    `SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
     WHERE l.locktype = 'advisory' AND d.datname = current_database()`,
  );
  expect(held.rows).toEqual([]);
});

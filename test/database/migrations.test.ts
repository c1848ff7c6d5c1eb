import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from '@jest/globals';

import { migrate, readMigrations } from '../../database/migrate';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { fillEveryTable, rowsOf, schemaOf } from './schema';

// What a database goes through that is in use: the next files come upon rows in every table.

const empty = 'DROP SCHEMA public CASCADE; CREATE SCHEMA public';

let database: TestDatabase;
let fresh: TestDatabase;
let folder: string;

beforeEach(async () => {
  database = await createTestDatabase();
  fresh = await createTestDatabase();
  await database.pool.query(empty);
  folder = mkdtempSync(join(tmpdir(), 'truth-sync-migrations-'));
  cpSync(join(__dirname, '../../database/migrations'), folder, { recursive: true });
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await database.stop();
  await fresh.stop();
});

/** A further file; `nth` 1 comes directly after those of the project. */
function addFile(nth: number, sql: string): string {
  const name = `${String(readMigrations().length + nth).padStart(4, '0')}_test_${nth}.sql`;
  writeFileSync(join(folder, name), sql);
  return name;
}

async function namesApplied(): Promise<string[]> {
  const { rows } = await database.pool.query<{ name: string }>(
    'SELECT name FROM migrations ORDER BY applied_at',
  );
  return rows.map(({ name }) => name);
}

test('the files are numbered from 0001 without a gap', () => {
  const numbers = readMigrations().map(({ name }) => /^(\d{4})_[a-z_]+\.sql$/.exec(name)?.[1]);
  expect(numbers.map(Number)).toEqual(numbers.map((_, index) => index + 1));
});

test('every table says what it is for, but that of the migrations', async () => {
  const silent = (await schemaOf(fresh.pool)).filter(
    (line) => line.startsWith('table ') && line.endsWith(': '),
  );
  expect(silent).toEqual(['table migrations : ']);
});

test('a database of the step before, with rows in every table, becomes what a fresh one is', async () => {
  const { pool } = database;
  const all = readMigrations();
  await migrate(pool, all.slice(0, -1));
  await fillEveryTable(pool);
  const before = await rowsOf(pool);
  expect(Object.values(before).map((rows) => rows.length)).toEqual(
    Object.keys(before).map(() => 1),
  );
  expect(await schemaOf(pool)).not.toEqual(await schemaOf(fresh.pool));

  expect(await migrate(pool)).toEqual(all.slice(-1).map(({ name }) => name));
  expect(await schemaOf(pool)).toEqual(await schemaOf(fresh.pool));
  expect(await rowsOf(pool)).toMatchObject(before);
});

test('further files are applied once, in order of their numbers, to the rows that are there', async () => {
  const { pool } = database;
  await migrate(pool);
  await fillEveryTable(pool);
  const before = await rowsOf(pool);
  // The second needs the first, and is written before it.
  const second = addFile(2, `UPDATE tenants SET note = note || ' and again'`);
  const first = addFile(
    1,
    `ALTER TABLE tenants ADD COLUMN note text NOT NULL DEFAULT 'kept';
     ALTER TABLE tenants ALTER COLUMN note DROP DEFAULT`,
  );
  const files = readMigrations(folder);
  expect(await migrate(pool, files)).toEqual([first, second]);
  expect(await migrate(pool, files)).toEqual([]);
  expect(await namesApplied()).toEqual(files.map(({ name }) => name));
  const after = await rowsOf(pool);
  expect(after).toMatchObject(before);
  expect(after['tenants']).toMatchObject([{ note: 'kept and again' }]);

  await fresh.pool.query(empty);
  await migrate(fresh.pool, files);
  expect(await schemaOf(pool)).toEqual(await schemaOf(fresh.pool));
});

test('of a further file that fails on its rows nothing stays; mended it is applied', async () => {
  const { pool } = database;
  await migrate(pool);
  await fillEveryTable(pool);
  const state = async () => ({
    schema: await schemaOf(pool),
    rows: await rowsOf(pool),
    applied: await namesApplied(),
  });
  const before = await state();
  const change = `CREATE TABLE notes (n int); UPDATE tenants SET name = 'changed';
    ALTER TABLE deliveries DROP COLUMN snapshot;`;
  const name = addFile(1, `${change} ALTER TABLE tenants ADD CHECK (name <> 'changed');`);
  await expect(migrate(pool, readMigrations(folder))).rejects.toThrow(`${name} failed`);
  expect(await state()).toEqual(before);

  addFile(1, change);
  expect(await migrate(pool, readMigrations(folder))).toEqual([name]);
  expect((await rowsOf(pool))['tenants']).toMatchObject([{ name: 'changed' }]);
});

import { randomBytes } from 'node:crypto';

import type { Pool } from 'pg';

import { testServers } from './env';
import { fixture } from './fixture';
import { open, urlOf } from './template';

/** A database of this test file alone, migrated; dropped by `stop`. */
export interface TestDatabase {
  pool: Pool;
  url: string;
  stop(): Promise<void>;
}

/** A database for all tests of a file. */
export const withDatabase = (): TestDatabase => fixture(createTestDatabase);

export async function createTestDatabase(): Promise<TestDatabase> {
  const { databaseUrl, template } = testServers();
  const name = `test_${randomBytes(6).toString('hex')}`;
  const admin = open(databaseUrl);
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = urlOf(databaseUrl, name);
  const pool = open(url);
  return {
    pool,
    url,
    stop: async () => {
      await pool.end();
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
}

import { randomBytes } from 'node:crypto';

import type { Pool } from 'pg';

import { migrate } from '../../database/migrate';
import { createPool } from '../../database/pool';
import { testServers } from './env';

/** A database of this test file alone, migrated; dropped by `drop`. */
export interface TestDatabase {
  pool: Pool;
  url: string;
  drop(): Promise<void>;
}

function open(url: string): Pool {
  const pool = createPool({
    connectionString: url,
    max: 20,
    isPlannedEachTime: true,
    applicationName: 'truth-sync test',
    onError: () => undefined,
  });
  // Test files share a machine: one that is busy is not a database that is away.
  pool.options.connectionTimeoutMillis = 20_000;
  return pool;
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const { databaseUrl } = testServers();
  const name = `test_${randomBytes(6).toString('hex')}`;
  const admin = open(databaseUrl);
  await admin.query(`CREATE DATABASE ${name}`);
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  const pool = open(url.href);
  await migrate(pool);
  return {
    pool,
    url: url.href,
    drop: async () => {
      await pool.end();
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
}

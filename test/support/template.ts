import { randomBytes } from 'node:crypto';

import type { Pool } from 'pg';

import { migrate } from '../../database/migrate';
import { createPool } from '../../database/pool';

/** A pool for tests on a database of that address. */
export function open(url: string): Pool {
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

/** A migrated database that those of the test files are copied from, made once for all of them. */
export async function createTemplate(
  databaseUrl: string,
): Promise<{ name: string; drop(): Promise<void> }> {
  const name = `template_${randomBytes(6).toString('hex')}`;
  const admin = open(databaseUrl);
  await admin.query(`CREATE DATABASE ${name}`);
  const pool = open(urlOf(databaseUrl, name));
  await migrate(pool);
  // Nothing is copied from a database that somebody is connected to.
  await pool.end();
  return {
    name,
    drop: async () => {
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
}

/** The address of another database of the same server. */
export function urlOf(databaseUrl: string, name: string): string {
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  return url.href;
}

import { expect, test } from '@jest/globals';

import { dropRequests } from '../../database/dropped-requests';
import { withDatabase } from '../support/database';
import { newTenant } from './support';

const database = withDatabase();

test('the bytes of sends go so many days after they were settled, the oldest first and some at a time', async () => {
  const { pool } = database;
  const tenant = await newTenant(pool);
  await pool.query(
    `INSERT INTO sends (tenant, system, key, lane_token, request, members, state, settled_at)
     SELECT $1, 'qbo', encode(sha256(name::bytea), 'hex'), gen_random_uuid(),
       json_build_object('path', name), '[]', state, now() - make_interval(days => age)
     FROM (VALUES ('new', 'settled', 29), ('old', 'settled', 31), ('older', 'settled', 90),
       ('unknown', 'verifying', 90)) AS x(name, state, age)`,
    [tenant],
  );
  const kept = async (): Promise<string[]> => {
    const { rows } = await pool.query<{ path: string }>(
      `SELECT request ->> 'path' AS path FROM sends WHERE tenant = $1 AND request IS NOT NULL
       ORDER BY id`,
      [tenant],
    );
    return rows.map(({ path }) => path);
  };
  expect(await dropRequests(pool, { keptDays: 30, limit: 1 })).toBe(1);
  expect(await kept()).toEqual(['new', 'old', 'unknown']);
  expect(await dropRequests(pool, { keptDays: 30, limit: 10 })).toBe(1);
  expect(await dropRequests(pool, { keptDays: 30, limit: 10 })).toBe(0);
  expect(await kept()).toEqual(['new', 'unknown']);
});

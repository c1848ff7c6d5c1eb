import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { readChanges, withCursor } from '../../database/absorb-store';
import { clearWake, findChange, forgetWake, storeChanges } from '../../database/changes';
import { queueDepth } from '../../database/status';
import { createPool } from '../../database/pool';
import { withDatabase } from '../support/database';
import { customer } from '../support/samples';
import { item, newTenant, store } from './support';

const database = withDatabase();

const one = (id: string, name = id): ReturnType<typeof item> =>
  item({ ...customer('c', name), id });

async function wakes(tenant: number, id: string): Promise<boolean> {
  const result = await storeChanges(database.pool, tenant, 'pos', [one(id)]);
  if (result.type === 'full') throw new Error('full');
  return result.shouldWake;
}

test('the bound holds to the row under 32 parallel connections of which a fifth repeats', async () => {
  const { pool } = database;
  const bound = 2_000;
  const tenant = await newTenant(pool);
  await pool.query('UPDATE tenant_intake SET queue_bound = $2 WHERE tenant = $1', [tenant, bound]);
  const wide = createPool({
    connectionString: database.url,
    max: 32,
    isPlannedEachTime: false,
    applicationName: 'intake',
    onError: () => undefined,
  });
  const requests = fc.sample(
    fc.record({
      size: fc.constantFrom(1, 7, 33, 100),
      isRepeat: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
    }),
    { seed: 21, numRuns: 160 },
  );
  const sent: string[][] = [];
  const stored = new Set<string>();
  /** Answers that were not what the rules say. */
  const wrong: string[] = [];
  let refused = 0;
  const queue = [...requests.entries()];
  const sender = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [n, { size, isRepeat }] = next;
      const ids =
        (isRepeat ? sent.at(n % Math.max(1, sent.length)) : undefined) ??
        Array.from({ length: size }, (_, k) => `e-${n}-${k}`);
      const result = await storeChanges(
        wide,
        tenant,
        'pos',
        ids.map((id) => one(id)),
      );
      if (result.type === 'full') {
        refused += 1;
        if (result.depth + ids.length <= bound)
          wrong.push(`refused ${ids.length} at ${result.depth}`);
        continue;
      }
      sent.push(ids);
      if (result.accepted + result.repeats.size !== ids.length || result.reused.size > 0)
        wrong.push(`${ids.length} became ${result.accepted} and ${result.repeats.size}`);
      for (const id of ids) if (!result.repeats.has(id)) stored.add(id);
    }
  };
  await Promise.all(Array.from({ length: 32 }, sender));
  await wide.end();
  const rows = await pool.query<{ count: number }>(
    'SELECT count(*) AS count FROM changes WHERE tenant = $1',
    [tenant],
  );
  expect(wrong).toEqual([]);
  expect(refused).toBeGreaterThan(0);
  expect(rows.rows[0]?.count).toBe(stored.size);
  expect(await queueDepth(pool, tenant)).toBe(stored.size);
  expect(stored.size).toBeLessThanOrEqual(bound);
  expect(stored.size).toBeGreaterThan(bound - 100);
  // What is left of the bound can be filled to the last row, and no further.
  for (let n = stored.size; n < bound; n++)
    expect((await storeChanges(pool, tenant, 'pos', [one(`fill-${n}`)])).type).toBe('stored');
  expect((await storeChanges(pool, tenant, 'pos', [one('over')])).type).toBe('full');
});

test('at the bound a repeat still passes, and of a request that does not fit nothing is stored', async () => {
  const tenant = await newTenant(database.pool);
  await database.pool.query('UPDATE tenant_intake SET queue_bound = 2 WHERE tenant = $1', [tenant]);
  await storeChanges(database.pool, tenant, 'pos', [one('a'), one('b')]);
  const repeat = await storeChanges(database.pool, tenant, 'pos', [one('a'), one('b')]);
  expect(repeat).toMatchObject({ type: 'stored', accepted: 0, shouldWake: false, depth: 2 });
  const over = await storeChanges(database.pool, tenant, 'pos', [one('a'), one('c')]);
  expect(over).toEqual({ type: 'full', depth: 2, bound: 2 });
  expect(await findChange(database.pool, tenant, 'c')).toBeNull();
});

test('the same content again is a repeat, other content under the same id is reuse', async () => {
  const tenant = await newTenant(database.pool);
  await storeChanges(database.pool, tenant, 'pos', [one('a'), one('b')]);
  const result = await storeChanges(database.pool, tenant, 'pos', [
    one('a'),
    one('b', 'other'),
    one('c'),
  ]);
  if (result.type === 'full') throw new Error('full');
  expect(result.accepted).toBe(1);
  expect([...result.repeats]).toEqual(['a']);
  expect([...result.reused]).toEqual(['b']);
  expect(await findChange(database.pool, tenant, 'b')).toMatchObject({ body: { name: 'b' } });
});

test('a reader that follows the positions sees every change once, in order, while many write', async () => {
  const { pool } = database;
  const tenant = await newTenant(pool);
  const read: number[] = [];
  let isOver = false;
  const reader = async (): Promise<void> => {
    for (let after = 0, wasOver = false; ; wasOver = isOver) {
      const { changes, lastPos } = await withCursor(pool, tenant, (tx) =>
        readChanges(tx, tenant, after, 20),
      );
      read.push(...changes.map(({ pos }) => pos));
      if (lastPos === null && wasOver) return;
      after = lastPos ?? after;
    }
  };
  const writer = async (_: unknown, n: number): Promise<void> => {
    for (let k = 0; k < 30; k++) {
      // Every third request ends with a repeat: its position stays unused.
      const ids = [`w${n}-${k}`, ...(k % 3 === 0 ? ['shared'] : [])];
      await storeChanges(
        pool,
        tenant,
        'pos',
        ids.map((id) => one(id)),
      );
    }
  };
  const following = reader();
  await Promise.all(Array.from({ length: 8 }, writer));
  isOver = true;
  await following;
  expect(read).toHaveLength(8 * 30 + 1);
  expect(read).toEqual([...read].sort((a, b) => a - b));
  expect(new Set(read).size).toBe(read.length);
});

test('only the first intake wakes, until absorb took the flag down or five seconds passed', async () => {
  const { pool } = database;
  const tenant = await newTenant(pool);
  const age = (seconds: number): Promise<unknown> =>
    pool.query(
      'UPDATE tenant_intake SET woken_at = now() - make_interval(secs => $2) WHERE tenant = $1',
      [tenant, seconds],
    );
  expect(await wakes(tenant, 'a')).toBe(true);
  expect(await wakes(tenant, 'b')).toBe(false);
  expect(await wakes(tenant, 'b')).toBe(false);
  await age(4.5);
  expect(await wakes(tenant, 'c')).toBe(false);
  await age(5.5);
  expect(await wakes(tenant, 'd')).toBe(true);
  expect(await wakes(tenant, 'e')).toBe(false);
  await clearWake(pool, tenant);
  expect(await wakes(tenant, 'e')).toBe(false);
  expect(await wakes(tenant, 'f')).toBe(true);
  await forgetWake(pool, tenant);
  expect(await wakes(tenant, 'g')).toBe(true);
});

const oddIds = [
  "'; DROP TABLE changes; --",
  'x"y\\z',
  '${id}',
  '%_',
  'é💶',
  '<b>',
  '{"a":1}',
  '$1',
];
test.each(oddIds)('the id %s is data', async (id) => {
  const tenant = await newTenant(database.pool);
  await store(database.pool, tenant, [{ ...customer(id), id }]);
  expect(await findChange(database.pool, tenant, id)).toMatchObject({ id, recordId: id });
  const again = await store(database.pool, tenant, [{ ...customer(id), id }]);
  expect(again).toMatchObject({ accepted: 0, repeats: new Set([id]) });
  expect(await findChange(database.pool, tenant, id.toUpperCase() + 'x')).toBeNull();
});

test('one tenant may use the event ids of another', async () => {
  const [left, right] = [await newTenant(database.pool), await newTenant(database.pool)];
  await storeChanges(database.pool, left, 'pos', [one('same', 'left')]);
  const result = await storeChanges(database.pool, right, 'pos', [one('same', 'right')]);
  expect(result).toMatchObject({ accepted: 1, repeats: new Set(), reused: new Set() });
  expect(await findChange(database.pool, left, 'same')).toMatchObject({ body: { name: 'left' } });
});

import { beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { findChange } from '../../database/changes';
import { findRecord } from '../../database/status';
import { addDecimals } from '../../domain/money';
import { withDatabase } from '../support/database';
import { count, customer, orderBody, product } from '../support/samples';
import type { TestChange } from '../support/stack';
import { absorb, deliveries, newTenant, store } from './support';

const database = withDatabase();
let tenant = 0;

beforeEach(async () => {
  tenant = await newTenant(database.pool);
});

async function codes(): Promise<string[]> {
  const result = await database.pool.query<{ text: string }>(
    "SELECT sku || ' ' || record_id || ' ' || code AS text FROM skus WHERE tenant = $1 " +
      'ORDER BY sku COLLATE "C"',
    [tenant],
  );
  return result.rows.map(({ text }) => text);
}
const gone = (recordId: string, revision: number): TestChange => ({
  kind: 'product',
  recordId,
  op: 'delete',
  revision,
  body: null,
});

test('one SKU may be given up, deleted and taken again in one batch, and blocks nobody', async () => {
  await absorb(database.pool, tenant, [product('a'), product('A')]);
  await absorb(database.pool, tenant, [
    gone('p-A', 2),
    { ...product('A'), revision: 3 },
    gone('p-a', 2),
    { ...product('a'), recordId: 'q' },
    customer('after'),
  ]);
  expect(await codes()).toEqual([' of:p-a p-a a~3', 'A p-A A~2', 'a q a']);
  expect(await findRecord(database.pool, tenant, 'customer', 'after')).not.toBeNull();
});

test('a suffix that was given as a SKU of its own is passed over, also when all come together', async () => {
  await absorb(database.pool, tenant, [product('a~2')]);
  await absorb(database.pool, tenant, [product('A'), product('a')]);
  expect(await codes()).toEqual(['A p-A A', 'a p-a a~3', 'a~2 p-a~2 a~2']);
  await absorb(database.pool, tenant, [product('B'), product('b'), product('b~2'), product('B~2')]);
  expect(await codes()).toEqual(
    expect.arrayContaining(['b p-b b~2', 'b~2 p-b~2 b~2~2', 'B~2 p-B~2 B~2~3']),
  );
});

test('a suffix of a suffix that is given already is passed over too', async () => {
  await absorb(database.pool, tenant, [product('c~2~2')]);
  await absorb(database.pool, tenant, [product('C'), product('c'), product('c~2')]);
  expect(await codes()).toEqual(expect.arrayContaining(['c p-c c~2', 'c~2 p-c~2 c~2~3']));
});

test('a hundred case twins get codes of their own', async () => {
  const twins = Array.from({ length: 128 }, (_, bits) =>
    Array.from('abcdefg')
      .map((letter, n) => ((bits & (1 << n)) === 0 ? letter : letter.toUpperCase()))
      .join(''),
  );
  for (let from = 0; from < twins.length; from += 16)
    await absorb(
      database.pool,
      tenant,
      twins.slice(from, from + 16).map((sku) => product(sku)),
    );
  expect(await codes()).toHaveLength(128);
});

test('a taken SKU and a stale revision get their outcome, everything else of the batch is absorbed', async () => {
  await absorb(database.pool, tenant, [
    { ...product('a'), id: 'first' },
    { ...product('a'), recordId: 'q', id: 'taken' },
    { ...product('a'), id: 'stale' },
    { ...customer('c'), id: 'fine' },
  ]);
  const outcome = async (id: string): Promise<unknown> =>
    (await findChange(database.pool, tenant, id))?.code;
  expect(await Promise.all(['first', 'taken', 'stale', 'fine'].map(outcome))).toEqual([
    null,
    'sku_taken',
    'stale',
    null,
  ]);
});

test('a body that no version can read fails alone', async () => {
  await store(database.pool, tenant, [{ ...customer('bad'), id: 'bad', body: { name: 7 } }]);
  await absorb(database.pool, tenant, [customer('good')]);
  expect(await findChange(database.pool, tenant, 'bad')).toMatchObject({
    outcome: 'failed',
    code: 'unreadable',
    isAbsorbed: true,
  });
  expect(await findRecord(database.pool, tenant, 'customer', 'good')).not.toBeNull();
});

test('what is deleted before it left need not leave, what left is skipped by policy', async () => {
  await absorb(database.pool, tenant, [customer('c')]);
  await absorb(database.pool, tenant, [
    { kind: 'customer', recordId: 'c', op: 'delete', revision: 2, body: null },
  ]);
  const rows = await deliveries(database.pool, tenant);
  expect(rows.map(({ state, reason }) => [state, reason])).toEqual([
    ['skipped', 'policy'],
    ['skipped', 'policy'],
  ]);
});

// Stock by the ledger in the database, against the rule: last count plus what occurred after it.
const at = (minute: number): string => new Date(Date.UTC(2026, 10, 21, 10, minute)).toISOString();
const fact = fc.record({
  minute: fc.integer({ min: 0, max: 59 }),
  pieces: fc.integer({ min: -4, max: 4 }),
  isCount: fc.boolean(),
  place: fc.constantFrom('default', 'x'),
});

test('stock is the same in any order of arrival, also through tickets that change', async () => {
  const arrivals = fc
    .uniqueArray(fact, { selector: ({ minute }) => minute, maxLength: 10 })
    .chain((facts) =>
      fc.tuple(
        fc.shuffledSubarray(facts, { minLength: facts.length }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 3 }),
      ),
    );
  await fc.assert(
    fc.asyncProperty(arrivals, async ([facts, batch, tickets]) => {
      tenant = await newTenant(database.pool);
      const changes = facts.map(({ minute, pieces, isCount, place }): TestChange => {
        const body = isCount
          ? { location: place, count: { quantity: String(pieces) } }
          : { location: place, movement: { delta: String(pieces), reason: 'adjustment' } };
        return { kind: 'inventory', recordId: 'a', occurredAt: at(minute), body };
      });
      // One ticket in several revisions, sold at minute 30 and a half: only its last one counts.
      const sold = tickets.map((pieces, n): TestChange => ({
        kind: 'order',
        recordId: 'o',
        revision: n + 1,
        occurredAt: at(30).replace(':00.', ':30.'),
        body: orderBody('o', [['a', pieces]], null),
      }));
      const mixed = changes.flatMap((change, n) => [change, ...sold.slice(n, n + 1)]);
      const all = [...mixed, ...sold.slice(changes.length)];
      for (let from = 0; from < all.length; from += batch)
        await absorb(database.pool, tenant, all.slice(from, from + batch));
      const record = await findRecord(database.pool, tenant, 'inventory', 'a');
      const places = (record?.body ?? { places: {} }) as {
        places: Record<string, { quantity: string }>;
      };
      const last = tickets.at(-1) ?? 0;
      for (const place of ['default', 'x']) {
        const own = facts.filter((one) => one.place === place);
        const lastCount = Math.max(
          -1,
          ...own.filter(({ isCount }) => isCount).map(({ minute }) => minute),
        );
        const start = own.find(({ minute }) => minute === lastCount)?.pieces ?? 0;
        const moved = own.filter(({ isCount, minute }) => !isCount && minute > lastCount);
        const ticket = place === 'default' && lastCount < 31 ? -last : 0;
        const expected = moved.reduce((sum, { pieces }) => sum + pieces, start) + ticket;
        expect(addDecimals(places.places[place]?.quantity ?? '0', '0')).toBe(String(expected + 0));
      }
    }),
    { seed: 41, numRuns: 60 },
  );
});

test('an inventory event named like a ticket is not taken back with that ticket', async () => {
  await absorb(database.pool, tenant, [
    { ...count('a', '10', at(1)), id: 'order/o' },
    { kind: 'order', recordId: 'o', occurredAt: at(2), body: orderBody('o', [['a', 1]], null) },
  ]);
  await absorb(database.pool, tenant, [
    {
      kind: 'order',
      recordId: 'o',
      revision: 2,
      occurredAt: at(2),
      body: orderBody('o', [['a', 3]], null),
    },
  ]);
  expect(await findRecord(database.pool, tenant, 'inventory', 'a')).toMatchObject({
    body: { places: { default: { quantity: '7' } } },
  });
});

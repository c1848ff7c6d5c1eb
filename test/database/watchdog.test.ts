import { expect, test } from '@jest/globals';

import { putConnection } from '../../database/connections';
import { markNeedsAuth } from '../../database/lane-reasons';
import { requestRedrive } from '../../database/failures';
import { setLane } from '../../database/lanes';
import { requestSettings } from '../../database/settings';
import { findStuckTenants } from '../../database/watchdog';
import { initialSyncSettings } from '../../domain/lane/sync-settings';
import { withDatabase } from '../support/database';
import { customer } from '../support/samples';
import { absorb, deliver, deliveries, holdLane, newTenant, send, store } from './support';

const database = withDatabase();

/** As if an hour had passed since everything that this tenant did. */
async function age(tenant: number): Promise<void> {
  const columns = {
    tenant_intake: ['woken_at'],
    tenant_absorb: ['progressed_at'],
    lanes: ['progressed_at'],
    deliveries: ['due_at'],
    sends: ['due_at'],
    settings: ['requested_at'],
    redrives: ['requested_at'],
  };
  for (const [table, names] of Object.entries(columns))
    for (const name of names)
      await database.pool.query(
        `UPDATE ${table} SET ${name} = ${name} - interval '1 h' WHERE tenant = $1`,
        [tenant],
      );
}

async function isStuck(tenant: number): Promise<boolean> {
  const row = await database.pool.query<{ id: string }>(
    'SELECT tenant_id AS id FROM tenants WHERE id = $1',
    [tenant],
  );
  return (await findStuckTenants(database.pool, 60_000, '', 500)).includes(row.rows[0]?.id ?? '');
}

const connect = (tenant: number): Promise<unknown> =>
  putConnection(database.pool, tenant, {
    system: 'qbo',
    address: 'x',
    account: `company of ${tenant}`,
    sealed: 'x',
  });
async function withWork(tenant: number): Promise<void> {
  await connect(tenant);
  await absorb(database.pool, tenant, [customer('c')]);
}

const kinds: [string, (tenant: number) => Promise<unknown>, boolean][] = [
  [
    'a change that nobody absorbed',
    (tenant) => store(database.pool, tenant, [customer('c')]),
    true,
  ],
  [
    'settings that nobody brought in force',
    (tenant) =>
      requestSettings(database.pool, tenant, {
        part: 'sync',
        requestId: 'x',
        value: initialSyncSettings,
        catchUp: null,
        requestedBy: 'a',
        expectedRev: null,
      }),
    true,
  ],
  [
    'a redrive that nobody applied',
    (tenant) => requestRedrive(database.pool, tenant, 'x', { selector: { all: true }, by: 'a' }),
    true,
  ],
  ['a due delivery that nobody sends', withWork, true],
  [
    'a send whose caller is gone',
    async (tenant) => {
      await withWork(tenant);
      await send(
        database.pool,
        await holdLane(database.pool, tenant, 'qbo'),
        await deliveries(database.pool, tenant, 'qbo'),
      );
    },
    true,
  ],
  ['nothing', () => Promise.resolve(), false],
  [
    'nothing left to do',
    async (tenant) => {
      await withWork(tenant);
      await deliver(
        database.pool,
        await holdLane(database.pool, tenant, 'qbo'),
        await deliveries(database.pool, tenant, 'qbo'),
      );
    },
    false,
  ],
  [
    'all absorbed, the last request ending with a repeat',
    async (tenant) => {
      await store(database.pool, tenant, [{ ...customer('c'), id: 'one' }]);
      await store(database.pool, tenant, [customer('d'), { ...customer('c'), id: 'one' }]);
      await absorb(database.pool, tenant);
    },
    false,
  ],
  [
    'work for a system that is not connected',
    (tenant) => absorb(database.pool, tenant, [customer('c')]),
    false,
  ],
  [
    'work in a lane that an operator paused',
    async (tenant) => {
      await withWork(tenant);
      await setLane(database.pool, tenant, 'qbo', { isPaused: true });
    },
    false,
  ],
  [
    'work in a lane whose credentials are refused',
    async (tenant) => {
      await withWork(tenant);
      await markNeedsAuth(database.pool, { tenant, system: 'qbo' }, null, 'HTTP 401');
    },
    false,
  ],
];

test.each(kinds)(
  '%s is looked at after an hour only if somebody should act',
  async (_name, prepare, expected) => {
    const tenant = await newTenant(database.pool);
    await prepare(tenant);
    expect(await isStuck(tenant)).toBe(false);
    await age(tenant);
    expect(await isStuck(tenant)).toBe(expected);
  },
);

test('the stuck are listed page by page', async () => {
  const all = await findStuckTenants(database.pool, 60_000, '', 500);
  const pages: string[] = [];
  for (let after = ''; ;) {
    const page = await findStuckTenants(database.pool, 60_000, after, 2);
    pages.push(...page);
    after = page.at(-1) ?? after;
    if (page.length < 2) break;
  }
  expect(all.length).toBeGreaterThan(3);
  expect(pages).toEqual(all);
});

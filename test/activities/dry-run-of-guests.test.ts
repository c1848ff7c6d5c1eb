import { expect, test } from '@jest/globals';
import { z } from 'zod';

import { laneStates } from '../../database/lanes';
import { putMapping } from '../../database/mappings';
import { withApi } from '../support/api';
import { inBooks, operatorOf, post } from '../support/operator';
import { orderBody } from '../support/samples';
import { documents } from '../support/sandboxes';
import {
  createTestTenant,
  sendChanges,
  withStack,
  until,
  untilIdle,
  wake,
  type TestChange,
  type TestTenant,
} from '../support/stack';
import { signal } from '../support/tenant-workflow';
import { textOf } from '../support/text-of';

// A dry run where guests and articles get records of our own: what it shows is what leaves first;
// what waits for those is counted and not shown, as with customers and products of the till.

const stack = withStack();
const api = withApi({ stack });

async function setPaused(tenant: TestTenant, paused: boolean): Promise<void> {
  await signal(stack, tenant, 'setPaused', { paused });
  await until(
    'set',
    () => laneStates(stack.database.pool, tenant.id),
    (lanes) => lanes.every(({ isPaused }) => isPaused === paused),
  );
}

const guest = (number: string, email: string, sku: string): TestChange => ({
  kind: 'order',
  recordId: number,
  body: { ...orderBody(number, [[sku, 1]], null), guest: { email } },
});
const run = z.object({ state: z.string(), done: z.int(), total: z.int().nullable() });
const sends = z.object({ items: z.array(z.object({ key: z.string(), body: z.string() })) });

const sent = async ({ id }: TestTenant): Promise<{ key: string; body: string }[]> =>
  (
    await stack.database.pool.query<{ key: string; body: string }>(
      `SELECT key, request ->> 'body' AS body FROM sends WHERE tenant = $1 AND system = 'qbo'
         ORDER BY id`,
      [id],
    )
  ).rows;

test('a dry run shows the customers and items that are made, byte for byte', async () => {
  const tenant = await createTestTenant(stack);
  const made = z
    .object({ Customer: z.object({ Id: z.string() }) })
    .parse(await inBooks(stack, tenant, 'customer', { DisplayName: 'Walk-in' }));
  await putMapping(
    stack.database.pool,
    tenant.id,
    { kind: 'account', key: 'guest-customer', target: { id: made.Customer.Id, name: null } },
    'test',
  );
  await post(stack, tenant, { customer: { guest: 'perEmail' }, item: { unmapped: 'create' } });
  await sendChanges(stack, tenant, [guest('1', 'a@example.test', 'A')]);
  await untilIdle(stack, tenant);
  const before = await sent(tenant);
  await setPaused(tenant, true);
  await sendChanges(stack, tenant, [
    guest('2', 'A@example.test', 'A'),
    guest('3', 'b@example.test', 'B'),
    guest('4', 'b@example.test', 'A'),
  ]);
  await until(
    'absorbed',
    async () =>
      (
        await stack.database.pool.query(
          `SELECT FROM deliveries WHERE tenant = $1 AND system = 'qbo' AND state = 'waiting'`,
          [tenant.id],
        )
      ).rowCount ?? 0,
    (count) => count === 5,
  );
  const ask = await operatorOf(stack, api, tenant);
  const id = textOf(
    (await ask('POST', '/runs', { kind: 'dry_run', systems: ['qbo'] })).body,
    'runId',
  );
  const ended = await until(
    'the run ended',
    async () => run.parse((await ask('GET', `/runs/${id}`)).body),
    ({ state }) => !['requested', 'running'].includes(state),
  );
  // A customer, an item and the sale of a guest who is there already.
  expect(ended).toMatchObject({ state: 'completed', total: 5, done: 3 });
  const shown = sends.parse((await ask('GET', `/runs/${id}/sends`)).body).items;
  expect(await sent(tenant)).toEqual(before);
  await setPaused(tenant, false);
  await wake(stack, tenant);
  await untilIdle(stack, tenant);
  const left = (await sent(tenant)).slice(before.length);
  expect(left.slice(0, shown.length)).toEqual(shown.map(({ key, body }) => ({ key, body })));
  expect(await documents(stack, tenant)).toHaveLength(4);
});

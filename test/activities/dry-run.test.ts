import { expect, test } from '@jest/globals';
import { z } from 'zod';

import { laneStates } from '../../database/lanes';
import { addKey } from '../../database/tenants';
import { putMapping } from '../../database/mappings';
import { withApi, type Called } from '../support/api';
import { customer, order, orderBody, product } from '../support/samples';
import { calls, documents, writes } from '../support/sandboxes';
import {
  control,
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
import { summed, summingTenant } from './summing';
import { textOf } from '../support/text-of';

// A dry run against what then happens: pause, dry run, look, resume.

const stack = withStack();
const api = withApi({ stack });

type Ask = (method: string, path: string, body?: object) => Promise<Called>;
async function operatorOf(tenant: TestTenant): Promise<Ask> {
  const key = `ts_operator_of_${tenant.tenantId}`;
  await addKey(stack.database.pool, tenant.id, key, { role: 'operator', label: 'operator' });
  return (method, path, body) =>
    api.call(method, `/v1/tenants/${tenant.tenantId}${path}`, {
      key,
      ...(body === undefined ? {} : { body }),
    });
}

/** Until a turn that is under way sees it too. */
async function setPaused(tenant: TestTenant, paused: boolean): Promise<void> {
  await signal(stack, tenant, 'setPaused', { paused });
  await until(
    'set',
    () => laneStates(stack.database.pool, tenant.id),
    (lanes) => lanes.every(({ isPaused }) => isPaused === paused),
  );
}

const runSchema = z.object({
  state: z.string(),
  done: z.int(),
  total: z.int().nullable(),
  detail: z.string().nullable(),
  systems: z.array(
    z.object({
      system: z.string(),
      outcomes: z.record(z.string(), z.int()),
      calls: z.object({ reads: z.int(), writes: z.int() }),
      expectedMs: z.number().nullable(),
      accounts: z.array(
        z.object({
          account: z.string(),
          accountId: z.string().nullable(),
          debitMinor: z.int(),
          creditMinor: z.int(),
        }),
      ),
    }),
  ),
});

/** Starts a run and waits until it has ended. */
async function runOf(ask: Ask, body: object): Promise<{ id: string } & z.infer<typeof runSchema>> {
  const started = await ask('POST', '/runs', body);
  expect(started.status).toBe(202);
  const id = textOf(started.body, 'runId');
  const run = await until(
    'the run ended',
    async () => runSchema.parse((await ask('GET', `/runs/${id}`)).body),
    ({ state }) => state !== 'requested' && state !== 'running',
  );
  return { id, ...run };
}

const page = z.object({
  items: z.array(z.record(z.string(), z.unknown())),
  nextCursor: z.string().nullable(),
});

async function all(ask: Ask, path: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  for (let cursor = ''; ;) {
    const answer = page.parse((await ask('GET', `${path}?limit=7${cursor}`)).body);
    items.push(...answer.items);
    if (answer.nextCursor === null) return items;
    cursor = `&cursor=${answer.nextCursor}`;
  }
}

const sent = async ({ id }: TestTenant): Promise<Record<string, unknown>[]> =>
  (
    await stack.database.pool.query<Record<string, unknown>>(
      `SELECT system, key, request ->> 'path' AS path, request ->> 'body' AS body FROM sends
         WHERE tenant = $1 ORDER BY system, id`,
      [id],
    )
  ).rows;

async function balances({ realmId }: TestTenant): Promise<Record<string, string>> {
  const totals = z.object({ totalsByAccount: z.record(z.string(), z.string()) });
  const ledger = z.object({ realms: z.record(z.string(), totals) });
  return (
    ledger.parse(await control(stack.qbo, `ledger?realmId=${realmId}`)).realms[realmId]
      ?.totalsByAccount ?? {}
  );
}

const payment = (recordId: string, invoiceId: string): TestChange => ({
  kind: 'payment',
  recordId,
  occurredAt: '2026-11-24T03:00:00Z',
  body: { number: recordId, tender: 'cash', amountMinor: 500, invoiceId },
});
const invoice = (recordId: string): TestChange => {
  const { tenders, ...body } = orderBody(recordId, [['A', 2]], 'c-1');
  expect(tenders).toHaveLength(1);
  return { kind: 'invoice', recordId, body };
};
const refund = (recordId: string, orderId: string): TestChange => ({
  kind: 'refund',
  recordId,
  body: { ...orderBody(recordId, [['A', 1]], 'c-1'), restock: true, orderId },
});
const cash = (recordId: string): TestChange => ({
  kind: 'cash',
  recordId,
  body: { type: 'difference', amountMinor: -25, tender: 'cash', businessDate: '2026-11-21' },
});
const numbers = Array.from({ length: 8 }, (_, n) => String(n + 1));

test('what a dry run shows is what leaves then, byte for byte, and what the books then hold', async () => {
  const tenant = await createTestTenant(stack);
  const ask = await operatorOf(tenant);
  const before = [
    customer('c-1'),
    product('A'),
    ...numbers.flatMap((n) => [invoice(`I-${n}`), order(`S-${n}`, [['A', 2]], 'c-1')]),
  ];
  await sendChanges(stack, tenant, before);
  await untilIdle(stack, tenant);
  const { rows } = await stack.database.pool.query<{ id: string }>(
    `SELECT target_id AS id FROM mappings WHERE tenant = $1 AND key = 'income'`,
    [tenant.id],
  );
  await putMapping(
    stack.database.pool,
    tenant.id,
    { kind: 'account', key: 'cash:over-short', target: { id: rows[0]?.id ?? '', name: null } },
    'test',
  );
  await setPaused(tenant, true);
  const changes = [
    ...numbers.flatMap((n) => [
      customer(`n-${n}`),
      product(`N${n}`),
      order(`P-${n}`, [['A', Number(n)]], 'c-1'),
    ]),
    ...numbers.flatMap((n) => [
      refund(`R-${n}`, `S-${n}`),
      payment(`Z-${n}`, `I-${n}`),
      invoice(`J-${n}`),
      cash(`K-${n}`),
    ]),
    product('A', { name: 'Article A, renamed' }),
    order('P-held', [['A', 1]]),
    customer('c-1', 'Customer one'),
  ].map((change) => ({ ...change, revision: 2 }));
  await sendChanges(stack, tenant, changes);
  await until(
    'absorbed',
    async () =>
      (
        await stack.database.pool.query(
          `SELECT FROM deliveries WHERE tenant = $1 AND state = 'waiting'`,
          [tenant.id],
        )
      ).rowCount ?? 0,
    (count) => count > 59,
  );
  const [sentBefore, writesBefore, balancesBefore] = [
    await sent(tenant),
    await writes(stack, tenant, 'qbo'),
    await balances(tenant),
  ];

  const run = await runOf(ask, { kind: 'dry_run' });
  expect(run).toMatchObject({ state: 'completed', detail: null });
  expect(await sent(tenant)).toEqual(sentBefore);
  expect(await writes(stack, tenant, 'qbo')).toEqual(writesBefore);
  const shown = await all(ask, `/runs/${run.id}/sends`);
  const members = await all(ask, `/runs/${run.id}/members`);
  expect(members).toHaveLength(run.done);
  const books = run.systems.find(({ system }) => system === 'qbo');
  expect(books?.outcomes).toMatchObject({ hold: 1 });
  expect(books?.outcomes['write']).toBeGreaterThan(55);

  await setPaused(tenant, false);
  await wake(stack, tenant);
  await untilIdle(stack, tenant);
  const left = (await sent(tenant)).filter(
    ({ key }) => !sentBefore.some((one) => one['key'] === key),
  );
  const leaving = ({ system, key, path, body }: Record<string, unknown>): object => ({
    system,
    key,
    path,
    body,
  });
  expect(shown.map(leaving)).toEqual(left.map(leaving));
  expect(shown.map(({ system, members: size }) => [system, size])).toEqual([
    ['qbo', 30],
    ['qbo', 28],
    ['woo', 10],
  ]);

  const after = await balances(tenant);
  const moved = new Map<string, number>();
  for (const { account, debitMinor, creditMinor } of books?.accounts ?? [])
    moved.set(account, (moved.get(account) ?? 0) + debitMinor - creditMinor);
  expect([...moved.values()].reduce((sum, minor) => sum + minor, 0)).toBe(0);
  for (const [account, minor] of moved) {
    const rise = Math.round(
      (Number(after[account] ?? 0) - Number(balancesBefore[account] ?? 0)) * 100,
    );
    expect([account, rise]).toEqual([account, minor]);
  }
});

test('what waits for a thing that is not there yet is counted and not shown', async () => {
  const tenant = await createTestTenant(stack);
  const ask = await operatorOf(tenant);
  await wake(stack, tenant);
  await setPaused(tenant, true);
  await sendChanges(stack, tenant, [
    customer('c'),
    product('W'),
    order('P-waits', [['W', 1]], 'c'),
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
    (count) => count === 3,
  );
  const run = await runOf(ask, { kind: 'dry_run', systems: ['qbo'] });
  expect(run).toMatchObject({ state: 'completed', total: 3, done: 2 });
  const members = await all(ask, `/runs/${run.id}/members`);
  expect(members.map(({ kind }) => kind)).toEqual(['customer', 'product']);
});

test('a run takes what was asked for, once at a time, and stops when cancelled', async () => {
  const tenant = await createTestTenant(stack);
  const ask = await operatorOf(tenant);
  await sendChanges(stack, tenant, [
    customer('c-1'),
    product('A'),
    order('P-1', [['A', 1]], 'c-1'),
  ]);
  await untilIdle(stack, tenant);
  await setPaused(tenant, true);
  const on = (number: string, businessDate: string): TestChange => ({
    kind: 'order',
    recordId: number,
    body: { ...orderBody(number, [['A', 1]], 'c-1'), businessDate },
  });
  await sendChanges(stack, tenant, [
    customer('c-2'),
    on('P-2', '2026-11-20'),
    on('P-3', '2026-11-21'),
    on('P-4', '2026-11-22'),
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
    (count) => count === 4,
  );
  const asked = { kind: 'dry_run', systems: ['qbo'], from: '2026-11-20', to: '2026-11-21' };
  const run = await runOf(ask, asked);
  const members = await all(ask, `/runs/${run.id}/members`);
  expect(members.map(({ recordId }) => recordId)).toEqual(['P-2', 'P-3']);
  expect(members[0]).toMatchObject({
    outcome: 'write',
    entity: 'SalesReceipt',
    sendNo: 1,
    postings: [
      { account: 'Card clearing', debitMinor: 1_250, creditMinor: 0 },
      { account: 'Sales of Product Income', debitMinor: 0, creditMinor: 1_250 },
    ],
  });
  expect(await ask('POST', '/runs', asked)).toMatchObject({
    status: 429,
    body: { code: 'too_soon' },
  });

  const { pool } = stack.database;
  await pool.query(
    `UPDATE runs SET requested_at = requested_at - interval '1 minute' WHERE tenant = $1`,
    [tenant.id],
  );
  // Somebody else has the lane: the run waits for its turn.
  await pool.query(
    `UPDATE lanes SET token = gen_random_uuid(), lease_until = now() + interval '1 minute'
       WHERE tenant = $1 AND system = 'qbo'`,
    [tenant.id],
  );
  const readsBefore = (await calls(stack, tenant, 'qbo')).length;
  const waiting = textOf(
    (await ask('POST', '/runs', { ...asked, kinds: ['customer'] })).body,
    'runId',
  );
  expect(await ask('POST', '/runs', asked)).toMatchObject({
    status: 409,
    body: { code: 'already_running' },
  });
  expect((await ask('POST', `/runs/${waiting}/cancel`)).status).toBe(202);
  expect(await ask('POST', `/runs/${waiting}/cancel`)).toMatchObject({
    status: 409,
    body: { code: 'run_ended' },
  });
  expect(await ask('GET', `/runs/${waiting}`)).toMatchObject({
    body: { state: 'cancelled', done: 0 },
  });
  expect(await calls(stack, tenant, 'qbo')).toHaveLength(readsBefore);
  expect(await documents(stack, tenant)).toHaveLength(1);

  const other = await operatorOf(await createTestTenant(stack));
  for (const path of ['', '/sends', '/members'])
    expect((await other('GET', `/runs/${run.id}${path}`)).status).toBe(404);
  for (const kind of ['pull', 'proof', 'reconcile', 'backfill'])
    expect(await ask('POST', '/runs', { kind })).toMatchObject({
      status: 501,
      body: { code: 'not_built' },
    });
  for (const body of [
    {},
    { kind: 'x' },
    { kind: 'dry_run', from: '2026-11-22', to: '2026-11-21' },
    { kind: 'dry_run', systems: [] },
    { kind: 'dry_run', kinds: ['coupon'] },
    { kind: 'dry_run', from: 'today' },
  ])
    expect((await ask('POST', '/runs', body)).status).toBe(422);
  const bounds = { from: '2026-11-01', to: '2026-11-30' };
  for (const [body, path] of [
    [{ from: bounds.from }, 'to'],
    [{ to: bounds.to }, 'from'],
    [{ ...bounds, systems: ['qbo', 'woo'] }, 'systems'],
    [{ ...bounds, kinds: ['order', 'customer'] }, 'kinds'],
    [{ ...bounds, kinds: ['summary'] }, 'kinds'],
    [{ from: bounds.to, to: bounds.from }, 'to'],
  ] as const)
    expect(await ask('POST', '/runs', { kind: 'undo', ...body })).toMatchObject({
      status: 422,
      body: { errors: [{ path }] },
    });
});

test('edited payments and cash, and a summary that changed, are shown among the days that are asked for, byte for byte', async () => {
  const tenant = await summingTenant(stack);
  const ask = await operatorOf(tenant);
  const { rows } = await stack.database.pool.query<{ id: string }>(
    `SELECT target_id AS id FROM mappings WHERE tenant = $1 AND key = 'income'`,
    [tenant.id],
  );
  await putMapping(
    stack.database.pool,
    tenant.id,
    { kind: 'account', key: 'cash:over-short', target: { id: rows[0]?.id ?? '', name: null } },
    'test',
  );
  const sale = (recordId: string): TestChange => ({
    kind: 'order',
    recordId,
    body: { ...orderBody(recordId, [['A', 1]], null), businessDate: summed },
  });
  await sendChanges(stack, tenant, [
    invoice('I-1'),
    payment('Z-1', 'I-1'),
    cash('K-1'),
    sale('T-1'),
  ]);
  await untilIdle(stack, tenant);
  await setPaused(tenant, true);
  const edits = [
    {
      ...payment('Z-1', 'I-1'),
      body: {
        number: 'Z-1',
        tender: 'card',
        amountMinor: 700,
        invoiceId: 'I-1',
        businessDate: '2026-11-23',
      },
    },
    {
      ...cash('K-1'),
      body: { type: 'difference', amountMinor: 40, tender: 'cash', businessDate: '2026-11-21' },
    },
  ].map((change) => ({ ...change, revision: 2 }));
  await sendChanges(stack, tenant, [...edits, sale('T-2')]);
  await until(
    'absorbed',
    async () =>
      (
        await stack.database.pool.query(
          `SELECT FROM deliveries WHERE tenant = $1 AND system = 'qbo' AND state = 'waiting'`,
          [tenant.id],
        )
      ).rowCount,
    (open) => open === 3,
  );
  const run = await runOf(ask, {
    kind: 'dry_run',
    systems: ['qbo'],
    from: '2026-11-20',
    to: '2026-11-30',
  });
  const shown = await all(ask, `/runs/${run.id}/sends`);
  expect(
    (await all(ask, `/runs/${run.id}/members`))
      .map(({ kind, outcome, operation }) => [kind, outcome, operation].join(' '))
      .sort(),
  ).toEqual(['cash write update', 'payment write void', 'summary write update']);
  await setPaused(tenant, false);
  await wake(stack, tenant);
  await untilIdle(stack, tenant);
  expect(shown).toHaveLength(1);
  expect(await sent(tenant)).toEqual(
    expect.arrayContaining(
      shown.map(({ system, key, path, body }) => ({ system, key, path, body })),
    ),
  );
});

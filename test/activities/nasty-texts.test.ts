import { expect, test } from '@jest/globals';
import { z } from 'zod';

import { putMapping } from '../../database/mappings';
import { addKey } from '../../database/tenants';
import { withApi, type Called } from '../support/api';
import { allOf, nastyThings, type Change } from '../support/nasty-changes';
import { oddTexts, refusedTexts } from '../support/nasty-texts';
import { accountsOf, listed, operatorOf, type Ask } from '../support/operator';
import { customer, order, product } from '../support/samples';
import { documents } from '../support/sandboxes';
import {
  control,
  createTestTenant,
  until,
  untilIdle,
  withStack,
  type TestTenant,
} from '../support/stack';
import { sent, untilStands } from '../support/ways-out';

// Odd texts as every kind of text that a POS sends, through the HTTP door and the whole way to both
// sandboxes: each ends as it went in, or is refused at the door, or is held with a reason; nothing
// answers 5xx and no lane stands still.

const stack = withStack();
const api = withApi({ stack });

/** Statuses of all answers of the test. */
const statuses: number[] = [];
async function seen(answer: Promise<Called>): Promise<Called> {
  const called = await answer;
  statuses.push(called.status);
  return called;
}

async function posOf({
  id,
  tenantId,
}: TestTenant): Promise<(changes: Change[]) => Promise<Called>> {
  const key = `ts_pos_of_${tenantId}`;
  await addKey(stack.database.pool, id, key, { role: 'pos', label: 'pos' });
  return (changes) =>
    seen(api.call('POST', `/v1/tenants/${tenantId}/changes`, { key, body: { changes } }));
}

const intake = z.object({
  accepted: z.int(),
  rejected: z.array(z.object({ index: z.int(), code: z.string() })),
});

/**
 * Everything that a tenant has, by how it stands: `kind reason` of what is held, and what is
 * neither that nor done.
 */
async function stands(
  tenant: TestTenant,
): Promise<{ open: string[]; held: Record<string, number> }> {
  const { rows } = await stack.database.pool.query<{
    place: string;
    recordId: string;
    state: string;
    reason: string | null;
    detail: string | null;
  }>(
    `SELECT system || ' ' || kind AS place, record_id AS "recordId", state, reason, detail
       FROM deliveries WHERE tenant = $1`,
    [tenant.id],
  );
  const held: Record<string, number> = {};
  const open: string[] = [];
  for (const { place, recordId, state, reason, detail } of rows) {
    if (state === 'held' && reason !== null)
      held[`${place} ${reason}`] = (held[`${place} ${reason}`] ?? 0) + 1;
    else if (state !== 'delivered' && state !== 'skipped')
      open.push(`${place} ${JSON.stringify(recordId)} ${state} ${reason ?? ''} ${detail ?? ''}`);
  }
  return { open, held };
}

async function recordsOf(tenant: TestTenant, kind: string, system: string): Promise<string[]> {
  const { rows } = await stack.database.pool.query<{ id: string }>(
    `SELECT record_id AS id FROM deliveries WHERE tenant = $1 AND kind = $2 AND system = $3
       AND state = 'delivered'`,
    [tenant.id, kind, system],
  );
  return rows.map(({ id }) => id);
}

const shopStock = z.object({
  stores: z.record(
    z.string(),
    z.object({ products: z.array(z.object({ sku: z.string(), name: z.string() })) }),
  ),
});

/** Names are kept as html there. */
const plain = (html: string): string =>
  html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

/** What the shop cannot keep under its own SKU or name. */
const expectedHolds = [
  'woo customer direction',
  ...['invalid_value', 'sku_not_kept', 'ambiguous_match'].map((reason) => `woo product ${reason}`),
  'woo inventory dependency',
];

/**
 * The SKU itself, or with a number where the store takes it for that of another product of ours.
 */
const isCodeOf = (code: string, sku: string): boolean =>
  code === sku || (code.startsWith(sku.slice(0, 90)) && /~\d+$/.test(code));

test('there are 200 of them, each once', () => {
  expect(oddTexts.length).toBeGreaterThanOrEqual(200);
});

test('odd texts end in both systems as they went in, or are held with a reason, and what is plain flows beside them', async () => {
  const tenant = await createTestTenant(stack);
  const [pos, ask] = [await posOf(tenant), await operatorOf(stack, api, tenant)];
  await sent(stack, tenant, product('PLAIN'), customer('plain'));
  const { pool } = stack.database;
  const drawer = (await accountsOf(stack, tenant))['Cash drawer'] ?? '';
  const articles = await listed(
    stack,
    tenant,
    'Item',
    z.object({ Id: z.string(), Sku: z.string().optional() }),
  );
  await putMapping(
    pool,
    tenant.id,
    {
      kind: 'item',
      key: '@deposit',
      target: { id: articles.find(({ Sku }) => Sku === 'PLAIN')?.Id ?? '', name: null },
    },
    'test',
  );
  // A tender of each name, mapped over the API where a path can say it.
  const answered: unknown[] = [];
  for (const [index, text] of oddTexts.entries()) {
    const path = `/mappings/tender/${encodeURIComponent(text)}`;
    if (index % 5 !== 0)
      await putMapping(
        pool,
        tenant.id,
        { kind: 'tender', key: text, target: { id: '2', name: null } },
        'test',
      );
    else answered.push((await seen(ask('PUT', path, { target: { id: '2' } }))).body);
    await putMapping(
      pool,
      tenant.id,
      { kind: 'account', key: `clearing:${text}`, target: { id: drawer, name: null } },
      'test',
    );
  }
  expect(answered).toMatchObject(
    oddTexts.filter((_, index) => index % 5 === 0).map((key) => ({ key })),
  );
  const things = oddTexts.map((text, index) => nastyThings(text, index));
  const requests = [
    things.flatMap(({ customer: person, product: article, count }) => [person, article, count]),
    things.flatMap(({ order: sale, deposit }) => [sale, deposit]),
  ];
  for (const changes of requests) {
    const { status, body } = await pos(changes);
    expect([status, intake.parse(body)]).toEqual([202, { accepted: changes.length, rejected: [] }]);
  }
  await sent(stack, tenant, order('PLAIN-1', [['PLAIN', 1]], 'plain'));
  await untilStands(stack, tenant, ['qbo', 'order', 'PLAIN-1'], 'delivered');
  await untilIdle(stack, tenant);
  const { open, held } = await stands(tenant);
  expect(open).toEqual([]);
  expect(Object.keys(held).filter((reason) => !expectedHolds.includes(reason))).toEqual([]);
  // What is delivered stands there as it went in.
  const { stores } = shopStock.parse(await control(stack.woo, `stock?store=${tenant.store}`));
  const shown =
    stores[tenant.store]?.products.map(({ sku, name }) => ({ sku, name: plain(name) })) ?? [];
  const inShop = (await recordsOf(tenant, 'product', 'woo')).filter((id) => id !== 'p-PLAIN');
  expect(
    inShop.filter((id) => !shown.some(({ sku, name }) => name === id && isCodeOf(sku, id))),
  ).toEqual([]);
  const items = await listed(stack, tenant, 'Item', z.object({ Sku: z.string().optional() }));
  const skus = new Set(items.map(({ Sku }) => Sku));
  expect(
    (await recordsOf(tenant, 'product', 'qbo')).filter((id) => id !== 'p-PLAIN' && !skus.has(id)),
  ).toEqual([]);
  const sales = await recordsOf(tenant, 'order', 'qbo');
  expect(
    (await documents(stack, tenant)).filter(
      (one) => one.startsWith('SalesReceipt') && one.endsWith(' 12.50'),
    ),
  ).toHaveLength(sales.length);
  await lookedAt(tenant, ask);
  expect((await stands(tenant)).held).toEqual(held);
  expect(statuses.filter((status) => status >= 500)).toEqual([]);
});

const waitingRedrives = 'SELECT FROM redrives WHERE tenant = $1 AND applied_at IS NULL';

/** Each is asked about, and what is held is redriven by its cause. */
async function lookedAt(tenant: TestTenant, ask: Ask): Promise<void> {
  for (const text of oddTexts.filter((_, index) => index % 3 === 0))
    expect(
      await seen(ask('GET', `/explain?kind=order&recordId=${encodeURIComponent(text)}`)),
    ).toMatchObject({ status: 200 });
  expect((await seen(ask('GET', '/failures?limit=200'))).status).toBe(200);
  const { items } = z
    .object({ items: z.array(z.object({ cause: z.string() })) })
    .parse((await seen(ask('GET', '/failures/causes'))).body);
  for (const { cause } of items)
    expect(await seen(ask('POST', '/failures/redrive', { cause }))).toMatchObject({ status: 202 });
  // Nothing is due before they are applied: idle comes twice.
  await until(
    'redrives applied',
    async () => (await stack.database.pool.query(waitingRedrives, [tenant.id])).rowCount,
    (waiting) => waiting === 0,
  );
  await untilIdle(stack, tenant);
}

test('control characters, halves of pairs, blanks at the ends and what is too long are refused at the door, each alone', async () => {
  const tenant = await createTestTenant(stack);
  const pos = await posOf(tenant);
  const things = refusedTexts.flatMap((text, index) => allOf(nastyThings(text, index)));
  const good: Change = {
    ...customer('good'),
    id: 'evt-good',
    op: 'upsert',
    revision: 1,
    occurredAt: '2026-11-22T10:00:00Z',
  };
  const { status, body } = await pos([...things, good]);
  expect([status, intake.parse(body).accepted]).toEqual([202, 1]);
  expect((await pos(things)).status).toBe(422);
  await untilStands(stack, tenant, ['qbo', 'customer', 'good'], 'delivered');
});

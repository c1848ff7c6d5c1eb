import { expect, test } from '@jest/globals';
import { z } from 'zod';

import { putMapping } from '../../database/mappings';
import { addKey } from '../../database/tenants';
import { requestIdOf } from '../../domain/delivery/idempotency';
import { withApi, type Called } from '../support/api';
import { customer, order, product } from '../support/samples';
import { fault, noFaults } from '../support/sandboxes';
import { summed, summingTenant, ticket } from './summing';
import {
  control,
  createTestTenant,
  sendChanges,
  withStack,
  untilIdle,
  type TestTenant,
} from '../support/stack';

// From a document in the books back to the change it came from, and there again.

const stack = withStack();
const api = withApi({ stack });

async function keyOf(tenant: TestTenant): Promise<string> {
  const key = `ts_viewer_of_${tenant.tenantId}`;
  await addKey(stack.database.pool, tenant.id, key, { role: 'viewer', label: 'viewer' });
  return key;
}

function ask(tenant: TestTenant, key: string, query: string): Promise<Called> {
  return api.call('GET', `/v1/tenants/${tenant.tenantId}/explain?${query}`, { key });
}

async function remoteIds(tenant: TestTenant): Promise<Record<string, string>> {
  const { rows } = await stack.database.pool.query<{ name: string; id: string }>(
    `SELECT system || '/' || kind || '/' || record_id AS name, remote_id AS id FROM deliveries
       WHERE tenant = $1 AND remote_id IS NOT NULL`,
    [tenant.id],
  );
  return Object.fromEntries(rows.map(({ name, id }) => [name, id]));
}

const documentsOf = (body: unknown): { entity: string; remoteId: string }[] =>
  z
    .object({
      items: z.array(
        z.object({ documents: z.array(z.object({ entity: z.string(), remoteId: z.string() })) }),
      ),
    })
    .parse(body)
    .items.flatMap(({ documents }) => documents);

test('a document is explained down to its change, versions and writes, and found from its record', async () => {
  const tenant = await createTestTenant(stack);
  const key = await keyOf(tenant);
  const { pool } = stack.database;
  await putMapping(
    pool,
    tenant.id,
    { kind: 'account', key: 'clearing:card', target: { id: 'other', name: null } },
    'test',
  );
  const { rows } = await pool.query<{ id: string }>(
    `SELECT target_id AS id FROM mappings WHERE tenant = $1 AND key = 'clearing:cash'`,
    [tenant.id],
  );
  await putMapping(
    pool,
    tenant.id,
    { kind: 'account', key: 'clearing:card', target: { id: rows[0]?.id ?? '', name: null } },
    'test',
  );
  await fault(stack, tenant, 'qbo', {
    fault: 'resetAfterCommit',
    times: 1,
    match: { entity: 'SalesReceipt', write: true },
  });
  await sendChanges(stack, tenant, [
    customer('c-1'),
    product('A'),
    { ...order('P-1', [['A', 2]], 'c-1'), id: 'evt-P-1' },
  ]);
  await untilIdle(stack, tenant);
  await noFaults(stack.qbo);
  const ids = await remoteIds(tenant);
  const id = ids['qbo/order/P-1'] ?? '';
  const answer = await ask(tenant, key, `system=qbo&entity=SalesReceipt&id=${id}`);
  const send = await pool.query<{ key: string }>(
    `SELECT key FROM sends WHERE tenant = $1 AND members::text LIKE '%SalesReceipt%'`,
    [tenant.id],
  );
  const requestId = requestIdOf(send.rows[0]?.key ?? '');
  const composedWith = { posting: 0, mappings: { 'account/clearing:card': 3, 'tender/card': 1 } };
  expect(answer).toMatchObject({
    status: 200,
    body: {
      items: [
        {
          record: { kind: 'order', recordId: 'P-1', revision: 1, sourceRevision: 1 },
          changes: [
            { id: 'evt-P-1', source: 'pos', op: 'upsert', revision: 1, outcome: 'applied' },
          ],
          documents: [
            {
              part: 'sale',
              state: 'delivered',
              entity: 'SalesReceipt',
              remoteId: id,
              docNumber: 'P-1',
              composedWith,
              writer: `tenant-sync:${tenant.tenantId}`,
              sends: [
                {
                  requestId,
                  operation: 'create',
                  entity: 'SalesReceipt',
                  marker: 'truth-sync pos order P-1',
                  tries: 2,
                  state: 'settled',
                  composedWith,
                },
              ],
              journal: [
                { outcome: 'answerLost' },
                { outcome: 'accepted', remoteId: id, requestId },
              ],
            },
          ],
        },
      ],
    },
  });
  const back = await ask(tenant, key, 'kind=order&recordId=P-1');
  expect(documentsOf(back.body)).toEqual(
    [{ entity: 'SalesReceipt', remoteId: id }].map((one) => expect.objectContaining(one)),
  );
  expect(JSON.stringify(answer.body)).not.toMatch(/example\.test|Customer c-1|Bearer|token/i);
});

test('what a bookkeeper should know of a choice is told', async () => {
  const tenant = await createTestTenant(stack);
  const key = await keyOf(tenant);
  await sendChanges(stack, tenant, [
    customer('c-1'),
    product('A'),
    order('P-1', [['A', 1]], 'c-1'),
  ]);
  await untilIdle(stack, tenant);
  await stack.database.pool.query(
    `UPDATE deliveries SET snapshot = (snapshot::jsonb ||
       '{"reasons":[{"choice":"first_open_day","day":"2026-11-20"}]}')::json WHERE tenant = $1
         AND kind = 'order'`,
    [tenant.id],
  );
  const answer = await ask(tenant, key, 'kind=order&recordId=P-1');
  expect(answer).toMatchObject({
    body: {
      items: [{ documents: [{ rules: [{ choice: 'first_open_day', day: '2026-11-20' }] }] }],
    },
  });
});

test('one id there is another thing for each entity, and nothing for another tenant', async () => {
  const [tenant, other] = [await createTestTenant(stack), await createTestTenant(stack)];
  const [key, otherKey] = [await keyOf(tenant), await keyOf(other)];
  await sendChanges(stack, tenant, [
    customer('c-1'),
    product('A'),
    order('P-1', [['A', 1]], 'c-1'),
  ]);
  await untilIdle(stack, tenant);
  const ids = await remoteIds(tenant);
  const asked = (name: string, entity: string): string =>
    `system=${name.split('/')[0] ?? ''}&entity=${entity}&id=${ids[name] ?? ''}`;
  for (const [name, entity] of [
    ['qbo/order/P-1', 'SalesReceipt'],
    ['qbo/customer/c-1', 'Customer'],
    ['qbo/product/p-A', 'Item'],
    ['woo/product/p-A', 'products'],
  ] as const) {
    expect(documentsOf((await ask(tenant, key, asked(name, entity))).body)).toContainEqual({
      entity,
      remoteId: ids[name],
    });
    expect((await ask(other, otherKey, asked(name, entity))).status).toBe(404);
    expect((await ask(tenant, otherKey, asked(name, entity))).status).toBe(404);
    expect((await ask(tenant, key, asked(name, 'Invoice'))).status).toBe(404);
  }
  expect((await ask(tenant, key, 'system=qbo&entity=SalesReceipt&id=999999')).status).toBe(404);
  expect((await ask(tenant, key, 'kind=order&recordId=P-2')).status).toBe(404);
  for (const query of [
    '',
    'system=qbo',
    'system=qbo&entity=Item',
    'kind=order',
    'kind=order&recordId=P-1&id=1',
    'system=pos&entity=a&id=1',
    'system=qbo&entity=a b&id=1',
    'kind=coupon&recordId=1',
    'system=qbo&entity=Item&id=%00',
  ])
    expect((await ask(tenant, key, query)).status).toBe(422);
});

const ofSummary = z.object({
  items: z.array(
    z.object({
      record: z.object({ kind: z.string(), recordId: z.string() }),
      documents: z.array(
        z.object({
          written: z.array(
            z.object({ docNumber: z.string(), role: z.string(), remoteId: z.string() }),
          ),
        }),
      ),
      tickets: z.array(
        z.object({
          recordId: z.string(),
          totalMinor: z.int(),
          isPosted: z.boolean(),
          isWanted: z.boolean(),
        }),
      ),
      hasMoreTickets: z.boolean(),
      summaries: z.array(z.object({ recordId: z.string(), isPosted: z.boolean() })),
    }),
  ),
});

test('a daily summary and the difference of one lead to their tickets, a ticket leads to its summary', async () => {
  const tenant = await summingTenant(stack);
  const key = await keyOf(tenant);
  const day = { businessDate: summed };
  await sendChanges(stack, tenant, [
    ticket('T-1', 1, [['A', 1]], day),
    ticket('T-2', 1, [['A', 2]], day),
  ]);
  await untilIdle(stack, tenant);
  await control(stack.qbo, 'act', {
    as: 'accountant',
    do: 'closeBooks',
    realmId: tenant.realmId,
    date: summed,
  });
  await sendChanges(stack, tenant, [ticket('T-3', 1, [['A', 3]], day)]);
  await untilIdle(stack, tenant);
  const read = async (query: string): Promise<z.infer<typeof ofSummary>['items']> =>
    ofSummary.parse((await ask(tenant, key, query)).body).items;
  const [sale] = await read('kind=order&recordId=T-3');
  const summaryId = sale?.summaries[0]?.recordId ?? '';
  expect(sale?.summaries).toEqual([{ recordId: summaryId, isPosted: true }]);
  const [summary] = await read(`kind=summary&recordId=${encodeURIComponent(summaryId)}`);
  const written = summary?.documents[0]?.written ?? [];
  expect(written.map(({ docNumber, role }) => [docNumber, role])).toEqual([
    ['P-20261120-CARD', 'main'],
    ['P-20261120-CARD-2', 'difference'],
  ]);
  for (const { remoteId } of written) {
    const items = await read(`system=qbo&entity=SalesReceipt&id=${remoteId}`);
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      record: { kind: 'summary', recordId: summaryId },
      hasMoreTickets: false,
    });
    expect(items[0]?.tickets).toEqual(
      ['T-1', 'T-2', 'T-3'].map((recordId, index) => ({
        recordId,
        totalMinor: 1_250 * (index + 1),
        isPosted: true,
        isWanted: true,
      })),
    );
  }
});

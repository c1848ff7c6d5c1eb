import { z } from 'zod';

import { putMapping } from '../../database/mappings';
import { bringInForce } from '../../database/policy';
import { requestSettings } from '../../database/settings';
import type { OrderBody } from '../../domain/bodies';
import type { ModeSwitch } from '../../domain/posting/modes';
import { initialPostingSettings, type PostingSettings } from '../../domain/posting/settings';
import { customer, orderBody, product } from '../support/samples';
import {
  createTestTenant,
  sendChanges,
  untilIdle,
  type Stack,
  type TestChange,
  type TestTenant,
} from '../support/stack';

// Tenants that sum up some of their days, with what their summaries need.

export const summed = '2026-11-20';
export const alone = '2026-11-21';

const facts = z.object({ accounts: z.array(z.object({ id: z.string(), name: z.string() })) });

/** A tenant that sums up one day and posts the next one by one, unless told otherwise. */
export async function summingTenant(
  stack: Stack,
  changes: Partial<PostingSettings> = {},
): Promise<TestTenant> {
  const tenant = await createTestTenant(stack);
  const { pool } = stack.database;
  await putPosting(
    stack,
    tenant,
    [
      { fromDay: summed, mode: 'summary' },
      { fromDay: alone, mode: 'perOrder' },
    ],
    changes,
  );
  await sendChanges(stack, tenant, [customer('c-1'), product('A')]);
  await untilIdle(stack, tenant);
  const { rows } = await pool.query<{ kind: string; id: string }>(
    `SELECT kind, remote_id AS id FROM deliveries WHERE tenant = $1 AND system = 'qbo'
       AND remote_id IS NOT NULL`,
    [tenant.id],
  );
  const idOf = (kind: string): string => rows.find((row) => row.kind === kind)?.id ?? '';
  const map = (kind: 'account' | 'item', key: string, id: string): Promise<unknown> =>
    putMapping(pool, tenant.id, { kind, key, target: { id, name: null } }, 'test');
  const read = await pool.query<{ facts: unknown }>(
    `SELECT facts FROM connections WHERE tenant = $1 AND system = 'qbo'`,
    [tenant.id],
  );
  const { accounts } = facts.parse(read.rows[0]?.facts);
  await map(
    'account',
    'clearing:exchange',
    accounts.find(({ name }) => name === 'Undeposited Funds')?.id ?? 'missing',
  );
  await map('account', 'daily-customer', idOf('customer'));
  await map('account', 'guest-customer', idOf('customer'));
  for (const key of ['A', 'B', '@daily-sales', '@unallocated', '@shipping'])
    await map('item', key, idOf('product'));
  return tenant;
}

let requests = 0;

/** Brings the switches of the mode in force; summaries are due at once. */
export async function putPosting(
  stack: Stack,
  tenant: TestTenant,
  switches: readonly ModeSwitch[],
  changes: Partial<PostingSettings> = {},
): Promise<void> {
  const { pool } = stack.database;
  await requestSettings(pool, tenant.id, {
    part: 'posting',
    requestId: `posting ${++requests}`,
    value: {
      ...initialPostingSettings,
      mode: { switches: [...switches] },
      summary: { lines: 'category', dueAfterMinutes: 0 },
      ...changes,
    },
    catchUp: null,
    requestedBy: 'test',
    expectedRev: null,
  });
  await bringInForce(pool, tenant.id, 'posting');
}

export function ticket(
  recordId: string,
  revision: number,
  lines: [string, number][],
  changes: Partial<OrderBody>,
): TestChange {
  const body = { ...orderBody(recordId, lines, null), ...changes };
  return { kind: 'order', recordId, revision, body };
}

/** States of tickets as `record part state reason`. */
export async function states(stack: Stack, tenant: TestTenant): Promise<string[]> {
  const { rows } = await stack.database.pool.query<{ line: string }>(
    `SELECT record_id || ' ' || part || ' ' || state || coalesce(' ' || reason, '') AS line
       FROM deliveries
     WHERE tenant = $1 AND system = 'qbo' AND kind IN ('order', 'refund') ORDER BY 1`,
    [tenant.id],
  );
  return rows.map(({ line }) => line);
}

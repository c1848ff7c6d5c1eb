import { randomUUID } from 'node:crypto';

import { describe, expect, test } from '@jest/globals';

import { putMapping } from '../../database/mappings';
import { createRun } from '../../database/runs';
import { undoOutcomesOf } from '../../database/undo';
import { undoKinds } from '../../domain/delivery/undo';
import { tenantRunId, tenantRunStart, tenantRunType } from '../../protocol/messages';
import { startCases } from '../support/cases';
import { queuesApart, serveLane, startLaneProcess } from '../support/lane-workers';
import { accountsOf, depositReceipts, post, trialBalance } from '../support/operator';
import type { Point } from '../support/push-child';
import { customer, order, orderBody, product } from '../support/samples';
import { calls, documents, unsettledOrUnknown } from '../support/sandboxes';
import {
  createTestTenant,
  sendChanges,
  untilIdle,
  type Stack,
  type TestChange,
  type TestTenant,
} from '../support/stack';

// A process is killed at each point while it takes documents back; another one goes on. 40 sales
// leave in two sends, of which one with documents against deposited ones.

interface KillCase {
  name: string;
  at: Omit<Point, 'signal'>;
}

const batch = 'POST .*/batch\\?';
const cases: KillCase[] = [
  { name: 'voids are not recorded yet', at: { on: 'statement', matches: '^INSERT INTO sends' } },
  { name: 'voids are recorded, no byte has left', at: { on: 'request', matches: batch } },
  {
    name: 'the books have voided some, the answer is unread',
    at: { on: 'answer', matches: batch },
  },
  { name: 'the second answer is unread', at: { on: 'answer', matches: batch, nth: 2 } },
  {
    name: 'voids are answered, not settled',
    at: { on: 'statement', matches: '^UPDATE sends s SET state = x.state' },
  },
];

const numbers = Array.from({ length: 36 }, (_, n) => `S-${n + 1}`);
const deposited = ['D-1', 'D-2', 'D-3', 'D-4'];
const caseOf = startCases(cases, kill);
const balancesBefore = new Map<string, Record<string, string>>();

describe('everything is taken back once after a kill when', () => {
  test.each(cases.map((one) => ({ ...one, one })))('$name', async ({ one }) => {
    const { stack, tenant } = await caseOf(one);
    const counters = deposited.map((number) => `RefundReceipt ${number}-D1 12.50`);
    expect(await documents(stack, tenant)).toEqual(
      [
        'Deposit - 50.00',
        ...counters,
        ...deposited.map((number) => `SalesReceipt ${number} 12.50`),
        ...numbers.map((number) => `SalesReceipt ${number} 0.00`),
      ].sort(),
    );
    const before = balancesBefore.get(tenant.tenantId);
    expect(await trialBalance(stack, tenant)).toEqual({
      ...before,
      Bank: '50.00',
      'Undeposited Funds': '-50.00',
    });
    const [run] = (
      await stack.database.pool.query<{ id: string; state: string }>(
        'SELECT id, state FROM runs WHERE tenant = $1',
        [tenant.id],
      )
    ).rows;
    expect(run?.state).toBe('completed');
    expect(await undoOutcomesOf(stack.database.pool, tenant.id, run?.id ?? '')).toEqual({
      voided: 36,
      countered: 4,
    });
    expect(await unsettledOrUnknown(stack, tenant)).toEqual(['']); // the deposit
    expect((await calls(stack, tenant, 'qbo')).filter(({ beside }) => beside.length > 0)).toEqual(
      [],
    );
  });
});

function cashSale(number: string): TestChange {
  const tenders = [{ tender: 'cash', amountMinor: 1_250 }];
  return {
    kind: 'order',
    recordId: number,
    body: { ...orderBody(number, [['A', 1]], 'c-1'), tenders },
  };
}

async function kill(stack: Stack, { at }: KillCase): Promise<TestTenant> {
  const { pool } = stack.database;
  const queues = queuesApart(stack, 'qbo');
  const tenant = await createTestTenant(stack, undefined, { queues });
  await post(stack, tenant, { closed: { mode: 'firstOpenDay' } });
  const stopFirst = await serveLane(stack, queues, 'qbo');
  await sendChanges(stack, tenant, [product('A'), customer('c-1')]);
  await untilIdle(stack, tenant);
  const accounts = await accountsOf(stack, tenant);
  await putMapping(
    pool,
    tenant.id,
    {
      kind: 'account',
      key: 'clearing:cash',
      target: { id: accounts['Undeposited Funds'] ?? '', name: null },
    },
    'test',
  );
  balancesBefore.set(tenant.tenantId, await trialBalance(stack, tenant));
  await sendChanges(stack, tenant, [
    ...numbers.map((number) => order(number, [['A', 1]], 'c-1')),
    ...deposited.map(cashSale),
  ]);
  await untilIdle(stack, tenant);
  const receipts = await pool.query<{ id: string }>(
    `SELECT remote_id AS id FROM deliveries WHERE tenant = $1 AND system = 'qbo'
       AND record_id LIKE 'D-%'`,
    [tenant.id],
  );
  await depositReceipts(
    stack,
    tenant,
    receipts.rows.map(({ id }) => ({ id, total: 12.5 })),
    '2026-11-25',
  );
  await stopFirst();

  const lane = await startLaneProcess(stack, queues, 'qbo', { ...at, signal: 'SIGKILL' });
  const run = randomUUID();
  const selector = {
    systems: ['qbo' as const],
    kinds: undoKinds,
    from: '2026-11-21',
    to: '2026-11-21',
  };
  await createRun(pool, tenant.id, { id: run, kind: 'undo', selector, by: 'test' });
  await stack.client.workflow.start(tenantRunType, tenantRunStart(tenant.tenantId, run, queues));
  await lane.reached;
  await lane.kill();
  const stop = await serveLane(stack, queues, 'qbo');
  try {
    await untilIdle(stack, tenant);
    await stack.client.workflow.getHandle(tenantRunId(tenant.tenantId, run)).result();
  } finally {
    await stop();
  }
  return tenant;
}

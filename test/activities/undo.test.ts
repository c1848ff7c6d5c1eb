import { describe, expect, test } from '@jest/globals';

import { listFailures } from '../../database/failures';
import { laneStates } from '../../database/lanes';
import { putMapping } from '../../database/mappings';
import { directionInForce } from '../../database/settings';
import { addKey } from '../../database/tenants';
import { initialDirection } from '../../domain/delivery/direction';
import { withApi } from '../support/api';
import {
  accountsOf,
  depositReceipts,
  ended,
  operatorOf,
  post,
  startUndo,
  trialBalance,
  undoAt,
  type Ask,
} from '../support/operator';
import { customer, orderBody, product } from '../support/samples';
import { calls, documents, unsettledOrUnknown, writes } from '../support/sandboxes';
import {
  control,
  createTestTenant,
  sendChanges,
  withStack,
  until,
  untilIdle,
  type TestChange,
  type TestTenant,
} from '../support/stack';
import { signal } from '../support/tenant-workflow';

// Taking back a range of business days: everything of ours is out of the books, nothing is deleted.

const stack = withStack();
const api = withApi({ stack });
const from = '2026-10-01';
const to = '2026-11-30';
const numbers = (count: number): string[] => Array.from({ length: count }, (_, n) => String(n + 1));
const dollars = (minor: number): string => (minor / 100).toFixed(2);

function sale(number: string, businessDate: string, tender = 'card', pieces = 1): TestChange {
  const body = orderBody(number, [['A', pieces]], 'c-1');
  const amountMinor = body.totals.totalMinor;
  return {
    kind: 'order',
    recordId: number,
    body: { ...body, businessDate, tenders: [{ tender, amountMinor }] },
  };
}
/** An invoice with two payments in the books. */
function split(number: string, businessDate: string): TestChange {
  const tenders = [
    { tender: 'gift', amountMinor: 500 },
    { tender: 'card', amountMinor: 750 },
  ];
  return {
    kind: 'order',
    recordId: number,
    body: { ...orderBody(number, [['A', 1]], 'c-1'), businessDate, tenders },
  };
}
function refundOf(number: string, businessDate: string): TestChange {
  return {
    kind: 'refund',
    recordId: number,
    body: { ...orderBody(number, [['A', 1]], 'c-1'), businessDate, restock: true },
  };
}
function invoice(number: string, businessDate: string): TestChange {
  const { tenders, ...body } = orderBody(number, [['A', 2]], 'c-1');
  expect(tenders).toHaveLength(1);
  return { kind: 'invoice', recordId: number, body: { ...body, businessDate } };
}

/** A tenant whose cash lies in Undeposited Funds, with article and customer in the books. */
async function bookkeeping(): Promise<{ tenant: TestTenant; ask: Ask }> {
  const tenant = await createTestTenant(stack);
  await post(stack, tenant, { closed: { mode: 'firstOpenDay' } });
  await sendChanges(stack, tenant, [product('A'), customer('c-1')]);
  await untilIdle(stack, tenant);
  const accounts = await accountsOf(stack, tenant);
  const map = (key: string, name: string): Promise<unknown> =>
    putMapping(
      stack.database.pool,
      tenant.id,
      { kind: 'account', key, target: { id: accounts[name] ?? '', name } },
      'test',
    );
  await map('clearing:cash', 'Undeposited Funds');
  await map('clearing:gift', 'Cash drawer');
  await stack.database.pool.query(
    `INSERT INTO mappings (tenant, kind, key, target_id, changed_by)
       SELECT tenant, kind, 'gift', target_id, 'test' FROM mappings WHERE tenant = $1
         AND kind = 'tender' AND key = 'cash'`,
    [tenant.id],
  );
  return { tenant, ask: await operatorOf(stack, api, tenant) };
}

async function statesOf({ id }: TestTenant, recordId: string): Promise<string[]> {
  const { rows } = await stack.database.pool.query<{ line: string }>(
    `SELECT part || ' ' || state || coalesce(' ' || reason, '') AS line FROM deliveries
       WHERE tenant = $1 AND system = 'qbo' AND record_id = $2 ORDER BY 1`,
    [id, recordId],
  );
  return rows.map(({ line }) => line);
}

test('a backfill of 200 documents is taken back, deposited ones and those of a closed month by a document against them', async () => {
  const { tenant, ask } = await bookkeeping();
  await sendChanges(stack, tenant, [sale('before', '2026-09-30'), sale('after', '2026-12-01')]);
  await untilIdle(stack, tenant);
  const before = await trialBalance(stack, tenant);
  const documentsBefore = await documents(stack, tenant);
  await sendChanges(stack, tenant, [
    ...numbers(80).map((n) => sale(`S-${n}`, '2026-11-20', 'card', (Number(n) % 3) + 1)),
    ...numbers(20).map((n) => sale(`D-${n}`, '2026-11-21', 'cash', 2)),
    ...numbers(15).map((n) => sale(`O-${n}`, '2026-10-15')),
    ...numbers(25).map((n) => refundOf(`R-${n}`, '2026-11-22')),
    ...numbers(15).map((n) => invoice(`I-${n}`, '2026-11-22')),
    ...numbers(15).map((n) => split(`P-${n}`, '2026-11-23')),
  ]);
  await untilIdle(stack, tenant);
  const posted = await documents(stack, tenant);
  expect(posted).toHaveLength(documentsBefore.length + 200);
  const receipts = await stack.database.pool.query<{ id: string }>(
    `SELECT remote_id AS id FROM deliveries WHERE tenant = $1 AND system = 'qbo'
       AND record_id LIKE 'D-%'`,
    [tenant.id],
  );
  await depositReceipts(
    stack,
    tenant,
    receipts.rows.map(({ id }) => ({ id, total: 25 })),
    '2026-11-25',
  );
  await control(stack.qbo, 'act', {
    as: 'accountant',
    do: 'closeBooks',
    realmId: tenant.realmId,
    date: '2026-10-31',
  });

  const run = await startUndo(stack, tenant, ask, { from, to });
  expect(await ask('POST', '/runs', { kind: 'undo', from, to })).toMatchObject({
    status: 409,
    body: { code: 'already_running' },
  });
  expect(await ended(ask, run)).toMatchObject({
    state: 'completed',
    detail: null,
    total: 200,
    done: 200,
    undone: { voided: 165, countered: 35 },
  });
  expect(
    await listFailures(
      stack.database.pool,
      tenant.id,
      { system: 'qbo' },
      { afterId: null, limit: 10 },
    ),
  ).toEqual([]);

  // What was deposited is at the bank, and its counter-documents came out of where it had lain.
  const deposited = dollars(20 * 2_500);
  expect(await trialBalance(stack, tenant)).toEqual({
    ...before,
    Bank: deposited,
    'Undeposited Funds': `-${deposited}`,
  });
  const after = await documents(stack, tenant);
  const counters = [
    ...numbers(20).map((n) => `RefundReceipt D-${n}-D1 25.00`),
    ...numbers(15).map((n) => `RefundReceipt O-${n}-D1 12.50`),
  ];
  const standing = (all: readonly string[]): string[] =>
    all.filter((one) => !one.endsWith(' 0.00'));
  expect(standing(after)).toEqual(
    [
      ...documentsBefore,
      ...counters,
      ...posted.filter((one) => / [DO]-/.test(one)),
      'Deposit - 500.00',
    ].sort(),
  );
  expect(after).toHaveLength(posted.length + 35 + 1);
  // Its one write that is no send of ours is the accountant's deposit.
  expect(await unsettledOrUnknown(stack, tenant)).toEqual(['']);
  expect((await calls(stack, tenant, 'qbo')).filter(({ beside }) => beside.length > 0)).toEqual([]);

  const written = (await writes(stack, tenant, 'qbo')).length;
  const again = await startUndo(stack, tenant, ask, { from, to });
  expect(await ended(ask, again)).toMatchObject({
    state: 'completed',
    total: 0,
    done: 0,
    undone: {},
  });
  expect(await writes(stack, tenant, 'qbo')).toHaveLength(written);

  // The till edits one: it is posted anew, as after a void. An operator wants another one again.
  await sendChanges(stack, tenant, [{ ...sale('S-1', '2026-11-20', 'card', 3), revision: 2 }]);
  const explained = await ask('GET', '/explain?kind=order&recordId=P-1');
  expect(JSON.stringify(explained.body)).toContain(`"undoneBy":"${run}"`);
  const ids = await stack.database.pool.query<{ id: string }>(
    `SELECT id::text AS id FROM deliveries WHERE tenant = $1 AND record_id = 'P-1'
       AND part = 'sale'`,
    [tenant.id],
  );
  expect(
    await ask('POST', '/failures/redrive', { ids: ids.rows.map(({ id }) => id) }),
  ).toMatchObject({ status: 202, body: { count: 1 } });
  await until(
    'both are posted anew',
    () => documents(stack, tenant),
    (all) => all.length === after.length + 4,
  );
  await untilIdle(stack, tenant);
  expect(
    (await documents(stack, tenant)).filter(
      (one) => !after.includes(one) || one.startsWith('Payment'),
    ),
  ).toEqual(
    expect.arrayContaining([
      'Invoice P-1-V2 12.50',
      'Payment - 5.00',
      'Payment - 7.50',
      'SalesReceipt S-1-V2 37.50',
    ]),
  );
  expect(await statesOf(tenant, 'P-1')).toEqual([
    'payment-1 delivered',
    'payment-2 delivered',
    'sale delivered',
  ]);
  expect(JSON.stringify((await ask('GET', '/explain?kind=order&recordId=P-1')).body)).not.toContain(
    run,
  );
});

/** Until a turn that is under way sees it too. */
async function setPaused(tenant: TestTenant, paused: boolean): Promise<void> {
  await signal(stack, tenant, 'setPaused', { paused });
  await until(
    'set',
    () => laneStates(stack.database.pool, tenant.id),
    (lanes) => lanes.every(({ isPaused }) => isPaused === paused),
  );
}

test('what waits, is held or dead in the range is not posted any more, and says so', async () => {
  const { tenant, ask } = await bookkeeping();
  const unmapped: TestChange = { ...sale('held', '2026-11-20', 'cheque'), id: 'evt-held' };
  await sendChanges(stack, tenant, [sale('posted', '2026-11-20'), unmapped]);
  await untilIdle(stack, tenant);
  await setPaused(tenant, true);
  await sendChanges(stack, tenant, [sale('waits', '2026-11-20'), sale('other day', '2026-11-19')]);
  await until(
    'absorbed',
    () => statesOf(tenant, 'other day'),
    (states) => states.length === 1,
  );
  const run = await startUndo(stack, tenant, ask, {
    from: '2026-11-20',
    to: '2026-11-20',
    kinds: ['order'],
  });
  // While the lane is paused it waits, as other writes do.
  const waiting = await until(
    'all is wanted',
    () => undoAt(ask, run),
    ({ done }) => done === 2,
  );
  expect(waiting).toMatchObject({ state: 'running', total: 3, undone: { skipped: 2, waiting: 1 } });
  expect(await documents(stack, tenant)).toEqual(['SalesReceipt posted 12.50']);
  await setPaused(tenant, false);
  expect(await ended(ask, run)).toMatchObject({
    state: 'completed',
    done: 3,
    undone: { skipped: 2, voided: 1 },
  });
  await untilIdle(stack, tenant);
  expect(await documents(stack, tenant)).toEqual([
    'SalesReceipt other day 12.50',
    'SalesReceipt posted 0.00',
  ]);
  expect(await statesOf(tenant, 'waits')).toEqual(['sale skipped undone']);
  const key = 'ts_pos_of_undone';
  await addKey(stack.database.pool, tenant.id, key, { role: 'pos', label: 'pos' });
  const change = await api.call('GET', `/v1/tenants/${tenant.tenantId}/changes/evt-held`, { key });
  expect(change.body).toMatchObject({
    deliveries: [
      { system: 'qbo', state: 'skipped', reason: 'undone', undoneBy: run },
      { system: 'woo' },
    ],
  });
});

test('a cancelled undo leaves what was not begun, and its direction keeps it back like any write', async () => {
  const { tenant, ask } = await bookkeeping();
  await sendChanges(stack, tenant, [
    ...numbers(40).map((n) => sale(`S-${n}`, '2026-11-20')),
    split('P-1', '2026-11-20'),
  ]);
  await untilIdle(stack, tenant);
  const posted = await documents(stack, tenant);
  const written = (await writes(stack, tenant, 'qbo')).length;
  await setPaused(tenant, true);
  const run = await startUndo(stack, tenant, ask, { from, to });
  await until(
    'all is wanted',
    () => undoAt(ask, run),
    ({ undone }) => undone['waiting'] === 43,
  );
  expect((await ask('POST', `/runs/${run}/cancel`)).status).toBe(202);
  const none = await until(
    'wanted again',
    () => undoAt(ask, run),
    ({ undone }) => undone['waiting'] === undefined,
  );
  expect(none).toMatchObject({ state: 'cancelled', done: 0 });
  await setPaused(tenant, false);
  await untilIdle(stack, tenant);
  expect(await documents(stack, tenant)).toEqual(posted);
  expect(await writes(stack, tenant, 'qbo')).toHaveLength(written);
  expect(await statesOf(tenant, 'P-1')).toEqual([
    'payment-1 delivered',
    'payment-2 delivered',
    'sale delivered',
  ]);

  const systems = {
    ...initialDirection.systems,
    qbo: { default: 'push', kinds: { order: 'pull' } },
  };
  await signal(stack, tenant, 'setDirection', { id: 'off', direction: { systems } });
  await until(
    'off',
    () => directionInForce(stack.database.pool, tenant.id),
    ({ systems: { qbo } }) => qbo.kinds.order === 'pull',
  );
  const kept = await startUndo(stack, tenant, ask, { from, to });
  expect(await ended(ask, kept)).toMatchObject({ state: 'completed', undone: { held: 43 } });
  expect(await statesOf(tenant, 'S-1')).toEqual(['sale held direction']);
  await signal(stack, tenant, 'setDirection', {
    id: 'on',
    direction: initialDirection,
    catchUp: true,
  });
  await until(
    'voided',
    () => documents(stack, tenant),
    (all) => all.every((one) => one.endsWith(' 0.00')),
  );
});

test('payments are taken back before the invoices that they pay, and an invoice that is still paid stays', async () => {
  const { tenant, ask } = await bookkeeping();
  const paid = (n: number, businessDate: string): TestChange => ({
    kind: 'payment',
    recordId: `Z-${n}`,
    body: {
      number: `Z-${n}`,
      tender: 'card',
      amountMinor: 500,
      invoiceId: `I-${n}`,
      businessDate,
    },
  });
  await sendChanges(stack, tenant, [
    invoice('I-1', '2026-11-20'),
    invoice('I-2', '2026-11-20'),
    paid(1, '2026-11-22'),
    paid(2, '2026-11-20'),
    split('P-1', '2026-11-20'),
  ]);
  await until(
    'posted',
    () => documents(stack, tenant),
    (all) => all.length === 7,
  );
  await untilIdle(stack, tenant);
  const run = await startUndo(stack, tenant, ask, { from: '2026-11-20', to: '2026-11-20' });
  await ended(ask, run);
  const failures = await listFailures(
    stack.database.pool,
    tenant.id,
    { system: 'qbo' },
    { afterId: null, limit: 9 },
  );
  expect(failures.find(({ recordId }) => recordId === 'I-1')).toMatchObject({
    reason: 'paid_above_total',
  });
  const after = await documents(stack, tenant);
  expect(after).toEqual(
    expect.arrayContaining(['Invoice I-1 25.00', 'Invoice P-1 0.00', 'Payment - 5.00']),
  );
  // Where its payment can be voided, so can the invoice; else both stay.
  const isPaid = failures.some(({ recordId }) => recordId === 'Z-2');
  expect(after).toContain(isPaid ? 'Invoice I-2 25.00' : 'Invoice I-2 0.00');
  expect(after.filter((one) => one === 'Payment - 5.00')).toHaveLength(isPaid ? 2 : 1);
});

describe('daily summaries', () => {
  const ticket = (number: string, pieces: number, day = '2026-11-20'): TestChange => ({
    kind: 'order',
    recordId: number,
    body: { ...orderBody(number, [['A', pieces]], null), businessDate: day },
  });
  const tickets = [
    ticket('T-1', 1),
    ticket('T-2', 3),
    ticket('T-3', 2),
    ticket('T-4', 5, '2026-11-21'),
  ];
  const back: TestChange = {
    kind: 'refund',
    recordId: 'R-1',
    body: { ...orderBody('R-1', [['A', 1]], null), businessDate: '2026-11-20', restock: true },
  };
  const oneDay = { from: '2026-11-20', to: '2026-11-20', kinds: ['order'] };

  async function summing(): Promise<{ tenant: TestTenant; ask: Ask }> {
    const { tenant, ask } = await bookkeeping();
    await post(stack, tenant, {
      closed: { mode: 'firstOpenDay' },
      mode: { switches: [{ fromDay: '2026-11-20', mode: 'summary' }] },
      summary: { lines: 'category', dueAfterMinutes: 0 },
    });
    const { rows } = await stack.database.pool.query<{ kind: string; id: string }>(
      `SELECT kind, remote_id AS id FROM deliveries WHERE tenant = $1 AND system = 'qbo'
         AND kind IN ('customer', 'product')`,
      [tenant.id],
    );
    const idOf = (kind: string): { id: string; name: null } => ({
      id: rows.find((row) => row.kind === kind)?.id ?? '',
      name: null,
    });
    await putMapping(
      stack.database.pool,
      tenant.id,
      { kind: 'account', key: 'daily-customer', target: idOf('customer') },
      'test',
    );
    await putMapping(
      stack.database.pool,
      tenant.id,
      { kind: 'item', key: '@daily-sales', target: idOf('product') },
      'test',
    );
    return { tenant, ask };
  }

  test('tickets leave them, and a later edit joins again', async () => {
    const { tenant, ask } = await summing();
    await sendChanges(stack, tenant, [back]);
    await untilIdle(stack, tenant);
    const before = await trialBalance(stack, tenant);
    await sendChanges(stack, tenant, tickets.slice(0, 3));
    await untilIdle(stack, tenant);
    expect(await documents(stack, tenant)).toEqual([
      'RefundReceipt P-20261120-CARD-R 12.50',
      'SalesReceipt P-20261120-CARD 75.00',
    ]);
    const run = await startUndo(stack, tenant, ask, oneDay);
    expect(await ended(ask, run)).toMatchObject({ total: 3, done: 3, undone: { leftSummary: 3 } });
    expect(await documents(stack, tenant)).toEqual([
      'RefundReceipt P-20261120-CARD-R 12.50',
      'SalesReceipt P-20261120-CARD 0.00',
    ]);
    expect(await trialBalance(stack, tenant)).toEqual(before);
    expect(await statesOf(tenant, 'T-1')).toEqual(['sale delivered']);
    await sendChanges(stack, tenant, [{ ...ticket('T-2', 2), revision: 2 }]);
    await until(
      'posted anew',
      () => documents(stack, tenant),
      (all) => all.some((one) => one.endsWith(' 25.00')),
    );
    const again = await startUndo(stack, tenant, ask, oneDay);
    expect(await ended(ask, again)).toMatchObject({ total: 1, undone: { leftSummary: 1 } });
    expect(await trialBalance(stack, tenant)).toEqual(before);
  });

  test('a locked one gets a difference', async () => {
    const { tenant, ask } = await summing();
    const before = await trialBalance(stack, tenant);
    await sendChanges(stack, tenant, tickets.slice(0, 3));
    await untilIdle(stack, tenant);
    await control(stack.qbo, 'act', {
      as: 'accountant',
      do: 'closeBooks',
      realmId: tenant.realmId,
      date: '2026-11-20',
    });
    const run = await startUndo(stack, tenant, ask, oneDay);
    expect(await ended(ask, run)).toMatchObject({ undone: { leftSummary: 3 } });
    const all = await documents(stack, tenant);
    expect(all.map((one) => one.replace(/ .* /, ' '))).toEqual([
      'RefundReceipt 75.00',
      'SalesReceipt 75.00',
    ]);
    expect(await trialBalance(stack, tenant)).toEqual(before);
  });

  test('what none has in the books yet comes into none', async () => {
    const { tenant, ask } = await summing();
    await setPaused(tenant, true);
    await sendChanges(stack, tenant, tickets);
    await until(
      'absorbed',
      () => statesOf(tenant, 'T-4'),
      (states) => states[0] === 'sale held summary',
    );
    const run = await startUndo(stack, tenant, ask, oneDay);
    expect(await ended(ask, run)).toMatchObject({ total: 3, undone: { skipped: 3 } });
    expect(await statesOf(tenant, 'T-1')).toEqual(['sale skipped undone']);
    expect(await statesOf(tenant, 'T-4')).toEqual(['sale held summary']);
  });
});

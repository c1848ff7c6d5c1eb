import { expect, test } from '@jest/globals';

import { putMapping } from '../../database/mappings';
import type { OrderBody } from '../../domain/bodies';
import { historiesAsked } from '../support/env';
import { accountsOf } from '../support/operator';
import { numbersOf } from '../support/numbers';
import { customer, orderBody } from '../support/samples';
import {
  createTestTenant,
  sendChanges,
  withStack,
  untilIdle,
  type TestChange,
  type TestTenant,
} from '../support/stack';
import { booked } from './mixed-books';
import { Effect } from './mixed-till';
import { putPosting } from './summing';

// The same facts in any order of arrival end in the same books: sales, refunds, invoices, payments,
// deposits, payouts and cash, with the revisions before their last ones, which may go beyond each
// other. HISTORIES says how many, HISTORY_SEED which first.

const { histories, firstSeed } = historiesAsked(24);
/** Histories in one company at a time. */
const atOnce = 12;
const summedDay = '2026-11-20';

const stack = withStack();

interface History {
  /** In the order in which the POS made them. */
  facts: TestChange[];
  /** What the books hold at the end, by account. */
  expected: Effect;
}

const piece = 1_250;

/** One history of records of its own; the last revision of each fits all others. */
function historyOf(n: number, next: () => number): History {
  const pick = (max: number): number => Math.floor(next() * (max + 1));
  const is = (chance: number): boolean => next() < chance;
  const facts: TestChange[] = [];
  const expected = new Effect();
  const revised = (last: TestChange, ...before: TestChange[]): void => {
    const all = [...before, last];
    for (const [index, one] of all.entries()) facts.push({ ...one, revision: index + 1 });
  };
  const ticket = (id: string, count: number, change: Partial<OrderBody> = {}): OrderBody => ({
    ...orderBody(id, [['A', count]], 'c-1'),
    ...change,
  });
  const day = is(0.4) ? { businessDate: summedDay } : {};
  // A sale with refunds and the payout of both.
  const [saleId, soldCount] = [`T-${n}0`, 2 + pick(3)];
  const isVoided = is(0.25);
  const sale = (count: number, change = {}): TestChange => ({
    kind: 'order',
    recordId: saleId,
    body: ticket(saleId, count, { ...day, ...change }),
  });
  revised(
    sale(soldCount, isVoided ? { voided: true } : {}),
    ...(is(0.6) ? [sale(1 + pick(4))] : []),
    ...(isVoided ? [sale(soldCount)] : []),
  );
  let leftCount = isVoided ? 0 : soldCount;
  let withoutLineCount = 0;
  const listed: { kind: 'order' | 'refund'; recordId: string; amountMinor: number }[] = [];
  if (!isVoided) listed.push({ kind: 'order', recordId: saleId, amountMinor: soldCount * piece });
  for (let index = 1; index <= pick(2); index += 1) {
    const recordId = `R-${n}${index}`;
    const count = 1 + pick(2);
    const isBack = count <= leftCount && is(0.8);
    const lastCount = pick(count);
    if (isBack) leftCount -= count;
    if (isBack) withoutLineCount += lastCount;
    const refundDay = is(0.3) ? { businessDate: summedDay } : {};
    // So many of the pieces are given back by amount, the others as lines.
    const refund = (pieces: number, byAmount: number, change = {}): TestChange => ({
      kind: 'refund',
      recordId,
      body: {
        ...ticket(recordId, pieces, { ...refundDay, ...change }),
        lines: pieces === byAmount ? [] : ticket(recordId, pieces - byAmount).lines,
        ...(byAmount === 0 ? {} : { unallocatedMinor: byAmount * piece }),
        restock: true,
        orderId: saleId,
      },
    });
    const before = 1 + pick(3);
    revised(
      refund(count, lastCount, isBack ? {} : { voided: true }),
      ...(is(0.6) || !isBack ? [refund(before, pick(before))] : []),
    );
    if (isBack) listed.push({ kind: 'refund', recordId, amountMinor: -count * piece });
  }
  expected.add('card', leftCount * piece);
  // Where all is given back, its lines are.
  if (leftCount > 0) expected.add('without a line', -withoutLineCount * piece);
  if (is(0.6) && listed.length > 0) {
    const recordId = `O-${n}`;
    const netMinor = leftCount * piece;
    const payout = (includes: typeof listed, change = {}): TestChange => {
      const sum = includes.reduce((all, { amountMinor }) => all + amountMinor, 0);
      return {
        kind: 'payout',
        recordId,
        body: {
          processor: 'stripe',
          tender: 'card',
          businessDate: '2026-11-25',
          grossMinor: sum,
          feesMinor: 0,
          netMinor: sum,
          includes,
          ...change,
        },
      };
    };
    const wrong = listed.map((one, index) =>
      index === 0 ? { ...one, amountMinor: one.amountMinor + 500 } : one,
    );
    revised(payout(listed), ...(is(0.5) ? [payout(wrong)] : []));
    expected.add('card', -netMinor);
    expected.add('bank', netMinor);
  }
  // An invoice with payments, some of them above it at first, or both voided.
  const [invoiceId, owedCount] = [`I-${n}0`, 1 + pick(3)];
  const isAway = is(0.25);
  const invoice = (count: number, change = {}): TestChange => {
    const body: Partial<OrderBody> = ticket(invoiceId, count);
    delete body.tenders;
    return { kind: 'invoice', recordId: invoiceId, body: { ...body, ...change } };
  };
  revised(
    invoice(owedCount, isAway ? { voided: true } : {}),
    ...(is(0.5) || isAway ? [invoice(1 + pick(3))] : []),
  );
  let openMinor = isAway ? 0 : owedCount * piece;
  if (!isAway) expected.add('owed', openMinor);
  for (let index = 1; index <= pick(2); index += 1) {
    const recordId = `P-${n}${index}`;
    const minor = Math.min(openMinor, 300 + pick(1_500));
    const isPaid = minor > 0;
    const paid = (amountMinor: number, change = {}): TestChange => ({
      kind: 'payment',
      recordId,
      occurredAt: '2026-11-24T15:00:00Z',
      body: { number: recordId, invoiceId, tender: 'cash', amountMinor, ...change },
    });
    revised(
      paid(isPaid ? minor : 400, isPaid ? {} : { voided: true }),
      ...(is(0.6) ? [paid(200 + pick(3_000))] : []),
    );
    openMinor -= minor;
    expected.add('cash', minor);
    expected.add('owed', -minor);
  }
  // A deposit, the order that uses it, and cash.
  const [depositId, orderId] = [`D-${n}`, `T-${n}9`];
  const isKept = is(0.7);
  const deposit = (amountMinor: number, change = {}): TestChange => ({
    kind: 'payment',
    recordId: depositId,
    occurredAt: '2026-11-19T15:00:00Z',
    body: {
      number: depositId,
      depositFor: orderId,
      customerId: 'c-1',
      tender: 'cash',
      amountMinor,
      ...change,
    },
  });
  const uses = {
    deposits: [{ paymentId: depositId, amountMinor: 1_000 }],
    tenders: [{ tender: 'card', amountMinor: 1_500 }],
  };
  const completed = (change = {}): TestChange => ({
    kind: 'order',
    recordId: orderId,
    body: ticket(orderId, 2, { ...uses, ...change }),
  });
  const voided = isKept ? {} : { voided: true };
  revised(deposit(1_000, voided), ...(is(0.5) ? [deposit(600 + pick(600))] : []));
  revised(completed(voided), ...(is(0.4) || !isKept ? [completed()] : []));
  if (isKept) {
    expected.add('cash', 1_000);
    expected.add('card', 1_500);
  }
  const short = (amountMinor: number): TestChange => ({
    kind: 'cash',
    recordId: `K-${n}`,
    body: { businessDate: '2026-11-21', tender: 'cash', type: 'difference', amountMinor },
  });
  revised(short(-80), ...(is(0.5) ? [short(-50)] : []));
  expected.add('cash', -80);
  expected.add('differences', 80);
  return { facts, expected };
}

const names = {
  'Card clearing': 'card',
  'Cash drawer': 'cash',
  'Undeposited Funds': 'exchange',
  Bank: 'bank',
  'Office expenses': 'differences',
  'Accounts Receivable (A/R)': 'owed',
};

async function begin(): Promise<{ tenant: TestTenant; accounts: Map<string, string> }> {
  const tenant = await createTestTenant(stack);
  const { pool } = stack.database;
  await putPosting(stack, tenant, [
    { fromDay: summedDay, mode: 'summary' },
    { fromDay: '2026-11-21', mode: 'perOrder' },
  ]);
  const service = (sku: string): TestChange => ({
    kind: 'product',
    recordId: `p-${sku}`,
    body: {
      sku,
      name: sku,
      type: 'service',
      priceMinor: piece,
      currency: 'USD',
      trackStock: false,
      status: 'active',
    },
  });
  await sendChanges(stack, tenant, [customer('c-1'), service('A'), service('U')]);
  await untilIdle(stack, tenant);
  const ids = await accountsOf(stack, tenant);
  const { rows } = await pool.query<{ recordId: string; id: string }>(
    `SELECT record_id AS "recordId", remote_id AS id FROM deliveries WHERE tenant = $1
       AND system = 'qbo' AND remote_id IS NOT NULL`,
    [tenant.id],
  );
  const idOf = (recordId: string): string => {
    return rows.find((row) => row.recordId === recordId)?.id ?? '';
  };
  const map = (kind: 'account' | 'item', key: string, id: string | undefined): Promise<unknown> =>
    putMapping(pool, tenant.id, { kind, key, target: { id: id ?? '', name: null } }, 'test');
  for (const key of ['@deposit', '@daily-sales']) await map('item', key, idOf('p-A'));
  await map('item', '@unallocated', idOf('p-U'));
  await map('account', 'daily-customer', idOf('c-1'));
  await map('account', 'clearing:exchange', ids['Undeposited Funds']);
  await map('account', 'bank:stripe', ids['Bank']);
  await map('account', 'fees:stripe', ids['Office expenses']);
  await map('account', 'cash:over-short', ids['Office expenses']);
  const accounts = new Map(Object.entries(names).map(([name, short]) => [ids[name] ?? '', short]));
  accounts.set(`item ${idOf('p-U')}`, 'without a line');
  return { tenant, accounts };
}

/**
 * Sends the facts of some histories in an order that the seed decides, in several requests; answers
 * what is wrong.
 */
async function run(from: number, count: number): Promise<string[]> {
  const next = numbersOf(from * 7_919);
  const seeds = Array.from({ length: count }, (_, index) => from + index);
  const all = seeds.map((seed, index) => historyOf(index, numbersOf(seed)));
  const { tenant, accounts } = await begin();
  const facts = all.flatMap(({ facts: own }) => own);
  for (let index = facts.length - 1; index > 0; index -= 1) {
    const other = Math.floor(next() * (index + 1));
    const [one, two] = [facts[index], facts[other]];
    if (one !== undefined && two !== undefined) [facts[index], facts[other]] = [two, one];
  }
  for (let at = 0; at < facts.length;) {
    const size = 1 + Math.floor(next() * (facts.length / 3));
    await sendChanges(stack, tenant, facts.slice(at, at + size));
    if (next() < 0.7) await untilIdle(stack, tenant);
    at += size;
  }
  await untilIdle(stack, tenant);
  const wrong: string[] = [];
  const { rows } = await stack.database.pool.query<{ what: string }>(
    `SELECT concat_ws(' ', kind, record_id, part, state, reason, detail) AS what FROM deliveries
     WHERE tenant = $1 AND system = 'qbo' AND state NOT IN ('delivered', 'skipped') ORDER BY 1`,
    [tenant.id],
  );
  for (const { what } of rows) wrong.push(what);
  const sum = all.reduce((effect, { expected }) => effect.addAll(expected), new Effect());
  const found = (await booked(stack, tenant, accounts)).reduce(
    (effect, one) => effect.addAll(one.effect),
    new Effect(),
  );
  const [is, shall] = [JSON.stringify(found.all()), JSON.stringify(sum.all())];
  if (is !== shall) wrong.push(`the books come to ${is}, the facts to ${shall}`);
  if (wrong.length === 0) return [];
  const log = facts.map(
    ({ kind, recordId, revision, body }) =>
      `${kind} ${recordId} rev ${revision ?? 1} ${JSON.stringify(body)}`,
  );
  return [`seeds ${from} to ${from + count - 1}:`, ...wrong, ...log];
}

test(`B21: the facts of ${histories} histories in any order of arrival end in the same books`, async () => {
  const wrong: string[] = [];
  for (let at = 0; at < histories; at += atOnce)
    wrong.push(...(await run(firstSeed + at, Math.min(atOnce, histories - at))));
  expect(wrong.join('\n').slice(0, 20_000)).toBe('');
}, 7_200_000);

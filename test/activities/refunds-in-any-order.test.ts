import { describe, expect, test } from '@jest/globals';

import { putMapping } from '../../database/mappings';
import type { OrderBody, RefundBody } from '../../domain/bodies';
import type { PostingSettings } from '../../domain/posting/settings';
import { post, trialBalance } from '../support/operator';
import { orderBody } from '../support/samples';
import { documents } from '../support/sandboxes';
import {
  createTestTenant,
  quickSettings,
  withStack,
  type TestChange,
  type TestTenant,
} from '../support/stack';
import { heldWith, next, redriven, sent } from '../support/ways-out';

// Refunds of a sale, some of them by amount, on their whole way into the books: in whatever order
// they arrive, change and go, the books end the same.

const stack = withStack();
const kinds = ['item', 'account', 'taxCode'] as const;

/** A company in the United Kingdom: standard rate as S, what has no line on an item of its own. */
async function begin(
  posting: Partial<PostingSettings>,
  mapped: Record<string, string> = { 'item @unallocated': '36' },
): Promise<TestTenant> {
  const company = { kind: 'gb', fixture: 'accounting' };
  const tenant = await createTestTenant(stack, quickSettings, { company });
  await post(stack, tenant, posting);
  const all = {
    'item A': '14',
    'item @daily-sales': '37',
    'account guest-customer': '302',
    'account daily-customer': '303',
    'taxCode S': '6',
    'taxCode none': '10',
    ...mapped,
  };
  for (const [place, id] of Object.entries(all)) {
    const [name, key = ''] = place.split(' ');
    const kind = kinds.find((one) => one === name) ?? 'item';
    const target = { id, name: null };
    await putMapping(stack.database.pool, tenant.id, { kind, key, target }, 'test');
  }
  return tenant;
}

/** Pieces at 25.00 with 5.00 of VAT. */
function pieces(count: number): Pick<OrderBody, 'currency' | 'lines' | 'tenders' | 'totals'> {
  const [netMinor, taxMinor] = [count * 2_500, count * 500];
  const [line] = orderBody('', [['A', count]], null).lines;
  const totalMinor = netMinor + taxMinor;
  return {
    currency: 'GBP',
    lines:
      line === undefined || count === 0
        ? []
        : [{ ...line, unitPrice: '25.00', netMinor, taxes: [{ code: 'S', taxMinor }] }],
    tenders: [{ tender: 'card', amountMinor: totalMinor }],
    totals: { netMinor, taxMinor, totalMinor },
  };
}

function sale(recordId: string, count: number, change: Partial<OrderBody> = {}): TestChange {
  const body = { ...orderBody(recordId, [], null), ...pieces(count), ...change };
  return { kind: 'order', recordId, body };
}

function byLines(
  recordId: string,
  orderId: string,
  count: number,
  change: Partial<RefundBody> = {},
): TestChange {
  const body = { ...orderBody(recordId, [], null), ...pieces(count), restock: true, orderId };
  return { kind: 'refund', recordId, body: { ...body, ...change } };
}

function amountOf(unallocatedMinor: number): Partial<RefundBody> {
  return {
    lines: [],
    unallocatedMinor,
    tenders: [{ tender: 'card', amountMinor: unallocatedMinor }],
    totals: { netMinor: unallocatedMinor, taxMinor: 0, totalMinor: unallocatedMinor },
  };
}

function byAmount(
  recordId: string,
  orderId: string,
  unallocatedMinor: number,
  change: Partial<RefundBody> = {},
): TestChange {
  return byLines(recordId, orderId, 0, { ...amountOf(unallocatedMinor), ...change });
}

function ordersOf<T>(all: readonly T[]): T[][] {
  if (all.length < 2) return [[...all]];
  return all.flatMap((one, index) =>
    ordersOf(all.filter((_, other) => other !== index)).map((rest) => [one, ...rest]),
  );
}

async function heldInBooks(tenant: TestTenant): Promise<string[]> {
  return (await heldWith(stack, tenant)).filter((line) => line.startsWith('qbo'));
}

const summed: Partial<PostingSettings> = {
  mode: { switches: [{ fromDay: '2026-11-01', mode: 'summary' }] },
  summary: { lines: 'category', dueAfterMinutes: 0 },
};
const taxed = (amountOnlyTax: 'none' | 'prorate'): Partial<PostingSettings> => ({
  refund: { invoice: 'refundReceipt', amountOnlyTax },
});

describe.each<[string, Partial<PostingSettings>]>([
  ['ticket by ticket', taxed('none')],
  ['with a share of the tax', taxed('prorate')],
  ['in summaries', { ...summed, ...taxed('none') }],
])('%s', (_, posting) => {
  test('B21: a sale and its refunds by amount and by lines end in the same books in any order of arrival', async () => {
    const tenant = await begin(posting);
    const facts = (n: number): TestChange[] => [
      sale(`S-${n}`, 4),
      byAmount(`R-1-${n}`, `S-${n}`, 1_800),
      byLines(`R-2-${n}`, `S-${n}`, 3),
      byAmount(`R-3-${n}`, `S-${n}`, 1_200),
    ];
    const orders = ordersOf([0, 1, 2, 3]);
    for (const step of [0, 1, 2, 3])
      await sent(stack, tenant, ...orders.flatMap((order, n) => facts(n)[order[step] ?? 0] ?? []));
    expect(await heldInBooks(tenant)).toEqual([]);
    // All is given back, with its tax.
    expect(await trialBalance(stack, tenant)).toEqual({});
  });

  test('B21: what is voided, edited or moved is as if it had come so, for the refunds after it too', async () => {
    const tenant = await begin(posting);
    const books = async (...changes: TestChange[]): Promise<unknown> => {
      await sent(stack, tenant, ...changes);
      expect(await heldInBooks(tenant)).toEqual([]);
      return trialBalance(stack, tenant);
    };
    /** The same facts at their last revisions, each once, in another company. */
    const afresh = async (...changes: TestChange[]): Promise<unknown> => {
      const other = await begin(posting);
      await sent(stack, other, ...changes);
      return trialBalance(stack, other);
    };
    // The rest by amount, and the refund before it is voided: it is a part, the last is the rest.
    const [one, two] = [byLines('R-1', 'S-1', 3), byAmount('R-2', 'S-1', 3_000)];
    await sent(stack, tenant, sale('S-1', 4));
    await sent(stack, tenant, one);
    expect(await books(two)).toEqual({});
    expect(await books(next(one, { voided: true }))).toEqual(await afresh(sale('S-1', 4), two));
    expect(await books(byAmount('R-3', 'S-1', 9_000))).toEqual({});
    // The first of two by amount is edited, twice.
    const [first, second] = [byAmount('Q-1', 'S-2', 3_000), byAmount('Q-2', 'S-2', 9_000)];
    await sent(stack, tenant, sale('S-2', 4));
    await sent(stack, tenant, first);
    expect(await books(second)).toEqual({});
    expect(await books(next(first, amountOf(2_000)))).toEqual(
      await afresh(sale('S-2', 4), next(first, amountOf(2_000)), second),
    );
    expect(await books(next(first, amountOf(3_000), 3))).toEqual({});
    // A refund with lines that completed its sale, and the one by amount before it moves away.
    const [moved, lines] = [byAmount('P-1', 'S-3', 3_000), byLines('P-2', 'S-3', 3)];
    await sent(stack, tenant, sale('S-3', 4), sale('S-4', 1));
    await sent(stack, tenant, moved);
    expect(await books(lines)).toEqual(await afresh(sale('S-4', 1)));
    expect(await books(next(moved, { orderId: 'S-4' }))).toEqual(
      await afresh(sale('S-3', 4), lines),
    );
    expect(await books(next(moved, { orderId: 'S-3' }, 3))).toEqual(await afresh(sale('S-4', 1)));
    // The sale itself grows: what was its rest is a part.
    await sent(stack, tenant, byLines('P-4', 'S-4', 1));
    expect(await books(next(sale('S-3', 4), pieces(5)))).toEqual(
      await afresh(sale('S-3', 5), moved, lines),
    );
    expect(await books(next(sale('S-3', 4), {}, 3))).toEqual({});
  });
});

test('B21: a refund by amount that is held while others come counts all the same, unless they leave it no room', async () => {
  const tenant = await begin(taxed('none'), {});
  const { pool } = stack.database;
  const place = ['qbo', 'refund', 'R-1'] as const;
  await sent(stack, tenant, sale('S-1', 4));
  await sent(stack, tenant, byAmount('R-1', 'S-1', 3_000));
  expect(await heldInBooks(tenant)).toEqual([expect.stringContaining('mapping_missing')]);
  const target = { id: '36', name: null };
  await putMapping(pool, tenant.id, { kind: 'item', key: '@unallocated', target }, 'test');
  await sent(stack, tenant, byLines('R-2', 'S-1', 3));
  // Another one gives back the rest instead: with it the held one would be too much.
  const instead = byAmount('R-3', 'S-1', 3_000);
  await sent(stack, tenant, instead);
  expect(await trialBalance(stack, tenant)).toEqual({});
  await redriven(stack, tenant, place, 'refund_above_sale');
  // That one is voided: the held one goes by itself, and gives back the rest.
  await sent(stack, tenant, next(instead, { voided: true }));
  expect(await heldInBooks(tenant)).toEqual([]);
  expect(await trialBalance(stack, tenant)).toEqual({});
  expect(await documents(stack, tenant)).toEqual([
    'RefundReceipt R-1 30.00',
    'RefundReceipt R-2 90.00',
    'RefundReceipt R-3 0.00',
    'SalesReceipt S-1 120.00',
  ]);
});

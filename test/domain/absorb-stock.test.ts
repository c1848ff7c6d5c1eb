import { expect, test } from '@jest/globals';

import type { ChangeRow } from '../../domain/records/absorb';
import { orderBody } from '../support/samples';
import { change, Memory } from './fold';

const ticket = (
  sourceRev: number,
  lines: [string, number][],
  occurredAt = '2026-11-21T10:00:00.000Z',
): ChangeRow =>
  change({
    kind: 'order',
    recordId: 'P-1',
    sourceRev,
    occurredAt,
    content: { kind: 'order', body: orderBody('P-1', lines, null) },
  });
const afterCount = '2026-11-21T12:00:00.000Z';
const moved = (memory: Memory, changes: ChangeRow[]): unknown =>
  memory
    .fold(changes)
    .movedStock.map(({ sourceId, entries, wasKnown }) => [
      sourceId,
      wasKnown,
      entries.map(({ sku, quantity }) => `${sku} ${quantity}`),
    ]);

test('a ticket moves what its newest revision says, and tells whether it moved something before', () => {
  const memory = new Memory();
  expect(
    moved(memory, [
      ticket(1, [['a', 1]]),
      ticket(2, [
        ['a', 2],
        ['b', 1],
      ]),
    ]),
  ).toEqual([['order/P-1', false, ['a -2', 'b -1']]]);
  expect(moved(memory, [ticket(3, [['b', 1]])])).toEqual([['order/P-1', true, ['b -1']]]);
});

test('a deleted ticket moves nothing any more', () => {
  const memory = new Memory();
  memory.fold([ticket(1, [['a', 1]])]);
  const gone = change({ kind: 'order', recordId: 'P-1', sourceRev: 2, content: null });
  expect(moved(memory, [gone])).toEqual([['order/P-1', true, []]]);
});

test('B17: the deletion of a posted ticket moves nothing, and says under which name it stands', () => {
  const memory = new Memory();
  memory.fold([ticket(1, [['a', 1]])]);
  memory.posted.set('order/P-1', 'QuickBooks as P-1');
  const folded = memory.fold([
    change({ kind: 'order', recordId: 'P-1', sourceRev: 2, content: null }),
  ]);
  expect(folded.records).toEqual([]);
  expect(folded.movedStock).toEqual([]);
  expect(folded.outcomes).toMatchObject([
    {
      outcome: 'failed',
      code: 'posted_not_deleted',
      detail: expect.stringMatching(/order P-1 is in QuickBooks as P-1.*voided: true/),
    },
  ]);
  expect(memory.record('order', 'P-1')).toMatchObject({ op: 'present', sourceRevs: { pos: 1 } });
});

test('a ticket sent again unchanged moves nothing, and keeps the time at which it moved', () => {
  const memory = new Memory();
  const { movedStock } = memory.fold([ticket(1, [['a', 1]]), ticket(2, [['a', 1]], afterCount)]);
  expect(movedStock).toMatchObject([
    { sourceId: 'order/P-1', entries: [{ occurredAt: '2026-11-21T10:00:00.000Z' }] },
  ]);
  expect(moved(memory, [ticket(3, [['a', 1]], afterCount)])).toEqual([]);
});

test.each<[string, ChangeRow[][]]>([
  ['in one batch', [[ticket(1, [['a', 1]]), ticket(2, [['a', 3]], afterCount)]]],
  ['one by one', [[ticket(1, [['a', 1]])], [ticket(2, [['a', 3]], afterCount)]]],
])('an edited ticket moved all its goods when it first occurred: %s', (_, batches) => {
  const memory = new Memory();
  const last = batches.map((batch) => memory.fold(batch)).at(-1);
  expect(last?.movedStock[0]?.entries).toMatchObject([
    { quantity: '-3', occurredAt: '2026-11-21T10:00:00.000Z' },
  ]);
});

test('a revision that comes after a newer one says when the goods moved', () => {
  const memory = new Memory();
  memory.fold([ticket(2, [['a', 1]], afterCount)]);
  const { lateTickets } = memory.fold([ticket(1, [['a', 1]])]);
  expect([...lateTickets.values()]).toEqual([
    { source: 'pos', sourceId: 'order/P-1', occurredAt: '2026-11-21T10:00:00.000Z' },
  ]);
});

test('a product whose stock is counted no longer, or again, is told with its SKU', () => {
  const memory = new Memory();
  const fold = (sourceRev: number, trackStock: boolean): string[] => {
    const body = { sku: 'a', name: 'A', type: 'goods', priceMinor: 1, trackStock } as const;
    const content = { kind: 'product', body: { ...body, status: 'active' } } as const;
    return memory.fold([change({ kind: 'product', recordId: 'p-1', sourceRev, content })])
      .trackingChanged;
  };
  expect([true, false, false, true].map((is, n) => fold(n + 1, is))).toEqual([
    [],
    ['a'],
    [],
    ['a'],
  ]);
});

test('an inventory change whose event id reads like a ticket stands beside that ticket', () => {
  const count = change({
    kind: 'inventory',
    recordId: 'a',
    eventId: 'order/P-1',
    content: { kind: 'inventory', body: { count: { quantity: '5' } } },
  });
  const { movedStock } = new Memory().fold([count, ticket(1, [['a', 1]])]);
  expect(movedStock.map(({ entries }) => entries[0]?.reason).sort()).toEqual(['count', 'sale']);
});

// SKU x is P-1's until noon, then P-2's: sold before noon, given back after.
const named = (recordId: string, sourceRev: number, sku: string, occurredAt: string): ChangeRow => {
  const body = { sku, name: sku, type: 'goods', priceMinor: 1, trackStock: true } as const;
  const content = { kind: 'product', body: { ...body, status: 'active' } } as const;
  return change({ kind: 'product', recordId, sourceRev, occurredAt, content });
};
const passedOn = (): ChangeRow[] => [
  named('P-1', 1, 'x', '2026-11-21T08:00:00.000Z'),
  named('P-1', 2, 'x-old', afterCount),
  named('P-2', 1, 'x', afterCount),
];
const givenBack = (sourceRev: number, voided?: true): ChangeRow => {
  const body = { ...orderBody('R-1', [['x', 1]], null), restock: true, orderId: 'P-1', voided };
  const occurredAt = '2026-11-21T14:00:00.000Z';
  const content = { kind: 'refund', body } as const;
  return change({ kind: 'refund', recordId: 'R-1', sourceRev, occurredAt, content });
};
/** Every movement of the refund and the sale, as the ledger has it in the end. */
const ledgerOf = (memory: Memory, batches: ChangeRow[][]): string[] => {
  const ledger = new Map<string, string[]>();
  for (const batch of batches)
    for (const { sourceId, entries } of memory.fold(batch).movedStock)
      ledger.set(
        sourceId,
        entries.map(({ sku, quantity, occurredAt }) => `${sku} ${quantity} ${occurredAt}`),
      );
  return [...ledger].map(([source, entries]) => `${source} ${entries.join()}`).sort();
};

test.each<[string, () => ChangeRow[][]]>([
  ['the sale first', () => [[ticket(1, [['x', 2]])], [givenBack(1)]]],
  ['the refund first', () => [[givenBack(1)], [ticket(1, [['x', 2]])]]],
  ['the refund first in one batch', () => [[givenBack(1), ticket(1, [['x', 2]])]]],
  ['an edited refund first', () => [[givenBack(1)], [ticket(1, [['x', 2]])], [givenBack(2)]]],
  ['the line by an edit', () => [[ticket(1, [])], [givenBack(1)], [ticket(2, [['x', 2]])]]],
])('a refund gives back the product that was sold, whichever comes first: %s', (_, batches) => {
  const memory = new Memory();
  memory.fold(passedOn());
  expect(ledgerOf(memory, batches())).toEqual([
    'order/P-1 x-old -2 2026-11-21T10:00:00.000Z',
    'refund/R-1 x-old 1 2026-11-21T14:00:00.000Z',
  ]);
  expect(memory.record('refund', 'R-1').content?.body).toMatchObject({
    lines: [{ sku: 'x', productId: 'P-1' }],
  });
});

test('a refund that means what was sold since its sale came has a new revision, and nobody sent it', () => {
  const memory = new Memory();
  memory.fold([...passedOn(), givenBack(1)]);
  expect(memory.fold([ticket(1, [['x', 2]])]).records).toMatchObject([
    { kind: 'order', rev: 1, isSent: true },
    { kind: 'refund', rev: 2, sourceRevs: { pos: 1 }, isSent: false },
  ]);
});

test('a sale whose refunds mean the same product leaves them as they are, as one does of another sale', () => {
  const memory = new Memory();
  memory.fold([named('P-1', 1, 'x', '2026-11-21T08:00:00.000Z'), givenBack(1)]);
  expect(memory.fold([ticket(1, [['x', 2]])]).records).toMatchObject([{ recordId: 'P-1' }]);
  memory.fold(passedOn().slice(1));
  const other = { ...ticket(1, [['x', 1]]), recordId: 'P-9', occurredAt: afterCount };
  expect(memory.fold([other]).records).toMatchObject([{ recordId: 'P-9' }]);
});

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

import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { StockBody } from '../../domain/bodies';
import { addDecimals } from '../../domain/money';
import {
  applyStock,
  inventoryEntry,
  ticketEntries,
  type StockChange,
  type StockEntry,
} from '../../domain/stock/stock';
import { orderBody } from '../support/samples';

const at = (minute: number): string => new Date(Date.UTC(2026, 10, 21, 10, minute)).toISOString();
const sum = (quantities: readonly string[]): string => quantities.reduce(addDecimals, '0');

function entry(
  id: string,
  reason: 'sale' | 'count',
  quantity: string,
  minute: number,
  place = 'default',
): StockEntry {
  return {
    source: 'pos',
    sourceId: id,
    line: '',
    reason,
    sku: 'a',
    place,
    quantity,
    occurredAt: at(minute),
  };
}

/** The ledger as the database keeps it: one entry per source line, sums on demand. */
class Ledger {
  readonly entries = new Map<string, StockEntry>();
  stock: StockBody = { places: {} };

  apply(batch: readonly { id: string; after: StockEntry | null }[]): void {
    const changes: StockChange[] = batch.map(({ id, after }) => {
      const before = this.entries.get(id) ?? null;
      if (after === null) this.entries.delete(id);
      else this.entries.set(id, after);
      return { before, after };
    });
    this.stock = applyStock(this.stock, changes, (place, countedAt) =>
      this.after(place, countedAt),
    );
  }

  private after(place: string, instant: string): string {
    const later = [...this.entries.values()].filter(
      (row) => row.place === place && row.reason !== 'count' && row.occurredAt > instant,
    );
    return sum(later.map((row) => row.quantity));
  }

  quantities(): Map<string, string> {
    const places = Object.entries(this.stock.places);
    return new Map(places.map(([place, { quantity }]) => [place, quantity]));
  }
}

/** What the rule says: the last count of a place and what occurred after it. */
function reference(entries: readonly StockEntry[]): Map<string, string> {
  const places = [...new Set(entries.map(({ place }) => place))];
  const balances = places.map((place) => {
    const own = entries.filter((row) => row.place === place);
    const counts = own.filter(({ reason }) => reason === 'count');
    const last = counts.sort((a, b) => (a.occurredAt < b.occurredAt ? 1 : -1))[0];
    const moved = own.filter(
      ({ reason, occurredAt }) => reason !== 'count' && occurredAt > (last?.occurredAt ?? ''),
    );
    return [place, sum([last?.quantity ?? '0', ...moved.map(({ quantity }) => quantity)])] as const;
  });
  return new Map(balances);
}

const facts = fc
  .uniqueArray(
    fc.record({
      minute: fc.integer({ min: 0, max: 50 }),
      isCount: fc.boolean(),
      tenths: fc.integer({ min: -50, max: 50 }),
      place: fc.constantFrom('default', 'back room', 'constructor'),
      /** A second version of a movement: another quantity, or taken back altogether. */
      later: fc.constantFrom('none', 'corrected', 'moved', 'removed'),
    }),
    { selector: ({ minute }) => minute, maxLength: 14 },
  )
  .chain((rows) =>
    fc.record({
      rows: fc.constant(rows),
      order: fc.shuffledSubarray([...rows.keys(), ...rows.keys()], {
        minLength: rows.length * 2,
        maxLength: rows.length * 2,
      }),
      batchSize: fc.integer({ min: 1, max: 5 }),
    }),
  );

test('any order of arrival gives the last count and the movements that occurred after it', () => {
  fc.assert(
    fc.property(facts, ({ rows, order, batchSize }) => {
      const ledger = new Ledger();
      const seen = new Set<number>();
      const arrivals = order.flatMap((index) => {
        const row = rows[index];
        if (row === undefined) return [];
        const { minute, isCount, tenths, place, later } = row;
        const first = entry(
          `e${index}`,
          isCount ? 'count' : 'sale',
          (tenths / 10).toFixed(1),
          minute,
          place,
        );
        if (!seen.has(index)) {
          seen.add(index);
          return [{ id: first.sourceId, after: first }];
        }
        if (isCount || later === 'none') return [];
        const versions = {
          corrected: { ...first, quantity: '0.7' },
          moved: { ...first, occurredAt: `${at(minute).slice(0, -5)}.500Z` },
          removed: null,
        };
        return [{ id: first.sourceId, after: versions[later] }];
      });
      while (arrivals.length > 0) {
        const batch = arrivals.splice(0, batchSize);
        // One source appears once in a batch: the fold hands over what it moves in the end.
        const last = new Map(batch.map((arrival) => [arrival.id, arrival]));
        ledger.apply([...last.values()]);
      }
      const expected = reference([...ledger.entries.values()]);
      const actual = ledger.quantities();
      for (const [place, quantity] of actual) {
        expect(sum([quantity])).toBe(sum([expected.get(place) ?? '0']));
      }
      expect([...actual.keys()]).toEqual(expect.arrayContaining([...expected.keys()]));
    }),
    { seed: 12, numRuns: 400 },
  );
});

test('a movement that occurred before the last count changes nothing', () => {
  const ledger = new Ledger();
  ledger.apply([{ id: 'c', after: entry('c', 'count', '10', 30) }]);
  ledger.apply([{ id: 's', after: entry('s', 'sale', '-1', 20) }]);
  ledger.apply([{ id: 't', after: entry('t', 'sale', '-1', 30) }]);
  expect(ledger.stock.places).toEqual({ default: { quantity: '10', countedAt: at(30) } });
});

test('a count older than the last one changes nothing, one of the same instant corrects it', () => {
  const ledger = new Ledger();
  ledger.apply([{ id: 'c', after: entry('c', 'count', '10', 30) }]);
  ledger.apply([{ id: 'd', after: entry('d', 'count', '99', 20) }]);
  expect([...ledger.quantities()]).toEqual([['default', '10']]);
  ledger.apply([{ id: 'e', after: entry('e', 'count', '11', 30) }]);
  expect([...ledger.quantities()]).toEqual([['default', '11']]);
});

test('a count takes in the movements that arrived before it and occurred after it', () => {
  const ledger = new Ledger();
  ledger.apply([{ id: 's', after: entry('s', 'sale', '-2', 40) }]);
  ledger.apply([{ id: 'r', after: entry('r', 'sale', '-5', 20) }]);
  ledger.apply([{ id: 'c', after: entry('c', 'count', '10', 30) }]);
  expect([...ledger.quantities()]).toEqual([['default', '8']]);
});

test('nobody has counted: the figure is known to be only a sum of movements', () => {
  const ledger = new Ledger();
  ledger.apply([{ id: 's', after: entry('s', 'sale', '-2', 40) }]);
  expect(ledger.stock.places).toEqual({ default: { quantity: '-2', countedAt: null } });
});

const event = (eventId: string) => ({ source: 'pos' as const, eventId, occurredAt: at(1) });

test('an inventory change is one movement or one count of its SKU', () => {
  const count = inventoryEntry(event('e1'), 'a', { location: 'shop', count: { quantity: '5' } });
  expect(count).toMatchObject({
    sku: 'a',
    place: 'shop',
    reason: 'count',
    quantity: '5',
    line: '',
  });
  const movement = inventoryEntry(event('e2'), 'a', {
    movement: { delta: '-3', reason: 'damage' },
  });
  expect(movement).toMatchObject({ place: 'default', reason: 'damage', quantity: '-3' });
});

test('a sale takes goods away, goods taken back in it return, services and zero lines move nothing', () => {
  const body = orderBody(
    '1',
    [
      ['a', 2],
      ['b', -1],
      ['wrap', 1],
      ['c', 0],
    ],
    null,
  );
  const moved = ticketEntries({ kind: 'order', body }, 'P-1', at(1), ({ sku }) =>
    sku === 'wrap' ? null : sku,
  );
  expect(moved.map(({ line, sku, quantity, reason }) => [line, sku, quantity, reason])).toEqual([
    ['1', 'a', '-2', 'sale'],
    ['2', 'b', '1', 'sale'],
  ]);
});

test('a refund brings goods back only where it restocks', () => {
  const body = { ...orderBody('1', [['a', 2]], null), location: 'shop', restock: true };
  const moved = ticketEntries({ kind: 'refund', body }, 'R-1', at(1), ({ sku }) => sku);
  expect(moved).toMatchObject([{ place: 'shop', quantity: '2', reason: 'return' }]);
  const kept = { ...body, restock: false };
  expect(ticketEntries({ kind: 'refund', body: kept }, 'R-1', at(1), ({ sku }) => sku)).toEqual([]);
});

test('an inventory change never shares a source with a ticket, whatever its event id', () => {
  const change = inventoryEntry(event('order/P-1'), 'a', { count: { quantity: '5' } });
  const ticket = ticketEntries(
    { kind: 'order', body: orderBody('1', [['a', 1]], null) },
    'P-1',
    at(1),
    ({ sku }) => sku,
  );
  expect(ticket.map(({ sourceId }) => sourceId)).not.toContain(change.sourceId);
});

import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { fairShare } from '../../domain/lane/fair-share';

const of = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${name}${n}`);

test('each queue gets an equal share, oldest first', () => {
  expect(fairShare([of('a', 9), of('b', 9)], 4)).toEqual(['a0', 'a1', 'b0', 'b1']);
});

test('what a short queue leaves goes to the others in order', () => {
  expect(fairShare([of('a', 9), of('b', 1), []], 6)).toEqual(['a0', 'a1', 'a2', 'a3', 'a4', 'b0']);
});

test('with less room than queues the earlier ones go first', () => {
  expect(fairShare([of('a', 3), of('b', 3), of('c', 3)], 2)).toEqual(['a0', 'b0']);
});

test('the size is exact, every queue keeps its order, and none with items starves', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 8 }),
      fc.integer({ min: 0, max: 60 }),
      (lengths, size) => {
        const queues = lengths.map((length, n) => of(`${n}:`, length));
        const total = lengths.reduce((sum, length) => sum + length, 0);
        const taken = fairShare(queues, size);
        expect(taken).toHaveLength(Math.min(size, total));
        const open = lengths.filter((length) => length > 0).length;
        for (const queue of queues) {
          const own = taken.filter((item) => queue.includes(item));
          expect(own).toEqual(queue.slice(0, own.length));
          const fair = Math.floor(size / Math.max(1, open));
          expect(own.length).toBeGreaterThanOrEqual(Math.min(queue.length, fair));
        }
      },
    ),
    { seed: 3, numRuns: 500 },
  );
});

import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { backoffMs } from '../../domain/delivery/backoff';
import { initialSyncSettings } from '../../domain/lane/sync-settings';

const settings = initialSyncSettings.backoff;

test('waits double from one second up to five minutes', () => {
  const waits = [1, 2, 3, 4, 9, 10, 11, 1_000].map((attempt) => backoffMs(settings, attempt, 0.5));
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 256_000, 300_000, 300_000, 300_000]);
});

test('jitter stays inside ten percent and never passes the cap', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 200 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (attempt, random) => {
        const plainMs = backoffMs(settings, attempt, 0.5);
        const waitMs = backoffMs(settings, attempt, random);
        expect(waitMs).toBeGreaterThanOrEqual(Math.floor(plainMs * 0.9));
        expect(waitMs).toBeLessThanOrEqual(Math.min(settings.maxMs, Math.ceil(plainMs * 1.1)));
      },
    ),
    { seed: 1, numRuns: 500 },
  );
});

test('equal failures spread over the whole jitter', () => {
  const waits = Array.from({ length: 100 }, (_, n) => backoffMs(settings, 4, n / 100));
  expect(Math.min(...waits)).toBe(7_200);
  expect(Math.max(...waits)).toBeGreaterThan(8_700);
  expect(new Set(waits).size).toBe(100);
});

test('a wait is never zero', () => {
  expect(backoffMs({ ...settings, initialMs: 0 }, 1, 0)).toBe(1);
});

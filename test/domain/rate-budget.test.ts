import { strict as assert } from 'node:assert';

import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { charge, type RateState } from '../../domain/lane/rate-budget';
import { limitsOf, type CallKind } from '../../domain/lane/sync-settings';

const quota = { requestsPerMinute: 500, requestsPerSecond: 10, batchesPerMinute: 40 };

interface Call {
  kind: CallKind;
  atMs: number;
}

/** A caller that asks `pauses` ms after its last call left, and waits where the budget says so. */
function play(asks: readonly { kind: CallKind; pauseMs: number }[]): Call[] {
  let state: RateState = {};
  let nowMs = 1_000_000;
  const calls: Call[] = [];
  for (const { kind, pauseMs } of asks) {
    nowMs += pauseMs;
    for (;;) {
      const answer = charge(state, limitsOf(quota, kind), nowMs);
      if (answer.isGranted) {
        state = answer.state;
        break;
      }
      // The timer of the caller knows whole milliseconds.
      assert(answer.atMs > nowMs, 'told to wait until a moment that is past');
      nowMs = Math.ceil(answer.atMs);
    }
    calls.push({ kind, atMs: nowMs });
  }
  return calls;
}

/** Most of these moments that any window of this length holds. */
function densest(moments: readonly number[], windowMs: number): number {
  const sorted = [...moments].sort((a, b) => a - b);
  let most = 0;
  for (let end = 0, start = 0; end < sorted.length; end++) {
    while ((sorted[end] ?? 0) - (sorted[start] ?? 0) >= windowMs) start++;
    most = Math.max(most, end - start + 1);
  }
  return most;
}

function arrivals(
  calls: readonly Call[],
  delays: readonly number[],
): { all: number[]; batches: number[] } {
  const late = calls.map((call, n) => ({
    ...call,
    atMs: call.atMs + (delays[n % delays.length] ?? 0),
  }));
  return {
    all: late.map(({ atMs }) => atMs),
    batches: late.flatMap(({ kind, atMs }) => (kind === 'write' ? [atMs] : [])),
  };
}

const delays = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 97 });
const kind = fc.constantFrom<CallKind>('read', 'write');

test('no moving window of the vendor is ever exceeded, whatever the pattern and a jitter of 100 ms', () => {
  // Long stretches of one kind with bursts and pauses: the patterns that a lane has.
  const stretch = fc.record({
    kind,
    count: fc.integer({ min: 1, max: 400 }),
    pauseMs: fc.constantFrom(0, 0, 0, 1, 50, 130, 700, 20_000),
  });
  fc.assert(
    fc.property(fc.array(stretch, { minLength: 1, maxLength: 6 }), delays, (stretches, late) => {
      const asks = stretches.flatMap((part) =>
        Array.from({ length: part.count }, () => ({ kind: part.kind, pauseMs: part.pauseMs })),
      );
      const { all, batches } = arrivals(play(asks), late);
      expect(densest(all, 1_000)).toBeLessThanOrEqual(10);
      expect(densest(all, 60_000)).toBeLessThanOrEqual(500);
      expect(densest(batches, 60_000)).toBeLessThanOrEqual(40);
    }),
    { seed: 7, numRuns: 150 },
  );
});

test('a saturated lane makes at least 95 % of 40 batches a minute', () => {
  const calls = play(Array.from({ length: 400 }, () => ({ kind: 'write', pauseMs: 0 })));
  const minutes = ((calls.at(-1)?.atMs ?? 0) - (calls[0]?.atMs ?? 0)) / 60_000;
  expect(399 / minutes).toBeGreaterThanOrEqual(38);
});

test('saturated reads make at least 80 % of 500 a minute', () => {
  const calls = play(Array.from({ length: 2_000 }, () => ({ kind: 'read', pauseMs: 0 })));
  const minutes = ((calls.at(-1)?.atMs ?? 0) - (calls[0]?.atMs ?? 0)) / 60_000;
  expect(1_999 / minutes).toBeGreaterThanOrEqual(400);
});

test('a refused call charges nothing, and may leave at the time it was told', () => {
  const limits = limitsOf(quota, 'write');
  const first = charge({}, limits, 0);
  if (!first.isGranted) throw new Error('refused');
  const second = charge(first.state, limits, 1);
  if (second.isGranted) throw new Error('granted');
  expect(charge(first.state, limits, second.atMs - 1).isGranted).toBe(false);
  expect(charge(first.state, limits, second.atMs).isGranted).toBe(true);
});

test('a clock that was set back stops the lane for one window at most', () => {
  const limits = limitsOf(quota, 'write');
  const ahead = charge({}, limits, 1_000_000_000);
  if (!ahead.isGranted) throw new Error('refused');
  const answer = charge(ahead.state, limits, 0);
  expect(answer.isGranted ? 0 : answer.atMs).toBeLessThanOrEqual(60_000);
});

test('other entries of the state are kept, and without a quota nothing is charged', () => {
  expect(charge({ notBefore: 5 }, limitsOf(quota, 'read'), 0)).toMatchObject({
    state: { notBefore: 5 },
  });
  expect(charge({ notBefore: 5 }, limitsOf(null, 'write'), 0)).toEqual({
    isGranted: true,
    state: { notBefore: 5 },
  });
});

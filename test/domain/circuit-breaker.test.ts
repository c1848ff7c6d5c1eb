import { expect, test } from '@jest/globals';

import {
  afterFailure,
  afterSuccess,
  beginTurn,
  closedBreaker,
  type Breaker,
} from '../../domain/lane/circuit-breaker';

const settings = { failures: 5, openMs: 60_000, successes: 3 };
const fail = (breaker: Breaker, nowMs: number, random = 0.5): Breaker =>
  afterFailure(breaker, settings, 'away', { nowMs, random });

test('a closed breaker lets turns begin and opens after a failed one', () => {
  expect(beginTurn(closedBreaker, 0)).toBe(closedBreaker);
  expect(afterSuccess(closedBreaker, settings, true)).toBe(closedBreaker);
  expect(fail(closedBreaker, 1_000)).toEqual({
    kind: 'open',
    opens: 1,
    retryAtMs: 61_000,
    reason: 'away',
  });
});

test('an open breaker lets nothing begin before its time, then probes', () => {
  const open = fail(closedBreaker, 0);
  expect(beginTurn(open, 59_999)).toBeNull();
  expect(beginTurn(open, 60_000)).toEqual({ kind: 'half-open', opens: 1, successes: 0 });
});

test('three good probes close it, a probe that called nothing proves nothing', () => {
  let breaker: Breaker = { kind: 'half-open', opens: 2, successes: 0 };
  breaker = afterSuccess(breaker, settings, true);
  breaker = afterSuccess(breaker, settings, false);
  breaker = afterSuccess(breaker, settings, true);
  expect(breaker).toEqual({ kind: 'half-open', opens: 2, successes: 2 });
  expect(afterSuccess(breaker, settings, true)).toEqual(closedBreaker);
});

test('each failed probe opens it for longer, at most ten times the first pause', () => {
  const pauses: number[] = [];
  let breaker: Breaker = closedBreaker;
  for (let round = 0; round < 7; round++) {
    breaker = fail(breaker, 0);
    if (breaker.kind !== 'open') throw new Error('not open');
    pauses.push(breaker.retryAtMs);
    breaker = beginTurn(breaker, breaker.retryAtMs) ?? breaker;
  }
  expect(pauses).toEqual([60_000, 120_000, 240_000, 480_000, 600_000, 600_000, 600_000]);
});

test('a good probe between failures does not shorten the next pause', () => {
  const probed = afterSuccess({ kind: 'half-open', opens: 3, successes: 0 }, settings, true);
  expect(fail(probed, 0)).toMatchObject({ opens: 4, retryAtMs: 480_000 });
});

test('the pause varies by ten percent and the reason is cut', () => {
  expect(fail(closedBreaker, 0, 0)).toMatchObject({ retryAtMs: 54_000 });
  expect(fail(closedBreaker, 0, 0.999_999)).toMatchObject({ retryAtMs: 66_000 });
  const long = afterFailure(closedBreaker, settings, 'x'.repeat(900), { nowMs: 0, random: 0 });
  expect(long).toMatchObject({ reason: 'x'.repeat(200) });
});

test('an isolated breaker stays so whatever a turn came to', () => {
  const isolated: Breaker = { kind: 'isolated' };
  expect(beginTurn(isolated, Number.MAX_SAFE_INTEGER)).toBeNull();
  expect(afterSuccess(isolated, settings, true)).toBe(isolated);
  expect(fail(isolated, 0)).toEqual(isolated);
});

import { describe, expect, test } from '@jest/globals';

import type { HealthProblem, LaneFacts, TenantFacts } from '../../domain/health/problem';
import { healthOf } from '../../domain/health/tenant';

// One function decides health from everything that can stand still.

const nowMs = Date.parse('2026-11-30T12:00:00Z');
const minutesAgo = (minutes: number): number => nowMs - minutes * 60_000;

const well: LaneFacts = {
  isPaused: false,
  breaker: { kind: 'closed' },
  needsAuth: null,
  pausedUntilMs: null,
  trouble: null,
  callSinceMs: null,
  progressedMs: minutesAgo(0),
  waiting: 0,
  oldestDueMs: null,
  oldestUnknownMs: null,
  unknown: 0,
  held: [],
  dead: [],
};

function facts(change: Partial<TenantFacts> = {}, woo: Partial<LaneFacts> = {}): TenantFacts {
  return {
    nowMs,
    queue: { depth: 0, bound: 100_000 },
    notAbsorbed: null,
    absorbTrouble: null,
    failedChanges: null,
    staleChanges: null,
    requests: null,
    workerSeenMs: minutesAgo(0),
    hasDeliveries: true,
    lanes: { woo: { ...well, ...woo }, qbo: well },
    ...change,
  };
}

const due = { waiting: 3, oldestDueMs: minutesAgo(2), progressedMs: minutesAgo(2) };
const held = (reason: string, minutes = 1): Partial<LaneFacts> => ({
  held: [{ reason, count: 200, sinceMs: minutesAgo(minutes), amountMinor: 123_456 }],
});

const cases: [name: string, facts: TenantFacts, health: string, problem: Partial<HealthProblem>][] =
  [
    [
      'O1: no worker',
      facts({ workerSeenMs: minutesAgo(2), notAbsorbed: { count: 5, sinceMs: minutesAgo(2) } }),
      'broken',
      { code: 'worker_away', sinceMs: minutesAgo(2) },
    ],
    [
      'O1: nothing is absorbed',
      facts({ notAbsorbed: { count: 5, sinceMs: minutesAgo(1) } }),
      'broken',
      { code: 'absorb_stalled', records: 5 },
    ],
    [
      'O1: absorbing fails',
      facts({ absorbTrouble: { reason: 'row 7', sinceMs: minutesAgo(0) } }),
      'broken',
      { code: 'absorb_stalled', detail: 'row 7' },
    ],
    [
      'O0: a lane stands still',
      facts({}, due),
      'broken',
      { code: 'lane_stalled', system: 'woo', records: 3 },
    ],
    [
      'O1: a turn throws',
      facts({}, { trouble: { reason: 'bad row', sinceMs: minutesAgo(1) } }),
      'broken',
      { code: 'lane_stalled', detail: 'bad row' },
    ],
    [
      'O2: sales held for a mapping',
      facts({}, held('mapping_missing')),
      'degraded',
      { code: 'held', reason: 'mapping_missing', records: 200, amountMinor: 123_456 },
    ],
    [
      'W23: stock is held',
      facts({}, held('stock_changed_elsewhere')),
      'degraded',
      { code: 'held', reason: 'stock_changed_elsewhere' },
    ],
    [
      'what waits for another for long',
      facts({}, held('dependency', 20)),
      'degraded',
      { code: 'held', reason: 'dependency' },
    ],
    [
      'dead letters',
      facts({}, { dead: [{ reason: 'DATA', count: 1, sinceMs: minutesAgo(1), amountMinor: 0 }] }),
      'degraded',
      { code: 'dead', reason: 'DATA' },
    ],
    [
      'W17: a long pause',
      facts({}, { ...due, pausedUntilMs: nowMs + 900_000 }),
      'degraded',
      { code: 'vendor_pause', nextTryMs: nowMs + 900_000 },
    ],
    [
      'O3: a call that hangs',
      facts({}, { ...due, oldestDueMs: nowMs - 20_000, callSinceMs: nowMs - 20_000 }),
      'ok',
      { code: 'call_slow', severity: 'notice', sinceMs: nowMs - 20_000 },
    ],
    [
      'W6: an outcome unknown for long',
      facts({}, { unknown: 2, oldestUnknownMs: minutesAgo(11) }),
      'degraded',
      { code: 'outcome_unknown', records: 2 },
    ],
    [
      'I7: changes that failed',
      facts({ failedChanges: { count: 1, sinceMs: minutesAgo(1) } }),
      'degraded',
      { code: 'failed_changes', records: 1 },
    ],
    [
      'a redrive that nobody applies',
      facts({ requests: { count: 1, sinceMs: minutesAgo(1) } }),
      'degraded',
      { code: 'request_waiting' },
    ],
    [
      'a full queue',
      facts({ queue: { depth: 10, bound: 10 } }),
      'degraded',
      { code: 'queue_full' },
    ],
    [
      'credentials refused',
      facts({}, { needsAuth: { reason: 'HTTP 401', isConnected: true } }),
      'needs_auth',
      { code: 'needs_auth', detail: 'HTTP 401' },
    ],
    [
      'a system that was never connected',
      facts({}, { needsAuth: { reason: null, isConnected: false } }),
      'needs_auth',
      { code: 'needs_auth', title: 'Not connected' },
    ],
    [
      'an open breaker',
      facts({}, { breaker: { kind: 'open', opens: 1, retryAtMs: nowMs + 9, reason: 'HTTP 503' } }),
      'broken',
      { code: 'breaker_open', nextTryMs: nowMs + 9 },
    ],
    ['one lane paused', facts({}, { isPaused: true }), 'degraded', { code: 'lane_paused' }],
  ];

test.each(cases)('%s is seen, with a way out', (_name, given, health, expected) => {
  const told = healthOf(given);
  expect(told.health).toBe(health);
  expect(told.problems).toContainEqual(expect.objectContaining(expected));
  for (const { title, detail, whatToDo } of told.problems)
    expect([title, detail, whatToDo].every((text) => text.length > 3)).toBe(true);
});

describe('what is well', () => {
  test.each<[string, TenantFacts, string]>([
    ['nothing to do', facts(), 'ok'],
    ['nothing ever', facts({ hasDeliveries: false }), 'unknown'],
    ['no worker and no work', facts({ workerSeenMs: null }), 'ok'],
    ['work that has just come', facts({ notAbsorbed: { count: 1, sinceMs: minutesAgo(0) } }), 'ok'],
    ['a queue that moves', facts({}, { ...due, progressedMs: minutesAgo(0) }), 'ok'],
    ['held by the direction', facts({}, held('direction', 999)), 'ok'],
    ['in a daily summary', facts({}, held('summary', 999)), 'ok'],
    ['waiting for another, just now', facts({}, held('dependency', 1)), 'ok'],
    ['an outcome asked about just now', facts({}, { oldestUnknownMs: minutesAgo(2) }), 'ok'],
    ['a short pause', facts({}, { pausedUntilMs: nowMs + 5_000 }), 'ok'],
  ])('%s', (_name, given, health) => {
    expect(healthOf(given)).toEqual({ health, problems: [] });
  });

  test('A10: changes older than ours are told and change nothing', () => {
    const told = healthOf(facts({ staleChanges: { count: 27, sinceMs: minutesAgo(5) } }));
    expect(told.health).toBe('ok');
    expect(told.problems[0]?.detail).toBe('27 changes of this POS are older than what we have.');
  });
});

test('the worst problem stands first', () => {
  const told = healthOf(
    facts({ staleChanges: { count: 1, sinceMs: 0 } }, { ...due, ...held('no_tender') }),
  );
  expect(told.problems.map(({ severity }) => severity)).toEqual(['critical', 'warning', 'notice']);
});

import { expect, test } from '@jest/globals';

import {
  backlogMagnitude,
  isBlocked,
  newLaneState,
  newTenantSyncState,
  overallState,
  requestsMax,
  seenMax,
  troubleWaitMs,
  upgraded,
  type LaneState,
  type TenantSyncState,
} from '../../domain/lane/tenant-sync';
import { initialSyncSettings } from '../../domain/lane/sync-settings';

function state(woo: Partial<LaneState>): TenantSyncState {
  const fresh = newTenantSyncState();
  return { ...fresh, lanes: { ...fresh.lanes, woo: { ...newLaneState(), ...woo } } };
}

const open = { kind: 'open', opens: 1, retryAtMs: 0, reason: 'away' } as const;
const halfOpen = { kind: 'half-open', opens: 1, successes: 2 } as const;

test.each<[string, Partial<LaneState>, boolean]>([
  ['a fresh lane', {}, false],
  ['an open breaker, which has a time of its own', { breaker: open }, false],
  ['a lane told to pause', { isPaused: true }, true],
  ['a lane whose credentials are refused', { needsAuth: true }, true],
  ['an isolated lane', { breaker: { kind: 'isolated' } }, true],
])('%s: blocked is %s', (_name, lane, expected) => {
  const tenant = state(lane);
  expect(isBlocked(tenant.lanes.woo)).toBe(expected);
  expect(isBlocked(tenant.lanes.qbo)).toBe(false);
});

test.each<[string, Partial<LaneState>, ReturnType<typeof overallState>]>([
  ['nothing is wrong', {}, 'OK'],
  ['only work is due', { isDirty: true, verifying: 3, dueAtMs: 1, troubles: 2 }, 'OK'],
  ['turns fail one after another', { troubles: 3 }, 'DEGRADED'],
  ['something is held for somebody', { held: 1 }, 'DEGRADED'],
  ['a breaker is open', { breaker: open }, 'DEGRADED'],
  ['a breaker probes', { breaker: halfOpen }, 'DEGRADED'],
  ['a lane is isolated', { breaker: { kind: 'isolated' } }, 'DEGRADED'],
  ['one lane pauses', { isPaused: true }, 'DEGRADED'],
  ['something is dead', { dead: 1 }, 'DEGRADED'],
  ['credentials are refused', { needsAuth: true, dead: 1 }, 'NEEDS_AUTH'],
])('where %s, one word for it all is chosen', (_name, lane, expected) => {
  expect(overallState(state(lane))).toBe(expected);
});

test('all lanes paused is paused, whatever else', () => {
  const tenant = state({ isPaused: true, needsAuth: true });
  tenant.lanes.qbo.isPaused = true;
  expect(overallState(tenant)).toBe('PAUSED');
});

test('waits for troubles of our own double up to half a minute', () => {
  expect([0, 1, 2, 3, 5, 6, 50].map(troubleWaitMs)).toEqual([
    1_000, 1_000, 2_000, 4_000, 16_000, 30_000, 30_000,
  ]);
});

test('a backlog is shown as a power of ten', () => {
  expect([-5, 0, 1, 9, 10, 99, 100, 1_000, 99_999, 100_000].map(backlogMagnitude)).toEqual([
    0, 0, 1, 1, 10, 10, 100, 1_000, 10_000, 100_000,
  ]);
});

test('two new states share nothing, and carry on as plain JSON', () => {
  const [one, other] = [newTenantSyncState(), newTenantSyncState()];
  one.lanes.woo.dead = 7;
  one.seen.push('x');
  expect(other.lanes.woo.dead).toBe(0);
  expect(other.seen).toEqual([]);
  expect(one.lanes.qbo.dead).toBe(0);
  expect(JSON.parse(JSON.stringify(one))).toEqual(one);
});

test('a state of a former version begins with what that did not know', () => {
  const { held, ...formerLane } = newLaneState();
  const { absorbTroubles, ...former } = newTenantSyncState();
  const lanes = { woo: formerLane, qbo: { ...formerLane, dead: 3 } };
  expect(upgraded({ ...former, depth: 7, lanes })).toEqual({
    ...newTenantSyncState(),
    depth: 7,
    lanes: { woo: { ...newLaneState(), held }, qbo: { ...newLaneState(), dead: 3 } },
    absorbTroubles,
  });
});

test('a new state obeys the start settings until it has loaded its own', () => {
  const { policy } = newTenantSyncState();
  const { backoff, breaker, timeoutsMs } = initialSyncSettings;
  expect(policy.breaker).toEqual(breaker);
  expect(backoff).toMatchObject(policy.backoff);
  expect(policy.totalMs).toEqual({ woo: timeoutsMs.woo.total, qbo: timeoutsMs.qbo.total });
});

test('the fullest state stays below ten kilobytes', () => {
  const full = state({ breaker: { ...open, reason: 'x'.repeat(200) } });
  full.seen = Array.from({ length: seenMax }, () => 'x'.repeat(64));
  full.requests = Array.from({ length: requestsMax }, () => ({
    kind: 'redrive' as const,
    id: 'x'.repeat(64),
    selector: null,
  }));
  expect(JSON.stringify(full).length).toBeLessThan(10_240);
});

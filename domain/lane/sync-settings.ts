import type { RateLimit } from './rate-budget';
import { perSystem, traitsOf, type Quota } from '../systems';
import type { SyncSettings } from '../../schemas/settings';

export type { SyncSettings } from '../../schemas/settings';
export type BackoffSettings = SyncSettings['backoff'];
export type BreakerSettings = SyncSettings['breaker'];

/**
 * Start values; reasons: architecture.md#turns-of-a-lane, quickbooks.md#limits,
 * woocommerce.md#timing.
 */
export const initialSyncSettings: SyncSettings = {
  queueBound: 100_000,
  backoff: { initialMs: 1_000, factor: 2, maxMs: 300_000, jitter: 0.1, maxTries: 10 },
  breaker: { failures: 5, openMs: 60_000, successes: 3 },
  batch: perSystem((system) => traitsOf(system).batch.initial),
  timeoutsMs: perSystem((system) => traitsOf(system).timeoutsMs),
  settleMs: perSystem((system) => traitsOf(system).settleMs),
  retryAfterMaxMs: 900_000,
  authRetryMs: 600_000,
  zeroPrice: 'draft',
  quota: perSystem((system) => traitsOf(system).quota),
};

/**
 * What a call is charged against: every call is a request, a write to QuickBooks is a batch too.
 */
export type CallKind = 'read' | 'write';

/**
 * The limits of a quota as GCRA limits. The vendor counts in a moving window at its own clock, so
 * each limit stays a few percent below: no window holds more than the quota, wherever it begins.
 */
export function limitsOf(quota: Quota | null, call: CallKind): RateLimit[] {
  if (quota === null) return [];
  const requests: RateLimit[] = [
    { name: 'second', intervalMs: 1_000 / Math.max(1, quota.requestsPerSecond - 2), burst: 1 },
    // A burst of an eighth of the minute; the even part makes up the rest.
    {
      name: 'minute',
      intervalMs: 60_000 / Math.max(1, quota.requestsPerMinute * 0.86),
      burst: Math.max(1, Math.floor(quota.requestsPerMinute / 8)),
    },
  ];
  if (call === 'read') return requests;
  // One batch may catch up with the pace: while a turn begins and looks up, none leaves. One more
  // than the quota spans 61.2 s, more than a window and any jitter of the way.
  const burst = quota.batchesPerMinute > 20 ? 2 : 1;
  const intervalMs = 61_200 / (quota.batchesPerMinute + 1 - burst);
  return [...requests, { name: 'batch', intervalMs, burst }];
}

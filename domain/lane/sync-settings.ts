import type { RateLimit } from './rate-budget';
import { perSystem, traitsOf, type Quota } from '../systems';
import type { Target } from '../words';

/** Settings part `sync`. Times in milliseconds. */
export interface SyncSettings {
  /** Intake refuses what would make the tenant's queue longer than this. */
  queueBound: number;
  backoff: BackoffSettings;
  breaker: BreakerSettings;
  /** Most members of one send. */
  batch: Record<Target, number>;
  timeoutsMs: Record<Target, { connect: number; firstByte: number; total: number }>;
  /** How long after the client let go an unknown outcome may still change at the vendor. */
  settleMs: Record<Target, number>;
  /** Longest wait that a vendor may ask for (Retry-After); what is longer counts as this. */
  retryAfterMaxMs: number;
  /**
   * How often refused credentials are tried again: a proxy that lost a header is mended by people
   * who do not know us.
   */
  authRetryMs: number;
  /**
   * What becomes in the shop of a product for 0: a draft, held for a person, or published and sold
   * for nothing.
   */
  zeroPrice: 'draft' | 'hold' | 'publish';
  /** The vendor's quota that we keep within; null where none is known. */
  quota: Record<Target, Quota | null>;
}

export interface BackoffSettings {
  initialMs: number;
  factor: number;
  maxMs: number;
  /** Share by which a wait is shortened or lengthened at random: 0.1 = ±10 %. */
  jitter: number;
  /** Tries of one delivery before it is dead. */
  maxTries: number;
}

export interface BreakerSettings {
  /** Failed attempts in a row that open it. */
  failures: number;
  openMs: number;
  /** Good probes that close it. */
  successes: number;
}

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
 * each limit stays a few percent below: calls spaced evenly never exceed the window, wherever it
 * begins.
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
  // 2 % slower than allowed: 40 batches span 61.2 s, more than any jitter of the way.
  const batches = { name: 'batch', intervalMs: (60_000 / quota.batchesPerMinute) * 1.02, burst: 1 };
  return [...requests, batches];
}

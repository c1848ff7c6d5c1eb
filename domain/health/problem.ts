import type { Breaker } from '../lane/circuit-breaker';
import type { Target } from '../words';

// What health is decided from, and the forms in which it is told.

export const healths = ['ok', 'degraded', 'needs_auth', 'paused', 'broken', 'unknown'] as const;
export type Health = (typeof healths)[number];

/** `notice`: shown, and no reason to call the tenant unwell. */
export const severities = ['notice', 'warning', 'critical'] as const;
export type Severity = (typeof severities)[number];

export const problemCodes = [
  'worker_away',
  'absorb_stalled',
  'lane_stalled',
  'lane_late',
  'lane_paused',
  'needs_auth',
  'breaker_open',
  'vendor_pause',
  'call_slow',
  'outcome_unknown',
  'held',
  'dead',
  'failed_changes',
  'stale_changes',
  'request_waiting',
  'queue_full',
] as const;
export type ProblemCode = (typeof problemCodes)[number];

/** One thing that stands still or waits for a person. */
export interface HealthProblem {
  code: ProblemCode;
  severity: Severity;
  /** Null where it concerns the whole tenant. */
  system: Target | null;
  /** Of `held` and `dead`: the reason or class; else null. */
  reason: string | null;
  title: string;
  detail: string;
  whatToDo: string;
  sinceMs: number | null;
  /** When it is tried again by itself; null where nobody knows, or where it is not. */
  nextTryMs: number | null;
  /** Changes or deliveries that wait for it; null where that is not counted. */
  records: number | null;
  /**
   * Sum of the totals of those, in minor units of the tenant's currency; null where it is not
   * known.
   */
  amountMinor: number | null;
}

/** Held or dead deliveries of one reason. */
export interface Stopped {
  reason: string;
  count: number;
  sinceMs: number;
  amountMinor: number | null;
}

export interface Counted {
  count: number;
  sinceMs: number;
}

export interface LaneFacts {
  isPaused: boolean;
  breaker: Breaker;
  /** Null while the credentials work, or nothing needs them; not connected: it never was. */
  needsAuth: { reason: string | null; isConnected: boolean } | null;
  /** The vendor asked not to be called before. */
  pausedUntilMs: number | null;
  /** Why turns fail through no fault of the vendor's. */
  trouble: { reason: string; sinceMs: number } | null;
  progressedMs: number;
  /** When the call that is under way left; null while none is. */
  callSinceMs: number | null;
  waiting: number;
  /** When the oldest delivery that waits became due. */
  oldestDueMs: number | null;
  /** When the oldest send without known outcome first left. */
  oldestUnknownMs: number | null;
  unknown: number;
  held: readonly Stopped[];
  dead: readonly Stopped[];
}

export interface TenantFacts {
  nowMs: number;
  queue: { depth: number; bound: number };
  notAbsorbed: Counted | null;
  absorbTrouble: { reason: string; sinceMs: number } | null;
  failedChanges: Counted | null;
  /** Of the last day: changes older than what we had of their record. */
  staleChanges: Counted | null;
  /** Settings and redrives that are asked for and not applied. */
  requests: Counted | null;
  /** When any worker last said that it lives; null where none ever did. */
  workerSeenMs: number | null;
  hasDeliveries: boolean;
  lanes: Readonly<Record<Target, LaneFacts>>;
}

/** What a problem must say; the rest is null. */
export type Stated = Pick<HealthProblem, 'code' | 'severity' | 'title' | 'detail' | 'whatToDo'> &
  Partial<HealthProblem>;

export function problem(stated: Stated): HealthProblem {
  const nothing = { sinceMs: null, nextTryMs: null, records: null, amountMinor: null };
  return { system: null, reason: null, ...nothing, ...stated };
}

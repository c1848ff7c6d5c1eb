import { closedBreaker, type Breaker } from './circuit-breaker';
import type { BackoffSettings, BreakerSettings } from './sync-settings';
import { perSystem, traitsOf } from '../systems';
import { targets, type Target } from '../words';

// The state of a tenant's workflow: what is carried from run to run. Plain JSON below 10 KB, never
// a record. It stands in histories: change a field's meaning only with a new version `v`.

export interface TenantSyncState {
  v: 1;
  policy: WorkflowPolicy;
  lanes: Record<Target, LaneState>;
  isInboxDirty: boolean;
  /** Failures of absorbing in a row. */
  absorbTroubles: number;
  /** Length of the queue, as the activities last read it. */
  depth: number;
  /** Ids of signals that were taken, newest last. */
  seen: string[];
  /** What the absorb loop still has to apply, in order. */
  requests: SyncRequest[];
}

/** The part of the sync settings that the workflow itself obeys. */
export interface WorkflowPolicy {
  rev: number;
  backoff: Pick<BackoffSettings, 'initialMs' | 'factor' | 'maxMs'>;
  breaker: BreakerSettings;
  /** How often refused credentials are tried again. */
  authRetryMs: number;
  /** Longest total time-out of a call per lane: a turn may take that much longer. */
  totalMs: Record<Target, number>;
}

export interface LaneState {
  isPaused: boolean;
  isDirty: boolean;
  dueAtMs: number | null;
  /** No turn before: the vendor asked for a pause, or our own trouble passes. */
  notBeforeMs: number | null;
  needsAuth: boolean;
  /** When refused credentials are tried again; null: not before there are new ones. */
  authRetryAtMs: number | null;
  /**
   * Rises when an operator lifts the waits: what a turn from before says of them no longer counts.
   */
  waitsLifted: number;
  /** Rises with new credentials: a failure of older ones does not count. */
  credentialsRev: number;
  breaker: Breaker;
  dead: number;
  /** Held, and somebody has to act. */
  held: number;
  verifying: number;
  /** Turns in a row that ended without the vendor's doing (database away, lane busy, time-out). */
  troubles: number;
}

export type SyncRequest =
  | {
      kind: 'policy';
      part: 'direction' | 'sync';
      id: string;
      value: JsonText | null;
      catchUp: boolean | null;
    }
  | { kind: 'redrive'; id: string; selector: JsonText | null }
  | { kind: 'lane'; lane: Target | null; isPaused: boolean | null; isIsolated: boolean | null };
/** JSON text of a value sent by hand: the activity that stores it checks it. */
type JsonText = string;

/**
 * Signals remembered, and requests that wait: both bounded, the oldest is forgotten or the newest
 * refused.
 */
export const seenMax = 50;
export const requestsMax = 50;

export function newLaneState(): LaneState {
  return {
    isPaused: false,
    isDirty: true,
    dueAtMs: null,
    notBeforeMs: null,
    needsAuth: false,
    authRetryAtMs: null,
    waitsLifted: 0,
    credentialsRev: 0,
    breaker: closedBreaker,
    dead: 0,
    held: 0,
    verifying: 0,
    troubles: 0,
  };
}

export function newTenantSyncState(): TenantSyncState {
  return {
    v: 1,
    policy: {
      rev: 0,
      backoff: { initialMs: 1_000, factor: 2, maxMs: 300_000 },
      breaker: { failures: 5, openMs: 60_000, successes: 3 },
      authRetryMs: 600_000,
      totalMs: perSystem((system) => traitsOf(system).timeoutsMs.total),
    },
    lanes: perSystem(() => newLaneState()),
    isInboxDirty: true,
    absorbTroubles: 0,
    depth: 0,
    seen: [],
    requests: [],
  };
}

/** What a run of this version or of an earlier one hands on. */
type CarriedState = Omit<Partial<TenantSyncState>, 'policy' | 'lanes'> & {
  policy: Partial<WorkflowPolicy>;
  lanes: Record<Target, Partial<LaneState>>;
};

/**
 * What a run hands on, as this version reads it: a field that the version before did not have
 * begins as in a new state. A change of meaning needs a new `v` and its step here.
 */
export function upgraded(carry: CarriedState): TenantSyncState {
  const fresh = newTenantSyncState();
  return {
    ...fresh,
    ...carry,
    policy: { ...fresh.policy, ...carry.policy },
    lanes: perSystem((system) => ({ ...fresh.lanes[system], ...carry.lanes[system] })),
  };
}

/** Whether a turn of this lane begins at once. */
export function mayBeginTurn(lane: LaneState): boolean {
  const { isDirty, notBeforeMs, breaker } = lane;
  return isDirty && notBeforeMs === null && breaker.kind === 'closed' && !isBlocked(lane);
}

/** Whether nothing of this lane may begin a turn, whatever is due. */
export function isBlocked(lane: LaneState): boolean {
  return lane.isPaused || lane.needsAuth || lane.breaker.kind === 'isolated';
}

/**
 * When a lane that only refused credentials keep from its turns tries them again; null where it
 * waits for new ones, or something else keeps it.
 */
export function authRetryAt(lane: LaneState): number | null {
  const isOtherwiseBlocked = isBlocked({ ...lane, needsAuth: false });
  return lane.needsAuth && !isOtherwiseBlocked ? lane.authRetryAtMs : null;
}

/** An operator says that the vendor may be called again. */
export function liftWait(lane: LaneState): void {
  lane.notBeforeMs = null;
  lane.waitsLifted = lane.waitsLifted + 1;
}

/** Failures in a row through no fault of a vendor's that are shown: fewer pass by themselves. */
const troublesShown = 3;

/** One word for operators and the search attribute SyncState; the worst thing wins. */
export function overallState(state: TenantSyncState): 'OK' | 'DEGRADED' | 'NEEDS_AUTH' | 'PAUSED' {
  const lanes = targets.map((system) => state.lanes[system]);
  if (lanes.every((lane) => lane.isPaused)) return 'PAUSED';
  if (lanes.some((lane) => lane.needsAuth)) return 'NEEDS_AUTH';
  const isDegraded = lanes.some(
    (lane) =>
      lane.breaker.kind !== 'closed' ||
      lane.isPaused ||
      lane.dead > 0 ||
      lane.held > 0 ||
      lane.troubles >= troublesShown,
  );
  return isDegraded || state.absorbTroubles >= troublesShown ? 'DEGRADED' : 'OK';
}

/** Waits between turns that failed for our own reasons: 1, 2, 4 ... 30 s. */
export function troubleWaitMs(troubles: number): number {
  return Math.min(30_000, 1_000 * 2 ** Math.min(Math.max(troubles, 1) - 1, 10));
}

/** A backlog as a power of ten, so that the search attribute seldom changes: 0, 1, 10, 100 ... */
export function backlogMagnitude(depth: number): number {
  return depth <= 0 ? 0 : 10 ** Math.floor(Math.log10(depth));
}

import { ApplicationFailure } from '@temporalio/common';
import { ActivityFailure, condition, isCancellation, log } from '@temporalio/workflow';

import type { PushTurnResult } from '../protocol/activities';
import {
  afterFailure,
  afterSuccess,
  beginTurn,
  type Breaker,
} from '../domain/lane/circuit-breaker';
import {
  authRetryAt,
  isBlocked,
  troubleWaitMs,
  type LaneState,
  type TenantSyncState,
} from '../domain/lane/tenant-sync';
import type { Target } from '../domain/words';
import { databaseActivities, laneActivities } from './activity-options';
import type { Queues } from '../protocol/messages';

export interface LaneContext {
  tenantId: string;
  state: TenantSyncState;
  queues: Queues;
  isStopping: () => boolean;
  /** Called after each turn: what operators see may have changed. */
  onTurn: () => void;
  inTurn: Set<Target>;
}

/**
 * Gives one lane its turns, one at a time, until the run ends. Handlers change the same state: what
 * is written after an await is compared with what stood there before, so an operator's change in
 * between wins.
 */
export async function runLane(context: LaneContext, system: Target): Promise<void> {
  const lane = context.state.lanes[system];
  const isIdle = (): boolean => context.isStopping() || isBlocked(lane);
  while (!context.isStopping()) {
    if (isBlocked(lane)) {
      const retryAtMs = authRetryAt(lane);
      const isNews = (): boolean =>
        context.isStopping() || !isBlocked(lane) || authRetryAt(lane) !== retryAtMs;
      // Without a timer, which would cost events.
      if (retryAtMs === null) await condition(isNews);
      else if (!(await condition(isNews, Math.max(1, retryAtMs - Date.now()))))
        await tryCredentials(context, system);
      continue;
    }
    const before = lane.breaker;
    const started = beginTurn(before, Date.now());
    if (started === null) {
      const waitMs = before.kind === 'open' ? Math.max(1, before.retryAtMs - Date.now()) : 1;
      await condition(() => isIdle() || lane.breaker !== before, waitMs);
      continue;
    }
    const { notBeforeMs } = lane;
    if (notBeforeMs !== null && notBeforeMs > Date.now()) {
      await condition(() => isIdle() || lane.notBeforeMs !== notBeforeMs, notBeforeMs - Date.now());
      continue;
    }
    if (!lane.isDirty) {
      await untilDue(lane, () => isIdle() || lane.isDirty || lane.breaker !== before);
      continue;
    }
    await takeTurn(context, system, started);
  }
}

/** A turn with credentials that were refused: whoever mends a proxy does not know us. */
async function tryCredentials(context: LaneContext, system: Target): Promise<void> {
  const { state } = context;
  const lane = state.lanes[system];
  lane.authRetryAtMs = Date.now() + state.policy.authRetryMs;
  await takeTurn(context, system, lane.breaker);
}

/** Waits for news, or for the moment when rows become due; without any it waits without a timer. */
async function untilDue(lane: LaneState, hasNews: () => boolean): Promise<void> {
  const { dueAtMs } = lane;
  const isNews = (): boolean => hasNews() || lane.dueAtMs !== dueAtMs;
  if (dueAtMs === null) {
    await condition(isNews);
    return;
  }
  const isWoken = await condition(isNews, Math.max(1, dueAtMs - Date.now()));
  if (!isWoken) lane.isDirty = true;
}

async function takeTurn(context: LaneContext, system: Target, started: Breaker): Promise<void> {
  const lane = context.state.lanes[system];
  lane.isDirty = false; // before the activity: a wake that comes during it arms the next turn
  lane.dueAtMs = null;
  lane.notBeforeMs = null;
  lane.breaker = started;
  const { credentialsRev, waitsLifted } = lane;
  // Credentials that were refused are tried with one send too.
  const isProbe = started.kind !== 'closed' || lane.needsAuth;
  context.inTurn.add(system);
  try {
    const push = laneActivities(context.queues, system, context.state.policy, isProbe);
    const result = await push.pushDeliveries({ tenantId: context.tenantId, system, isProbe });
    lane.troubles = 0;
    if (lane.breaker === started) {
      lane.breaker = afterSuccess(started, context.state.policy.breaker, result.hasCalled);
    }
    if (result.hasCalled && lane.credentialsRev === credentialsRev) lane.needsAuth = false;
    const isLifted = lane.waitsLifted !== waitsLifted;
    noteResult(
      context.state,
      lane,
      isLifted ? { ...result, comeBackAtMs: null, isDue: true } : result,
      isProbe,
    );
  } catch (error) {
    // a bug fails the task, not the entity
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    lane.isDirty = true;
    noteFailure(context.state, lane, { started, credentialsRev }, error);
  } finally {
    context.inTurn.delete(system);
  }
  if (lane.breaker !== started) await mirrorBreaker(context, system, lane.breaker);
  context.onTurn();
}

function noteResult(
  state: TenantSyncState,
  lane: LaneState,
  result: PushTurnResult,
  isProbe: boolean,
): void {
  state.depth = result.depth;
  lane.dead = result.dead;
  lane.held = result.held;
  lane.verifying = result.verifying;
  if (result.comeBackAtMs !== null) {
    lane.isDirty = true;
    lane.notBeforeMs = result.comeBackAtMs;
  } else if (result.isDue) {
    lane.isDirty = true;
    // A probe that called nothing found nothing to probe with: without a pause it would be asked
    // again at once.
    if (isProbe && !result.hasCalled) lane.notBeforeMs = Date.now() + 1_000;
  } else lane.dueAtMs = result.nextDueAtMs;
}

function noteFailure(
  state: TenantSyncState,
  lane: LaneState,
  { started, credentialsRev }: { started: Breaker; credentialsRev: number },
  error: ActivityFailure,
): void {
  const type = error.cause instanceof ApplicationFailure ? (error.cause.type ?? '') : '';
  const reason = (error.cause?.message ?? error.message).slice(0, 200);
  if (type === 'AuthExpired' || type === 'NotConnected') {
    // Newer credentials may have come meanwhile: those are tried.
    lane.needsAuth = lane.credentialsRev === credentialsRev;
    const { authRetryMs } = state.policy;
    lane.authRetryAtMs = type === 'AuthExpired' ? Date.now() + authRetryMs : null;
    log.warn('the credentials do not serve', { reason });
    return;
  }
  if (type === 'Upstream') {
    if (lane.breaker !== started) return;
    lane.breaker = afterFailure(started, state.policy.breaker, reason, {
      nowMs: Date.now(),
      random: Math.random(),
    });
    return;
  }
  // Our own trouble (database away, lane busy, time-out of the activity): no fault of the vendor's.
  lane.troubles += 1;
  lane.notBeforeMs = Date.now() + troubleWaitMs(lane.troubles);
  log.warn('a turn failed', { type, reason });
}

/**
 * Keeps the breaker in the lane row too, for the API and for a workflow started anew; if that
 * fails, the state here still holds.
 */
async function mirrorBreaker(
  context: LaneContext,
  system: Target,
  breaker: Breaker,
): Promise<void> {
  try {
    await databaseActivities(context.queues, `breaker of ${system}: ${breaker.kind}`).setLane({
      tenantId: context.tenantId,
      lane: system,
      isPaused: null,
      isIsolated: null,
      breaker,
    });
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    log.warn('the breaker could not be written to the lane row', { system });
  }
}

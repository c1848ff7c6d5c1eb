import { harmlessHolds, holdReasons, isHoldCode } from '../hold-reasons';
import type { Target } from '../words';
import {
  problem,
  type HealthProblem,
  type LaneFacts,
  type Stated,
  type Stopped,
  type TenantFacts,
} from './problem';

// What stands still in one lane.

/** A lane may stay without progress for as long as one call may take. */
const laneStalledMs = 50_000;
/** Late although the lane works: the queue is longer than the vendor lets through. */
const lateMs = 5 * 60_000;
/** A vendor answers within seconds: a call of this age may be hanging. */
const callShownMs = 15_000;
/** A pause that a vendor asks for is worth a line when it is longer. */
const pauseShownMs = 30_000;
/** What waits for another record is that record's problem, until it waits for this long. */
const dependencyShownMs = 15 * 60_000;
const unknownShownMs = 10 * 60_000;

/** Everything that stands still between a tenant and one system. */
export function laneProblems(facts: TenantFacts, system: Target): HealthProblem[] {
  const lane = facts.lanes[system];
  return [
    ...stateProblems(facts, system, lane),
    ...lane.held.flatMap((stopped) => heldProblem(facts.nowMs, system, stopped)),
    ...lane.dead.map((stopped) => deadProblem(system, stopped)),
  ];
}

type Add = (stated: Omit<Stated, 'system'>) => void;

function stateProblems({ nowMs }: TenantFacts, system: Target, lane: LaneFacts): HealthProblem[] {
  const found: HealthProblem[] = [];
  const add: Add = (stated) => {
    found.push(problem({ records: lane.waiting, ...stated, system }));
  };
  addBlocked(add, system, lane);
  const isCalled = !lane.isPaused && lane.needsAuth === null && lane.breaker.kind === 'closed';
  if (isCalled) addSlow(add, system, { ...lane, nowMs });
  return found;
}

/** What keeps the lane from being called at all. */
function addBlocked(add: Add, system: Target, { isPaused, needsAuth, breaker }: LaneFacts): void {
  if (isPaused)
    add({
      code: 'lane_paused',
      severity: 'warning',
      title: 'Paused by an operator',
      detail: `Nothing is sent to ${system} until it is resumed.`,
      whatToDo: 'Resume the lane.',
    });
  else if (needsAuth?.isConnected === false)
    add({
      code: 'needs_auth',
      severity: 'critical',
      title: 'Not connected',
      detail: `Something waits for ${system}, and ${system} was never connected.`,
      whatToDo: `Connect the system (connections/${system}); everything that waits then goes on.`,
    });
  else if (needsAuth !== null)
    add({
      code: 'needs_auth',
      severity: 'critical',
      title: 'Connect again',
      detail: needsAuth.reason ?? `${system} refuses the stored credentials.`,
      whatToDo: 'Connect the system again; everything that waits goes on by itself.',
    });
  if (breaker.kind === 'closed') return;
  add({
    code: 'breaker_open',
    severity: breaker.kind === 'half-open' ? 'warning' : 'critical',
    title: breaker.kind === 'isolated' ? 'Isolated by an operator' : 'The system does not answer',
    detail: breaker.kind === 'open' ? breaker.reason : `The breaker is ${breaker.kind}.`,
    whatToDo:
      breaker.kind === 'isolated'
        ? 'Set the breaker to closed.'
        : 'It is tried again by itself; to try now, set the breaker to closed.',
    nextTryMs: breaker.kind === 'open' ? breaker.retryAtMs : null,
  });
}

/** What stands still although the lane may be called. */
function addSlow(add: Add, system: Target, lane: LaneFacts & { nowMs: number }): void {
  const { nowMs, trouble, callSinceMs, oldestDueMs, oldestUnknownMs } = lane;
  const { pausedUntilMs, progressedMs } = lane;
  const isAskedToWait = pausedUntilMs !== null && pausedUntilMs > nowMs;
  if (pausedUntilMs !== null && pausedUntilMs - nowMs > pauseShownMs)
    add({
      code: 'vendor_pause',
      severity: 'warning',
      title: 'The system asked for a pause',
      detail: `${system} asked not to be called for ${minutesText(pausedUntilMs - nowMs)}.`,
      whatToDo: 'It goes on by itself; to try now, set the breaker to closed.',
      nextTryMs: pausedUntilMs,
    });
  const dueForMs = oldestDueMs === null ? 0 : nowMs - oldestDueMs;
  const isStalled = dueForMs > laneStalledMs && nowMs - progressedMs > laneStalledMs;
  if (trouble !== null || (isStalled && !isAskedToWait))
    add({
      code: 'lane_stalled',
      severity: 'critical',
      title: 'Nothing moves',
      detail: trouble?.reason ?? `Deliveries to ${system} are due, and nothing has moved.`,
      whatToDo: 'Look at the workflow of this tenant in the Temporal UI; nothing is lost.',
      sinceMs: trouble?.sinceMs ?? progressedMs,
    });
  else if (dueForMs > lateMs && !isAskedToWait)
    add({
      code: 'lane_late',
      severity: 'warning',
      title: 'Late',
      detail: `The queue to ${system} is longer than ${system} takes at once.`,
      whatToDo: 'Nothing, if it shrinks.',
      sinceMs: oldestDueMs,
    });
  if (callSinceMs !== null && nowMs - callSinceMs > callShownMs)
    add({
      code: 'call_slow',
      severity: 'notice',
      title: 'A call takes long',
      detail: `${system} has not answered a call for ${minutesText(nowMs - callSinceMs)}.`,
      whatToDo: 'Nothing: it is given up when its time is over, and then asked about.',
      sinceMs: callSinceMs,
    });
  if (oldestUnknownMs !== null && nowMs - oldestUnknownMs > unknownShownMs)
    add({
      code: 'outcome_unknown',
      severity: 'warning',
      title: 'Outcome unknown',
      detail: `What became of writes to ${system} is asked about, without an answer.`,
      whatToDo: 'It is asked again by itself; nothing is sent twice.',
      sinceMs: oldestUnknownMs,
      records: lane.unknown,
    });
}

function minutesText(ms: number): string {
  return ms < 90_000 ? `${Math.ceil(ms / 1_000)} s` : `${Math.ceil(ms / 60_000)} min`;
}

function heldProblem(nowMs: number, system: Target, stopped: Stopped): HealthProblem[] {
  const { reason, count, sinceMs, amountMinor } = stopped;
  if (!isHoldCode(reason) || harmlessHolds.includes(reason)) return [];
  if (reason === 'dependency' && nowMs - sinceMs < dependencyShownMs) return [];
  const { title, meaning, whatToDo } = holdReasons[reason];
  return [
    problem({
      ...{ code: 'held', severity: 'warning', system, reason, title, detail: meaning, whatToDo },
      ...{ sinceMs, records: count, amountMinor },
    }),
  ];
}

function deadProblem(system: Target, stopped: Stopped): HealthProblem {
  const { reason, count, sinceMs, amountMinor } = stopped;
  return problem({
    code: 'dead',
    severity: 'warning',
    system,
    reason,
    title: 'Refused for good',
    detail: `${system} refused ${count} writes (${reason}).`,
    whatToDo: 'Read the answers under failures, correct the data, redrive or discard.',
    ...{ sinceMs, records: count, amountMinor },
  });
}

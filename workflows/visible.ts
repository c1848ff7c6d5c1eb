import { backlogMagnitude, overallState, type TenantSyncState } from '../domain/lane/tenant-sync';
import { perSystem } from '../domain/systems';
import { targets, type Target } from '../domain/words';
import type { TenantSyncStatus } from '../protocol/messages';

// What operators see of a tenant's workflow: search attributes and the query `status`.

/** Values of the search attributes. */
export interface Visible {
  state: string;
  breakers: string[];
  dead: number;
  backlog: number;
  policyRev: number;
}

export function visibleOf(state: TenantSyncState): Visible {
  const { lanes, policy, depth } = state;
  return {
    state: overallState(state),
    // A half-open breaker reads as open: it is not well before it is closed.
    breakers: targets.flatMap((system) => {
      const { kind } = lanes[system].breaker;
      return kind === 'closed' ? [] : [`${system}:${kind === 'half-open' ? 'open' : kind}`];
    }),
    dead: targets.reduce((sum, system) => sum + lanes[system].dead, 0),
    backlog: backlogMagnitude(depth),
    policyRev: policy.rev,
  };
}

/** What the query answers; `inTurn`: lanes that have a turn now. */
export function statusOf(state: TenantSyncState, inTurn: ReadonlySet<Target>): TenantSyncStatus {
  const laneStatus = (system: Target): TenantSyncStatus['lanes'][Target] => {
    const { breaker, isPaused, needsAuth, dead, held, verifying, dueAtMs } = state.lanes[system];
    return {
      ...{ breaker, isPaused, needsAuth, isInTurn: inTurn.has(system), held, dead, verifying },
      nextDueAt: dueAtMs === null ? null : new Date(dueAtMs).toISOString(),
    };
  };
  return {
    state: overallState(state),
    isPaused: targets.every((system) => state.lanes[system].isPaused),
    depth: state.depth,
    policyRev: state.policy.rev,
    lanes: perSystem(laneStatus),
    pendingRequests: state.requests.length,
  };
}

import { proxyActivities, proxyLocalActivities, type ActivityOptions } from '@temporalio/workflow';

import type { DatabaseActivities, LaneActivities } from '../protocol/activities';
import type { WorkflowPolicy } from '../domain/lane/tenant-sync';
import type { Target } from '../domain/words';
import type { Queues } from '../protocol/messages';

// Time-outs and retry policies, each number with its reason.

/**
 * Failures that the activity's own policy does not repeat: the workflow begins a new turn instead.
 */
const notRepeated = [
  'DatabaseAway',
  'LaneBusy',
  'AuthExpired',
  'NotConnected',
  'TemporalTimeout:StartToClose',
  'TemporalTimeout:Heartbeat',
];

/** Three beats (every 3 s) and a second: a killed worker's work is begun anew that soon. */
const databaseHeartbeatTimeoutMs = 10_000;

/**
 * Short work in Postgres: statements end after 60 s by themselves; one batch of absorb takes well
 * under a second.
 */
export function databaseActivities(queues: Queues, summary?: string): DatabaseActivities {
  return proxyActivities<DatabaseActivities>({
    taskQueue: queues.database,
    startToCloseTimeout: 120_000,
    heartbeatTimeout: databaseHeartbeatTimeoutMs,
    retry: { maximumAttempts: 1 },
    ...(summary === undefined ? {} : { summary }),
  });
}

/**
 * Absorb of a tenant of which nothing is under way: in the workflow task itself, which saves the
 * server two tasks for each wake. What takes longer keeps signals waiting and goes the plain way.
 */
export function quickActivities(): Pick<DatabaseActivities, 'absorbChanges'> {
  return proxyLocalActivities<Pick<DatabaseActivities, 'absorbChanges'>>({
    startToCloseTimeout: 5_000,
    retry: { maximumAttempts: 1 },
  });
}

/**
 * A turn begins no call after its first seconds, ends at most one time-out later, and settles after
 * that.
 */
const turnMs = 60_000;
const settleMs = 60_000;
/** Two missed renewals of the lease (every 5 s) and some patience: temporal.md#heartbeats. */
const heartbeatTimeoutMs = 20_000;

export function laneActivities(
  queues: Queues,
  system: Target,
  policy: WorkflowPolicy,
  isProbe: boolean,
): LaneActivities {
  const options: ActivityOptions = {
    taskQueue: queues[system],
    startToCloseTimeout: turnMs + policy.totalMs[system] + settleMs,
    heartbeatTimeout: heartbeatTimeoutMs,
    retry: {
      initialInterval: policy.backoff.initialMs,
      backoffCoefficient: policy.backoff.factor,
      maximumInterval: Math.max(policy.backoff.maxMs, policy.backoff.initialMs),
      // A probe has one attempt; else as many failed attempts in a row as open the breaker.
      maximumAttempts: isProbe ? 1 : policy.breaker.failures,
      nonRetryableErrorTypes: notRepeated,
    },
    summary: isProbe ? `probe ${system}` : `turn of ${system}`,
  };
  return proxyActivities<LaneActivities>(options);
}

/** One attempt each: the run itself waits and asks for another turn. */
export function dryRunActivities(queues: Queues, system: Target): LaneActivities {
  return proxyActivities<LaneActivities>({
    taskQueue: queues[system],
    // A turn, and the longest call that settings allow.
    startToCloseTimeout: turnMs + 600_000 + settleMs,
    heartbeatTimeout: heartbeatTimeoutMs,
    retry: { maximumAttempts: 1 },
    summary: `dry run of ${system}`,
  });
}

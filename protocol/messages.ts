import { defineQuery, defineSignal } from '@temporalio/workflow';

import type { Breaker } from '../domain/lane/circuit-breaker';
import type { overallState, TenantSyncState } from '../domain/lane/tenant-sync';
import { perSystem } from '../domain/systems';
import type { Target } from '../domain/words';

// Names of workflows, signals and queries. They stand in histories for ever: a rename
// breaks replay. Shared by workflows, activities and the API; no zod, no pg here.

export const tenantSyncType = 'tenantSync';
export const repairDeliveryType = 'repairDelivery';
export const tenantRunType = 'tenantRun';
export const watchdogType = 'watchdog';

export function tenantSyncId(tenantId: string): string {
  return `tenant-sync:${tenantId}`;
}

export function tenantRunId(tenantId: string, runId: string): string {
  return `run:${tenantId}:${runId}`;
}

/** Task queues; tests name their own, since queues of one server are shared. */
export type Queues = Record<'workflows' | 'database' | Target, string>;
export const productionQueues: Queues = {
  workflows: 'tenant-sync',
  database: 'database',
  ...perSystem((system) => system),
};

export const wakeSignal = defineSignal('wake');
export const setDirectionSignal = defineSignal<[unknown]>('setDirection');
export const setDeletePolicySignal = defineSignal<[unknown]>('setDeletePolicy');
export const setPolicySignal = defineSignal<[unknown]>('setPolicy');
export const setPausedSignal = defineSignal<[unknown]>('setPaused');
export const setBreakerSignal = defineSignal<[unknown]>('setBreaker');
export const credentialsUpdatedSignal = defineSignal<[unknown]>('credentialsUpdated');
export const redriveSignal = defineSignal<[unknown]>('redrive');
export const continueAsNewNowSignal = defineSignal('continueAsNewNow');

export const statusQuery = defineQuery<TenantSyncStatus>('status');

/** What the query `status` answers an operator. */
export interface TenantSyncStatus {
  state: SyncState;
  isPaused: boolean;
  depth: number;
  policyRev: number;
  lanes: Record<Target, LaneStatus>;
  pendingRequests: number;
}

export interface LaneStatus {
  breaker: Breaker;
  isPaused: boolean;
  needsAuth: boolean;
  isInTurn: boolean;
  /** On which somebody has to act. */
  held: number;
  dead: number;
  verifying: number;
  nextDueAt: string | null;
}

type SyncState = ReturnType<typeof overallState>;

/** Input of tenantSync. `carry` is what a former run hands on; absent in a new one. */
export interface TenantSyncInput {
  tenantId: string;
  queues?: Queues;
  /** Events after which a run continues as new; tests lower it. */
  rollAtEvents?: number;
  carry?: TenantSyncState;
}

export interface RepairDeliveryInput {
  tenantId: string;
  deliveryId: string;
  generation: number;
  queues?: Queues;
}

export interface TenantRunInput {
  tenantId: string;
  runId: string;
  queues?: Queues;
}

/** How a run is started, by whoever does it first. */
export function tenantRunStart(
  tenantId: string,
  runId: string,
  queues: Queues,
): {
  workflowId: string;
  taskQueue: string;
  args: [TenantRunInput];
  workflowIdReusePolicy: 'REJECT_DUPLICATE';
  staticSummary: string;
  priority: { fairnessKey: string };
} {
  return {
    workflowId: tenantRunId(tenantId, runId),
    taskQueue: queues.workflows,
    args: [{ tenantId, runId, queues }],
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    staticSummary: `run of ${tenantId}`,
    priority: { fairnessKey: tenantId },
  };
}

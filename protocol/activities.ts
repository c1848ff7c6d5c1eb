import type { Breaker } from '../domain/lane/circuit-breaker';
import type { LaneWork } from '../domain/lane/lane-work';
import type { LaneState, WorkflowPolicy } from '../domain/lane/tenant-sync';
import type { Target } from '../domain/words';

// What the workflows may ask for. Names and shapes stand in histories; workflows import these types
// only.

export interface Activities extends DatabaseActivities, LaneActivities {}

/** Short work with Postgres, on the queue `database`. */
export interface DatabaseActivities {
  loadTenant: (tenantId: string) => Promise<LoadedTenant | null>;
  absorbChanges: (request: { tenantId: string; busyLanes: Target[] }) => Promise<AbsorbResult>;
  applyPolicy: (request: PolicyRequest) => Promise<PolicyResult>;
  redriveDeliveries: (request: {
    tenantId: string;
    id: string;
    selector: string | null;
  }) => Promise<RedriveResult>;
  /** The next step of an undo. */
  advanceUndo: (request: RunRequest) => Promise<UndoStep>;
  /** Gives up a request that can never be applied. */
  refuseRequest: (request: RefuseRequest) => Promise<void>;
  setLane: (request: SetLaneRequest) => Promise<void>;
  repairDelivery: (request: {
    tenantId: string;
    deliveryId: string;
    generation: number;
  }) => Promise<string>;
  /** What the run is and covers; null where it has ended. Without a kind: a dry run. */
  beginRun: (
    request: RunRequest,
  ) => Promise<{ systems: Target[]; kind?: 'dry_run' | 'undo' } | null>;
  endRun: (
    request: RunRequest & { state: 'completed' | 'failed' | 'cancelled'; detail: string | null },
  ) => Promise<void>;
  wakeStuckTenants: (
    afterTenantId: string,
  ) => Promise<{ woken: number; lastTenantId: string | null }>;
}

/** A turn of a lane, on the queue of its system. */
export interface LaneActivities {
  pushDeliveries: (request: PushTurnRequest) => Promise<PushTurnResult>;
  dryRun: (
    request: RunRequest & { system: Target },
  ) => Promise<{ isDone: boolean; comeBackAtMs: number | null }>;
}

export interface RunRequest {
  tenantId: string;
  runId: string;
}

/** Where an undo is. */
export interface UndoStep {
  isDone: boolean;
  /** Differs from the last one where something moved. */
  place: string;
}

export interface LoadedTenant {
  policy: WorkflowPolicy;
  depth: number;
  lanes: Record<Target, LoadedLane>;
}

/** What a lane begins with, as it stands in the tables. */
export type LoadedLane = Pick<
  LaneState,
  'isPaused' | 'needsAuth' | 'authRetryAtMs' | 'breaker' | 'dead' | 'held'
>;

export interface AbsorbResult {
  depth: number;
  /** Whether the inbox may hold more, for which nobody will wake us. */
  hasMore: boolean;
  /** What each lane has to do, read from the tables. */
  lanes: Record<Target, { isDue: boolean; nextDueAtMs: number | null }>;
}

export interface PolicyRequest {
  tenantId: string;
  part: 'direction' | 'sync';
  id: string;
  /** JSON text of a value sent by hand, to be stored first; null: the API stored it. */
  value: string | null;
  catchUp: boolean | null;
}

export interface PolicyResult {
  policy: WorkflowPolicy;
  depth: number;
  /** Why a value sent by hand was refused. */
  refused: string | null;
}

export interface RedriveResult {
  lanes: Target[];
  depth: number;
  refused: string | null;
}

export interface RefuseRequest {
  tenantId: string;
  reason: string;
  request: { kind: 'policy'; part: 'direction' | 'sync' } | { kind: 'redrive'; id: string };
}

export interface SetLaneRequest {
  tenantId: string;
  lane: Target | null;
  isPaused: boolean | null;
  isIsolated: boolean | null;
  breaker: Breaker | null;
}

export interface PushTurnRequest {
  tenantId: string;
  system: Target;
  isProbe: boolean;
}

export interface PushTurnResult extends LaneWork {
  hasCalled: boolean;
  comeBackAtMs: number | null;
  depth: number;
}

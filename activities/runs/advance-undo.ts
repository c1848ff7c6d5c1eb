import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';

import { findRun } from '../../database/runs';
import { countUndoing, hasNotBegun, saveUndo, undoOutcomesOf } from '../../database/undo';
import type { Tenant } from '../../database/tenants';
import { tenantSyncId, tenantSyncType, undoSignal, type Queues } from '../../protocol/messages';
import type { UndoStep } from '../../protocol/activities';
import { underWayMax } from './undo-deliveries';

/**
 * Looks where an undo is and asks the tenant's workflow for its next step where there is one. Everything stands in
 * the tables: asked once too often, the step finds nothing to do.
 */
export async function advanceUndo(
  deps: { pool: Pool; client: Client; queues: Queues },
  tenant: Tenant,
  runId: string,
): Promise<UndoStep> {
  const { pool } = deps;
  const run = await findRun(pool, tenant.id, runId);
  const undo = run?.undo ?? null;
  if (undo === null || (run?.state !== 'running' && run?.state !== 'cancelled'))
    return { isDone: true, place: '' };
  const isCancelled = run.state === 'cancelled';
  const underWay = await countUndoing(pool, tenant.id, runId);
  const isLeft = isCancelled ? await hasNotBegun(pool, tenant.id, runId) : !undo.isFound;
  const isDone = !isLeft && (isCancelled || underWay === 0);
  if (isDone && underWay === 0) {
    const outcomes = await undoOutcomesOf(pool, tenant.id, runId);
    await saveUndo(pool, tenant.id, runId, { ...undo, outcomes });
  } else if (isLeft && (isCancelled || underWay < underWayMax)) {
    await deps.client.workflow.signalWithStart(tenantSyncType, {
      workflowId: tenantSyncId(tenant.tenantId),
      taskQueue: deps.queues.workflows,
      args: [{ tenantId: tenant.tenantId, queues: deps.queues }],
      signal: undoSignal,
      signalArgs: [{ runId }],
      priority: { fairnessKey: tenant.tenantId },
    });
  }
  return { isDone, place: JSON.stringify([run.state, undo.at, underWay]) };
}

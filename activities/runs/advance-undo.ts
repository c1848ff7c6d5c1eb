import type { Pool } from 'pg';

import { findRun } from '../../database/runs';
import { countUndoing, hasNotBegun, saveUndo, undoOutcomesOf } from '../../database/undo';
import type { Tenant } from '../../database/tenants';
import { signalTenant, type Temporal } from '../../platform/tenant-workflow';
import type { UndoStep } from '../../protocol/activities';
import { undoDeliveries } from './undo-deliveries';

/**
 * The next step of an undo: wants what is next taken back, under the tenant's cursor, and wakes the
 * lanes for it. Done again after a kill it finds where it was.
 */
export async function advanceUndo(
  deps: Temporal & { pool: Pool; now: () => number },
  tenant: Tenant,
  runId: string,
): Promise<UndoStep> {
  const { pool } = deps;
  if (await undoDeliveries(pool, tenant.id, runId, deps.now))
    await signalTenant(deps, tenant.tenantId);
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
  }
  return { isDone, place: JSON.stringify([run.state, undo.at, underWay]) };
}

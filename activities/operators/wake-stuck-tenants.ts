import { randomUUID } from 'node:crypto';

import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { log } from '@temporalio/activity';
import type { Pool } from 'pg';

import { dropRequests } from '../../database/dropped-requests';
import { movePending, movingTenants } from '../../database/policy-moves';
import { isDatabaseAway } from '../../database/pool';
import { endRun, forgottenRuns, runningRuns } from '../../database/runs';
import { findTenant } from '../../database/tenants';
import { findForgottenRequests, findStuckTenants, recount } from '../../database/watchdog';
import { signalTenant, startRun, type Temporal } from '../../platform/tenant-workflow';
import { closeSettledRepairs } from './repair-delivery';
import {
  redriveSignal,
  setDirectionSignal,
  setPolicySignal,
  tenantRunId,
  tenantSyncId,
} from '../../protocol/messages';

export interface WatchdogDeps extends Temporal {
  pool: Pool;
}

/** A run that is older than this is asked about. */
const abandonedMs = 30_000;
/** Work that has not moved for this long is looked after. */
const quietMs = 20_000;
const pageSize = 200;
/** How long the bytes of settled sends are kept, and how many are dropped in a round. */
const requestsKeptDays = 30;
const droppedMax = 1_000;

/**
 * One page of tenants with work that nobody does: wakes each, starting its workflow if need be, and
 * puts its counters right. Ignores the wake flag, which a crash between commit and signal leaves
 * up.
 */
export async function wakeStuckTenants(
  deps: WatchdogDeps,
  afterTenantId: string,
): Promise<{ woken: number; lastTenantId: string | null }> {
  if (afterTenantId === '') {
    await endAbandonedRuns(deps);
    await closeSettledRepairs(deps);
    await dropRequests(deps.pool, { keptDays: requestsKeptDays, limit: droppedMax });
    for (const tenant of await movingTenants(deps.pool, quietMs))
      await movePending(deps.pool, tenant);
  }
  const stuck = await findStuckTenants(deps.pool, quietMs, afterTenantId, pageSize);
  let woken = 0;
  for (const tenantId of stuck) {
    try {
      if (await wakeStuckTenant(deps, tenantId)) woken += 1;
    } catch (error) {
      // Whatever is wrong with one tenant stops no other; where Temporal or the database is away,
      // the round ends.
      if (isDatabaseAway(error)) throw error;
      log.warn('a stalled tenant could not be woken', { tenantId, reason: textOf(error) });
    }
  }
  return {
    woken,
    lastTenantId: stuck.length < pageSize ? null : (stuck.at(-1) ?? null),
  };
}

/** False where there is no such tenant any more. */
async function wakeStuckTenant(deps: WatchdogDeps, tenantId: string): Promise<boolean> {
  const tenant = await findTenant(deps.pool, tenantId);
  if (tenant === null) return false;
  await signalTenant(deps, tenantId);
  await recount(deps.pool, tenant.id);
  await signalAgain(deps, tenantId, tenant.id);
  for (const runId of await forgottenRuns(deps.pool, tenant.id, quietMs))
    await startRun(deps, tenantId, runId);
  return true;
}

/** Runs whose workflow was ended from outside stand as failed, so that another one may begin. */
async function endAbandonedRuns({ pool, client }: WatchdogDeps): Promise<void> {
  for (const run of await runningRuns(pool, abandonedMs)) {
    try {
      const { status } = await client.workflow
        .getHandle(tenantRunId(run.tenantId, run.id))
        .describe()
        .catch((error: unknown) => {
          if (error instanceof WorkflowNotFoundError) return { status: { name: 'NOT_FOUND' } };
          throw error;
        });
      if (['RUNNING', 'CONTINUED_AS_NEW', 'PAUSED'].includes(status.name)) continue;
      const detail = `Its workflow was ended from outside (${status.name}). Start the run again.`;
      await endRun(pool, run.tenant, run.id, { state: 'failed', detail });
    } catch (error) {
      if (isDatabaseAway(error)) throw error;
      log.warn('a run could not be looked after', {
        tenantId: run.tenantId,
        reason: textOf(error),
      });
    }
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Signals again, under new ids, what is requested and neither in force nor applied. */
async function signalAgain(
  { pool, client }: { pool: Pool; client: Client },
  tenantId: string,
  tenant: number,
): Promise<void> {
  const { parts, redrives } = await findForgottenRequests(pool, tenant, quietMs);
  const workflow = client.workflow.getHandle(tenantSyncId(tenantId));
  const newId = (): string => `watchdog-${randomUUID()}`;
  if (parts.includes('direction')) await workflow.signal(setDirectionSignal, { id: newId() });
  if (parts.includes('sync')) await workflow.signal(setPolicySignal, { id: newId() });
  for (const redriveId of redrives)
    await workflow.signal(redriveSignal, { id: newId(), redriveId });
}

import { randomUUID } from 'node:crypto';

import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import type { Pool } from 'pg';

import { forgottenRuns } from '../database/runs';
import { findTenant } from '../database/tenants';
import { findForgottenRequests, findStuckTenants, recount } from '../database/watchdog';
import {
  redriveSignal,
  setDirectionSignal,
  setPolicySignal,
  tenantRunStart,
  tenantRunType,
  tenantSyncId,
  tenantSyncType,
  wakeSignal,
  type Queues,
} from '../workflows/messages';

/** Work that has not moved for this long is looked after. */
const quietMs = 20_000;
const pageSize = 200;

/**
 * One page of tenants with work that nobody does: wakes each, starting its workflow if need be, and puts its
 * counters right. Ignores the wake flag, which a crash between commit and signal leaves up.
 */
export async function wakeStuckTenants(
  deps: { pool: Pool; client: Client; queues: Queues },
  afterTenantId: string,
): Promise<{ woken: number; lastTenantId: string | null }> {
  const stuck = await findStuckTenants(deps.pool, quietMs, afterTenantId, pageSize);
  for (const tenantId of stuck) {
    const tenant = await findTenant(deps.pool, tenantId);
    if (tenant === null) continue;
    await recount(deps.pool, tenant.id);
    await deps.client.workflow.signalWithStart(tenantSyncType, {
      workflowId: tenantSyncId(tenantId),
      taskQueue: deps.queues.workflows,
      args: [{ tenantId, queues: deps.queues }],
      signal: wakeSignal,
      priority: { fairnessKey: tenantId },
    });
    await signalAgain(deps, tenantId, tenant.id);
    for (const runId of await forgottenRuns(deps.pool, tenant.id, quietMs))
      await startRun(deps, tenantId, runId);
  }
  return {
    woken: stuck.length,
    lastTenantId: stuck.length < pageSize ? null : (stuck.at(-1) ?? null),
  };
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

async function startRun(
  { client, queues }: { client: Client; queues: Queues },
  tenantId: string,
  runId: string,
): Promise<void> {
  try {
    await client.workflow.start(tenantRunType, tenantRunStart(tenantId, runId, queues));
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

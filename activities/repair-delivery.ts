import { createHash } from 'node:crypto';

import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Pool } from 'pg';

import { findDelivery, noteShown, requestRedrive } from '../database/failures';
import type { Tenant } from '../database/tenants';
import { ApplicationFailure } from '@temporalio/activity';
import {
  redriveSignal,
  repairDeliveryType,
  tenantSyncId,
  type Queues,
  type RepairDeliveryInput,
} from '../workflows/messages';
import { NotYet } from './failures';

// Dead letters as failed workflows, for operators who live in the Temporal UI. Never calls a vendor.

/** Failed repair workflows of a tenant that an operator still has to look at: no more are started beyond this. */
const openRepairsMax = 50;

interface RepairDeps {
  pool: Pool;
  client: Client;
  queues: Queues;
}

/** Starts a repair workflow for each of these dead deliveries, within the bound. The dead letters stand in Postgres anyway. */
export async function startRepairs(
  deps: RepairDeps,
  tenant: Tenant,
  died: readonly string[],
): Promise<void> {
  for (const deliveryId of died.slice(0, openRepairsMax)) {
    const row = await findDelivery(deps.pool, tenant.id, deliveryId);
    if (row?.state !== 'dead') continue;
    const identity = JSON.stringify([row.system, row.kind, row.recordId, row.part]);
    const hash = createHash('sha256').update(identity).digest('hex').slice(0, 16);
    const input: RepairDeliveryInput = {
      tenantId: tenant.tenantId,
      deliveryId,
      generation: row.generation,
      queues: deps.queues,
    };
    try {
      await deps.client.workflow.start(repairDeliveryType, {
        workflowId: `repair:${tenant.tenantId}:${hash}`,
        taskQueue: deps.queues.workflows,
        args: [input],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        staticSummary: `${row.system} ${row.kind} of ${tenant.tenantId}: ${row.reason ?? ''}`,
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) return;
    }
  }
}

/**
 * The first time for this generation: notes that it was shown and fails with the cause, so that the workflow
 * stands as failed in the UI. After an operator's reset: asks for a redrive and waits until the lane settled it.
 */
export async function repairDelivery(
  deps: RepairDeps,
  tenant: Tenant,
  deliveryId: string,
  generation: number,
): Promise<string> {
  const row = await findDelivery(deps.pool, tenant.id, deliveryId);
  if (row === null) return 'the delivery is gone';
  if (row.state === 'delivered' || row.state === 'skipped') return row.state;
  if (
    row.shownGeneration < row.generation &&
    row.state === 'dead' &&
    row.generation >= generation
  ) {
    await noteShown(deps.pool, tenant.id, deliveryId, row.generation);
    throw ApplicationFailure.create({
      type: 'DeadLetter',
      message: `${row.system} ${row.kind} is dead: ${row.cause ?? row.reason ?? ''}. Correct the data, then reset this workflow to its first task.`,
      nonRetryable: true,
    });
  }
  if (row.state === 'dead' || row.state === 'held') {
    const redriveId = `repair-${deliveryId}-${row.generation}`;
    await requestRedrive(deps.pool, tenant.id, redriveId, { ids: [deliveryId] }, 'repairDelivery');
    await deps.client.workflow
      .getHandle(tenantSyncId(tenant.tenantId))
      .signal(redriveSignal, { id: redriveId, redriveId });
  }
  throw new NotYet(`${row.system} ${row.kind} is ${row.state}`);
}

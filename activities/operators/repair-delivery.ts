import { traitsOf } from '../../domain/systems';
import { createHash } from 'node:crypto';

import type { Pool } from 'pg';

import type { DeliveryRow } from '../../database/deliveries';
import {
  findDelivery,
  noteShown,
  requestRedrive,
  settledAfterShown,
  type DeadRow,
} from '../../database/failures';
import type { Tenant } from '../../database/tenants';
import { deadReasons, failureClasses } from '../../domain/delivery/failure';
import { ApplicationFailure, log } from '@temporalio/activity';
import {
  redriveSignal,
  repairDeliveryType,
  tenantSyncId,
  type RepairDeliveryInput,
} from '../../protocol/messages';
import { searchAttributes } from '../../protocol/search-attributes';
import { startOnce, type Temporal } from '../../platform/tenant-workflow';
import { NotYet } from '../failures';

// Dead letters as failed workflows, for operators who live in the Temporal UI. Never calls a
// vendor.

/**
 * Failed repair workflows of a tenant that an operator still has to look at: no more are started
 * beyond this.
 */
const openRepairsMax = 50;

interface RepairDeps extends Temporal {
  pool: Pool;
}

/**
 * Starts a repair workflow for each of these dead deliveries, within the bound. The dead letters
 * stand in Postgres anyway.
 */
export async function startRepairs(
  deps: RepairDeps,
  tenant: Tenant,
  died: readonly string[],
): Promise<void> {
  for (const deliveryId of died.slice(0, openRepairsMax)) {
    const row = await findDelivery(deps.pool, tenant.id, deliveryId);
    if (row?.state !== 'dead') continue;
    try {
      await startRepair(deps, tenant.tenantId, row);
    } catch (error) {
      // The dead letters stand in Postgres; the watchdog and the next turn say again that Temporal
      // is away.
      log.warn('a repair workflow could not be started', { deliveryId, reason: String(error) });
      return;
    }
  }
}

async function startRepair(
  { client, queues }: RepairDeps,
  tenantId: string,
  row: DeliveryRow,
): Promise<void> {
  const identity = JSON.stringify([row.system, row.kind, row.recordId, row.part]);
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, 16);
  const { id: deliveryId, generation } = row;
  const input: RepairDeliveryInput = { tenantId, deliveryId, generation, queues };
  const cause = row.cause ?? row.reason ?? '';
  await startOnce(client, repairDeliveryType, {
    workflowId: `repair:${tenantId}:${hash}`,
    taskQueue: queues.workflows,
    args: [input],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: `${row.system}: ${row.kind} ${row.recordId} of ${tenantId}: ${cause}`,
    typedSearchAttributes: [
      { key: searchAttributes.tenantId, value: tenantId },
      { key: searchAttributes.syncRecord, value: `${row.kind}/${row.recordId}` },
      { key: searchAttributes.syncCause, value: cause },
    ],
  });
}

/**
 * A failed workflow stays failed for ever: for what is settled meanwhile, by a redrive or a
 * discard, another run of the same id is started, which completes at once, so that the newest run
 * tells the truth. One round of at most 200.
 */
export async function closeSettledRepairs(deps: RepairDeps): Promise<void> {
  for (const row of await settledAfterShown(deps.pool)) {
    await startRepair(deps, row.tenantId, row);
    await noteShown(deps.pool, row.tenant, row.id, 0);
  }
}

/** Which record, by its number too, what the vendor said, and what to do. */
function deadText(row: DeadRow): string {
  const { system, kind, recordId, number, cause, reason, detail } = row;
  const named = number === null || number === recordId ? '' : ` (number ${number})`;
  const failure = failureClasses.find((name) => name === reason);
  const whatToDo = failure === undefined ? 'Correct the data.' : deadReasons[failure].whatToDo;
  const said = detail === null ? '' : ` ${detail}`;
  return (
    `${traitsOf(system).name} refused ${kind} ${recordId}${named}: ` +
    `${cause ?? reason ?? ''}.${said} ${whatToDo} Or reset this workflow to its first task ` +
    'after the correction.'
  );
}

/**
 * The first time for this generation: notes that it was shown and fails with the cause, so that the
 * workflow stands as failed in the UI. After an operator's reset: asks for a redrive and waits
 * until the lane settled it.
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
      message: deadText(row),
      nonRetryable: true,
    });
  }
  if (row.state === 'dead' || row.state === 'held') {
    const redriveId = `repair-${deliveryId}-${row.generation}`;
    await requestRedrive(deps.pool, tenant.id, redriveId, {
      selector: { ids: [deliveryId] },
      by: 'repairDelivery',
    });
    await deps.client.workflow
      .getHandle(tenantSyncId(tenant.tenantId))
      .signal(redriveSignal, { id: redriveId, redriveId });
  }
  throw new NotYet(`${row.system} ${row.kind} is ${row.state}`);
}

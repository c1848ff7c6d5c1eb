import { proxyActivities } from '@temporalio/workflow';

import type { DatabaseActivities } from '../protocol/activities';
import { productionQueues, type RepairDeliveryInput } from '../protocol/messages';

/**
 * A dead letter as a workflow that failed, for operators in the Temporal UI: it shows the cause;
 * reset to its first task, it asks for a redrive and waits until the lane has settled it. It never
 * calls a vendor.
 */
export async function repairDelivery(input: RepairDeliveryInput): Promise<string> {
  const { tenantId, deliveryId, generation, queues = productionQueues } = input;
  const { repairDelivery: repair } = proxyActivities<DatabaseActivities>({
    taskQueue: queues.database,
    startToCloseTimeout: 60_000,
    // NotYet is asked again until the lane is done; the failure that shows the cause is not
    // retryable.
    retry: { initialInterval: 1_000, backoffCoefficient: 1.5, maximumInterval: 30_000 },
    summary: 'show the cause, or redrive after a reset',
  });
  return repair({ tenantId, deliveryId, generation });
}

import { proxyActivities } from '@temporalio/workflow';

import type { DatabaseActivities } from '../protocol/activities';
import { productionQueues, type Queues } from '../protocol/messages';

/** Pages of one round: 200 tenants each; what is left is found by the next round, 30 s later. */
const pagesMax = 50;

/** Started by a schedule every 30 s: finds tenants whose work stands still and wakes them. */
export async function watchdog(input: { queues?: Queues } = {}): Promise<number> {
  const { wakeStuckTenants } = proxyActivities<DatabaseActivities>({
    taskQueue: (input.queues ?? productionQueues).database,
    startToCloseTimeout: 60_000,
    retry: { maximumAttempts: 2 },
    summary: 'wake tenants that stand still',
  });
  let woken = 0;
  let after: string | null = '';
  for (let page = 0; page < pagesMax && after !== null; page++) {
    const result: { woken: number; lastTenantId: string | null } = await wakeStuckTenants(after);
    woken += result.woken;
    after = result.lastTenantId;
  }
  return woken;
}

import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import type { Logger } from 'pino';

import type { Env } from '../platform/env';
import { ensureSearchAttributes, openTemporalConnection } from '../platform/temporal-client';
import { productionQueues, watchdogType } from '../protocol/messages';

/**
 * The search attributes and the watchdog's schedule: made where Temporal does not have them (any
 * more).
 */
export async function ensureNamespace(env: Env, client: Client, logger: Logger): Promise<void> {
  const connection = openTemporalConnection(env);
  try {
    await ensureSearchAttributes(connection, client.options.namespace);
  } catch (error) {
    // Without the right to register them they have to be there already; the workflow task says so
    // if not.
    logger.warn({ err: error }, 'the search attributes could not be registered');
  } finally {
    await connection.close();
  }
  try {
    await client.schedule.create({
      scheduleId: 'truth-sync-watchdog',
      spec: { intervals: [{ every: '30s' }] },
      action: {
        type: 'startWorkflow',
        workflowType: watchdogType,
        taskQueue: productionQueues.workflows,
        args: [{}],
      },
      policies: { overlap: ScheduleOverlapPolicy.SKIP },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}

import { ApplicationFailure } from '@temporalio/common';
import {
  ActivityFailure,
  CancellationScope,
  isCancellation,
  log,
  setCurrentDetails,
  sleep,
} from '@temporalio/workflow';

import { troubleWaitMs } from '../domain/tenant-sync';
import type { Target } from '../domain/words';
import { databaseActivities, dryRunActivities } from './activity-options';
import { productionQueues, type TenantRunInput } from './messages';

/** Failures of a vendor in a row after which a run gives up: an operator may ask for it again. */
const failuresMax = 5;

/**
 * Work that an operator asked for once. What it covers and what it found stand in Postgres; here is only who goes
 * on with it. Cancelled, it stops after the turn that is under way.
 */
export async function tenantRun(input: TenantRunInput): Promise<string> {
  const { tenantId, runId, queues = productionQueues } = input;
  const end = (state: 'completed' | 'failed' | 'cancelled', detail: string | null): Promise<void> =>
    databaseActivities(queues, `run ${state}`).endRun({ tenantId, runId, state, detail });
  try {
    const run = await databaseActivities(queues, 'begin run').beginRun({ tenantId, runId });
    if (run === null) return 'it had ended before it began';
    for (const system of run.systems) {
      setCurrentDetails(`dry run of ${system}`);
      await untilDone(input, system);
    }
    await end('completed', null);
    return 'completed';
  } catch (error) {
    if (isCancellation(error)) {
      await CancellationScope.nonCancellable(() => end('cancelled', null));
      throw error;
    }
    const cause = error instanceof ActivityFailure ? error.cause : error;
    const detail = cause instanceof Error ? cause.message.slice(0, 500) : 'unknown';
    await end('failed', detail);
    throw ApplicationFailure.nonRetryable(detail, 'RunFailed');
  }
}

/** Gives one system its turns until nothing is left to look at. */
async function untilDone(
  { tenantId, runId, queues = productionQueues }: TenantRunInput,
  system: Target,
): Promise<void> {
  let failures = 0;
  for (let troubles = 0; ;) {
    try {
      const result = await dryRunActivities(queues, system).dryRun({ tenantId, runId, system });
      failures = 0;
      troubles = 0;
      if (result.isDone) return;
      const waitMs = (result.comeBackAtMs ?? 0) - Date.now();
      if (waitMs > 0) await sleep(waitMs);
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
      const type = error.cause instanceof ApplicationFailure ? error.cause.type : 'timeout';
      if (type === 'AuthExpired') throw error;
      if (type === 'Upstream') failures += 1;
      else troubles += 1;
      // A bug would come again for ever; another turn of the lane, or a database that is away, passes.
      if (failures >= failuresMax || (type === 'Error' && troubles >= failuresMax)) throw error;
      log.warn('a turn of the run failed', { system, reason: error.cause?.message ?? '' });
      await sleep(troubleWaitMs(Math.max(failures, troubles)));
    }
  }
}

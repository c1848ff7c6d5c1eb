import { ApplicationFailure } from '@temporalio/common';
import {
  ActivityFailure,
  CancellationScope,
  ContinueAsNew,
  isCancellation,
  log,
  makeContinueAsNewFunc,
  setCurrentDetails,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';

import { troubleWaitMs } from '../domain/lane/tenant-sync';
import type { Target } from '../domain/words';
import { databaseActivities, dryRunActivities } from './activity-options';
import { productionQueues, type TenantRunInput } from '../protocol/messages';

/** Failures of a vendor in a row after which a run gives up: an operator may ask for it again. */
const failuresMax = 5;

/**
 * Work that an operator asked for once. What it covers and what it found stand in Postgres; here is
 * only who goes on with it. Cancelled, it stops after the turn that is under way.
 */
export async function tenantRun(input: TenantRunInput): Promise<string> {
  const { tenantId, runId, queues = productionQueues } = input;
  const end = (state: 'completed' | 'failed' | 'cancelled', detail: string | null): Promise<void> =>
    databaseActivities(queues, `run ${state}`).endRun({ tenantId, runId, state, detail });
  let isUndo = false;
  try {
    const run = await databaseActivities(queues, 'begin run').beginRun({ tenantId, runId });
    if (run === null) return 'it had ended before it began';
    isUndo = run.kind === 'undo';
    if (run.kind === 'undo') await untilUndone(input, true);
    else
      for (const system of run.systems) {
        setCurrentDetails(`dry run of ${system}`);
        await untilDone(input, system);
      }
    await end('completed', null);
    return 'completed';
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    if (isCancellation(error)) {
      await CancellationScope.nonCancellable(async () => {
        await end('cancelled', null);
        // What was not begun is wanted again, which is work too.
        if (isUndo) await untilUndone(input, false);
      });
      throw error;
    }
    const cause = error instanceof ActivityFailure ? error.cause : error;
    const detail = cause instanceof Error ? cause.message.slice(0, 500) : 'unknown';
    await end('failed', detail);
    throw ApplicationFailure.nonRetryable(detail, 'RunFailed');
  }
}

/** Between two looks at an undo: short while it moves, long while a lane is paused. */
const lookMinMs = 200;
const lookMaxMs = 15_000;
/** Events after which an undo that waits for long continues as new. */
const rollAtEvents = 2_000;

/**
 * Asks for one step after another until nothing is left to take back, or, once cancelled, to want
 * again.
 */
async function untilUndone(input: TenantRunInput, mayRoll: boolean): Promise<void> {
  const { tenantId, runId, queues = productionQueues } = input;
  setCurrentDetails('undo');
  let place = '';
  let waitMs = lookMinMs;
  for (let troubles = 0; ;) {
    try {
      const step = await databaseActivities(queues, 'advance undo').advanceUndo({
        tenantId,
        runId,
      });
      troubles = 0;
      if (step.isDone) return;
      waitMs = step.place === place ? Math.min(lookMaxMs, waitMs * 2) : lookMinMs;
      place = step.place;
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
      const type = error.cause instanceof ApplicationFailure ? error.cause.type : 'timeout';
      troubles += 1;
      if (type === 'Error' && troubles >= failuresMax) throw error;
      log.warn('an undo could not go on', { reason: error.cause?.message ?? '' });
      waitMs = troubleWaitMs(troubles);
    }
    await sleep(waitMs);
    if (mayRoll && workflowInfo().historyLength > rollAtEvents)
      await makeContinueAsNewFunc<typeof tenantRun>()(input);
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
      // A bug would come again for ever; another turn of the lane, or a database that is away,
      // passes.
      if (failures >= failuresMax || (type === 'Error' && troubles >= failuresMax)) throw error;
      log.warn('a turn of the run failed', { system, reason: error.cause?.message ?? '' });
      await sleep(troubleWaitMs(Math.max(failures, troubles)));
    }
  }
}

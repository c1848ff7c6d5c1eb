import {
  WorkflowExecutionAlreadyStartedError,
  type Client,
  type WorkflowStartOptions,
} from '@temporalio/client';

import {
  tenantRunStart,
  tenantRunType,
  tenantSyncId,
  tenantSyncType,
  wakeSignal,
  type Queues,
} from '../protocol/messages';

// How the workflows of a tenant are reached: by the API for what people ask, by activities for what
// goes on by itself.

export interface Temporal {
  client: Client;
  queues: Queues;
}

/**
 * Signals the tenant's workflow, which is started if it does not run; `wake` unless another signal
 * is given.
 */
export async function signalTenant(
  { client, queues }: Temporal,
  tenantId: string,
  call: { signal: string; signalArgs: unknown[] } = { signal: wakeSignal.name, signalArgs: [] },
): Promise<void> {
  await client.workflow.signalWithStart(tenantSyncType, {
    workflowId: tenantSyncId(tenantId),
    taskQueue: queues.workflows,
    args: [{ tenantId, queues }],
    ...call,
    priority: { fairnessKey: tenantId },
  });
}

/** Starts the workflow of a run; harmless when it was started before. */
export async function startRun(
  { client, queues }: Temporal,
  tenantId: string,
  runId: string,
): Promise<void> {
  await startOnce(client, tenantRunType, tenantRunStart(tenantId, runId, queues));
}

/** Starts a workflow that may run already. */
export async function startOnce(
  client: Client,
  type: string,
  options: WorkflowStartOptions,
): Promise<void> {
  try {
    await client.workflow.start(type, options);
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

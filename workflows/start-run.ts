import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type Client,
} from '@temporalio/client';

import { tenantRunId, tenantRunType, type Queues, type TenantRunInput } from './messages';

// Runs from outside: started by the API or, where that got lost, by the watchdog; cancelled by the API.

/** Harmless when it was started before. */
export async function startRun(
  client: Client,
  queues: Queues,
  tenantId: string,
  runId: string,
): Promise<void> {
  const input: TenantRunInput = { tenantId, runId, queues };
  try {
    await client.workflow.start(tenantRunType, {
      workflowId: tenantRunId(tenantId, runId),
      taskQueue: queues.workflows,
      args: [input],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      staticSummary: `dry run of ${tenantId}`,
      priority: { fairnessKey: tenantId },
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

/** Harmless when it has ended or never began. */
export async function cancelRun(client: Client, tenantId: string, runId: string): Promise<void> {
  try {
    await client.workflow.getHandle(tenantRunId(tenantId, runId)).cancel();
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

import { existsSync } from 'node:fs';

import { Worker, type NativeConnection, type WorkflowBundleOption } from '@temporalio/worker';

import { targets } from '../domain/words';
import type { Activities } from '../protocol/activities';
import type { Queues } from '../protocol/messages';
import { bundlePath, bundleWorkflows } from './bundle-workflows';

export interface WorkerOptions {
  connection: NativeConnection;
  namespace: string;
  queues: Queues;
  activities: Activities;
  /** Bundled ahead by tests; else read from the build, or made now. */
  workflowBundle?: WorkflowBundleOption;
}

/**
 * The workers of a process: workflow tasks alone, short database work, and one per system, so that
 * a slow shop cannot take QuickBooks' places.
 */
export async function createWorkers(options: WorkerOptions): Promise<Worker[]> {
  const { connection, namespace, queues, activities } = options;
  const common = {
    connection,
    namespace,
    shutdownGraceTime: '30s',
    maxHeartbeatThrottleInterval: '5s',
  } as const;
  const { pushDeliveries, dryRun, ...databaseActivities } = activities;
  const laneActivities = { pushDeliveries, dryRun };
  const activityWorker = (taskQueue: string, own: object, slots: number): Promise<Worker> =>
    Worker.create({
      ...common,
      taskQueue,
      activities: own,
      maxConcurrentActivityTaskExecutions: slots,
    });
  return Promise.all([
    Worker.create({
      ...common,
      taskQueue: queues.workflows,
      workflowBundle: options.workflowBundle ?? (await builtBundle()),
      // Only for what a workflow task does itself; this queue has workflow tasks alone.
      activities: { absorbChanges: activities.absorbChanges },
      enableNonLocalActivities: false,
      maxConcurrentLocalActivityExecutions: 10,
      maxConcurrentWorkflowTaskExecutions: 40,
      maxCachedWorkflows: 1_000,
    }),
    // Postgres does the work: more places than connections would only wait for each other.
    activityWorker(queues.database, databaseActivities, 10),
    ...targets.map((system) => activityWorker(queues[system], laneActivities, 40)),
  ]);
}

async function builtBundle(): Promise<WorkflowBundleOption> {
  return existsSync(bundlePath) ? { codePath: bundlePath } : bundleWorkflows();
}

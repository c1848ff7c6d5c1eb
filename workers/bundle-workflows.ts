import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { bundleWorkflowCode, type WorkflowBundle } from '@temporalio/worker';

/**
 * Where `npm run build` puts the bundle: the worker of a build reads it instead of bundling at each
 * start.
 */
export const bundlePath = join(__dirname, '..', 'workflow-bundle.js');

/** All workflows as one script: about 2 s. */
export async function bundleWorkflows(): Promise<WorkflowBundle> {
  return bundleWorkflowCode({ workflowsPath: require.resolve('../workflows') });
}

async function main(): Promise<void> {
  const { code } = await bundleWorkflows();
  writeFileSync(bundlePath, code);
}

if (require.main === module) void main();

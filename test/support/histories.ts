import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { WorkflowHandle } from '@temporalio/client';
import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils';

import type { Tenant } from '../../database/tenants';
import { isRecording } from './env';
import { runsOf, workflowOf } from './tenant-workflow';
import type { Stack } from './stack';

// Histories of real runs that ended in continue-as-new, kept as JSON for the replay test. They are
// recorded only with TEST_RECORD_HISTORIES=1, from code that is to be kept compatible, never to
// make a red test green.

const folder = join(__dirname, '..', 'workflows', 'histories');

export type History = ReturnType<typeof historyFromJSON>;

/** Keeps the first run of the tenant's workflow under this name. */
export async function record(stack: Stack, tenant: Tenant, name: string): Promise<void> {
  if (!isRecording()) return;
  const [run] = await runsOf(stack, tenant);
  await recordWorkflow(workflowOf(stack, tenant, run), name);
}

/** Keeps the run of any workflow under this name. */
export async function recordWorkflow(workflow: WorkflowHandle, name: string): Promise<void> {
  if (!isRecording()) return;
  const history = await workflow.fetchHistory();
  mkdirSync(folder, { recursive: true });
  // Stack traces hold the paths of the machine that recorded them, and replay does not read them.
  const text = historyToJSON(history).replaceAll(
    /"stackTrace":"(?:[^"\\]|\\.)*"/g,
    '"stackTrace":""',
  );
  writeFileSync(join(folder, `${name}.json`), `${text}\n`);
}

export function recordedNames(): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -5));
}

export function recorded(name: string): History {
  return historyFromJSON(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')));
}

import type { WorkflowHandle } from '@temporalio/client';

import type { Tenant } from '../../database/tenants';
import { statusQuery, tenantSyncId, type TenantSyncStatus } from '../../protocol/messages';
import { searchAttributes } from '../../protocol/search-attributes';
import { until, type Stack } from './stack';

// The tenant's workflow as operators see it.

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
export type HistoryEvent = NonNullable<History['events']>[number];

export function workflowOf(stack: Stack, tenant: Tenant, runId?: string): WorkflowHandle {
  return stack.client.workflow.getHandle(tenantSyncId(tenant.tenantId), runId);
}

export async function statusOf(stack: Stack, tenant: Tenant): Promise<TenantSyncStatus> {
  return workflowOf(stack, tenant).query(statusQuery);
}

/** Sends any body under any name, as from the Temporal UI. */
export async function signal(
  stack: Stack,
  tenant: Tenant,
  name: string,
  ...args: unknown[]
): Promise<void> {
  await workflowOf(stack, tenant).signal(name, ...args);
}

export interface Attributes {
  state: string | undefined;
  breakers: string[] | undefined;
  dead: number | undefined;
  backlog: number | undefined;
  policyRev: number | undefined;
}

export async function attributesOf(stack: Stack, tenant: Tenant): Promise<Attributes> {
  const { typedSearchAttributes: found } = await workflowOf(stack, tenant).describe();
  return {
    state: found.get(searchAttributes.syncState),
    breakers: found.get(searchAttributes.syncBreaker),
    dead: found.get(searchAttributes.syncDead),
    backlog: found.get(searchAttributes.syncBacklog),
    policyRev: found.get(searchAttributes.policyRev),
  };
}

export async function untilStatus(
  stack: Stack,
  tenant: Tenant,
  what: string,
  holds: (status: TenantSyncStatus) => boolean,
): Promise<TenantSyncStatus> {
  return until(what, () => statusOf(stack, tenant), holds);
}

export async function untilAttributes(
  stack: Stack,
  tenant: Tenant,
  what: string,
  holds: (attributes: Attributes) => boolean,
): Promise<Attributes> {
  return until(what, () => attributesOf(stack, tenant), holds);
}

/** Events of the newest run, or of a given one. */
export async function eventsOf(
  stack: Stack,
  tenant: Tenant,
  runId?: string,
): Promise<HistoryEvent[]> {
  return (await workflowOf(stack, tenant, runId).fetchHistory()).events ?? [];
}

/**
 * Run ids of the tenant's workflow from the first on, found through the chain of continue-as-new.
 */
export async function runsOf(stack: Stack, tenant: Tenant): Promise<string[]> {
  const runs: string[] = [];
  let next: string | null | undefined = (await eventsOf(stack, tenant))[0]
    ?.workflowExecutionStartedEventAttributes?.firstExecutionRunId;
  while (typeof next === 'string' && next !== '') {
    runs.push(next);
    const events = await eventsOf(stack, tenant, next);
    next = events.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return runs;
}

/** How often each activity was scheduled, or came to an end. */
export function activityCounts(
  events: readonly HistoryEvent[],
  which: 'scheduled' | 'ended' = 'scheduled',
): Record<string, number> {
  const names = new Map(
    events.map((event) => [
      String(event.eventId),
      event.activityTaskScheduledEventAttributes?.activityType?.name,
    ]),
  );
  const counted = events.map((event) => {
    const ended =
      event.activityTaskCompletedEventAttributes ?? event.activityTaskFailedEventAttributes;
    return names.get(String(which === 'scheduled' ? event.eventId : ended?.scheduledEventId));
  });
  const counts: Record<string, number> = {};
  for (const name of counted) if (typeof name === 'string') counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** Bytes of the input with which a run began: what was carried. */
export function inputBytes(events: readonly HistoryEvent[]): number {
  const input = events[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  return input.reduce((sum, payload) => sum + (payload.data?.length ?? 0), 0);
}

/** Waits until every activity that was begun has ended: nothing of the tenant is under way. */
export async function untilAtRest(stack: Stack, tenant: Tenant): Promise<void> {
  const sumOf = (counts: Record<string, number>): number =>
    Object.values(counts).reduce((sum, count) => sum + count, 0);
  await until(
    'nothing under way',
    () => eventsOf(stack, tenant),
    (events) => sumOf(activityCounts(events)) === sumOf(activityCounts(events, 'ended')),
  );
}

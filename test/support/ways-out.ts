import { randomUUID } from 'node:crypto';

import { listFailures, requestRedrive } from '../../database/failures';
import { deliveriesOf } from '../../database/status';
import type { Kind, Target } from '../../domain/words';
import {
  sendChanges,
  until,
  untilIdle,
  type Stack,
  type TestChange,
  type TestTenant,
} from './stack';
import { signal } from './tenant-workflow';

// What a test of a hold needs: how records stand, and the ways out that need no person's hand in a
// system.

/** A record in a system. */
export type Place = readonly [system: Target, kind: Kind, recordId: string];

/**
 * How a record stands: the states, or the reasons of its holds, of its parts that are not
 * delivered; else `delivered`.
 */
export async function standing(
  stack: Stack,
  tenant: TestTenant,
  [system, kind, recordId]: Place,
): Promise<string> {
  const all = await deliveriesOf(stack.database.pool, tenant.id, kind, recordId);
  const parts = all.filter((one) => one.system === system);
  if (parts.length === 0) return 'nothing';
  const open = parts.filter(({ state }) => state !== 'delivered' && state !== 'skipped');
  if (open.length === 0)
    return parts.some(({ state }) => state === 'delivered') ? 'delivered' : 'skipped';
  return [...new Set(open.map(({ state, reason }) => reason ?? state))].sort().join(' ');
}

export async function untilStands(
  stack: Stack,
  tenant: TestTenant,
  place: Place,
  wanted: string,
): Promise<void> {
  const what = `${place.join(' ')} stands at ${wanted}`;
  try {
    await until(
      what,
      () => standing(stack, tenant, place),
      (seen) => seen === wanted,
    );
  } catch (error) {
    throw new Error(`${what}; failures: ${(await heldWith(stack, tenant)).join('; ')}`, {
      cause: error,
    });
  }
}

/** What is held or dead, as `system kind record reason: detail`. */
export async function heldWith(stack: Stack, { id }: TestTenant): Promise<string[]> {
  const all = await listFailures(stack.database.pool, id, {}, { afterId: null, limit: 100 });
  return all.map(
    ({ system, kind, recordId, state, reason, detail }) =>
      `${system} ${kind} ${recordId} ${state} ${reason}: ${detail ?? ''}`,
  );
}

/** The text of a hold. */
export async function detailOf(stack: Stack, tenant: TestTenant, place: Place): Promise<string> {
  const [system, kind, recordId] = place;
  const all = await deliveriesOf(stack.database.pool, tenant.id, kind, recordId);
  return all
    .filter((one) => one.system === system)
    .map(({ detail }) => detail ?? '')
    .join('\n');
}

/** Changes on their whole way. */
export async function sent(
  stack: Stack,
  tenant: TestTenant,
  ...changes: TestChange[]
): Promise<void> {
  await sendChanges(stack, tenant, changes);
  await untilIdle(stack, tenant);
}

/** Redrives a record in a system, once, and waits for what that is to bring. */
export async function redriven(
  stack: Stack,
  tenant: TestTenant,
  place: Place,
  wanted = 'delivered',
): Promise<void> {
  const [system, kind, recordId] = place;
  const all = await deliveriesOf(stack.database.pool, tenant.id, kind, recordId);
  const ids = all.filter((one) => one.system === system).map(({ id }) => id);
  const redriveId = randomUUID();
  await requestRedrive(stack.database.pool, tenant.id, redriveId, {
    selector: { ids },
    by: 'test',
  });
  await signal(stack, tenant, 'redrive', { id: redriveId, redriveId });
  await untilStands(stack, tenant, place, wanted);
}

/** A change as its next revision, with another body. */
export function next(change: TestChange, body: object = {}, revision = 2): TestChange {
  const former = typeof change.body === 'object' && change.body !== null ? change.body : {};
  return { ...change, revision, body: { ...former, ...body } };
}

/** The id of what a record is in a system. */
export async function remoteIdOf(stack: Stack, tenant: TestTenant, place: Place): Promise<string> {
  const [system, kind, recordId] = place;
  const all = await deliveriesOf(stack.database.pool, tenant.id, kind, recordId);
  return all.find((one) => one.system === system && one.remoteId !== null)?.remoteId ?? '';
}

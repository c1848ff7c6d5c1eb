import { z } from 'zod';

import { expectBody } from './http-json';
import type { TenantApi } from './tenant';
import type { TillChange } from './till';

/** Changes in one request: a POS that was offline sends what it has. */
const batchSize = 200;

const accepted = z.object({
  accepted: z.number(),
  duplicates: z.number(),
  rejected: z.array(z.object({ id: z.string().nullish(), code: z.string(), message: z.string() })),
});

/** Sends changes in order; a refused one ends the demo, since it would be missing in the end. */
export async function sendChanges(
  api: TenantApi,
  changes: readonly TillChange[],
  onSent: (count: number) => void,
): Promise<void> {
  for (let start = 0; start < changes.length; start += batchSize) {
    const batch = changes.slice(start, start + batchSize);
    const answer = await api.asPos('/changes', { method: 'POST', body: { changes: batch } });
    const { rejected } = expectBody(accepted, answer, 'changes of the POS');
    const [first] = rejected;
    if (first !== undefined) {
      throw new Error(
        `The API refused ${rejected.length} changes, the first: ${first.code} ${first.message}`,
      );
    }
    onSent(batch.length);
  }
}

const lane = z.object({ waiting: z.number(), sending: z.number(), verifying: z.number() });
const status = z.object({
  queue: z.object({ depth: z.number() }),
  lanes: z.object({ woo: lane, qbo: lane }),
});
export type TenantStatus = z.infer<typeof status>;

export async function readStatus(api: TenantApi): Promise<TenantStatus> {
  return expectBody(status, await api.asAdmin('/status'), 'status of the tenant');
}

const failures = z.object({
  items: z.array(
    z.object({
      system: z.string(),
      kind: z.string(),
      recordId: z.string(),
      reason: z.string().nullable(),
      detail: z.string().nullable(),
    }),
  ),
});

/** What stands still and why, but for what the direction keeps back; the first few. */
export async function readFailures(api: TenantApi): Promise<string[]> {
  const answer = await api.asAdmin('/failures?limit=200');
  return expectBody(failures, answer, 'failures')
    .items.filter((item) => item.reason !== 'direction')
    .slice(0, 10)
    .map(
      (item) =>
        `${item.system} ${item.kind} ${item.recordId}: ${item.reason ?? ''} ${item.detail ?? ''}`,
    );
}

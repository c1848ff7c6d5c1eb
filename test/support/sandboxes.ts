import { z } from 'zod';

import type { RunningSandbox } from '../../sandbox/server/server';
import { control, type Stack, type TestTenant } from './stack';

// What the books and the shop hold, what was called, and faults to come: of one tenant.

const ledger = z.object({
  realms: z.record(
    z.string(),
    z.object({
      isBalanced: z.boolean(),
      documents: z.array(
        z.object({
          type: z.string(),
          docNumber: z.string().nullable(),
          total: z.string(),
        }),
      ),
    }),
  ),
});
const stock = z.object({
  stores: z.record(
    z.string(),
    z.object({
      products: z.array(
        z.object({
          id: z.number(),
          sku: z.string(),
          name: z.string(),
          stockQuantity: z.number().nullable(),
        }),
      ),
    }),
  ),
});
const journal = z.object({
  entries: z.array(
    z.object({
      seq: z.number(),
      method: z.string(),
      path: z.string(),
      query: z.record(z.string(), z.string()),
      tenant: z.string().nullable(),
      operations: z.number(),
      isWrite: z.boolean(),
      startedAt: z.string(),
      status: z.number().nullable(),
      committed: z.boolean().nullable(),
      isReplay: z.boolean(),
      fault: z.string().nullable(),
      beside: z.array(z.number()),
    }),
  ),
});

export type Call = z.infer<typeof journal>['entries'][number];

/**
 * Documents in the books as `type number total`, in order; throws where the books do not balance.
 */
export async function documents(stack: Stack, { realmId }: TestTenant): Promise<string[]> {
  const { realms } = ledger.parse(await control(stack.qbo, `ledger?realmId=${realmId}`));
  const books = realms[realmId];
  if (books?.isBalanced !== true) throw new Error(`the books of ${realmId} do not balance`);
  return books.documents
    .map(({ type, docNumber, total }) => `${type} ${docNumber ?? '-'} ${total}`)
    .sort();
}

/** Products of the shop as `sku name figure`, in order. */
export async function shelf(stack: Stack, { store }: TestTenant): Promise<string[]> {
  const { stores } = stock.parse(await control(stack.woo, `stock?store=${store}`));
  return (stores[store]?.products ?? [])
    .map(({ sku, name, stockQuantity }) => `${sku} ${name} ${stockQuantity ?? '-'}`)
    .sort();
}

/** What the tenant called in one sandbox, oldest first. */
export async function calls(
  stack: Stack,
  tenant: TestTenant,
  system: 'woo' | 'qbo',
): Promise<Call[]> {
  const { entries } = journal.parse(await control(stack[system], 'journal'));
  const account = system === 'woo' ? tenant.store : tenant.realmId;
  return entries.filter((entry) => entry.tenant === account);
}

export async function writes(
  stack: Stack,
  tenant: TestTenant,
  system: 'woo' | 'qbo',
): Promise<Call[]> {
  return (await calls(stack, tenant, system)).filter((call) => call.isWrite);
}

/** A fault for calls of this tenant alone. */
export async function fault(
  stack: Stack,
  tenant: TestTenant,
  system: 'woo' | 'qbo',
  spec: { fault: string; path?: string; match?: object } & Record<string, unknown>,
): Promise<void> {
  const { path = '', match, ...rest } = spec;
  const account = system === 'woo' ? tenant.store : tenant.realmId;
  await control(stack[system], 'faults', [
    { match: { ...match, path: `/${account}/.*${path}` }, ...rest },
  ]);
}

export async function noFaults(sandbox: RunningSandbox): Promise<void> {
  const response = await fetch(`${sandbox.url}/_sandbox/faults`, {
    method: 'DELETE',
    headers: { 'x-sandbox-token': sandbox.token },
  });
  if (response.status !== 200) throw new Error(`faults: ${response.status}`);
}

/** Sends that were not brought to their end, and writes in the books without a send. */
export async function unsettledOrUnknown(stack: Stack, tenant: TestTenant): Promise<string[]> {
  const { rows } = await stack.database.pool.query<{ key: string; state: string }>(
    'SELECT key, state FROM sends WHERE tenant = $1',
    [tenant.id],
  );
  const known = new Set(rows.map(({ key }) => `ts1-${key.slice(0, 32)}`));
  const posted = (await writes(stack, tenant, 'qbo')).map(({ query }) => query['requestid'] ?? '');
  return [
    ...rows.filter(({ state }) => state !== 'settled').map(({ state }) => state),
    ...posted.filter((id) => !known.has(id)),
  ];
}

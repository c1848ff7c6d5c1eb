import { z } from 'zod';

import type { DemoCompany } from './company';
import { callJson, expectBody } from './http-json';

/** Address and token of one sandbox. */
export interface Sandbox {
  url: string;
  token: string;
}

async function control(sandbox: Sandbox, call: string, body?: object): Promise<unknown> {
  const answer = await callJson(`${sandbox.url}/_sandbox/${call}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'x-sandbox-token': sandbox.token },
    ...(body === undefined ? {} : { body }),
  });
  return expectBody(z.unknown(), answer, `sandbox ${call}`);
}

const store = z.object({
  store: z.string(),
  url: z.string(),
  consumerKey: z.string(),
  consumerSecret: z.string(),
});
const ids = z.record(z.string(), z.string());
const realm = z.object({
  realmId: z.string(),
  clientId: z.string(),
  clientSecret: z.string(),
  accessToken: z.string(),
  refreshToken: z.string(),
  ids: z.object({ accounts: ids, paymentMethods: ids, taxCodes: ids, items: ids, customers: ids }),
});
export type SandboxStore = z.infer<typeof store>;
export type SandboxRealm = z.infer<typeof realm>;

export async function resetStore(
  sandbox: Sandbox,
  name: string,
  seed: number,
  { currency }: DemoCompany,
): Promise<SandboxStore> {
  const body = {
    stores: [{ store: name, zone: 'Europe/London', currency }],
    settings: { seed },
  };
  const [first] = z
    .object({ stores: z.array(store) })
    .parse(await control(sandbox, 'reset', body)).stores;
  if (first === undefined) throw new Error('the WooCommerce sandbox gave no store');
  return first;
}

export async function resetRealm(
  sandbox: Sandbox,
  realmId: string,
  seed: number,
  { country, currency }: DemoCompany,
): Promise<SandboxRealm> {
  const body = {
    realms: [{ realmId, country, currency, zone: 'Europe/London' }],
    // A company that takes one number twice: what we send twice would be there twice.
    settings: { seed, 'qbo.dupDocNumber': false },
  };
  const [first] = z
    .object({ realms: z.array(realm) })
    .parse(await control(sandbox, 'reset', body)).realms;
  if (first === undefined) throw new Error('the QuickBooks sandbox gave no company');
  return first;
}

export async function setQuota(sandbox: Sandbox, isOn: boolean): Promise<void> {
  await control(sandbox, 'quota', { on: isOn });
}

/** Lets calls take as long as was measured at the vendors, or no longer than they must. */
export async function setLatencyProfile(sandbox: Sandbox, latency: 'none' | 'real'): Promise<void> {
  await control(sandbox, 'settings', { latency });
}

export async function setLatency(sandbox: Sandbox, latencyMs: number): Promise<void> {
  await control(sandbox, 'settings', { latencyMs });
}

/** Kinds of faults with which both sandboxes can answer a write. */
const faultKinds = [
  { fault: 'status:429', retryAfter: 2 },
  { fault: 'status:500' },
  { fault: 'html503' },
  { fault: 'resetBeforeCommit' },
  { fault: 'resetAfterCommit' },
  { fault: 'commitLate' },
  { fault: 'hang' },
  { fault: 'cutJson' },
  { fault: 'emptyBody' },
];

/** The share of writes that each kind of fault hits. */
const shares = { light: 0.01, storm: 0.035 } as const;

/** Lets the sandbox misbehave from now on, by its seed. */
export async function planFaults(sandbox: Sandbox, weather: 'light' | 'storm'): Promise<void> {
  const plan = faultKinds.map((kind) => ({
    ...kind,
    match: { write: true },
    probability: shares[weather],
  }));
  await callJson(`${sandbox.url}/_sandbox/faults`, {
    method: 'POST',
    headers: { 'x-sandbox-token': sandbox.token },
    body: plan,
  }).then((answer) => expectBody(z.unknown(), answer, 'sandbox faults'));
}

const journalEntry = z.object({
  seq: z.number(),
  isWrite: z.boolean(),
  operations: z.number(),
  status: z.number().nullable(),
  committed: z.boolean().nullable(),
  startedAt: z.union([z.string(), z.number()]),
  entities: z.array(z.string()),
  fault: z.string().nullable(),
});
export type JournalEntry = z.infer<typeof journalEntry>;
const journal = z.object({
  entries: z.array(journalEntry),
  inFlight: z.array(z.object({ isWrite: z.boolean() })),
  next: z.number(),
});

/** Every request that the sandbox saw since its reset. */
export async function readJournal(sandbox: Sandbox): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for (let since = 0; ;) {
    const page = journal.parse(await control(sandbox, `journal?since=${since}&limit=5000`));
    entries.push(...page.entries);
    if (page.entries.length === 0 || page.next <= since) return entries;
    since = page.next;
  }
}

export async function hasOpenWrite(sandbox: Sandbox, since: number): Promise<boolean> {
  const page = journal.parse(await control(sandbox, `journal?since=${since}&limit=1`));
  return page.inFlight.some((call) => call.isWrite);
}

const ledger = z.object({
  realms: z.record(
    z.string(),
    z.object({ isBalanced: z.boolean(), totalsByAccount: z.record(z.string(), z.string()) }),
  ),
});

/** Net debit per account, and whether debits equal credits. */
export async function readLedger(
  sandbox: Sandbox,
  realmId: string,
): Promise<{ isBalanced: boolean; totalsByAccount: Record<string, string> }> {
  const books = ledger.parse(await control(sandbox, `ledger?realmId=${realmId}`)).realms[realmId];
  if (books === undefined) throw new Error(`the sandbox has no books of company ${realmId}`);
  return books;
}

import { randomUUID } from 'node:crypto';

import { expect } from '@jest/globals';
import { z } from 'zod';

import { addKey } from '../../database/tenants';
import { bringInForce } from '../../database/policy';
import { requestSettings } from '../../database/settings';
import { secretPlace } from '../../database/connections';
import { initialPostingSettings, type PostingSettings } from '../../domain/posting/settings';
import type { Called, TestApi } from './api';
import { textOf } from './text-of';
import { control, until, type Stack, type TestTenant } from './stack';

// What an operator asks over the API, and what an accountant does in the company meanwhile.

export type Ask = (method: string, path: string, body?: object) => Promise<Called>;

/** Calls the API as an operator of this tenant. */
export async function operatorOf(stack: Stack, api: TestApi, tenant: TestTenant): Promise<Ask> {
  const key = `ts_operator_of_${tenant.tenantId}`;
  await addKey(stack.database.pool, tenant.id, key, { role: 'operator', label: 'operator' });
  return (method, path, body) =>
    api.call(method, `/v1/tenants/${tenant.tenantId}${path}`, {
      key,
      ...(body === undefined ? {} : { body }),
    });
}

const undoSchema = z.object({
  id: z.string(),
  kind: z.literal('undo'),
  state: z.string(),
  done: z.int(),
  total: z.int().nullable(),
  detail: z.string().nullable(),
  undone: z.record(z.string(), z.int()),
});
export type Undo = z.infer<typeof undoSchema>;

export async function undoAt(ask: Ask, id: string): Promise<Undo> {
  return undoSchema.parse((await ask('GET', `/runs/${id}`)).body);
}

/** Starts an undo; the one before may have been a moment ago. */
export async function startUndo(
  stack: Stack,
  tenant: TestTenant,
  ask: Ask,
  body: object,
): Promise<string> {
  await stack.database.pool.query(
    `UPDATE runs SET requested_at = requested_at - interval '1 minute' WHERE tenant = $1`,
    [tenant.id],
  );
  const started = await ask('POST', '/runs', { kind: 'undo', ...body });
  expect(started).toMatchObject({ status: 202 });
  return textOf(started.body, 'runId');
}

/** Until the run has ended. */
export async function ended(ask: Ask, id: string): Promise<Undo> {
  return until(
    'the undo ended',
    () => undoAt(ask, id),
    ({ state }) => !['requested', 'running'].includes(state),
  );
}

/** Brings posting settings in force, as changes of the initial ones. */
export async function post(
  stack: Stack,
  { id }: TestTenant,
  value: Partial<PostingSettings>,
): Promise<void> {
  const { pool } = stack.database;
  await requestSettings(pool, id, {
    part: 'posting',
    requestId: randomUUID(),
    value: { ...initialPostingSettings, ...value },
    catchUp: null,
    requestedBy: 'test',
    expectedRev: null,
  });
  await bringInForce(pool, id, 'posting');
}

const facts = z.object({ accounts: z.array(z.object({ id: z.string(), name: z.string() })) });

/** Ids of the company's accounts by name, as the facts of the connection have them. */
export async function accountsOf(
  stack: Stack,
  { id }: TestTenant,
): Promise<Record<string, string>> {
  const { rows } = await stack.database.pool.query<{ facts: unknown }>(
    `SELECT facts FROM connections WHERE tenant = $1 AND system = 'qbo'`,
    [id],
  );
  return Object.fromEntries(
    facts.parse(rows[0]?.facts).accounts.map((account) => [account.name, account.id]),
  );
}

const balancesSchema = z.object({
  realms: z.record(z.string(), z.object({ totalsByAccount: z.record(z.string(), z.string()) })),
});

/** The trial balance without accounts at zero. */
export async function trialBalance(
  stack: Stack,
  { realmId }: TestTenant,
): Promise<Record<string, string>> {
  const totals =
    balancesSchema.parse(await control(stack.qbo, `ledger?realmId=${realmId}`)).realms[realmId]
      ?.totalsByAccount ?? {};
  return Object.fromEntries(Object.entries(totals).filter(([, total]) => Number(total) !== 0));
}

const tokensSchema = z.object({ accessToken: z.string() });

/** One call to the company as the accountant makes it: a POST where a body is given. */
export async function inBooks(
  stack: Stack,
  tenant: TestTenant,
  path: string,
  body?: object,
): Promise<unknown> {
  const { rows } = await stack.database.pool.query<{ sealed: string }>(
    `SELECT sealed FROM connections WHERE tenant = $1 AND system = 'qbo'`,
    [tenant.id],
  );
  const { accessToken } = tokensSchema.parse(
    JSON.parse(stack.secrets.open(rows[0]?.sealed ?? '', secretPlace(tenant.id, 'qbo'))),
  );
  const url = new URL(`${stack.qbo.url}/v3/company/${tenant.realmId}/${path}`);
  url.searchParams.set('minorversion', '75');
  const headers = {
    authorization: `Bearer ${accessToken}`,
    'content-type': 'application/json',
    accept: 'application/json',
  };
  const answer = await fetch(url, {
    headers,
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  expect([answer.status, text]).toEqual([200, expect.any(String)]);
  return JSON.parse(text);
}

/** Rows of the company's lists, inactive ones too. */
export async function listed<T>(
  stack: Stack,
  tenant: TestTenant,
  entity: string,
  row: z.ZodType<T>,
): Promise<T[]> {
  const query = encodeURIComponent(
    `SELECT * FROM ${entity} WHERE Active IN (true, false) MAXRESULTS 1000`,
  );
  const answer = z
    .object({ QueryResponse: z.record(z.string(), z.unknown()) })
    .parse(await inBooks(stack, tenant, `query?query=${query}`));
  return z.array(row).parse(answer.QueryResponse[entity] ?? []);
}

/**
 * Puts receipts into one deposit, as an accountant does at the bank. They lie in Undeposited Funds.
 */
export async function depositReceipts(
  stack: Stack,
  tenant: TestTenant,
  receipts: readonly { id: string; total: number }[],
  date: string,
): Promise<void> {
  await inBooks(stack, tenant, 'deposit', {
    DepositToAccountRef: { value: (await accountsOf(stack, tenant))['Bank'] },
    TxnDate: date,
    Line: receipts.map(({ id, total }) => ({
      Amount: total,
      LinkedTxn: [{ TxnId: id, TxnType: 'SalesReceipt', TxnLineId: '0' }],
    })),
  });
}

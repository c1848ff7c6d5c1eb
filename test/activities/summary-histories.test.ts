import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';

import { days, step, Sums, Till, type TillTicket } from '../domain/posting/mode-till';
import { historiesAsked } from '../support/env';
import { fault } from '../support/sandboxes';
import {
  control,
  sendChanges,
  withStack,
  untilIdle,
  type TestChange,
  type TestTenant,
} from '../support/stack';
import { putPosting, summingTenant } from './summing';

// Random histories of both modes on their whole way: from the inbox over the tenant's workflow into
// the books, whose documents are compared with the till's own sums after each step. HISTORIES says
// how many, HISTORY_SEED which first.

const { histories, firstSeed, steps: stepsMax } = historiesAsked(20);
const atOnce = 5;

const stack = withStack();
const books = z.object({
  isBalanced: z.boolean(),
  documents: z.array(
    z.object({
      type: z.string(),
      docNumber: z.string().nullable(),
      txnDate: z.string().nullable(),
      total: z.string(),
      tax: z.string(),
      depositAccountId: z.string().nullable(),
    }),
  ),
});
const ledger = z.object({ realms: z.record(z.string(), books) });

/** What the documents come to, by day and tender, and the tax by day. */
async function booked({ id, realmId }: TestTenant): Promise<Record<string, number>> {
  const { realms } = ledger.parse(await control(stack.qbo, `ledger?realmId=${realmId}`));
  const own = realms[realmId];
  if (own?.isBalanced !== true) throw new Error('the books do not balance');
  const { rows } = await stack.database.pool.query<{ account: string; tender: string }>(
    `SELECT target_id AS account, split_part(key, ':', 2) AS tender FROM mappings WHERE tenant = $1
       AND kind = 'account' AND key LIKE 'clearing:%'`,
    [id],
  );
  const tenders = new Map(rows.map(({ account, tender }) => [account, tender]));
  const minor = (text: string): number => Math.round(Number(text) * 100);
  const sums = new Sums();
  const numbers = own.documents.map(({ type, docNumber }) => `${type} ${docNumber ?? ''}`);
  expect(new Set(numbers).size).toBe(numbers.length);
  for (const { type, txnDate, total, tax, depositAccountId } of own.documents) {
    const sign = type === 'SalesReceipt' ? 1 : -1;
    const tender = tenders.get(depositAccountId ?? '') ?? '-';
    sums.add(`${txnDate ?? ''} tax`, sign * minor(tax));
    if (tender !== 'exchange') sums.add(`${txnDate ?? ''} ${tender}`, sign * minor(total));
  }
  return sums.all();
}

/** What neither is in the books nor waits for a person who sees why. */
async function lost({ id }: TestTenant): Promise<unknown[]> {
  const { rows } = await stack.database.pool.query<Record<string, unknown>>(
    `SELECT kind, record_id, part, state, reason, detail FROM deliveries WHERE tenant = $1
       AND system = 'qbo' AND state NOT IN ('delivered', 'skipped')
       AND NOT (kind = 'refund' AND state = 'held'
         AND reason IN ('refund_above_sale', 'dependency'))
       AND NOT (kind = 'order' AND state = 'held' AND reason = 'in_use')`,
    [id],
  );
  return rows;
}

async function run(seed: number): Promise<void> {
  const tenant = await summingTenant(stack, { zero: { mode: 'stockOnly' } });
  const till = new Till();
  await putPosting(stack, tenant, till.switches);
  let switches = JSON.stringify(till.switches);
  const revisions = new Map<string, number>();
  const steps = fc.sample(step, { seed, numRuns: stepsMax }).filter((one) => one.do !== 'lock');
  for (const [index, one] of steps.entries()) {
    const changed = till.take(one);
    if (JSON.stringify(till.switches) !== switches) await putPosting(stack, tenant, till.switches);
    switches = JSON.stringify(till.switches);
    if (changed === null) continue;
    if (seed % 4 === 0 && index === 4)
      await fault(stack, tenant, 'qbo', {
        fault: 'resetAfterCommit',
        times: 1,
        match: { write: true },
      });
    await sendChanges(stack, tenant, [changeOf(changed, revisions)]);
    await untilIdle(stack, tenant);
    const seen = { seed, index, sums: await booked(tenant), lost: await lost(tenant) };
    expect(seen).toEqual({ seed, index, sums: till.sums(), lost: [] });
  }
}

function changeOf({ id, ticket }: TillTicket, revisions: Map<string, number>): TestChange {
  const revision = (revisions.get(id) ?? 0) + 1;
  revisions.set(id, revision);
  const kind = id.startsWith('T') ? 'order' : 'refund';
  return ticket === null
    ? { kind, op: 'delete', recordId: id, revision, body: {} }
    : { kind, recordId: id, revision, body: ticket.body };
}

test(`${histories} histories over ${days.length} days: after each step the books hold what the till's sums say`, async () => {
  for (let from = 0; from < histories; from += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, histories - from) }, (_, index) =>
      run(firstSeed + from + index),
    );
    expect(await Promise.all(some)).toHaveLength(some.length);
  }
});

import { z } from 'zod';

import { laneStates } from '../../database/lanes';
import { canonicalJson } from '../../domain/canonical';
import type { Ask } from '../support/operator';
import { until, untilIdle, wake, type Stack, type TestTenant } from '../support/stack';
import { signal } from '../support/tenant-workflow';
import type { BookedDocument } from './mixed-books';
import type { TillRecord } from './mixed-till';
import { textOf } from '../support/text-of';

// What is shown of random histories: each document explained back to its tickets and forth, and
// what a dry run shows before a push against what then leaves.

const explanation = z.object({
  items: z.array(
    z.object({
      record: z.object({ kind: z.string(), recordId: z.string() }),
      changes: z.array(z.object({ revision: z.int().nullable() })),
      documents: z.array(
        z.object({
          state: z.string(),
          entity: z.string().nullable(),
          remoteId: z.string().nullable(),
          journal: z.array(z.object({ remoteId: z.string().nullable() })),
        }),
      ),
      tickets: z.array(
        z.object({
          kind: z.string(),
          recordId: z.string(),
          totalMinor: z.int(),
          isWanted: z.boolean(),
          isPosted: z.boolean(),
        }),
      ),
      summaries: z.array(z.object({ recordId: z.string(), isPosted: z.boolean() })),
    }),
  ),
});
type Explained = z.infer<typeof explanation>['items'][number];

async function explained(ask: Ask, query: string): Promise<Explained[]> {
  const { status, body } = await ask('GET', `/explain?${query}`);
  return status === 200 ? explanation.parse(body).items : [];
}

/** What of the documents and records cannot be explained, in words. */
export async function unexplained(
  ask: Ask,
  documents: readonly BookedDocument[],
  records: ReadonlyMap<string, TillRecord>,
): Promise<string[]> {
  const wrong: string[] = [];
  const forth = new Map<string, Explained>();
  for (const [key, { kind, recordId, revision }] of records) {
    const [item] = await explained(ask, `kind=${kind}&recordId=${recordId}`);
    if (item === undefined) wrong.push(`nothing explains ${key}`);
    else if (item.changes.length !== revision)
      wrong.push(`${key} has ${revision} changes, ${item.changes.length} are explained`);
    else forth.set(key, item);
  }
  const summaries = new Map<string, { item: Explained; bookedMinor: number }>();
  for (const { entity, row, of } of documents) {
    if (of === null) continue;
    const name = `${entity} ${row.Id} ${row.DocNumber ?? ''} of ${of}`;
    const items = await explained(ask, `system=qbo&entity=${entity}&id=${row.Id}`);
    const [item, other] = items;
    if (item === undefined || other !== undefined) {
      wrong.push(
        `${name} is explained by ${items.map(({ record }) => record.recordId).join() || 'nothing'}`,
      );
      continue;
    }
    const key = `${item.record.kind}/${item.record.recordId}`;
    if (of === 'summary' ? item.record.kind !== 'summary' : key !== of)
      wrong.push(`${name} is explained by ${key}`);
    if (of !== 'summary') {
      const back = forth.get(of)?.documents ?? [];
      if (!back.some(({ journal }) => journal.some(({ remoteId }) => remoteId === row.Id)))
        wrong.push(`${of} does not lead to ${name}`);
      continue;
    }
    const known = summaries.get(item.record.recordId) ?? { item, bookedMinor: 0 };
    known.bookedMinor += (entity === 'SalesReceipt' ? 1 : -1) * (row.TotalAmt ?? 0);
    summaries.set(item.record.recordId, known);
  }
  for (const [id, { item, bookedMinor }] of summaries) {
    const posted = item.tickets.filter(({ isPosted }) => isPosted);
    const sign = id.includes('/refund/') ? -1 : 1;
    const ticketsMinor = sign * posted.reduce((sum, { totalMinor }) => sum + totalMinor, 0);
    if (item.documents.every(({ state }) => state === 'delivered') && ticketsMinor !== bookedMinor)
      wrong.push(
        `${id} has documents of ${bookedMinor}, its tickets come to ${ticketsMinor}: ` +
          JSON.stringify(item.tickets),
      );
    for (const { kind, recordId, isWanted } of item.tickets)
      if (
        isWanted &&
        forth.get(`${kind}/${recordId}`)?.summaries.some((one) => one.recordId === id) !== true
      )
        wrong.push(`${kind}/${recordId} does not lead to ${id}`);
  }
  return wrong;
}

const members = z.object({
  items: z.array(
    z.object({
      kind: z.string(),
      recordId: z.string(),
      part: z.string(),
      revision: z.int(),
      outcome: z.string(),
      operation: z.string().nullable(),
      entity: z.string().nullable(),
      payload: z.unknown(),
      reason: z.string().nullable(),
      detail: z.string().nullable(),
    }),
  ),
  nextCursor: z.string().nullable(),
});
type Shown = z.infer<typeof members>['items'][number];

async function setPaused(stack: Stack, tenant: TestTenant, paused: boolean): Promise<void> {
  await signal(stack, tenant, 'setPaused', { paused });
  await until(
    'set',
    () => laneStates(stack.database.pool, tenant.id),
    (lanes) => lanes.every(({ isPaused }) => isPaused === paused),
  );
}

/** Pauses, lets changes come, looks, and goes on: what was shown and did not happen, in words. */
export async function unforeseen(
  stack: Stack,
  tenant: TestTenant,
  ask: Ask,
  come: () => Promise<void>,
): Promise<string[]> {
  const { pool } = stack.database;
  await setPaused(stack, tenant, true);
  await come();
  const behind = async (): Promise<number | null> =>
    (
      await pool.query(
        'SELECT FROM changes WHERE tenant = $1 AND pos > (SELECT absorbed_pos FROM ' +
          'tenant_absorb WHERE tenant = $1)',
        [tenant.id],
      )
    ).rowCount;
  await until('absorbed', behind, (count) => count === 0);
  const shown = await shownBy(stack, tenant, ask);
  const { rows: newest } = await pool.query<{ id: string }>(
    'SELECT coalesce(max(id), 0)::text AS id FROM sends WHERE tenant = $1',
    [tenant.id],
  );
  await setPaused(stack, tenant, false);
  await wake(stack, tenant);
  await untilIdle(stack, tenant);
  const { rows: left } = await pool.query<Left>(
    `SELECT d.kind, d.record_id AS "recordId", d.part, (m ->> 'rev')::int AS revision,
       json_build_object('operation', m -> 'write' -> 'operation',
         'entity', m -> 'write' -> 'entity', 'payload',
           (s.request ->> 'body')::json -> 'BatchItemRequest' -> (n - 1)::int ->
             (m -> 'write' ->> 'entity')) AS write
     FROM sends s, json_array_elements(s.members) WITH ORDINALITY AS x(m, n) JOIN deliveries d
       ON d.id = (m ->> 'deliveryId')::bigint
     WHERE s.tenant = $1 AND s.system = 'qbo' AND s.id > $2 ORDER BY s.id`,
    [tenant.id, newest[0]?.id],
  );
  const { rows: now } = await pool.query<Now>(
    `SELECT kind, record_id AS "recordId", part, state, reason, detail,
       desired_rev::int AS revision FROM deliveries WHERE tenant = $1 AND system = 'qbo'`,
    [tenant.id],
  );
  return shown.flatMap((one) => missed(one, left, now));
}

interface Part {
  kind: string;
  recordId: string;
  part: string;
  revision: number;
}
type Left = Part & { write: { operation: string; entity: string; payload: unknown } };
type Now = Part & { state: string; reason: string | null; detail: string | null };

async function shownBy(stack: Stack, tenant: TestTenant, ask: Ask): Promise<Shown[]> {
  await stack.database.pool.query(
    `UPDATE runs SET requested_at = requested_at - interval '1 minute' WHERE tenant = $1`,
    [tenant.id],
  );
  const id = textOf(
    (await ask('POST', '/runs', { kind: 'dry_run', systems: ['qbo'] })).body,
    'runId',
  );
  const state = z.object({ state: z.string() });
  await until(
    'the run ended',
    async () => state.parse((await ask('GET', `/runs/${id}`)).body),
    (run) => run.state === 'completed',
  );
  const shown: Shown[] = [];
  for (let cursor = ''; ;) {
    const page = members.parse((await ask('GET', `/runs/${id}/members?limit=100${cursor}`)).body);
    shown.push(...page.items);
    if (page.nextCursor === null) return shown;
    cursor = `&cursor=${page.nextCursor}`;
  }
}

function missed(shown: Shown, left: readonly Left[], now: readonly Now[]): string[] {
  const isSame = (one: Part): boolean =>
    one.kind === shown.kind && one.recordId === shown.recordId && one.part === shown.part;
  const name = `${shown.kind}/${shown.recordId} ${shown.part} rev ${shown.revision}`;
  const is = now.find(isSame);
  // A refund that names its sale joins its summary by a turn of the lane alone: that moves it on.
  if (is?.revision !== shown.revision)
    return shown.kind === 'summary' ? [] : [`${name} was shown and is not there any more`];
  if (shown.outcome === 'write') {
    const write = left.find((one) => isSame(one) && one.revision === shown.revision)?.write;
    const told = ({ operation, entity, payload }: Left['write'] | Shown): string =>
      canonicalJson({ operation, entity, payload });
    if (write === undefined)
      return [`${name} was shown to leave and did not: ${JSON.stringify(is)} ${told(shown)}`];
    return told(write) === told(shown)
      ? []
      : [`${name} was shown as\n  ${told(shown)}, left as\n  ${told(write)}`];
  }
  if (
    shown.outcome === 'hold' &&
    (is.state !== 'held' || is.reason !== shown.reason || is.detail !== shown.detail)
  )
    return [
      `${name} was shown to be held ${shown.reason ?? ''}: ${shown.detail ?? ''}, is ` +
        JSON.stringify(is),
    ];
  return [];
}

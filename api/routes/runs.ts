import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { z } from 'zod';

import {
  builtRunKinds,
  createRun,
  endRun,
  findRun,
  listRunMembers,
  listRunSends,
  runStates,
  type RunPlace,
  type RunRow,
} from '../../database/runs';
import { writeAudit } from '../../database/tenants';
import { undoOutcomesOf } from '../../database/undo';
import { memberOutcomes, runKinds } from '../../domain/delivery/run-progress';
import { undoKinds, undoOutcomes } from '../../domain/delivery/undo';
import { kinds, targets, type Kind } from '../../domain/words';
import type { ApiDeps } from '../deps';
import { afterOf, pageOf, pageQuery, pageSchema } from '../paging';
import { notFound, Problem } from '../problem';
import { none, tenantRoute, type Route } from '../route';
import { instantText, kindName, systemName } from '../words';

const runId = z.uuid();
const request = z
  .strictObject({
    kind: z.enum(runKinds).meta({
      description:
        '`dry_run` shows what would be sent now. `undo` takes back what was posted to ' +
        'QuickBooks for records of these business dates, and what waits to be: open ' +
        'documents are voided, deposited ones and those in closed periods get a document ' +
        'against them, tickets leave their daily summary; nothing is deleted. A later ' +
        'revision from the POS, or a redrive by the ids of its deliveries, posts a ' +
        'record anew. The others are not built.',
    }),
    systems: z
      .array(systemName)
      .min(1)
      .max(targets.length)
      .optional()
      .meta({ description: 'Of an undo only `qbo`.' }),
    kinds: z
      .array(kindName)
      .min(1)
      .max(kinds.length)
      .optional()
      .meta({ description: 'Of an undo kinds of documents; all of them unless given.' }),
    from: z.iso.date().optional().meta({
      description: 'First business date; what has none is left out then. An undo needs both.',
    }),
    to: z.iso.date().optional().meta({ description: 'Last business date.' }),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
    message: 'to must not be before from',
    path: ['to'],
  })
  .superRefine((body, context) => {
    if (body.kind !== 'undo') return;
    const refuse = (path: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [path], message });
    };
    for (const bound of ['from', 'to'] as const)
      if (body[bound] === undefined)
        refuse(bound, 'an undo needs the first and the last business date that it takes back');
    if (body.systems?.some((system) => system !== 'qbo') === true)
      refuse('systems', 'only what was posted to QuickBooks (qbo) can be taken back');
    const other = body.kinds?.find((kind) => !undoKinds.some((one) => one === kind));
    if (other !== undefined)
      refuse('kinds', `${other} is no kind that can be taken back: ${undoKinds.join(', ')}`);
  });

const postingSchema = z.object({
  accountId: z
    .string()
    .nullable()
    .meta({ description: 'Null where the books choose the account.' }),
  account: z.string(),
  currency: z.string(),
  debitMinor: z.int(),
  creditMinor: z.int(),
});
const runSchema = z
  .object({
    id: runId,
    kind: z.enum(builtRunKinds),
    state: z.enum(runStates),
    requestedBy: z.string(),
    requestedAt: instantText,
    endedAt: instantText.nullable(),
    done: z.int().meta({
      description: 'Deliveries that were looked at; of an undo, those that came to rest.',
    }),
    total: z
      .int()
      .nullable()
      .meta({
        description:
          'That waited when it began. What waits for others, or for its next try, is not ' +
          'looked at. Of an undo: that stood in the books or waited.',
      }),
    detail: z.string().nullable(),
    undone: z
      .partialRecord(z.enum(undoOutcomes), z.int())
      .nullable()
      .meta({
        description:
          'Of an undo: deliveries by what became of them; once it has ended, as it ended. ' +
          '`voided`; `countered`: it stands, with a document against it; `leftSummary`; ' +
          '`skipped`: never posted, and not posted any more; `held` and `dead`: under ' +
          'failures; `waiting`. Null of a dry run.',
      }),
    systems: z
      .array(
        z.object({
          system: systemName,
          isDone: z.boolean(),
          isCut: z.boolean().meta({ description: 'There was more than a run looks at (10,000).' }),
          outcomes: z.partialRecord(z.enum(memberOutcomes), z.int()),
          calls: z.object({ reads: z.int(), writes: z.int() }),
          expectedMs: z.number().nullable(),
          accounts: z
            .array(postingSchema)
            .meta({ description: 'What all documents book together.' }),
        }),
      )
      .meta({ description: 'Of a dry run.' }),
  })
  .meta({ id: 'Run' });

type Shown = z.output<typeof runSchema>;

/** An undo is read from its deliveries; a dry run from what it kept. */
async function shownNow(db: Pool, tenant: number, row: RunRow): Promise<Shown> {
  const run = shown(row);
  if (row.undo === null) return run;
  const undone = row.undo.outcomes ?? (await undoOutcomesOf(db, tenant, row.id));
  const all = Object.values(undone).reduce((sum, count) => sum + count, 0);
  return { ...run, undone, done: all - (undone.waiting ?? 0) };
}

function shown({ progress, selector: _selector, undo: _undo, ...run }: RunRow): Shown {
  const systems = targets.flatMap((system) => {
    const lane = progress[system];
    if (lane === undefined) return [];
    const { isDone, isCut, outcomes, reads, sends: writes, expectedMs, accounts } = lane;
    const calls = { reads, writes };
    return [
      { system, isDone, isCut, outcomes, calls, expectedMs, accounts: Object.values(accounts) },
    ];
  });
  return { ...run, undone: null, systems };
}

export function runRoutes(deps: ApiDeps): Route[] {
  const { pool } = deps;
  return [
    startRoute(deps),
    tenantRoute({
      method: 'get',
      path: '/runs/{runId}',
      access: 'operator',
      summary: 'How far a run is, and what it found in sum',
      params: z.strictObject({ runId }),
      query: none,
      body: none,
      answers: { 200: runSchema },
      handle: async ({ tenant, params }) => {
        const run = await findRun(pool, tenant.id, params.runId);
        if (run === null) throw notFound('run');
        return { status: 200, body: await shownNow(pool, tenant.id, run) };
      },
    }),
    cancelRoute(deps),
    sendsRoute(deps),
    membersRoute(deps),
  ];
}

function startRoute({ pool, signals }: ApiDeps): Route {
  return tenantRoute({
    method: 'post',
    path: '/runs',
    access: 'operator',
    summary:
      'Start a run. A dry run answers with what would be sent now, and sends nothing; an ' +
      'undo takes back what was posted',
    params: none,
    query: none,
    body: request,
    answers: { 202: z.object({ runId }) },
    handle: async ({ tenant, actor, body }) => {
      if (body.kind !== 'dry_run' && body.kind !== 'undo')
        throw new Problem(501, 'not_built', `Runs of kind ${body.kind} are not built yet.`);
      const id = randomUUID();
      const isUndo = body.kind === 'undo';
      const possible: readonly Kind[] = isUndo ? undoKinds : kinds;
      const selector = {
        systems: [...new Set(body.systems ?? (isUndo ? (['qbo'] as const) : targets))],
        kinds: possible.filter((kind) => body.kinds?.includes(kind) ?? true),
        from: body.from ?? null,
        to: body.to ?? null,
      };
      const created = await createRun(pool, tenant.id, {
        id,
        kind: body.kind,
        selector,
        by: actor,
      });
      if (created.type === 'already_running')
        throw new Problem(409, 'already_running', 'A run of this kind has not ended yet.');
      if (created.type === 'too_soon')
        throw new Problem(429, 'too_soon', 'The last run of this kind was a moment ago.', {
          retryAfterSeconds: Math.ceil(created.waitMs / 1_000),
        });
      const detail = { kind: body.kind, ...selector };
      await writeAudit(pool, tenant.id, { actor, action: 'runs.start', subject: id, detail });
      signals.send(tenant.tenantId, { name: 'startRun', runId: id });
      return { status: 202, body: { runId: id } };
    },
  });
}

function cancelRoute({ pool, signals }: ApiDeps): Route {
  return tenantRoute({
    method: 'post',
    path: '/runs/{runId}/cancel',
    access: 'operator',
    summary:
      'Stop a run; what it found so far stays. Of an undo: what was not begun stays in the books',
    params: z.strictObject({ runId }),
    query: none,
    body: none,
    answers: { 202: z.object({ runId, state: z.literal('cancelled') }) },
    handle: async ({ tenant, actor, params: { runId: id } }) => {
      const run = await findRun(pool, tenant.id, id);
      if (run === null) throw notFound('run');
      if (!(await endRun(pool, tenant.id, id, 'cancelled', null)))
        throw new Problem(409, 'run_ended', 'This run has ended.');
      await writeAudit(pool, tenant.id, { actor, action: 'runs.cancel', subject: id });
      signals.send(tenant.tenantId, { name: 'cancelRun', runId: id });
      return { status: 202, body: { runId: id, state: 'cancelled' } };
    },
  });
}

const placeText = z.string().regex(/^(qbo|woo)\/\d{1,9}$/);
const placeOf = (cursor: string | undefined): RunPlace => {
  const [system = '', no = '0'] = (afterOf(cursor, placeText) ?? '').split('/');
  return { system, no: Number(no) };
};
const placeKey = ({ system, no }: RunPlace): string => `${system}/${no}`;

function sendsRoute({ pool }: ApiDeps): Route {
  const sendSchema = z.object({
    system: systemName,
    no: z.int(),
    key: z.string(),
    path: z.string(),
    body: z.string(),
    members: z.int(),
  });
  return tenantRoute({
    method: 'get',
    path: '/runs/{runId}/sends',
    access: 'operator',
    summary: 'Of a dry run: the requests, byte for byte as they would leave',
    params: z.strictObject({ runId }),
    query: z.strictObject(pageQuery),
    body: none,
    answers: { 200: pageSchema(sendSchema) },
    handle: async ({ tenant, params, query: { cursor, limit } }) => {
      const after = placeOf(cursor);
      if ((await findRun(pool, tenant.id, params.runId)) === null) throw notFound('run');
      const rows = await listRunSends(pool, tenant.id, params.runId, after, limit + 1);
      return { status: 200, body: pageOf(rows, limit, placeKey, (row) => row) };
    },
  });
}

function membersRoute({ pool }: ApiDeps): Route {
  const memberSchema = z.object({
    system: systemName,
    no: z.int(),
    kind: kindName,
    recordId: z.string(),
    part: z.string(),
    revision: z.int(),
    outcome: z.enum(memberOutcomes),
    sendNo: z.int().nullable(),
    operation: z.string().nullable(),
    entity: z.string().nullable(),
    payload: z.unknown(),
    postings: z.array(postingSchema).nullable(),
    reason: z.string().nullable(),
    detail: z.string().nullable(),
  });
  return tenantRoute({
    method: 'get',
    path: '/runs/{runId}/members',
    access: 'operator',
    summary:
      'Of a dry run: each delivery with its payload and what it books, or why it is not sent',
    params: z.strictObject({ runId }),
    query: z.strictObject(pageQuery),
    body: none,
    answers: { 200: pageSchema(memberSchema) },
    handle: async ({ tenant, params, query: { cursor, limit } }) => {
      const after = placeOf(cursor);
      if ((await findRun(pool, tenant.id, params.runId)) === null) throw notFound('run');
      const rows = await listRunMembers(pool, tenant.id, params.runId, after, limit + 1);
      return { status: 200, body: pageOf(rows, limit, placeKey, (row) => row) };
    },
  });
}

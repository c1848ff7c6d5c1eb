import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { z } from 'zod';

import {
  builtRunKinds,
  createRun,
  endRun,
  findRun,
  runStates,
  type RunRow,
} from '../../database/runs';
import { undoOutcomesOf } from '../../database/undo';
import { memberOutcomes, posting, runKinds } from '../../schemas/runs';
import { undoKinds, undoOutcomes } from '../../domain/delivery/undo';
import { kinds, targets, type Kind } from '../../domain/words';
import type { ApiDeps } from '../deps';
import { found, Problem } from '../problem';
import { get, post, tenantRoute, type Route } from '../route';
import { membersRoute, sendsRoute } from './run-pages';
import { instantText, kindName, systemName } from '../../schemas/words';

const runId = z.uuid();
const request = z
  .strictObject({
    kind: z.enum(runKinds).meta({
      description:
        '`dry_run` shows the exact requests that would be sent now. `undo` takes back what ' +
        'was posted to QuickBooks for records of these business dates. The others are not ' +
        'built.',
    }),
    systems: z
      .array(systemName)
      .min(1)
      .max(targets.length)
      .optional()
      .meta({ description: 'All unless given. For `undo`, only `qbo`.' }),
    kinds: z
      .array(kindName)
      .min(1)
      .max(kinds.length)
      .optional()
      .meta({ description: 'All unless given. For `undo`, kinds of documents.' }),
    from: z.iso
      .date()
      .optional()
      .meta({
        description:
          'First business date, inclusive; records without a business date are excluded. ' +
          'Required for `undo`.',
      }),
    to: z.iso
      .date()
      .optional()
      .meta({ description: 'Last business date, inclusive. Required for `undo`.' }),
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
  })
  .meta({ example: { kind: 'undo', from: '2026-11-01', to: '2026-11-30', kinds: ['order'] } });

const runSchema = z
  .object({
    id: runId,
    kind: z.enum(builtRunKinds),
    state: z.enum(runStates),
    requestedBy: z.string(),
    requestedAt: instantText,
    endedAt: instantText.nullable(),
    done: z
      .int()
      .meta({ description: 'Deliveries that were looked at; for `undo`, those that finished.' }),
    total: z
      .int()
      .nullable()
      .meta({
        description:
          'Deliveries that were due when the run started. What waits for other records, or for ' +
          'its next try, is not looked at. For `undo`: deliveries that were posted or waiting.',
      }),
    detail: z.string().nullable(),
    undone: z
      .partialRecord(z.enum(undoOutcomes), z.int())
      .nullable()
      .meta({
        description:
          'For `undo`: deliveries by outcome, frozen when the run ends. `voided`; `countered`: ' +
          'it stands, with a document against it; `leftSummary`: its ticket left the daily ' +
          'summary; `skipped`: never posted, and not posted any more; `held` and `dead`: see ' +
          'failures; `waiting`. Null for a dry run.',
      }),
    systems: z
      .array(
        z.object({
          system: systemName,
          isDone: z.boolean(),
          isCut: z.boolean().meta({ description: 'Truncated at 10,000 deliveries.' }),
          outcomes: z.partialRecord(z.enum(memberOutcomes), z.int()),
          calls: z.object({ reads: z.int(), writes: z.int() }),
          expectedMs: z.number().nullable(),
          accounts: z
            .array(posting)
            .meta({ description: 'Debits and credits of all documents together.' }),
        }),
      )
      .meta({ description: 'For a dry run.' }),
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
      ...get('/runs/{runId}', 'viewer'),
      summary: 'Get run progress and totals',
      params: z.strictObject({ runId }),
      answers: { 200: runSchema },
      handle: async ({ tenant, params }) => {
        const run = found(await findRun(pool, tenant.id, params.runId), 'run');
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
    ...post('/runs', 'operator'),
    summary: 'Start a dry run or an undo',
    description:
      'A dry run sends nothing; read it under `sends` and `members`. An undo voids open ' +
      'documents, posts a document against deposited ones and those in closed periods, and ' +
      'takes tickets out of their daily summaries; it deletes nothing. A later revision from ' +
      'the POS, or a redrive by the ids of its deliveries, posts a record anew. One run of a ' +
      'kind at a time (409 `already_running`), 10 s apart (429 `too_soon`).',
    body: request,
    answers: { 202: z.object({ runId }) },
    handle: async ({ tenant, actor, audit, body }) => {
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
      const run = { id, kind: body.kind, selector, by: actor };
      const created = await createRun(pool, tenant.id, run);
      if (created.type === 'already_running')
        throw new Problem(409, 'already_running', 'A run of this kind has not ended yet.');
      if (created.type === 'too_soon')
        throw new Problem(429, 'too_soon', 'The last run of this kind was a moment ago.', {
          retryAfterSeconds: Math.ceil(created.waitMs / 1_000),
        });
      await audit('runs.start', id, { kind: body.kind, ...selector });
      signals.send(tenant.tenantId, { name: 'startRun', runId: id });
      return { status: 202, body: { runId: id } };
    },
  });
}

function cancelRoute({ pool, signals }: ApiDeps): Route {
  return tenantRoute({
    ...post('/runs/{runId}/cancel', 'operator'),
    summary: 'Cancel a run',
    description: 'A dry run keeps what it found. An undo leaves what was not begun in QuickBooks.',
    params: z.strictObject({ runId }),
    answers: { 202: z.object({ runId, state: z.literal('cancelled') }) },
    handle: async ({ tenant, audit, params: { runId: id } }) => {
      found(await findRun(pool, tenant.id, id), 'run');
      if (!(await endRun(pool, tenant.id, id, { state: 'cancelled', detail: null })))
        throw new Problem(409, 'run_ended', 'This run has ended.');
      await audit('runs.cancel', id);
      signals.send(tenant.tenantId, { name: 'cancelRun', runId: id });
      return { status: 202, body: { runId: id, state: 'cancelled' } };
    },
  });
}

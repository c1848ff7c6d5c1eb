import { randomUUID } from 'node:crypto';
import { z } from 'zod';

import {
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
import { memberOutcomes, runKinds } from '../../domain/run-progress';
import { kinds, targets } from '../../domain/words';
import type { ApiDeps } from '../deps';
import { afterOf, pageOf, pageQuery, pageSchema } from '../paging';
import { notFound, Problem } from '../problem';
import { none, tenantRoute, type Route } from '../route';
import { instantText, kindName, systemName } from '../words';

const runId = z.uuid();
const request = z
  .strictObject({
    kind: z.enum(runKinds).meta({ description: 'Only `dry_run` is built.' }),
    systems: z.array(systemName).min(1).max(targets.length).optional(),
    kinds: z.array(kindName).min(1).max(kinds.length).optional(),
    from: z.iso.date().optional().meta({ description: 'First business date; what has none is left out then.' }), // prettier-ignore
    to: z.iso.date().optional(),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
    message: 'to must not be before from',
    path: ['to'],
  });

const postingSchema = z.object({
  accountId: z.string().nullable().meta({ description: 'Null where the books choose the account.' }), // prettier-ignore
  account: z.string(),
  currency: z.string(),
  debitMinor: z.int(),
  creditMinor: z.int(),
});
const runSchema = z
  .object({
    id: runId,
    kind: z.literal('dry_run'),
    state: z.enum(runStates),
    requestedBy: z.string(),
    requestedAt: instantText,
    endedAt: instantText.nullable(),
    done: z.int().meta({ description: 'Deliveries that were looked at.' }),
    total: z.int().nullable().meta({ description: 'That waited when it began. What waits for others, or for its next try, is not looked at.' }), // prettier-ignore
    detail: z.string().nullable(),
    systems: z.array(
      z.object({
        system: systemName,
        isDone: z.boolean(),
        isCut: z.boolean().meta({ description: 'There was more than a run looks at (10,000).' }),
        outcomes: z.partialRecord(z.enum(memberOutcomes), z.int()),
        calls: z.object({ reads: z.int(), writes: z.int() }),
        expectedMs: z.number().nullable(),
        accounts: z.array(postingSchema).meta({ description: 'What all documents book together.' }),
      }),
    ),
  })
  .meta({ id: 'Run' });

function shown({ progress, selector: _selector, ...run }: RunRow): z.output<typeof runSchema> {
  const systems = targets.flatMap((system) => {
    const lane = progress[system];
    if (lane === undefined) return [];
    const { isDone, isCut, outcomes, reads, sends: writes, expectedMs, accounts } = lane;
    const calls = { reads, writes };
    return [{ system, isDone, isCut, outcomes, calls, expectedMs, accounts: Object.values(accounts) }]; // prettier-ignore
  });
  return { ...run, systems };
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
        return { status: 200, body: shown(run) };
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
    summary: 'Start a run. A dry run answers with what would be sent now, and sends nothing',
    params: none,
    query: none,
    body: request,
    answers: { 202: z.object({ runId }) },
    handle: async ({ tenant, actor, body }) => {
      if (body.kind !== 'dry_run')
        throw new Problem(501, 'not_built', `Runs of kind ${body.kind} are not built yet.`);
      const id = randomUUID();
      const selector = {
        systems: [...new Set(body.systems ?? targets)],
        kinds: kinds.filter((kind) => body.kinds?.includes(kind) ?? true),
        from: body.from ?? null,
        to: body.to ?? null,
      };
      const created = await createRun(pool, tenant.id, { id, kind: body.kind, selector, by: actor }); // prettier-ignore
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
    summary: 'Stop a run; what it found so far stays',
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
  const sendSchema = z.object({ system: systemName, no: z.int(), key: z.string(), path: z.string(), body: z.string(), members: z.int() }); // prettier-ignore
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

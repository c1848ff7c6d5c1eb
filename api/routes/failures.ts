import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { z } from 'zod';

import { label } from '../../schemas/body-parts';
import {
  countRedrivable,
  discardDelivery,
  type Discarded,
  type FailureFilter,
  listCauses,
  listFailures,
  redriveSelector,
  requestRedrive,
} from '../../database/failures';
import {
  discardFailedChange,
  listFailedChanges,
  type FailedChange,
} from '../../database/failed-changes';
import { countUndone } from '../../database/undo';
import { deadReasons, failureClasses } from '../../domain/delivery/failure';
import { holdActors, holdReasons, isHoldCode } from '../../domain/hold-reasons';
import type { ApiDeps } from '../deps';
import { listRoute, pageQuery, pageSchema, type Page } from '../paging';
import { notFound, Problem } from '../problem';
import { get, post, tenantRoute, type Route } from '../route';
import { instantText, kindName, systemName } from '../../schemas/words';

/** A delivery, or `c` and the position of a change. */
const failureId = z.string().regex(/^c?\d{1,18}$/);
const word = z.string().regex(/^[\w:.-]{1,100}$/);

const shared = {
  system: systemName
    .nullable()
    .meta({ description: 'Null for a change that could not be applied.' }),
  kind: kindName,
  state: z.enum(['held', 'dead', 'failed']),
  reason: z.string(),
  ...{ title: z.string(), whatToDo: z.string(), actor: z.enum(holdActors) },
  cause: z.string().meta({
    description: 'Equal for failures that one correction resolves.',
    example: 'mapping_missing:tender:card',
  }),
};
const failureSchema = z
  .object({
    ...shared,
    id: failureId,
    recordId: z.string(),
    part: z.string(),
    detail: z.string().nullable(),
    attempts: z.int(),
    changedAt: instantText,
  })
  .meta({ id: 'Failure' });

const filter = pageQuery.extend({
  class: word
    .optional()
    .meta({ description: 'For dead deliveries: the class of the refusal.', example: 'DATA' }),
  reason: word.optional().meta({
    description: 'For held deliveries and failed changes: the reason.',
    example: 'mapping_missing',
  }),
  kind: kindName.optional(),
  system: systemName.optional(),
});

export function failureRoutes(deps: ApiDeps): Route[] {
  const { pool } = deps;
  return [
    listRoute({
      ...get('/failures', 'viewer'),
      summary: 'List held and dead deliveries and failed changes',
      description:
        'Each with its title, what to do and who acts. Deliveries come first, then changes ' +
        'that could not be applied.',
      query: filter,
      item: failureSchema,
      read: ({ tenant, query }, page) => failuresAfter(pool, tenant.id, query, page),
      key: failureId,
      keyOf: ({ id }) => id,
    }),
    tenantRoute({
      ...get('/failures/causes', 'viewer'),
      summary: 'List failures by cause, most frequent first',
      query: pageQuery.omit({ cursor: true }),
      answers: { 200: pageSchema(z.object({ ...shared, count: z.int() })) },
      handle: async ({ tenant, query }) => {
        const causes = await listCauses(pool, tenant.id, query.limit);
        const items = causes.map((cause) => ({ ...cause, ...explained(cause) }));
        return { status: 200, body: { items, nextCursor: null } };
      },
    }),
    redriveRoute(deps),
    discardRoute(deps),
  ];
}

function redriveRoute({ pool, signals }: ApiDeps): Route {
  return tenantRoute({
    ...post('/failures/redrive', 'operator'),
    summary: 'Redrive failures by ids, by cause, or all',
    description:
      'They are tried again with all their tries. Self-releasing holds (direction, ' +
      'dependency, summary) are skipped. By ids it also covers what an undo took back: the ' +
      'record is posted anew.',
    body: redriveSelector.meta({ example: { cause: 'mapping_missing:tender:card' } }),
    answers: { 202: z.object({ redriveId: z.string(), count: z.int() }) },
    handle: async ({ tenant, actor, audit, body }) => {
      const redriveId = randomUUID();
      const undone = 'ids' in body ? await countUndone(pool, tenant.id, body.ids) : 0;
      const count = undone + (await countRedrivable(pool, tenant.id, body));
      await requestRedrive(pool, tenant.id, redriveId, { selector: body, by: actor });
      await audit('failures.redrive', redriveId, { count });
      signals.send(tenant.tenantId, { name: 'redrive', id: redriveId, redriveId });
      return { status: 202, body: { redriveId, count } };
    },
  });
}

function discardRoute({ pool }: ApiDeps): Route {
  return tenantRoute({
    ...post('/failures/{failureId}/discard', 'operator'),
    summary: 'Discard a dead or held delivery or a failed change',
    description: 'It is not tried again; the reason is kept. What is in flight: 409 `in_flight`.',
    params: z.strictObject({ failureId }),
    body: z
      .strictObject({ reason: label(500) })
      .meta({ example: { reason: 'Booked by hand as journal entry 118' } }),
    answers: { 202: z.object({ id: failureId, state: z.literal('skipped') }) },
    handle: async ({ tenant, audit, params: { failureId: id }, body: { reason } }) => {
      const result = await discard(pool, tenant.id, id, reason);
      if (result === 'unknown') throw notFound('delivery');
      if (result === 'in_flight') {
        const detail = 'Only a dead or held delivery can be discarded; this one is neither now.';
        throw new Problem(409, 'in_flight', detail);
      }
      await audit('failures.discard', id, { reason });
      return { status: 202, body: { id, state: 'skipped' } };
    },
  });
}

async function discard(pool: Pool, tenant: number, id: string, reason: string): Promise<Discarded> {
  if (!id.startsWith('c')) return discardDelivery(pool, tenant, id, reason);
  const isDone = await discardFailedChange(pool, tenant, Number(id.slice(1)), reason);
  return isDone ? 'discarded' : 'unknown';
}

type ShownFailure = z.output<typeof failureSchema>;

/** A page of deliveries; when those are at their end, of changes that could not be applied. */
async function failuresAfter(
  pool: Pool,
  tenant: number,
  filter: FailureFilter,
  { after, limit }: Page,
): Promise<ShownFailure[]> {
  const isInChanges = after?.startsWith('c') === true;
  const deliveries = isInChanges
    ? []
    : await listFailures(pool, tenant, filter, { afterId: after, limit });
  const shown = deliveries.map((row): ShownFailure => ({ ...row, ...explained(row) }));
  if (shown.length === limit || filter.class !== undefined || filter.system !== undefined)
    return shown;
  const changes = await listFailedChanges(
    pool,
    tenant,
    { ...filter, afterPos: isInChanges ? Number(after.slice(1)) : 0 },
    limit - shown.length,
  );
  return [...shown, ...changes.map(changeView)];
}

function changeView({ pos, kind, recordId, code, detail, at }: FailedChange): ShownFailure {
  return {
    id: `c${pos}`,
    ...{ system: null, kind, state: 'failed', reason: code, cause: code, recordId, part: '' },
    ...{ title: 'Could not be applied', actor: 'pos' },
    whatToDo: 'Send a corrected revision of the record, or discard the change.',
    ...{ detail, attempts: 1, changedAt: at },
  };
}

function explained({
  state,
  reason,
}: {
  state: 'held' | 'dead';
  reason: string;
}): Pick<ShownFailure, 'title' | 'whatToDo' | 'actor'> {
  if (state === 'held' && isHoldCode(reason)) {
    const { title, whatToDo, actor } = holdReasons[reason];
    return { title, whatToDo, actor };
  }
  const dead = failureClasses.find((name) => name === reason);
  if (dead === undefined)
    return { title: reason, whatToDo: 'Read the detail, then redrive.', actor: 'operator' };
  return { ...deadReasons[dead], actor: 'operator' };
}

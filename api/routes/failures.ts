import { randomUUID } from 'node:crypto';
import { z } from 'zod';

import { label } from '../../database/body-parts';
import {
  countRedrivable,
  discardDelivery,
  listCauses,
  listFailures,
  redriveSelector,
  requestRedrive,
} from '../../database/failures';
import { countUndone } from '../../database/undo';
import { writeAudit } from '../../database/tenants';
import type { ApiDeps } from '../deps';
import { afterOf, pageOf, pageQuery, pageSchema } from '../paging';
import { notFound, Problem } from '../problem';
import { none, tenantRoute, type Route } from '../route';
import { instantText, kindName, systemName } from '../words';

const deliveryId = z.string().regex(/^\d{1,18}$/);
const word = z.string().regex(/^[\w:.-]{1,100}$/);

const shared = {
  system: systemName,
  kind: kindName,
  state: z.enum(['held', 'dead']),
  reason: z.string(),
  cause: z.string().meta({ description: 'Equal for failures that one correction mends.' }),
};
const failureSchema = z
  .object({
    ...shared,
    id: deliveryId,
    recordId: z.string(),
    part: z.string(),
    detail: z.string().nullable(),
    attempts: z.int(),
    changedAt: instantText,
  })
  .meta({ id: 'Failure' });

const filter = z.strictObject({
  ...pageQuery,
  class: word.optional().meta({ description: 'Of a dead one.' }),
  reason: word.optional().meta({ description: 'Of a held one.' }),
  kind: kindName.optional(),
  system: systemName.optional(),
});

export function failureRoutes(deps: ApiDeps): Route[] {
  const { pool } = deps;
  return [
    tenantRoute({
      method: 'get',
      path: '/failures',
      access: 'operator',
      summary: 'Dead and held deliveries, oldest first',
      params: none,
      query: filter,
      body: none,
      answers: { 200: pageSchema(failureSchema) },
      handle: async ({ tenant, query: { cursor, limit, ...wanted } }) => {
        const after = afterOf(cursor, deliveryId);
        const rows = await listFailures(pool, tenant.id, wanted, after, limit + 1);
        return { status: 200, body: pageOf(rows, limit, ({ id }) => id, (row) => row) }; // prettier-ignore
      },
    }),
    tenantRoute({
      method: 'get',
      path: '/failures/causes',
      access: 'operator',
      summary: 'Equal failures together, most frequent first',
      params: none,
      query: z.strictObject({ limit: pageQuery.limit }),
      body: none,
      answers: { 200: pageSchema(z.object({ ...shared, count: z.int() })) },
      handle: async ({ tenant, query }) => {
        const items = await listCauses(pool, tenant.id, query.limit);
        return { status: 200, body: { items, nextCursor: null } };
      },
    }),
    redriveRoute(deps),
    discardRoute(deps),
  ];
}

function redriveRoute({ pool, signals }: ApiDeps): Route {
  return tenantRoute({
    method: 'post',
    path: '/failures/redrive',
    access: 'operator',
    summary:
      'Try again by ids, by cause, or all; what lifts by itself is passed over. By ids also what an undo took back: its record is posted anew',
    params: none,
    query: none,
    body: redriveSelector,
    answers: { 202: z.object({ redriveId: z.string(), count: z.int() }) },
    handle: async ({ tenant, actor, body }) => {
      const redriveId = randomUUID();
      const undone = 'ids' in body ? await countUndone(pool, tenant.id, body.ids) : 0;
      const count = undone + (await countRedrivable(pool, tenant.id, body));
      await requestRedrive(pool, tenant.id, redriveId, body, actor);
      const entry = { actor, action: 'failures.redrive', subject: redriveId, detail: { count } };
      await writeAudit(pool, tenant.id, entry);
      signals.send(tenant.tenantId, { name: 'redrive', id: redriveId, redriveId });
      return { status: 202, body: { redriveId, count } };
    },
  });
}

function discardRoute({ pool }: ApiDeps): Route {
  return tenantRoute({
    method: 'post',
    path: '/failures/{deliveryId}/discard',
    access: 'operator',
    summary: 'Give a dead or held delivery up, with a reason',
    params: z.strictObject({ deliveryId }),
    query: none,
    body: z.strictObject({ reason: label(500) }),
    answers: { 202: z.object({ id: deliveryId, state: z.literal('skipped') }) },
    handle: async ({ tenant, actor, params: { deliveryId: id }, body: { reason } }) => {
      const result = await discardDelivery(pool, tenant.id, id, reason);
      if (result === 'unknown') throw notFound('delivery');
      if (result === 'in_flight') {
        const detail = 'Only a dead or held delivery can be discarded; this one is neither now.';
        throw new Problem(409, 'in_flight', detail);
      }
      const entry = { actor, action: 'failures.discard', subject: id, detail: { reason } };
      await writeAudit(pool, tenant.id, entry);
      return { status: 202, body: { id, state: 'skipped' } };
    },
  });
}

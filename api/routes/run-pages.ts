import { z } from 'zod';

import { findRun, listRunMembers, listRunSends, type RunPlace } from '../../database/runs';
import { memberOutcomes } from '../../domain/delivery/run-progress';
import type { ApiDeps } from '../deps';
import { afterOf, pageOf, pageQuery, pageSchema } from '../paging';
import { notFound } from '../problem';
import { none, tenantRoute, type Route } from '../route';
import { kindName, systemName } from '../words';

// What a dry run found, page by page: the requests that would be sent, and each delivery.

const runId = z.uuid();
export const postingSchema = z.object({
  accountId: z
    .string()
    .nullable()
    .meta({ description: 'Null where the books choose the account.' }),
  account: z.string(),
  currency: z.string(),
  debitMinor: z.int(),
  creditMinor: z.int(),
});
const placeText = z.string().regex(/^(qbo|woo)\/\d{1,9}$/);
const placeOf = (cursor: string | undefined): RunPlace => {
  const [system = '', no = '0'] = (afterOf(cursor, placeText) ?? '').split('/');
  return { system, no: Number(no) };
};
const placeKey = ({ system, no }: RunPlace): string => `${system}/${no}`;

export function sendsRoute({ pool }: ApiDeps): Route {
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
    access: 'viewer',
    summary: 'List the requests of a dry run, byte for byte',
    params: z.strictObject({ runId }),
    query: z.strictObject(pageQuery),
    body: none,
    answers: { 200: pageSchema(sendSchema) },
    handle: async ({ tenant, params, query: { cursor, limit } }) => {
      const after = placeOf(cursor);
      if ((await findRun(pool, tenant.id, params.runId)) === null) throw notFound('run');
      const rows = await listRunSends(pool, tenant.id, params.runId, { after, limit: limit + 1 });
      return { status: 200, body: pageOf(rows, limit, placeKey, (row) => row) };
    },
  });
}

export function membersRoute({ pool }: ApiDeps): Route {
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
    access: 'viewer',
    summary: 'List the deliveries of a dry run',
    description: 'Each with its payload and its debits and credits, or why it is not sent.',
    params: z.strictObject({ runId }),
    query: z.strictObject(pageQuery),
    body: none,
    answers: { 200: pageSchema(memberSchema) },
    handle: async ({ tenant, params, query: { cursor, limit } }) => {
      const after = placeOf(cursor);
      if ((await findRun(pool, tenant.id, params.runId)) === null) throw notFound('run');
      const rows = await listRunMembers(pool, tenant.id, params.runId, { after, limit: limit + 1 });
      return { status: 200, body: pageOf(rows, limit, placeKey, (row) => row) };
    },
  });
}

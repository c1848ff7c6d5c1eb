import { z } from 'zod';

import { findRun, listRunMembers, listRunSends, type RunPlace } from '../../database/runs';
import { memberOutcomes } from '../../domain/delivery/run-progress';
import type { ApiDeps } from '../deps';
import { listRoute, pageQuery } from '../paging';
import { found } from '../problem';
import { get, type Route } from '../route';
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
const placeOf = (after: string | null): RunPlace => {
  const [system = '', no = '0'] = (after ?? '').split('/');
  return { system, no: Number(no) };
};
const paged = {
  params: z.strictObject({ runId }),
  query: pageQuery,
  key: placeText,
  keyOf: ({ system, no }: RunPlace): string => `${system}/${no}`,
};

export function sendsRoute({ pool }: ApiDeps): Route {
  const sendSchema = z.object({
    system: systemName,
    no: z.int(),
    key: z.string(),
    path: z.string(),
    body: z.string(),
    members: z.int(),
  });
  return listRoute({
    ...get('/runs/{runId}/sends', 'viewer'),
    ...paged,
    summary: 'List the requests of a dry run, byte for byte',
    item: sendSchema,
    read: async ({ tenant: { id }, params }, { after, limit }) => {
      const run = found(await findRun(pool, id, params.runId), 'run');
      return listRunSends(pool, id, run.id, { after: placeOf(after), limit });
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
  return listRoute({
    ...get('/runs/{runId}/members', 'viewer'),
    ...paged,
    summary: 'List the deliveries of a dry run',
    description: 'Each with its payload and its debits and credits, or why it is not sent.',
    item: memberSchema,
    read: async ({ tenant: { id }, params }, { after, limit }) => {
      const run = found(await findRun(pool, id, params.runId), 'run');
      return listRunMembers(pool, id, run.id, { after: placeOf(after), limit });
    },
  });
}

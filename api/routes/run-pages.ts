import { z } from 'zod';

import { findRun, listRunMembers, listRunSends, type RunPlace } from '../../database/runs';
import { runMember, runSend } from '../../schemas/runs';
import type { ApiDeps } from '../deps';
import { listRoute, pageQuery } from '../paging';
import { found } from '../problem';
import { get, type Route } from '../route';

// What a dry run found, page by page: the requests that would be sent, and each delivery.

const runId = z.uuid();
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
  return listRoute({
    ...get('/runs/{runId}/sends', 'viewer'),
    ...paged,
    summary: 'List the requests of a dry run, byte for byte',
    item: runSend,
    read: async ({ tenant: { id }, params }, { after, limit }) => {
      const run = found(await findRun(pool, id, params.runId), 'run');
      return listRunSends(pool, id, run.id, { after: placeOf(after), limit });
    },
  });
}

export function membersRoute({ pool }: ApiDeps): Route {
  return listRoute({
    ...get('/runs/{runId}/members', 'viewer'),
    ...paged,
    summary: 'List the deliveries of a dry run',
    description: 'Each with its payload and its debits and credits, or why it is not sent.',
    item: runMember,
    read: async ({ tenant: { id }, params }, { after, limit }) => {
      const run = found(await findRun(pool, id, params.runId), 'run');
      return listRunMembers(pool, id, run.id, { after: placeOf(after), limit });
    },
  });
}

import { randomUUID } from 'node:crypto';
import { z } from 'zod';

import {
  newestSettings,
  requestSettings,
  settingsVersions,
  syncSettingsSchema,
} from '../../database/settings';
import { writeAudit } from '../../database/tenants';
import type { ApiDeps } from '../deps';
import { afterOf, pageOf, pageQuery, pageSchema } from '../paging';
import { notFound, Problem } from '../problem';
import { none, tenantRoute, type Route } from '../route';
import { instantText } from '../words';

const sync = syncSettingsSchema.meta({ id: 'SyncSettings' });

const versionSchema = z.object({
  revision: z.int(),
  value: sync,
  requestedBy: z.string(),
  requestedAt: instantText,
  inForceAt: instantText.nullable(),
  supersededAt: instantText.nullable(),
});

export function settingsRoutes(deps: ApiDeps): Route[] {
  const { pool } = deps;
  return [
    tenantRoute({
      method: 'get',
      path: '/settings/sync',
      access: 'viewer',
      summary: 'The settings last asked for; their revision is the ETag',
      params: none,
      query: none,
      body: none,
      answers: { 200: z.object({ revision: z.int(), value: sync }) },
      handle: async ({ tenant }) => {
        const newest = await newestSettings(pool, tenant.id, 'sync');
        if (newest === null) throw notFound('settings part');
        const headers = { etag: etagOf(newest.rev) };
        return { status: 200, body: { revision: newest.rev, value: newest.value }, headers };
      },
    }),
    changeRoute(deps),
    tenantRoute({
      method: 'get',
      path: '/settings/sync/versions',
      access: 'viewer',
      summary: 'All requests of this part, newest first',
      params: none,
      query: z.strictObject(pageQuery),
      body: none,
      answers: { 200: pageSchema(versionSchema) },
      handle: async ({ tenant, query: { cursor, limit } }) => {
        const before = afterOf(cursor, z.string().regex(/^\d{1,9}$/));
        const beforeRev = before === null ? null : Number(before);
        const rows = await settingsVersions(pool, tenant.id, 'sync', beforeRev, limit + 1);
        const page = pageOf(rows, limit, ({ rev }) => String(rev), (row) => ({
          revision: row.rev,
          value: row.value,
          requestedBy: row.requestedBy,
          requestedAt: row.requestedAt,
          inForceAt: row.inForceAt,
          supersededAt: row.supersededAt,
        })); // prettier-ignore
        return { status: 200, body: page };
      },
    }),
  ];
}

function changeRoute({ pool, signals }: ApiDeps): Route {
  return tenantRoute({
    method: 'put',
    path: '/settings/sync',
    access: 'admin',
    summary: 'Ask for other settings; If-Match must be the newest ETag',
    params: none,
    query: none,
    body: sync,
    answers: { 202: z.object({ requestId: z.string(), revision: z.int() }) },
    handle: async ({ tenant, actor, body, header }) => {
      const requestId = randomUUID();
      const stored = await requestSettings(pool, tenant.id, {
        part: 'sync',
        requestId,
        value: body,
        catchUp: null,
        requestedBy: actor,
        expectedRev: revisionOf(header('if-match')),
      });
      if (stored === null) throw staleRevision();
      const subject = `revision ${stored.rev}`;
      const detail = { requestId, value: body };
      await writeAudit(pool, tenant.id, { actor, action: 'settings.sync', subject, detail });
      signals.send(tenant.tenantId, { name: 'setPolicy', id: requestId, policy: body });
      const headers = { etag: etagOf(stored.rev) };
      return { status: 202, body: { requestId, revision: stored.rev }, headers };
    },
  });
}

function etagOf(revision: number): string {
  return `"${revision}"`;
}

function revisionOf(ifMatch: string | undefined): number {
  const digits = /^\s*"(\d{1,9})"\s*$/.exec(ifMatch ?? '')?.[1];
  if (digits === undefined) throw staleRevision();
  return Number(digits);
}

function staleRevision(): Problem {
  const detail = 'Read the settings again and send their ETag as If-Match.';
  return new Problem(409, 'stale_revision', detail);
}

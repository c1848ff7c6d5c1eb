import { connectors } from '../../connectors/registry';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';

import { findConnection } from '../../database/connections';
import { bringInForce } from '../../database/policy';
import {
  newestSettings,
  postingSettingsSchema,
  requestSettings,
  settingsVersions,
  syncSettingsSchema,
} from '../../database/settings';
import { daysOfOtherMode } from '../../database/summaries';
import type { Tenant } from '../../database/tenants';
import {
  initialPostingSettings,
  unclearSettings,
  unfitSettings,
} from '../../domain/posting/settings';
import { initialSyncSettings } from '../../domain/lane/sync-settings';
import type { ApiDeps } from '../deps';
import { listRoute, pageQuery } from '../paging';
import { invalid, Problem } from '../problem';
import { get, put, tenantRoute, type Route } from '../route';
import { instantText } from '../../schemas/words';

/** One part of the settings, and what becomes of a request for it. */
interface Part<T extends object> {
  name: 'sync' | 'posting';
  schema: z.ZodType<T>;
  /** Holds where nobody asked for anything yet, as revision 0. */
  initial: T;
  /** Throws a problem where the value does not fit the tenant. */
  check: (tenant: Tenant, value: T) => Promise<void>;
  bringThere: (tenant: Tenant, requestId: string, value: T) => Promise<void>;
}

export function settingsRoutes(deps: ApiDeps): Route[] {
  const { pool, signals } = deps;
  return [
    ...partRoutes(deps, {
      name: 'sync',
      schema: syncSettingsSchema.meta({ id: 'SyncSettings', example: initialSyncSettings }),
      initial: initialSyncSettings,
      check: () => Promise.resolve(),
      // The tenant's workflow obeys these itself, so it brings them in force.
      bringThere: (tenant, id, policy) => {
        signals.send(tenant.tenantId, { name: 'setPolicy', id, policy });
        return Promise.resolve();
      },
    }),
    ...partRoutes(deps, {
      name: 'posting',
      schema: postingSettingsSchema.meta({
        id: 'PostingSettings',
        example: initialPostingSettings,
      }),
      initial: initialPostingSettings,
      check: (tenant, value) => checkPosting(deps, tenant, value),
      // Read by each turn when it begins; what it sets going is work for one.
      bringThere: async (tenant) => {
        await bringInForce(pool, tenant.id, 'posting');
        signals.send(tenant.tenantId, { name: 'wake' });
      },
    }),
  ];
}

/**
 * Settings that do not fit the company are refused now, not at the first sale
 * (accounting.md#settings).
 */
async function checkPosting(
  { pool }: ApiDeps,
  tenant: Tenant,
  value: z.infer<typeof postingSettingsSchema>,
): Promise<void> {
  const unclear = unclearSettings(value);
  if (unclear.length > 0) throw invalid('The switches of the mode say nothing clear.', unclear);
  const other = await daysOfOtherMode(pool, tenant.id, value.mode.switches);
  if (other.length > 0) throw dayTaken(other);
  const connection = await findConnection(pool, tenant.id, 'qbo');
  const facts = connectors.qbo.books.parseFacts(connection?.facts);
  const unfit = facts === null ? [] : unfitSettings(value, facts);
  if (unfit.length > 0) throw invalid('The settings do not fit the company.', unfit);
}

/**
 * A day that has tickets keeps its mode: each is in the books by itself or in a summary, never
 * both.
 */
function dayTaken(days: readonly { day: string; mode: string }[]): Problem {
  const named = days.map(({ day, mode }) => `${day} (${mode})`).join(', ');
  const detail =
    `These business days have tickets already and keep their mode: ${named}. Switch from a ` +
    'later day.';
  return new Problem(409, 'day_has_tickets', detail);
}

function partRoutes<T extends object>(deps: ApiDeps, part: Part<T>): Route[] {
  const { pool } = deps;
  const { name, schema: value } = part;
  const versionSchema = z.object({
    revision: z.int(),
    value,
    requestedBy: z.string(),
    requestedAt: instantText,
    inForceAt: instantText.nullable(),
    supersededAt: instantText.nullable(),
  });
  return [
    tenantRoute({
      ...get(`/settings/${name}`, 'viewer'),
      summary: `Get the newest requested ${name} settings`,
      description: 'Their revision is the `ETag`. Revision 0: the start values.',
      answers: { 200: z.object({ revision: z.int(), value }) },
      handle: async ({ tenant }) => {
        const newest = await newestSettings(pool, tenant.id, name);
        const body = { revision: newest?.rev ?? 0, value: newest?.value ?? part.initial };
        return { status: 200, body, headers: { etag: etagOf(body.revision) } };
      },
    }),
    changeRoute(deps, part),
    listRoute({
      ...get(`/settings/${name}/versions`, 'viewer'),
      summary: `List all requests of ${name} settings, newest first`,
      query: pageQuery,
      item: versionSchema,
      read: ({ tenant }, page) => settingsVersions(pool, tenant.id, name, page),
      key: z.string().regex(/^\d{1,9}$/),
      keyOf: ({ rev }) => String(rev),
      view: ({ rev: revision, requestId: _id, catchUp: _catchUp, ...version }) => ({
        revision,
        ...version,
      }),
    }),
  ];
}

function changeRoute<T extends object>({ pool }: ApiDeps, part: Part<T>): Route {
  return tenantRoute({
    ...put(`/settings/${part.name}`, 'admin'),
    summary: `Request new ${part.name} settings`,
    description:
      'Takes the whole value. `If-Match` must be the newest `ETag`, else 409 ' +
      '`stale_revision`. They take effect within seconds; the list of versions says when.',
    body: part.schema,
    answers: { 202: z.object({ requestId: z.string(), revision: z.int() }) },
    handle: async ({ tenant, actor, audit, body, header }) => {
      const expectedRev = revisionOf(header('if-match'));
      await part.check(tenant, body);
      const requestId = randomUUID();
      const stored = await requestSettings(pool, tenant.id, {
        part: part.name,
        requestId,
        value: body,
        catchUp: null,
        requestedBy: actor,
        expectedRev,
      });
      if (stored === null) throw staleRevision();
      const detail = { requestId, value: body };
      await audit(`settings.${part.name}`, `revision ${stored.rev}`, detail);
      await part.bringThere(tenant, requestId, body);
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

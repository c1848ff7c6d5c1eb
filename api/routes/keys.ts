import { z } from 'zod';

import { label } from '../../schemas/body-parts';
import { addKey, listKeys, revokeKey, rotateKey } from '../../database/tenants';
import { apiKey, roles } from '../../schemas/keys';
import { instantText } from '../../schemas/words';
import type { ApiDeps } from '../deps';
import { instant } from '../instant';
import { listRoute, pageQuery } from '../paging';
import { notFound, Problem } from '../problem';
import { del, get, post, tenantRoute, type Route } from '../route';
import { newApiKey } from './tenants';

/** When a new key ends; without it the key stays until it is revoked. */
const expiresAt = instant
  .refine((text) => !(Date.parse(text) <= Date.now()), 'must be in the future')
  .optional();

/** A month: whoever has a key built in brings the next one by then. */
const overlapHoursMax = 720;

export function keyRoutes({ pool }: ApiDeps): Route[] {
  return [
    listRoute({
      ...get('/keys', 'admin'),
      summary: 'List API keys, oldest first',
      query: pageQuery,
      item: apiKey,
      read: async ({ tenant }, { after }) => {
        const keys = await listKeys(pool, tenant.id);
        return keys.slice(keys.findIndex(({ id }) => id === after) + 1);
      },
      key: z.uuid(),
      keyOf: ({ id }) => id,
    }),
    tenantRoute({
      ...post('/keys', 'admin'),
      summary: 'Create an API key (shown once)',
      description:
        'The root key may create admin keys, for a tenant that lost its own. Roles: `pos` ' +
        'sends changes; `viewer` reads; `operator` also acts on failures, lanes, directions, ' +
        'mappings and runs; `admin` may do everything.',
      body: z
        .strictObject({ role: z.enum(roles), label: label(100), expiresAt })
        .meta({ example: { role: 'pos', label: 'till 1' } }),
      answers: { 201: z.object({ id: z.uuid(), key: z.string() }) },
      rootMay: true,
      handle: async ({ tenant, audit, body, isRoot }) => {
        if (isRoot && body.role !== 'admin') {
          const detail = 'The root key creates admin keys only; create others with an admin key.';
          throw new Problem(403, 'forbidden', detail);
        }
        const key = newApiKey();
        const id = await addKey(pool, tenant.id, key, body);
        await audit('key.create', id, body);
        return { status: 201, body: { id, key } };
      },
    }),
    tenantRoute({
      ...post('/keys/{keyId}/rotate', 'admin'),
      summary: 'Rotate an API key: a new one takes its place (shown once)',
      description:
        'The new key has the role and label of the former one, which goes on for ' +
        '`overlapHours`, so that nothing stands still while the new one is brought to where it ' +
        'is used. 0 ends it at once.',
      params: z.strictObject({ keyId: z.uuid() }),
      body: z
        .strictObject({ overlapHours: z.int().min(0).max(overlapHoursMax).default(24), expiresAt })
        .meta({ example: { overlapHours: 24 } }),
      answers: { 201: z.object({ id: z.uuid(), key: z.string(), formerEndsAt: instantText }) },
      handle: async ({ tenant, audit, params: { keyId }, body }) => {
        const key = newApiKey();
        const overlapMs = body.overlapHours * 3_600_000;
        const made = { key, overlapMs, expiresAt: body.expiresAt ?? null };
        const rotated = await rotateKey(pool, tenant.id, keyId, made);
        if (rotated === null) throw notFound('live key');
        const { id, formerEndsAt } = rotated;
        await audit('key.rotate', keyId, { id, formerEndsAt });
        return { status: 201, body: { id, key, formerEndsAt } };
      },
    }),
    tenantRoute({
      ...del('/keys/{keyId}', 'admin'),
      summary: 'Revoke an API key',
      description: 'It stops at once. The last live admin key stays: 409 `last_admin_key`.',
      params: z.strictObject({ keyId: z.uuid() }),
      answers: { 204: null },
      handle: async ({ tenant, audit, params: { keyId } }) => {
        const result = await revokeKey(pool, tenant.id, keyId);
        if (result === 'unknown') throw notFound('live key');
        if (result === 'last_admin') {
          const detail = 'This is the last admin key. Make another admin key first.';
          throw new Problem(409, 'last_admin_key', detail);
        }
        await audit('key.revoke', keyId);
        return { status: 204 };
      },
    }),
  ];
}

import { z } from 'zod';

import { label } from '../../schemas/body-parts';
import { addKey, listKeys, revokeKey, roles, writeAudit } from '../../database/tenants';
import type { ApiDeps } from '../deps';
import { afterOf, pageOf, pageQuery, pageSchema } from '../paging';
import { notFound, Problem } from '../problem';
import { none, tenantRoute, type Route } from '../route';
import { instantText } from '../words';
import { newApiKey } from './tenants';

const keySchema = z
  .object({
    id: z.uuid(),
    role: z.enum(roles),
    label: z.string(),
    createdAt: instantText,
    lastUsedAt: instantText.nullable(),
    revokedAt: instantText.nullable(),
  })
  .meta({ id: 'ApiKey' });

export function keyRoutes({ pool }: ApiDeps): Route[] {
  return [
    tenantRoute({
      method: 'get',
      path: '/keys',
      access: 'admin',
      summary: 'List API keys, oldest first',
      params: none,
      query: z.strictObject(pageQuery),
      body: none,
      answers: { 200: pageSchema(keySchema) },
      handle: async ({ tenant, query }) => {
        const keys = await listKeys(pool, tenant.id);
        const after = afterOf(query.cursor, z.uuid());
        const rest = keys.slice(keys.findIndex(({ id }) => id === after) + 1);
        const page = pageOf(
          rest,
          query.limit,
          ({ id }) => id,
          (key) => key,
        );
        return { status: 200, body: page };
      },
    }),
    tenantRoute({
      method: 'post',
      path: '/keys',
      access: 'admin',
      summary: 'Create an API key (shown once)',
      description:
        'The root key may create admin keys, for a tenant that lost its own. Roles: `pos` ' +
        'sends changes; `viewer` reads; `operator` also acts on failures, lanes, directions, ' +
        'mappings and runs; `admin` may do everything.',
      params: none,
      query: none,
      body: z
        .strictObject({ role: z.enum(roles), label: label(100) })
        .meta({ example: { role: 'pos', label: 'till 1' } }),
      answers: { 201: z.object({ id: z.uuid(), key: z.string() }) },
      rootMay: true,
      handle: async ({ tenant, actor, body, isRoot }) => {
        if (isRoot && body.role !== 'admin') {
          const detail = 'The root key creates admin keys only; create others with an admin key.';
          throw new Problem(403, 'forbidden', detail);
        }
        const key = newApiKey();
        const id = await addKey(pool, tenant.id, key, { role: body.role, label: body.label });
        const entry = { actor, action: 'key.create', subject: id, detail: body };
        await writeAudit(pool, tenant.id, entry);
        return { status: 201, body: { id, key } };
      },
    }),
    tenantRoute({
      method: 'delete',
      path: '/keys/{keyId}',
      access: 'admin',
      summary: 'Revoke an API key',
      description: 'It stops at once. The last admin key stays: 409 `last_admin_key`.',
      params: z.strictObject({ keyId: z.uuid() }),
      query: none,
      body: none,
      answers: { 204: null },
      handle: async ({ tenant, actor, params: { keyId } }) => {
        const result = await revokeKey(pool, tenant.id, keyId);
        if (result === 'unknown') throw notFound('live key');
        if (result === 'last_admin') {
          const detail = 'This is the last admin key. Make another admin key first.';
          throw new Problem(409, 'last_admin_key', detail);
        }
        await writeAudit(pool, tenant.id, { actor, action: 'key.revoke', subject: keyId });
        return { status: 204 };
      },
    }),
  ];
}

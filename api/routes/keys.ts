import { z } from 'zod';

import { label } from '../../schemas/body-parts';
import { addKey, listKeys, revokeKey } from '../../database/tenants';
import { apiKey, roles } from '../../schemas/keys';
import type { ApiDeps } from '../deps';
import { listRoute, pageQuery } from '../paging';
import { notFound, Problem } from '../problem';
import { del, get, post, tenantRoute, type Route } from '../route';
import { newApiKey } from './tenants';

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
        .strictObject({ role: z.enum(roles), label: label(100) })
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
      ...del('/keys/{keyId}', 'admin'),
      summary: 'Revoke an API key',
      description: 'It stops at once. The last admin key stays: 409 `last_admin_key`.',
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

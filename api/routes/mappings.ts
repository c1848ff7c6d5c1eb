import { z } from 'zod';

import { idText } from '../../database/body-parts';
import { forgetFacts } from '../../database/connections';
import { listMappings, mappingKinds, putMapping, type Mapping } from '../../database/mappings';
import { writeAudit } from '../../database/tenants';
import type { ApiDeps } from '../deps';
import { afterOf, pageOf, pageQuery, pageSchema } from '../paging';
import { none, tenantRoute, type Route } from '../route';
import { instantText, label } from '../words';

const kind = z.enum(mappingKinds);

const mappingSchema = z
  .object({
    key: z.string(),
    target: z.object({ id: z.string(), name: z.string().nullable() }),
    version: z.int(),
    changedBy: z.string(),
    changedAt: instantText,
  })
  .meta({ id: 'Mapping' });

export function mappingRoutes({ pool }: ApiDeps): Route[] {
  return [
    tenantRoute({
      method: 'get',
      path: '/mappings/{kind}',
      access: 'viewer',
      summary: 'What source keys mean in the books, in order of their keys',
      params: z.strictObject({ kind }),
      query: z.strictObject(pageQuery),
      body: none,
      answers: { 200: pageSchema(mappingSchema) },
      handle: async ({ tenant, params, query: { cursor, limit } }) => {
        const after = afterOf(cursor, idText);
        const rows = await listMappings(pool, tenant.id, params.kind, after, limit + 1);
        return { status: 200, body: pageOf(rows, limit, ({ key }) => key, viewOf) };
      },
    }),
    tenantRoute({
      method: 'put',
      path: '/mappings/{kind}/{key}',
      access: 'operator',
      summary: 'Map one source key; the key is percent-encoded',
      params: z.strictObject({ kind, key: idText }),
      query: none,
      body: z.strictObject({
        target: z.strictObject({ id: label(100), name: label(500).optional() }),
      }),
      answers: { 200: mappingSchema },
      handle: async ({ tenant, actor, params, body: { target } }) => {
        const { id, name = null } = target;
        const mapping = await putMapping(pool, tenant.id, params.kind, params.key, { id, name }, actor); // prettier-ignore
        // It may name what was made in the books after we read them.
        if (params.kind !== 'item') await forgetFacts(pool, tenant.id, 'qbo');
        const subject = `${params.kind}/${params.key}`;
        const detail = { id, name, version: mapping.version };
        await writeAudit(pool, tenant.id, { actor, action: 'mapping.put', subject, detail });
        return { status: 200, body: viewOf(mapping) };
      },
    }),
  ];
}

function viewOf({ targetId, targetName, ...mapping }: Mapping): z.output<typeof mappingSchema> {
  return { ...mapping, target: { id: targetId, name: targetName } };
}

import { randomUUID } from 'node:crypto';

import type { PoolClient } from 'pg';
import { z } from 'zod';

import { connectors } from '../../connectors/registry';
import { findConnection, forgetFacts } from '../../database/connections';
import { countRedrivable, requestRedrive, type StoredSelector } from '../../database/failures';
import {
  listMappings,
  mappingKinds,
  putMapping,
  type Mapping,
  type MappingKind,
} from '../../database/mappings';
import { inTransaction } from '../../database/pool';
import type { Tenant } from '../../database/tenants';
import { label, mappingKey } from '../../schemas/body-parts';
import { instantText } from '../../schemas/words';
import type { ApiDeps } from '../deps';
import { listRoute, pageQuery } from '../paging';
import { invalid } from '../problem';
import { get, put, tenantRoute, type Route } from '../route';

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

export function mappingRoutes(deps: ApiDeps): Route[] {
  const { pool } = deps;
  return [
    listRoute({
      ...get('/mappings/{kind}', 'viewer'),
      summary: 'List mappings of a kind, by key',
      params: z.strictObject({ kind }),
      query: pageQuery,
      item: mappingSchema,
      read: ({ tenant, params }, page) => listMappings(pool, tenant.id, params.kind, page),
      key: mappingKey,
      keyOf: ({ key }) => key,
      view: viewOf,
    }),
    tenantRoute({
      ...put('/mappings/{kind}/{key}', 'operator'),
      summary: 'Map a source key to its target in QuickBooks',
      description:
        'The key is percent-encoded. A key without meaning, and a target that the company ' +
        'does not have or that has the wrong type, are refused. Releases what was held for ' +
        'want of this mapping.',
      params: z.strictObject({ kind, key: mappingKey }),
      body: z
        .strictObject({
          target: z.strictObject({ id: label(100), name: label(500).optional() }),
        })
        .meta({ example: { target: { id: '35', name: 'Card clearing' } } }),
      answers: {
        200: mappingSchema.extend({
          released: z.int().meta({ description: 'Failures that it releases.' }),
          unchecked: z.literal(true).optional().meta({
            description: 'The target could not be checked yet; it is checked before it is used.',
          }),
        }),
      },
      handle: async ({ tenant, actor, audit, params, body: { target } }) => {
        const { id, name = null } = target;
        const unchecked = await checkTarget(deps, tenant, params.kind, [params.key, id]);
        const { mapping, redrives, released } = await inTransaction(pool, async (tx) => {
          const made = { ...params, target: { id, name } };
          const mapping = await putMapping(tx, tenant.id, made, actor);
          return { mapping, ...(await release(tx, tenant, params, actor)) };
        });
        for (const redriveId of redrives)
          deps.signals.send(tenant.tenantId, { name: 'redrive', id: redriveId, redriveId });
        const detail = { id, name, version: mapping.version };
        await audit('mapping.put', `${params.kind}/${params.key}`, detail);
        const body = { ...viewOf(mapping), released, ...(unchecked ? { unchecked } : {}) };
        return { status: 200, body };
      },
    }),
  ];
}

/**
 * Refuses a key that means nothing and a target that the company does not have or of a wrong type,
 * however often it is sent: as the company was read last, and with a refusal it is read again.
 * Answers whether nobody could check it.
 */
async function checkTarget(
  { pool, signals }: ApiDeps,
  tenant: Tenant,
  kind: MappingKind,
  [key, targetId]: [string, string],
): Promise<boolean> {
  const { parseFacts, isCheckable, unfitTarget, unknownKey } = connectors.qbo.books;
  const unknown = unknownKey(kind, key);
  if (unknown !== null)
    throw invalid('There is no such mapping.', [{ path: 'key', message: unknown }]);
  const connection = await findConnection(pool, tenant.id, 'qbo');
  const facts = parseFacts(connection?.facts);
  if (facts === null || !isCheckable(kind, key)) return true;
  const unfit = unfitTarget(facts, kind, key, targetId);
  if (unfit === null) return false;
  await forgetFacts(pool, tenant.id, 'qbo');
  signals.send(tenant.tenantId, { name: 'credentialsUpdated', lane: 'qbo' });
  throw invalid('The target does not fit the company.', [{ path: 'target.id', message: unfit }]);
}

/**
 * Asks to try again what was held because this mapping was missing or wrong, or its article had no
 * item: with the mapping or not at all, for nobody would ask later.
 */
async function release(
  tx: PoolClient,
  tenant: Tenant,
  { kind, key }: Readonly<{ kind: MappingKind; key: string }>,
  by: string,
): Promise<{ redrives: string[]; released: number }> {
  const selectors: StoredSelector[] = ['mapping_missing', 'mapping_invalid'].map((reason) => ({
    cause: `${reason}:${kind}:${key}`,
  }));
  if (kind === 'item') selectors.push({ waitingForSku: key });
  const redrives: string[] = [];
  let released = 0;
  for (const selector of selectors) {
    const count = await countRedrivable(tx, tenant.id, selector);
    if (count === 0) continue;
    const redriveId = randomUUID();
    await requestRedrive(tx, tenant.id, redriveId, { selector, by });
    redrives.push(redriveId);
    released += count;
  }
  return { redrives, released };
}

function viewOf({ targetId, targetName, ...mapping }: Mapping): z.output<typeof mappingSchema> {
  return { ...mapping, target: { id: targetId, name: targetName } };
}

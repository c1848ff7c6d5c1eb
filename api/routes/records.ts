import { z } from 'zod';

import { recordIdText } from '../../schemas/body-parts';
import { deliveriesOf, findRecord } from '../../database/status';
import { systems } from '../../domain/words';
import { deliverySchema, shownDeliveries } from '../deliveries';
import type { ApiDeps } from '../deps';
import { notFound } from '../problem';
import { none, tenantRoute, type Route } from '../route';
import { instantText, kindName } from '../words';

const recordSchema = z
  .object({
    kind: kindName,
    recordId: z.string(),
    revision: z.int().meta({ description: 'Ours: incremented with every change of the record.' }),
    sourceRevision: z
      .int()
      .nullable()
      .meta({ description: 'The revision that the sender gave it last.' }),
    op: z.enum(['present', 'absent']),
    body: z.unknown(),
    origin: z
      .record(z.string(), z.enum(systems))
      .meta({ description: 'Which system gave each field its value.' }),
    updatedAt: instantText,
    deliveries: z.array(deliverySchema),
  })
  .meta({ id: 'Record' });

export function recordRoutes({ pool }: ApiDeps): Route[] {
  return [
    tenantRoute({
      method: 'get',
      path: '/records/{kind}/{recordId}',
      access: 'viewer',
      summary: 'Get a record and its status per system',
      params: z.strictObject({ kind: kindName, recordId: recordIdText }),
      query: none,
      body: none,
      answers: { 200: recordSchema },
      handle: async ({ tenant, params: { kind, recordId } }) => {
        const record = await findRecord(pool, tenant.id, kind, recordId);
        if (record === null) throw notFound('record');
        const { rev: revision, sourceRev: sourceRevision, ...rest } = record;
        const deliveries = await deliveriesOf(pool, tenant.id, kind, recordId);
        const shown = shownDeliveries(kind, deliveries);
        return { status: 200, body: { ...rest, revision, sourceRevision, deliveries: shown } };
      },
    }),
  ];
}

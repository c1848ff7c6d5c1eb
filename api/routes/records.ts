import { z } from 'zod';

import { recordIdText } from '../../schemas/body-parts';
import { deliveriesOf, findRecord } from '../../database/status';
import { systems } from '../../domain/words';
import { deliverySchema } from '../../schemas/deliveries';
import { shownDeliveries } from '../deliveries';
import type { ApiDeps } from '../deps';
import { found } from '../problem';
import { get, tenantRoute, type Route } from '../route';
import { instantText, kindName } from '../../schemas/words';

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
      ...get('/records/{kind}/{recordId}', 'viewer'),
      summary: 'Get a record and its status per system',
      params: z.strictObject({ kind: kindName, recordId: recordIdText }),
      answers: { 200: recordSchema },
      handle: async ({ tenant, params: { kind, recordId } }) => {
        const record = found(await findRecord(pool, tenant.id, kind, recordId), 'record');
        const { rev: revision, sourceRev: sourceRevision, ...rest } = record;
        const known = await deliveriesOf(pool, tenant.id, kind, recordId);
        const deliveries = shownDeliveries(kind, known);
        return { status: 200, body: { ...rest, revision, sourceRevision, deliveries } };
      },
    }),
  ];
}

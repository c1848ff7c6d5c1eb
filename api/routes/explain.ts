import { z } from 'zod';

import { recordIdText } from '../../schemas/body-parts';
import { recordsByRemoteId } from '../../database/explain';
import { tenantSyncId } from '../../protocol/messages';
import type { ApiDeps } from '../deps';
import { explain, explanationSchema, isDocument, type Explanation } from '../explain';
import { notFound } from '../problem';
import { get, tenantRoute, type Route } from '../route';
import { kindName, systemName } from '../../schemas/words';

const word = z.string().regex(/^[A-Za-z]{1,50}$/);
const remoteId = z.string().regex(/^[\w.:-]{1,200}$/);

/** Of a thing in a system, or of a record of ours. */
const question = z
  .strictObject({
    system: systemName.optional(),
    entity: word
      .optional()
      .meta({ description: 'As the system names it.', example: 'SalesReceipt' }),
    id: remoteId.optional(),
    kind: kindName.optional(),
    recordId: recordIdText.optional(),
  })
  .refine(
    ({ system, entity, id, kind, recordId }) => {
      const there = [system, entity, id].filter((value) => value !== undefined).length;
      const ours = [kind, recordId].filter((value) => value !== undefined).length;
      return (there === 3 && ours === 0) || (there === 0 && ours === 2);
    },
    { message: 'give either system, entity and id, or kind and recordId' },
  );

export function explainRoutes({ pool }: ApiDeps): Route[] {
  return [
    tenantRoute({
      ...get('/explain', 'viewer'),
      summary: 'Explain a document or a record',
      description:
        'Give `system`, `entity` and `id` of a document, or `kind` and `recordId`. Answers ' +
        'the record, its changes, the rules that were applied, the versions of mappings and ' +
        'settings, and every write. A daily summary lists its tickets, a ticket its summaries.',
      query: question,
      answers: { 200: z.object({ items: z.array(explanationSchema) }) },
      handle: async ({ tenant, query }) => {
        const { system, entity, id, kind, recordId } = query;
        const writer = tenantSyncId(tenant.tenantId);
        const things =
          kind !== undefined && recordId !== undefined
            ? [{ kind, recordId }]
            : await recordsByRemoteId(pool, tenant.id, system ?? 'qbo', id ?? '');
        const items: Explanation[] = [];
        for (const thing of things) {
          const item = await explain(pool, tenant.id, writer, thing);
          if (item === null) continue;
          const isAsked = (document: Explanation['documents'][number]): boolean =>
            entity === undefined ||
            (document.system === system && isDocument(document, entity, id ?? ''));
          const documents = item.documents.filter(isAsked);
          if (entity === undefined || documents.length > 0) items.push({ ...item, documents });
        }
        if (items.length === 0)
          throw notFound(entity === undefined ? 'record' : 'document of ours');
        return { status: 200, body: { items } };
      },
    }),
  ];
}

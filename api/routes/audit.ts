import { z } from 'zod';

import { listAudit, type AuditEntry } from '../../database/tenants';
import { instantText } from '../../schemas/words';
import type { ApiDeps } from '../deps';
import { listRoute, pageQuery } from '../paging';
import { get, none, type Route } from '../route';

const auditEntry = z
  .object({
    id: z.string(),
    at: instantText,
    actor: z.string().meta({ description: 'Role, label and id of the key, or `root key`.' }),
    action: z.string().meta({ example: 'key.rotate' }),
    subject: z.string().meta({ description: 'What was changed.' }),
    detail: z
      .record(z.string(), z.unknown())
      .meta({ description: 'What it was changed to. No secret, no personal data.' }),
  })
  .meta({ id: 'AuditEntry' });

/** Who changed what of a tenant. */
export function auditRoutes({ pool }: ApiDeps): Route[] {
  return [
    listRoute({
      ...get('/audit', 'viewer'),
      summary: 'List who changed what, newest first',
      params: none,
      query: pageQuery,
      item: auditEntry,
      key: z.string().regex(/^\d{1,18}$/),
      keyOf: ({ id }: AuditEntry) => id,
      read: ({ tenant }, { after, limit }) => listAudit(pool, tenant.id, after, limit),
      view: (row) => auditEntry.parse(row),
    }),
  ];
}

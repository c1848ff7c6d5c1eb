import { randomBytes } from 'node:crypto';
import { z } from 'zod';

import { label } from '../../schemas/body-parts';
import { createTenant, updateTenant, writeAudit, type Tenant } from '../../database/tenants';
import type { ApiDeps } from '../deps';
import { found, invalid, Problem } from '../problem';
import { get, openRoute, patch, tenantRoute, type Route } from '../route';
import { instantText } from '../../schemas/words';

/**
 * Names that stand in examples everywhere: as tenants of a real installation they are always a
 * mistake.
 */
const reservedIds = new Set(['default', 'test', 'main-store', 'example', 'demo']);

const currencies = new Set(Intl.supportedValuesOf('currency'));

const timeZone = z
  .string()
  .max(64)
  .regex(/^[A-Za-z]/)
  .refine(isTimeZone, 'must be a time zone such as Europe/London')
  .meta({ example: 'Europe/London' });

const newTenant = z
  .strictObject({
    tenantId: z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/),
    name: label(200),
    timeZone,
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .refine((code) => currencies.has(code), 'must be an ISO 4217 code such as GBP'),
    country: z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166 code such as GB'),
  })
  .meta({
    example: {
      tenantId: 'corner-shop',
      name: 'Corner shop',
      timeZone: 'America/New_York',
      currency: 'USD',
      country: 'US',
    },
  });

const tenantSchema = z
  .object({
    tenantId: z.string(),
    name: z.string(),
    timeZone: z.string(),
    currency: z.string(),
    country: z.string(),
    createdAt: instantText,
  })
  .meta({ id: 'Tenant' });

const tenantPatch = z
  .strictObject({ name: label(200).optional(), timeZone: timeZone.optional() })
  .refine((patch) => Object.keys(patch).length > 0, 'must change something')
  .meta({ example: { name: 'Corner shop & café' } });

/** A key of the API: 32 random bytes, shown once. */
export function newApiKey(): string {
  return `ts_${randomBytes(32).toString('base64url')}`;
}

export function tenantRoutes(deps: ApiDeps): Route[] {
  const { pool } = deps;
  return [
    openRoute({
      method: 'post',
      path: '/v1/tenants',
      access: 'root',
      summary: 'Create a tenant and its first admin key (shown once)',
      body: newTenant,
      answers: { 201: z.object({ tenant: tenantSchema, adminKey: z.string() }) },
      handle: async (body) => {
        refuseReserved(deps, body.tenantId);
        const adminKey = newApiKey();
        const tenant = await createTenant(pool, body, adminKey);
        if (tenant === null) {
          throw new Problem(409, 'tenant_exists', `The tenant id ${body.tenantId} is taken.`);
        }
        const entry = { actor: 'root key', action: 'tenant.create', subject: tenant.tenantId };
        await writeAudit(pool, tenant.id, entry);
        return { status: 201, body: { tenant: viewOf(tenant), adminKey } };
      },
    }),
    tenantRoute({
      ...get('', 'viewer'),
      summary: 'Get the tenant',
      answers: { 200: tenantSchema },
      handle: ({ tenant }) => Promise.resolve({ status: 200, body: viewOf(tenant) }),
    }),
    tenantRoute({
      ...patch('', 'admin'),
      summary: 'Update name or time zone of the tenant',
      body: tenantPatch,
      answers: { 200: tenantSchema },
      handle: async ({ tenant, audit, body }) => {
        const { name = null, timeZone: zone = null } = body;
        const changed = await updateTenant(pool, tenant.id, { name, timeZone: zone });
        await audit('tenant.update', tenant.tenantId, body);
        return { status: 200, body: viewOf(found(changed, 'tenant')) };
      },
    }),
  ];
}

function refuseReserved({ isProduction }: ApiDeps, tenantId: string): void {
  if (!isProduction || !reservedIds.has(tenantId)) return;
  const message = 'is a name from examples; give the business a name of its own';
  throw invalid('Validation of the body failed.', [{ path: 'tenantId', message }]);
}

function viewOf({ id: _id, ...tenant }: Tenant): Omit<Tenant, 'id'> {
  return tenant;
}

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

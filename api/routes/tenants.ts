import { randomBytes } from 'node:crypto';
import { z } from 'zod';

import { label } from '../../schemas/body-parts';
import { createTenant, updateTenant, writeAudit, type Tenant } from '../../database/tenants';
import type { ApiDeps } from '../deps';
import { invalid, notFound, Problem } from '../problem';
import { none, openRoute, tenantRoute, type Route } from '../route';
import { instantText } from '../words';

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

const newTenant = z.strictObject({
  tenantId: z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/),
  name: label(200),
  timeZone,
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .refine((code) => currencies.has(code), 'must be an ISO 4217 code such as GBP'),
  country: z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166 code such as GB'),
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
  .refine((patch) => Object.keys(patch).length > 0, 'must change something');

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
      summary: 'Make a tenant with its first key',
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
      method: 'get',
      path: '',
      access: 'viewer',
      summary: 'The tenant',
      params: none,
      query: none,
      body: none,
      answers: { 200: tenantSchema },
      handle: ({ tenant }) => Promise.resolve({ status: 200, body: viewOf(tenant) }),
    }),
    tenantRoute({
      method: 'patch',
      path: '',
      access: 'admin',
      summary: 'Change name or time zone',
      params: none,
      query: none,
      body: tenantPatch,
      answers: { 200: tenantSchema },
      handle: async ({ tenant, actor, body }) => {
        const { name = null, timeZone: zone = null } = body;
        const changed = await updateTenant(pool, tenant.id, { name, timeZone: zone });
        if (changed === null) throw notFound('tenant');
        const entry = { actor, action: 'tenant.update', subject: tenant.tenantId, detail: body };
        await writeAudit(pool, tenant.id, entry);
        return { status: 200, body: viewOf(changed) };
      },
    }),
  ];
}

function refuseReserved({ isProduction }: ApiDeps, tenantId: string): void {
  if (!isProduction || !reservedIds.has(tenantId)) return;
  const message = 'is a name from examples; give the business a name of its own';
  throw invalid('The body does not fit.', [{ path: 'tenantId', message }]);
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

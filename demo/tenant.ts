import { z } from 'zod';

import type { DemoOptions } from './arguments';
import type { DemoCompany } from './company';
import { callUntilAnswered, expectBody, type JsonAnswer, type JsonCall } from './http-json';
import type { Sandbox, SandboxRealm, SandboxStore } from './sandbox-control';

/** Longest wait for the API while one of its servers is away. */
const patienceMs = 120_000;

/** The API as the demo's POS and its operator use it. */
/** A tenant of the demo for whoever wants to look further. */
export interface ShownTenant {
  url: string;
  adminKey: string;
}

export class TenantApi {
  private readonly base: string;
  private readonly keys: { admin: string; pos: string };

  constructor(base: string, keys: { admin: string; pos: string }) {
    this.base = base;
    this.keys = keys;
  }

  /** Address and key with which a person looks at the tenant. */
  get shown(): ShownTenant {
    return { url: this.base, adminKey: this.keys.admin };
  }

  async asAdmin(path: string, call: JsonCall = {}): Promise<JsonAnswer> {
    return this.call(path, this.keys.admin, call);
  }

  async asPos(path: string, call: JsonCall = {}): Promise<JsonAnswer> {
    return this.call(path, this.keys.pos, call);
  }

  private async call(path: string, key: string, call: JsonCall): Promise<JsonAnswer> {
    const headers = { ...call.headers, authorization: `Bearer ${key}` };
    return callUntilAnswered(`${this.base}${path}`, { ...call, headers }, patienceMs);
  }
}

export interface NewTenant {
  apiUrl: string;
  rootKey: string;
  tenantId: string;
  store: SandboxStore;
  realm: SandboxRealm;
  books: Sandbox;
  hasQuota: boolean;
  company: DemoCompany;
  posting: DemoOptions['posting'];
}

export interface DemoTenant {
  api: TenantApi;
  /** Customers of the books that are no customer of the POS: guests, daily sales. */
  ownCustomerIds: ReadonlySet<string>;
}

/** Makes a tenant over the API as any shop would: keys, settings, connections, mappings. */
export async function createDemoTenant(wanted: NewTenant): Promise<DemoTenant> {
  const { apiUrl, rootKey, tenantId, store, realm } = wanted;
  const created = await callUntilAnswered(
    `${apiUrl}/v1/tenants`,
    {
      method: 'POST',
      headers: { authorization: `Bearer ${rootKey}` },
      body: {
        tenantId,
        name: 'Gift shop',
        timeZone: 'Europe/London',
        currency: wanted.company.currency,
        country: wanted.company.country,
      },
    },
    patienceMs,
  );
  const { adminKey } = expectBody(z.object({ adminKey: z.string() }), created, 'new tenant');
  const base = `${apiUrl}/v1/tenants/${tenantId}`;
  const admin = new TenantApi(base, { admin: adminKey, pos: '' });
  const posKey = expectBody(
    z.object({ key: z.string() }),
    await admin.asAdmin('/keys', { method: 'POST', body: { role: 'pos', label: 'POS 1' } }),
    'key of the POS',
  ).key;
  const api = new TenantApi(base, { admin: adminKey, pos: posKey });
  await putSettings(api, wanted.hasQuota);
  const { url, consumerKey, consumerSecret } = store;
  await put(api, '/connections/woo', { url, consumerKey, consumerSecret });
  const { realmId, accessToken, refreshToken } = realm;
  const guestCustomerId = await createInBooks(
    wanted,
    'customer',
    { DisplayName: 'Guests of the POS' },
    'Customer',
  );
  await putMappings(api, realm, guestCustomerId, wanted.company);
  const ownCustomerIds = new Set([guestCustomerId]);
  if (wanted.posting === 'summary') ownCustomerIds.add(await postSummaries(api, wanted));
  await put(api, '/connections/qbo', { realmId, accessToken, refreshToken });
  return { api, ownCustomerIds };
}

/**
 * Every day is summed up, by article so that units can be compared, as soon as it is over. Answers
 * the customer of the summaries.
 */
async function postSummaries(api: TenantApi, wanted: NewTenant): Promise<string> {
  const name = { DisplayName: 'Daily sales of the POS' };
  const id = await createInBooks(wanted, 'customer', name, 'Customer');
  await put(api, '/mappings/account/daily-customer', { target: { id } });
  const current = await api.asAdmin('/settings/posting');
  const shape = z.object({ value: z.looseObject({}) });
  const body = {
    ...expectBody(shape, current, 'settings of posting').value,
    mode: { switches: [{ fromDay: '2000-01-01', mode: 'summary' }] },
    summary: { lines: 'item', dueAfterMinutes: 0 },
  };
  const etag = current.headers['etag'];
  await put(api, '/settings/posting', body, { 'if-match': typeof etag === 'string' ? etag : '' });
  return id;
}

async function put(
  api: TenantApi,
  path: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<void> {
  expectBody(z.unknown(), await api.asAdmin(path, { method: 'PUT', body, headers }), `PUT ${path}`);
}

/**
 * Short time-outs, so that a demo with faults does not wait for minutes; everything else as a
 * tenant starts.
 */
async function putSettings(api: TenantApi, hasQuota: boolean): Promise<void> {
  const current = await api.asAdmin('/settings/sync');
  const { value } = expectBody(
    z.object({ value: z.looseObject({ quota: z.looseObject({}) }) }),
    current,
    'settings',
  );
  const etag = current.headers['etag'];
  const timeouts = { connect: 1_000, firstByte: 2_500, total: 3_000 };
  const body = {
    ...value,
    backoff: { initialMs: 500, factor: 2, maxMs: 10_000, jitter: 0.1, maxTries: 10 },
    breaker: { failures: 5, openMs: 3_000, successes: 2 },
    timeoutsMs: { woo: timeouts, qbo: timeouts },
    settleMs: { woo: 10_000, qbo: 10_000 },
    quota: hasQuota ? value.quota : { woo: null, qbo: null },
  };
  await put(api, '/settings/sync', body, { 'if-match': typeof etag === 'string' ? etag : '' });
}

async function putMappings(
  api: TenantApi,
  realm: SandboxRealm,
  guestCustomerId: string,
  { country, tax }: DemoCompany,
): Promise<void> {
  const { accounts, paymentMethods, taxCodes } = realm.ids;
  const mappings: (readonly [kind: string, key: string, id: string | undefined])[] = [
    ['account', 'income', accounts['Sales of Product Income']],
    ['account', 'income.service', accounts['Services income']],
    ['account', 'guest-customer', guestCustomerId],
    ['account', 'clearing:card', accounts['Card clearing']],
    ['account', 'clearing:cash', accounts['Cash drawer']],
    ['tender', 'card', paymentMethods['Card']],
    ['tender', 'cash', paymentMethods['Cash']],
    // A US company finds its codes by itself.
    ...(country === 'US' ? [] : [['taxCode', 'none', taxCodes['No VAT']] as const]),
    ...(tax?.codeInBooks ? [['taxCode', tax.code, taxCodes[tax.codeInBooks]] as const] : []),
  ];
  for (const [kind, key, id] of mappings) {
    if (id === undefined)
      throw new Error(`The company of the sandbox has nothing to map ${kind} ${key} to`);
    await put(api, `/mappings/${kind}/${encodeURIComponent(key)}`, { target: { id } });
  }
}

/** What an accountant would have made in the books beforehand. */
async function createInBooks(
  wanted: NewTenant,
  path: string,
  body: object,
  entity: string,
): Promise<string> {
  const url = `${wanted.books.url}/v3/company/${wanted.realm.realmId}/${path}?minorversion=75`;
  const headers = { authorization: `Bearer ${wanted.realm.accessToken}` };
  const answer = await callUntilAnswered(url, { method: 'POST', headers, body }, patienceMs);
  const shape = z.object({ [entity]: z.object({ Id: z.string() }) });
  const id = expectBody(shape, answer, `${entity} in the books`)[entity]?.Id;
  if (id === undefined) throw new Error(`The books answered no ${entity}`);
  return id;
}

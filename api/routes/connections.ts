import type { CallTimeouts, Reach } from '../../connectors/contract';
import { connectors } from '../../connectors/registry';
import { randomUUID } from 'node:crypto';

import { z } from 'zod';

import {
  disconnect,
  findConnection,
  putConnection,
  secretPlace,
  type Connection,
} from '../../database/connections';
import { targets, type Target } from '../../domain/words';
import { isPublicHost } from '../../network/public-host';
import type { AtTenant } from '../authenticate';
import type { ApiDeps } from '../deps';
import { pageSchema } from '../paging';
import { invalid, notFound, Problem } from '../problem';
import { del, get, put, tenantRoute, type Route } from '../route';
import { instantText, systemName } from '../../schemas/words';

/** A key or token of a vendor: printable, without blanks. */
const secret = (max: number): z.ZodString =>
  z
    .string()
    .max(max)
    .regex(/^[\x21-\x7e]+$/, 'must be printable characters without blanks');

const storeUrl = z
  .string()
  .max(200)
  .refine(isStoreUrl, 'must be an http or https URL without credentials, query and fragment')
  .transform((url) => connectors.woo.storeAddress(new URL(url)));

const confirmShared = z
  .boolean()
  .optional()
  .meta({
    description:
      'Connects an account that another tenant has connected too: both then write to the ' +
      'same products, customers and books.',
  });

const connectionSchema = z
  .object({
    system: systemName,
    address: z.string(),
    account: z.string().meta({ description: 'Address of the store, or realm id of the company.' }),
    revision: z.int().meta({ description: 'Incremented with every renewal.' }),
    connectedAt: instantText,
    check: z
      .object({
        isGood: z.boolean(),
        detail: z.string().meta({ description: 'What came back, and what to check.' }),
      })
      .optional()
      .meta({ description: 'Only in the answer to connecting a store: one read with these keys.' }),
  })
  .meta({ id: 'Connection', description: 'Secrets are never returned.' });

export function connectionRoutes(deps: ApiDeps): Route[] {
  return [
    tenantRoute({
      ...get('/connections', 'viewer'),
      summary: 'List the connected systems',
      answers: { 200: pageSchema(connectionSchema) },
      handle: async ({ tenant }) => {
        const found = await Promise.all(
          targets.map((system) => findConnection(deps.pool, tenant.id, system)),
        );
        const items = found.flatMap((connection) =>
          connection === null ? [] : [connectionSchema.parse(connection)],
        );
        return { status: 200, body: { items, nextCursor: null } };
      },
    }),
    wooRoute(deps),
    quickBooksRoute(deps),
    disconnectRoute(deps),
  ];
}

function wooRoute(deps: ApiDeps): Route {
  return tenantRoute({
    ...put('/connections/woo', 'admin'),
    summary: 'Connect a WooCommerce store, or renew its keys',
    description:
      'Tries the keys with one read and stores them either way; `check` says what came back. ' +
      'A store that another tenant has connected: 409 `account_shared`. Another store than ' +
      'the one to which something was sent already: 409 `other_account`.',
    body: z
      .strictObject({
        url: storeUrl,
        consumerKey: secret(200),
        consumerSecret: secret(200),
        confirmShared,
      })
      .meta({
        example: {
          url: 'https://shop.example',
          consumerKey: 'ck_0a1b2c',
          consumerSecret: 'cs_3d4e5f',
        },
      }),
    answers: { 200: connectionSchema },
    handle: async ({ body: { url, confirmShared: isSharedFine, ...keys }, ...caller }) => {
      refuseUnsafe(deps, new URL(url));
      const check = await connectors.woo.checkStore({
        url,
        ...keys,
        ...callRules(deps),
        now: Date.now,
        nonce: randomUUID,
      });
      const account = { system: 'woo' as const, address: url, account: url, isSharedFine };
      const answer = await connect(deps, caller, account, keys);
      return { ...answer, body: { ...answer.body, check } };
    },
  });
}

/** How a vendor is called while somebody waits for the answer. */
function callRules({ isProduction }: ApiDeps): { timeouts: CallTimeouts; reach: Reach } {
  const timeouts = { connectMs: 5_000, firstByteMs: 10_000, totalMs: 15_000 };
  return { timeouts, reach: isProduction ? 'public' : 'any' };
}

function quickBooksRoute(deps: ApiDeps): Route {
  return tenantRoute({
    ...put('/connections/qbo', 'admin'),
    summary: 'Connect a QuickBooks company by tokens (not in production)',
    description:
      'For development and tests: in production a company is connected by its consent page. A ' +
      'company that another tenant has connected: 409 `account_shared`.',
    body: z
      .strictObject({
        realmId: z.string().regex(/^[\w-]{1,64}$/),
        accessToken: secret(5_000),
        refreshToken: secret(1_000),
        confirmShared,
      })
      .meta({
        example: { realmId: '4620816365', accessToken: 'eyJlbmMi', refreshToken: 'AB11730' },
      }),
    answers: { 200: connectionSchema },
    handle: async ({ body: { realmId, confirmShared: isSharedFine, ...tokens }, ...caller }) => {
      if (deps.isProduction) {
        const detail =
          'In production a company is connected by POST .../connections/qbo/authorize.';
        throw new Problem(403, 'forbidden', detail);
      }
      const account = {
        system: 'qbo' as const,
        address: deps.qboBaseUrl,
        account: realmId,
        isSharedFine,
      };
      return connect(deps, caller, account, { ...tokens, expiresAtMs: null });
    },
  });
}

const disconnected = z.object({
  system: systemName,
  isRevoked: z
    .boolean()
    .meta({ description: 'Whether the vendor takes the credentials no more, by our doing.' }),
  detail: z.string().meta({ description: 'What happened at the vendor, and what is left to do.' }),
});

function disconnectRoute(deps: ApiDeps): Route {
  return tenantRoute({
    ...del('/connections/{system}', 'admin'),
    summary: 'Disconnect a system: its credentials are revoked and forgotten',
    description:
      'Nothing is sent there any more; what is due waits. Mappings, ids and history stay, and ' +
      'connecting the same account again goes on where it was. Another account is refused once ' +
      'something was sent (409 `other_account`).',
    params: z.strictObject({ system: systemName }),
    answers: { 200: disconnected },
    handle: async ({ tenant, audit, params: { system } }) => {
      const connection = await findConnection(deps.pool, tenant.id, system);
      if (connection === null) throw notFound('connection');
      // Before they are forgotten: a process that ends in between leaves what can be asked again.
      const { isRevoked, detail } = await revoked(deps, tenant.id, connection);
      if (!(await disconnect(deps.pool, tenant.id, system))) throw notFound('connection');
      await audit('connection.delete', system, { account: connection.account, isRevoked });
      deps.signals.send(tenant.tenantId, { name: 'credentialsUpdated', lane: system });
      return { status: 200, body: { system, isRevoked, detail } };
    },
  });
}

async function revoked(
  deps: ApiDeps,
  tenant: number,
  { system, sealed }: Connection,
): Promise<{ isRevoked: boolean; detail: string }> {
  if (system === 'woo') return { isRevoked: false, detail: revokeInShop };
  const secret = opened(deps.secrets, sealed, secretPlace(tenant, system));
  if (secret === null) return { isRevoked: false, detail: revokeInBooks };
  return connectors.qbo.revoke({ ...deps.qboApp, ...callRules(deps) }, secret);
}

const revokeInShop =
  'The keys are forgotten here. Revoke them in the shop too, under WooCommerce, Settings, ' +
  'Advanced, REST API.';
const revokeInBooks =
  'The stored credentials could not be opened and are forgotten. Disconnect truth-sync in ' +
  'QuickBooks too, under Apps.';

/** Null where the key is gone that sealed it. */
function opened(secrets: ApiDeps['secrets'], sealed: string, place: string): unknown {
  try {
    return JSON.parse(secrets.open(sealed, place));
  } catch {
    return null;
  }
}

interface Account {
  system: Target;
  address: string;
  account: string;
  isSharedFine?: boolean | undefined;
}

async function connect(
  { pool, secrets, signals }: ApiDeps,
  { tenant, audit }: Pick<AtTenant, 'tenant' | 'audit'>,
  { isSharedFine = false, ...to }: Account,
  credentials: object,
): Promise<{ status: 200; body: z.output<typeof connectionSchema> }> {
  const sealed = secrets.seal(JSON.stringify(credentials), secretPlace(tenant.id, to.system));
  const connection = await putConnection(pool, tenant.id, { ...to, sealed }, isSharedFine);
  if (connection === 'other_account') {
    const detail =
      `The tenant is, or was last, connected to another account of ${to.system}, to which ` +
      'something was sent already: connect a new tenant for this one.';
    throw new Problem(409, 'other_account', detail);
  }
  if (connection === 'shared') {
    const detail =
      'This account is connected already, by another tenant: both would write to the same ' +
      'products, customers and books. Check the address or company. If it is meant, send ' +
      'confirmShared: true.';
    throw new Problem(409, 'account_shared', detail);
  }
  const view = connectionSchema.parse(connection);
  const detail = { ...view, ...(isSharedFine ? { confirmShared: true } : {}) };
  await audit('connection.put', to.system, detail);
  signals.send(tenant.tenantId, { name: 'credentialsUpdated', lane: to.system });
  signals.send(tenant.tenantId, { name: 'wake' });
  return { status: 200, body: view };
}

/**
 * In production the keys must not travel in the clear, nor the connector reach into our own
 * network.
 */
function refuseUnsafe({ isProduction }: ApiDeps, url: URL): void {
  if (!isProduction || (url.protocol === 'https:' && isPublicHost(url))) return;
  const message = 'must be https and a public host';
  throw invalid('Validation of the body failed.', [{ path: 'url', message }]);
}

function isStoreUrl(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false;
  const { username, password, search, hash, href } = new URL(text);
  return [username, password, search, hash].every((part) => part === '') && href.length <= 200;
}

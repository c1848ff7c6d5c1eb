import { timingSafeEqual } from 'node:crypto';
import type { Pool } from 'pg';

import {
  findKeyOwner,
  findTenant,
  hashOfKey,
  noteKeyUse,
  type Role,
  type Tenant,
} from '../database/tenants';
import { notFound, Problem } from './problem';

/** Whom a request comes from. */
export type Caller =
  { type: 'root' } | { type: 'key'; tenant: Tenant; role: Role; actor: string; keyId: string };

/** A caller whom the route lets in: for which tenant, and under which name the audit knows him. */
export interface AtTenant {
  tenant: Tenant;
  actor: string;
  isRoot: boolean;
}

/** Which keys of a tenant a route takes. */
type KeyAccess = Role | 'anyKey';

/**
 * Who may use a route. `pos` is for what the POS alone does: of the others only an admin may stand
 * in for it. A POS reads nothing but what is open to `anyKey`.
 */
export type Access = 'none' | 'root' | KeyAccess;

const allowed: Readonly<Record<KeyAccess, readonly Role[]>> = {
  anyKey: ['pos', 'viewer', 'operator', 'admin'],
  pos: ['pos', 'admin'],
  viewer: ['viewer', 'operator', 'admin'],
  operator: ['operator', 'admin'],
  admin: ['admin'],
};

/** The roles whose keys a route takes, the least first. */
export function rolesFor(access: KeyAccess): readonly Role[] {
  return allowed[access];
}

/** Uses are noted at most once a minute; a process remembers that many keys. */
const noteEveryMs = 60_000;
const notedMax = 10_000;

/** Checks bearer keys. Nothing is cached: a revoked key stops at once. */
export class Authenticator {
  private readonly rootHash: Buffer;
  private readonly pool: Pool;
  private readonly notedAtMs = new Map<string, number>();

  constructor(rootKey: string, pool: Pool) {
    this.rootHash = hashOfKey(rootKey);
    this.pool = pool;
  }

  /** The caller named by an Authorization header; a problem 401 where it names nobody. */
  async callerOf(header: string | undefined): Promise<Caller> {
    const key = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(header ?? '')?.[1];
    if (key === undefined) throw unauthorized();
    if (timingSafeEqual(hashOfKey(key), this.rootHash)) return { type: 'root' };
    const owner = key.startsWith('ts_') ? await findKeyOwner(this.pool, key) : null;
    if (owner === null) throw unauthorized();
    this.noteUse(owner.keyId);
    const { tenant, role, keyId } = owner;
    return { type: 'key', tenant, role, actor: `${role} key ${owner.label} (${keyId})`, keyId };
  }

  /** The root key at the door of a tenant; a problem 404 where there is no such tenant. */
  async rootFor(tenantId: string): Promise<AtTenant> {
    const tenant = await findTenant(this.pool, tenantId);
    if (tenant === null) throw notFound('tenant');
    return { tenant, actor: 'root key', isRoot: true };
  }

  private noteUse(keyId: string): void {
    const nowMs = Date.now();
    if (nowMs - (this.notedAtMs.get(keyId) ?? 0) < noteEveryMs) return;
    if (this.notedAtMs.size >= notedMax) this.notedAtMs.clear();
    this.notedAtMs.set(keyId, nowMs);
    // Only for people to see: a failure must not fail the request.
    noteKeyUse(this.pool, keyId).catch(() => this.notedAtMs.delete(keyId));
  }
}

function unauthorized(): Problem {
  return new Problem(401, 'unauthorized', 'Send a live key as "Authorization: Bearer ts_...".');
}

/**
 * Refuses a caller that the route is not for: 404 for another tenant's path, 403 for too small a
 * role.
 */
export function authorize(caller: Caller, access: KeyAccess, tenantId: string): AtTenant {
  if (caller.type === 'root')
    throw new Problem(403, 'forbidden', 'The root key only creates tenants and admin keys.');
  if (caller.tenant.tenantId !== tenantId)
    throw new Problem(404, 'not_found', 'There is no such tenant.');
  if (!rolesFor(access).includes(caller.role)) {
    throw new Problem(403, 'forbidden', `Requires a key of role ${rolesFor(access).join(' or ')}.`);
  }
  return { tenant: caller.tenant, actor: caller.actor, isRoot: false };
}

import { timingSafeEqual } from 'node:crypto';
import type { Pool } from 'pg';

import {
  findKeyOwner,
  findTenant,
  hashOfKey,
  noteKeyUse,
  writeAudit,
  type Tenant,
} from '../database/tenants';
import type { Role } from '../schemas/keys';
import { notFound, Problem } from './problem';

/** Whom a request comes from. */
type Caller = { type: 'root' } | { type: 'key'; tenant: Tenant; role: Role; actor: string };

/** A caller whom the route lets in. */
export interface AtTenant {
  tenant: Tenant;
  /** Under which name the audit knows him. */
  actor: string;
  /** Called with the root key, by a route that takes it. */
  isRoot: boolean;
  /** Writes into the book of who changed what. */
  audit: (action: string, subject: string, detail?: object) => Promise<void>;
}

/** Which keys of a tenant a route takes. */
export type KeyAccess = Role | 'anyKey';

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

/** What a request says of who sends it. */
export interface Asker {
  /** The Authorization header. */
  authorization: string | undefined;
  /** The address that the connection comes from. */
  from: string;
}

/** Checks bearer keys. Nothing is cached: a revoked key stops at once. */
export class Authenticator {
  private readonly rootHash: Buffer;
  private readonly pool: Pool;
  private readonly notedAtMs = new Map<string, number>();

  constructor(rootKey: string, pool: Pool) {
    this.rootHash = hashOfKey(rootKey);
    this.pool = pool;
  }

  /** The caller named by a request; a problem 401 where it names nobody. */
  async callerOf({ authorization, from }: Asker): Promise<Caller> {
    const key = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(authorization ?? '')?.[1];
    if (key === undefined) throw unauthorized();
    if (timingSafeEqual(hashOfKey(key), this.rootHash)) return { type: 'root' };
    const owner = key.startsWith('ts_') ? await findKeyOwner(this.pool, key) : null;
    if (owner === null) throw unauthorized();
    this.noteUse(owner.keyId, from);
    const { tenant, role, keyId } = owner;
    return { type: 'key', tenant, role, actor: `${role} key ${owner.label} (${keyId})` };
  }

  /**
   * The caller at the door of a tenant's route. Refuses whom it is not for: 404 for the path of
   * another tenant, 403 for too small a role.
   */
  async admit(
    asker: Asker,
    { access, rootMay = false }: { access: KeyAccess; rootMay?: boolean },
    tenantId: string,
  ): Promise<AtTenant> {
    const caller = await this.callerOf(asker);
    const isRoot = caller.type === 'root';
    if (isRoot && !rootMay)
      throw new Problem(403, 'forbidden', 'The root key only creates tenants and admin keys.');
    const actor = isRoot ? 'root key' : caller.actor;
    const tenant = isRoot ? await findTenant(this.pool, tenantId) : caller.tenant;
    if (tenant?.tenantId !== tenantId) throw notFound('tenant');
    const roles = rolesFor(access);
    if (!isRoot && !roles.includes(caller.role))
      throw new Problem(403, 'forbidden', `Requires a key of role ${roles.join(' or ')}.`);
    const audit: AtTenant['audit'] = (action, subject, detail = {}) =>
      writeAudit(this.pool, tenant.id, { actor, action, subject, detail });
    return { tenant, actor, isRoot, audit };
  }

  private noteUse(keyId: string, from: string): void {
    const nowMs = Date.now();
    if (nowMs - (this.notedAtMs.get(keyId) ?? 0) < noteEveryMs) return;
    if (this.notedAtMs.size >= notedMax) this.notedAtMs.clear();
    this.notedAtMs.set(keyId, nowMs);
    // Only for people to see: a failure must not fail the request.
    noteKeyUse(this.pool, keyId, from).catch(() => this.notedAtMs.delete(keyId));
  }
}

function unauthorized(): Problem {
  return new Problem(401, 'unauthorized', 'Send a live key as "Authorization: Bearer ts_...".');
}

import { createHash } from 'node:crypto';

import type { Pool } from 'pg';

import { initialDirection } from '../domain/delivery/direction';
import { initialSyncSettings } from '../domain/lane/sync-settings';
import { targets } from '../domain/words';
import type { ApiKey, Role } from '../schemas/keys';
import { firstRow, inTransaction, sqlStateOf, type Db } from './pool';

/** A business, as the API shows it; `id` is for our own tables only. */
export interface Tenant {
  id: number;
  tenantId: string;
  name: string;
  timeZone: string;
  currency: string;
  country: string;
  createdAt: string;
}

export type NewTenant = Omit<Tenant, 'id' | 'createdAt'>;

const columns =
  'id, tenant_id AS "tenantId", name, time_zone AS "timeZone", currency, country, ' +
  'created_at AS "createdAt"';

/** SHA-256 of an API key: keys are long and random, so a fast hash is enough. */
export function hashOfKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/**
 * Makes a tenant with its counters, lanes, start settings and first key. Null where the id is
 * taken.
 */
export async function createTenant(
  pool: Pool,
  tenant: NewTenant,
  adminKey: string,
): Promise<Tenant | null> {
  try {
    return await inTransaction(pool, async (client) => {
      const row = await firstRow<Tenant>(
        client,
        `INSERT INTO tenants (tenant_id, name, time_zone, currency, country)
           VALUES ($1, $2, $3, $4, $5)
         RETURNING ${columns}`,
        [tenant.tenantId, tenant.name, tenant.timeZone, tenant.currency, tenant.country],
      );
      if (row === null) throw new Error('Bug: INSERT ... RETURNING gave no tenant');
      await client.query('INSERT INTO tenant_intake (tenant, queue_bound) VALUES ($1, $2)', [
        row.id,
        initialSyncSettings.queueBound,
      ]);
      await client.query('INSERT INTO tenant_absorb (tenant) VALUES ($1)', [row.id]);
      for (const table of ['lanes_made', 'lanes']) {
        await client.query(`INSERT INTO ${table} (tenant, system) SELECT $1, unnest($2::text[])`, [
          row.id,
          targets,
        ]);
      }
      for (const [part, value] of [
        ['direction', initialDirection],
        ['sync', initialSyncSettings],
      ] as const) {
        await client.query(
          `INSERT INTO settings (tenant, part, rev, request_id, value, requested_by, in_force_at)
           VALUES ($1, $2, 1, 'initial', $3, 'truth-sync', now())`,
          [row.id, part, JSON.stringify(value)],
        );
      }
      await addKey(client, row.id, adminKey, { role: 'admin', label: 'first key' });
      return row;
    });
  } catch (error) {
    if (sqlStateOf(error) === '23505') return null;
    throw error;
  }
}

export async function findTenant(db: Db, tenantId: string): Promise<Tenant | null> {
  return firstRow<Tenant>(db, `SELECT ${columns} FROM tenants WHERE tenant_id = $1`, [tenantId]);
}

/**
 * Changes name and zone; null leaves a field as it is. Currency and country stand in posted
 * documents and stay.
 */
export async function updateTenant(
  db: Db,
  id: number,
  changes: { name: string | null; timeZone: string | null },
): Promise<Tenant | null> {
  return firstRow<Tenant>(
    db,
    `UPDATE tenants SET name = coalesce($2, name), time_zone = coalesce($3, time_zone) WHERE id = $1
     RETURNING ${columns}`,
    [id, changes.name, changes.timeZone],
  );
}

/** The zone that says on which day something happened there. */
export async function timeZoneOf(db: Db, tenant: number): Promise<string> {
  const row = await firstRow<{ timeZone: string }>(
    db,
    'SELECT time_zone AS "timeZone" FROM tenants WHERE id = $1',
    [tenant],
  );
  if (row === null) throw new Error(`Tenant ${tenant} does not exist`);
  return row.timeZone;
}

/** The currency of the tenant's books. */
export async function homeCurrencyOf(db: Db, tenant: number): Promise<string> {
  const row = await firstRow<{ currency: string }>(
    db,
    'SELECT currency FROM tenants WHERE id = $1',
    [tenant],
  );
  if (row === null) throw new Error(`Tenant ${tenant} does not exist`);
  return row.currency;
}

export async function addKey(
  db: Db,
  tenant: number,
  key: string,
  {
    role,
    label,
    expiresAt = null,
  }: { role: Role; label: string; expiresAt?: string | null | undefined },
): Promise<string> {
  const row = await firstRow<{ id: string }>(
    db,
    `INSERT INTO api_keys (tenant, hash, role, label, expires_at)
     VALUES ($1, $2, $3, $4, $5) RETURNING id`,
    [tenant, hashOfKey(key), role, label, expiresAt],
  );
  if (row === null) throw new Error('Bug: INSERT ... RETURNING gave no key');
  return row.id;
}

export async function listKeys(db: Db, tenant: number): Promise<ApiKey[]> {
  const result = await db.query<ApiKey>(
    `SELECT id, role, label, created_at AS "createdAt", last_used_at AS "lastUsedAt",
       last_used_from AS "lastUsedFrom", expires_at AS "expiresAt", revoked_at AS "revokedAt"
     FROM api_keys WHERE tenant = $1 ORDER BY created_at, id`,
    [tenant],
  );
  return result.rows;
}

/** Of a key that opens something. */
const isLive = 'revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())';

export type Revoked = 'revoked' | 'unknown' | 'last_admin';

/** Revokes a live key; the last admin key stays, or nobody of the tenant could make another. */
export async function revokeKey(pool: Pool, tenant: number, id: string): Promise<Revoked> {
  return inTransaction(pool, async (tx) => {
    // All at once, so that two admins who revoke each other's key do not both succeed.
    const keys = await tx.query<{ id: string; role: Role }>(
      `SELECT id, role FROM api_keys WHERE tenant = $1 AND ${isLive}
       ORDER BY created_at, id FOR UPDATE`,
      [tenant],
    );
    const key = keys.rows.find((row) => row.id === id);
    if (key === undefined) return 'unknown';
    const admins = keys.rows.filter(({ role }) => role === 'admin');
    if (key.role === 'admin' && admins.length === 1) return 'last_admin';
    await tx.query('UPDATE api_keys SET revoked_at = now() WHERE tenant = $1 AND id = $2', [
      tenant,
      id,
    ]);
    return 'revoked';
  });
}

/** A key that takes the place of another one. */
export interface RotatedKey {
  id: string;
  role: Role;
  label: string;
  /** When the former key ends. */
  formerEndsAt: string;
}

/**
 * Makes `key` with the role and label of a live one, which goes on for `overlapMs` and never longer
 * than it would have; null where there is no such live key.
 */
export async function rotateKey(
  pool: Pool,
  tenant: number,
  formerId: string,
  { key, overlapMs, expiresAt }: { key: string; overlapMs: number; expiresAt: string | null },
): Promise<RotatedKey | null> {
  return inTransaction(pool, async (tx) => {
    const former = await firstRow<Omit<RotatedKey, 'id'>>(
      tx,
      `UPDATE api_keys SET expires_at = least(expires_at, now() + $3 * interval '1 ms')
       WHERE tenant = $1 AND id = $2 AND ${isLive}
       RETURNING role, label, expires_at AS "formerEndsAt"`,
      [tenant, formerId, overlapMs],
    );
    if (former === null) return null;
    return { ...former, id: await addKey(tx, tenant, key, { ...former, expiresAt }) };
  });
}

export interface KeyOwner {
  keyId: string;
  role: Role;
  label: string;
  tenant: Tenant;
}

/** Whose live key this is, with the tenant it belongs to; null where no live key is known. */
export async function findKeyOwner(db: Db, key: string): Promise<KeyOwner | null> {
  const row = await firstRow<Tenant & { keyId: string; role: Role; label: string }>(
    db,
    `SELECT k.id AS "keyId", k.role, k.label, t.id, t.tenant_id AS "tenantId", t.name,
            t.time_zone AS "timeZone", t.currency, t.country, t.created_at AS "createdAt"
     FROM api_keys k JOIN tenants t ON t.id = k.tenant WHERE k.hash = $1 AND ${isLive}`,
    [hashOfKey(key)],
  );
  if (row === null) return null;
  const { keyId, role, label, ...tenant } = row;
  return { keyId, role, label, tenant };
}

/** Notes that a key was used, and from where: at most once a minute per key. */
export async function noteKeyUse(db: Db, keyId: string, from: string): Promise<void> {
  await db.query(
    `UPDATE api_keys SET last_used_at = now(), last_used_from = left($2, 100)
     WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`,
    [keyId, from],
  );
}

/** One line in the book of who changed what. */
export async function writeAudit(
  db: Db,
  tenant: number,
  entry: { actor: string; action: string; subject: string; detail?: object },
): Promise<void> {
  await db.query(
    'INSERT INTO audit (tenant, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5)',
    [tenant, entry.actor, entry.action, entry.subject, JSON.stringify(entry.detail ?? {})],
  );
}

/** A line of that book. */
export interface AuditEntry {
  id: string;
  at: string;
  actor: string;
  action: string;
  subject: string;
  detail: unknown;
}

/** The newest lines first: those before this one, from the newest on where it is null. */
export async function listAudit(
  db: Db,
  tenant: number,
  before: string | null,
  limit: number,
): Promise<AuditEntry[]> {
  const result = await db.query<AuditEntry>(
    `SELECT id::text AS id, at, actor, action, subject, detail FROM audit
     WHERE tenant = $1 AND ($2::bigint IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
    [tenant, before, limit],
  );
  return result.rows;
}

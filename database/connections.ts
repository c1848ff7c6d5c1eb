import type { Pool } from 'pg';

import type { Target } from '../domain/words';
import { clearNeedsAuth } from './lane-reasons';
import { firstRow, inTransaction, type Db } from './pool';

/** One vendor account of a tenant, credentials still sealed. */
export interface Connection {
  system: Target;
  address: string;
  /** Store address or realm: identifies the account. */
  account: string;
  sealed: string;
  facts: unknown;
  factsAt: string | null;
  revision: number;
  connectedAt: string;
}

const columns = `system, address, account, sealed, facts, facts_at AS "factsAt", revision,
  connected_at AS "connectedAt"`;

/** The place a connection's secret belongs to: it opens nowhere else. */
export function secretPlace(tenant: number, system: Target): string {
  return `tenant ${tenant} connection ${system}`;
}

export async function findConnection(
  db: Db,
  tenant: number,
  system: Target,
): Promise<Connection | null> {
  return firstRow<Connection>(
    db,
    `SELECT ${columns} FROM connections WHERE tenant = $1 AND system = $2`,
    [tenant, system],
  );
}

/** One text for an account, however its address is written. */
function accountKeyOf(system: Target, account: string): string {
  if (system !== 'woo') return account;
  const plain = account.toLowerCase().replace(/^https?:\/\/(www\.)?/, '');
  return plain.replace(/(:80|:443)?\/*$/, '');
}

/**
 * `other_account`: this tenant has another one. `shared`: another tenant has this one, and nobody
 * confirmed that.
 */
export type Connected = Connection | 'other_account' | 'shared';

/** Whether something of the tenant ($1) went to the system ($2), or may have. */
const wasUsed = `(EXISTS (SELECT FROM sends s WHERE s.tenant = $1 AND s.system = $2
    AND s.state <> 'not_executed')
  OR EXISTS (SELECT FROM deliveries d WHERE d.tenant = $1 AND d.system = $2
    AND d.remote_id IS NOT NULL))`;

/**
 * Connects an account, or renews its credentials. Refused where the tenant is, or was last,
 * connected to another account to which something was sent already: its remote ids would be wrong
 * there (quickbooks.md#tokens); a mistyped address is replaced. Refused too where another tenant is
 * connected to this one, unless `isSharedFine`.
 */
export async function putConnection(
  pool: Pool,
  tenant: number,
  connection: { system: Target; address: string; account: string; sealed: string },
  isSharedFine = false,
): Promise<Connected> {
  const { system, account } = connection;
  const key = accountKeyOf(system, account);
  return inTransaction(pool, async (client) => {
    // Of two tenants that come at once, the second sees the first.
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `${system} ${key}`,
    ]);
    const shared = await firstRow(
      client,
      `SELECT 1 FROM connections WHERE system = $1 AND account_key = $2 AND tenant <> $3
         AND NOT EXISTS (SELECT FROM connections WHERE tenant = $3 AND system = $1
           AND account = $4) LIMIT 1`,
      [system, key, tenant, account],
    );
    if (shared !== null && !isSharedFine) return 'shared';
    const row = await firstRow<Connection>(
      client,
      `WITH former AS MATERIALIZED (SELECT account, revision FROM former_connections
         WHERE tenant = $1 AND system = $2 FOR UPDATE)
       INSERT INTO connections AS c (tenant, system, address, account, sealed, account_key,
         revision)
       SELECT $1, $2, $3, $4, $5, $6, coalesce((SELECT revision FROM former), 0) + 1
       WHERE NOT EXISTS (SELECT FROM former WHERE account <> $4) OR NOT ${wasUsed}
       ON CONFLICT (tenant, system) DO UPDATE SET address = excluded.address,
         account = excluded.account, sealed = excluded.sealed,
         account_key = excluded.account_key, facts = NULL, facts_at = NULL,
           revision = c.revision + 1, connected_at = now()
       WHERE c.account = excluded.account OR NOT ${wasUsed}
       RETURNING ${columns}`,
      [tenant, system, connection.address, account, connection.sealed, key],
    );
    if (row === null) return 'other_account';
    await client.query('DELETE FROM former_connections WHERE tenant = $1 AND system = $2', [
      tenant,
      system,
    ]);
    await clearNeedsAuth(client, { tenant, system });
    return row;
  });
}

/**
 * Forgets credentials and facts of an account; which one it was is remembered, and mappings, ids
 * and history stay. False where none was connected.
 */
export async function disconnect(db: Db, tenant: number, system: Target): Promise<boolean> {
  const { rowCount } = await db.query(
    `WITH gone AS (DELETE FROM connections WHERE tenant = $1 AND system = $2
       RETURNING tenant, system, account, revision)
     INSERT INTO former_connections (tenant, system, account, revision) SELECT * FROM gone
     ON CONFLICT (tenant, system) DO UPDATE SET account = excluded.account,
       revision = excluded.revision, disconnected_at = now()`,
    [tenant, system],
  );
  return rowCount === 1;
}

/**
 * Stores renewed credentials of the account; false where a newer connection took its place
 * meanwhile.
 */
export async function saveCredentials(
  db: Db,
  { tenant, system }: { tenant: number; system: Target },
  revision: number,
  sealed: string,
): Promise<boolean> {
  const result = await db.query(
    'UPDATE connections SET sealed = $4 WHERE tenant = $1 AND system = $2 AND revision = $3',
    [tenant, system, revision, sealed],
  );
  return result.rowCount === 1;
}

export async function saveFacts(
  db: Db,
  tenant: number,
  system: Target,
  facts: object,
): Promise<void> {
  await db.query(
    'UPDATE connections SET facts = $3, facts_at = now() WHERE tenant = $1 AND system = $2',
    [tenant, system, JSON.stringify(facts)],
  );
}

/** Lets the next turn read the vendor's facts anew; the one under way composes nothing more. */
export async function forgetFacts(db: Db, tenant: number, system: Target): Promise<void> {
  await db.query('UPDATE connections SET facts_at = NULL WHERE tenant = $1 AND system = $2', [
    tenant,
    system,
  ]);
}

/** Whether the vendor's facts are to be read anew. */
export async function areFactsForgotten(db: Db, tenant: number, system: Target): Promise<boolean> {
  const { rowCount } = await db.query(
    'SELECT FROM connections WHERE tenant = $1 AND system = $2 AND facts_at IS NULL',
    [tenant, system],
  );
  return rowCount === 1;
}

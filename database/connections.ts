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

/**
 * Connects an account, or renews its credentials. Refused (null) where the tenant is connected to another
 * account to which something was sent already: its remote ids would be wrong there (traps 91). A mistyped address is
 * replaced.
 */
export async function putConnection(
  pool: Pool,
  tenant: number,
  connection: { system: Target; address: string; account: string; sealed: string },
): Promise<Connection | null> {
  return inTransaction(pool, async (client) => {
    const row = await firstRow<Connection>(
      client,
      `INSERT INTO connections AS c (tenant, system, address, account, sealed) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (tenant, system) DO UPDATE SET address = excluded.address, account = excluded.account, sealed = excluded.sealed,
         facts = NULL, facts_at = NULL, revision = c.revision + 1, connected_at = now()
       WHERE c.account = excluded.account OR NOT (
         EXISTS (SELECT FROM sends s WHERE s.tenant = $1 AND s.system = $2 AND s.state <> 'not_executed')
         OR EXISTS (SELECT FROM deliveries d WHERE d.tenant = $1 AND d.system = $2 AND d.remote_id IS NOT NULL))
       RETURNING ${columns}`,
      [tenant, connection.system, connection.address, connection.account, connection.sealed],
    );
    if (row === null) return null;
    await clearNeedsAuth(client, { tenant, system: connection.system });
    return row;
  });
}

/** Stores renewed credentials of the account; false where a newer connection took its place meanwhile. */
export async function saveCredentials(
  db: Db,
  tenant: number,
  system: Target,
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

/** Lets the next turn read the vendor's facts anew. */
export async function forgetFacts(db: Db, tenant: number, system: Target): Promise<void> {
  await db.query('UPDATE connections SET facts_at = NULL WHERE tenant = $1 AND system = $2', [
    tenant,
    system,
  ]);
}

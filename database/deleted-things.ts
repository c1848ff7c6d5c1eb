import type { PoolClient } from 'pg';

import type { Thing } from '../domain/records/record-references';
import type { Target } from '../domain/words';
import { keysJson } from './pool';

// Products and customers that were deleted before a system had them.

/**
 * Those of these things that other deliveries of the system wait for. Looks at all that waits or is
 * held, where one of them has no remote id (query-plans.md#known-and-left).
 */
export async function waitedFor(
  tx: PoolClient,
  tenant: number,
  system: Target,
  things: readonly Thing[],
): Promise<Thing[]> {
  if (things.length === 0) return [];
  const result = await tx.query<Thing>(
    `WITH t AS (SELECT d.id, k.kind, k.id AS "recordId"
       FROM json_to_recordset($3::json) AS k(kind text, id text)
       CROSS JOIN LATERAL (SELECT id FROM deliveries WHERE tenant = $1 AND system = $2
         AND kind = k.kind AND record_id = k.id AND remote_id IS NULL LIMIT 1) d)
     SELECT kind, "recordId" FROM t WHERE id IN (SELECT unnest(waits_for) FROM deliveries
       WHERE tenant = $1 AND system = $2 AND state IN ('waiting', 'held')
         AND waits_for && ARRAY(SELECT id FROM t))`,
    [tenant, system, keysJson(things)],
  );
  return result.rows;
}

/** Those of these things that are deleted and that the system neither has nor is to get. */
export async function deletedWithoutRemote(
  tx: PoolClient,
  tenant: number,
  system: Target,
  things: readonly Thing[],
): Promise<Thing[]> {
  if (things.length === 0) return [];
  const result = await tx.query<Thing>(
    `SELECT k.kind, k.id AS "recordId" FROM json_to_recordset($3::json) AS k(kind text, id text)
     CROSS JOIN LATERAL (SELECT rev FROM records WHERE tenant = $1 AND kind = k.kind
       AND record_id = k.id AND op = 'absent' LIMIT 1) r
     CROSS JOIN LATERAL (SELECT coalesce(bool_or(remote_id IS NOT NULL
         OR (desired_op = 'present' AND state NOT IN ('skipped', 'dead') AND desired_rev = r.rev)),
         false) AS "isThere"
       FROM deliveries WHERE tenant = $1 AND system = $2 AND kind = k.kind
         AND record_id = k.id) d
     WHERE NOT d."isThere"`,
    [tenant, system, keysJson(things)],
  );
  return result.rows;
}

import type { Pool } from 'pg';

import { kinds, targets } from '../domain/words';
import { withCursor } from './absorb-store';
import { sqlList, type Db } from './pool';

// What the watchdog looks for over all tenants, and the recount of one tenant's counters.

/**
 * Tenants with work that nobody seems to do: changes not absorbed, due deliveries or requests
 * without recent progress.
 */
export async function findStuckTenants(
  db: Db,
  quietMs: number,
  afterTenantId: string,
  limit: number,
): Promise<string[]> {
  const result = await db.query<{ tenantId: string }>(
    `SELECT t.tenant_id AS "tenantId" FROM tenants t
     JOIN tenant_intake i ON i.tenant = t.id JOIN tenant_absorb a ON a.tenant = t.id
     WHERE t.tenant_id > $2 AND (
       (i.changes_in > a.absorbed AND greatest(a.progressed_at,
         i.woken_at) < now() - make_interval(secs => $1 / 1000.0))
       OR EXISTS (SELECT FROM settings s WHERE s.tenant = t.id AND s.in_force_at IS NULL
         AND s.superseded_at IS NULL
            AND s.requested_at < now() - make_interval(secs => $1 / 1000.0))
       OR EXISTS (SELECT FROM redrives r WHERE r.tenant = t.id AND r.applied_at IS NULL
            AND r.requested_at < now() - make_interval(secs => $1 / 1000.0))
       OR EXISTS (SELECT FROM unnest(ARRAY['dry_run', 'undo']) AS k(kind) CROSS JOIN
         LATERAL (SELECT FROM runs r WHERE r.tenant = t.id AND r.kind = k.kind
            AND r.state = 'requested' AND r.requested_at < now() -
              make_interval(secs => $1 / 1000.0) LIMIT 1) r)
       OR EXISTS (SELECT FROM lanes l JOIN connections c ON c.tenant = l.tenant
         AND c.system = l.system
            WHERE l.tenant = t.id AND NOT l.is_paused AND NOT l.is_isolated AND NOT l.needs_auth
              AND l.progressed_at < now() - make_interval(secs => $1 / 1000.0)
              AND (EXISTS (SELECT FROM unnest(ARRAY[${sqlList(kinds)}]) AS k(kind)
                     CROSS JOIN LATERAL (SELECT FROM deliveries d WHERE d.tenant = t.id
                       AND d.system = l.system AND d.kind = k.kind
                       AND d.state = 'waiting'
                         AND d.due_at < now() - make_interval(secs => $1 / 1000.0) LIMIT 1) d)
                OR EXISTS (SELECT FROM sends s WHERE s.tenant = t.id AND s.system = l.system
                  AND s.state IN ('sending', 'verifying')
                     AND s.due_at < now() - make_interval(secs => $1 / 1000.0)))))
     ORDER BY t.tenant_id LIMIT $3`,
    [quietMs, afterTenantId, limit],
  );
  return result.rows.map((row) => row.tenantId);
}

/**
 * Requests of one tenant that nobody brought in force or applied for so long: their signal got
 * lost.
 */
export async function findForgottenRequests(
  db: Db,
  tenant: number,
  quietMs: number,
): Promise<{ parts: string[]; redrives: string[] }> {
  const settings = await db.query<{ part: string }>(
    `SELECT DISTINCT part FROM settings WHERE tenant = $1 AND in_force_at IS NULL
       AND superseded_at IS NULL
       AND requested_at < now() - make_interval(secs => $2 / 1000.0)`,
    [tenant, quietMs],
  );
  const redrives = await db.query<{ id: string }>(
    `SELECT id FROM redrives WHERE tenant = $1 AND applied_at IS NULL
       AND requested_at < now() - make_interval(secs => $2 / 1000.0) ORDER BY requested_at, id
         LIMIT 20`,
    [tenant, quietMs],
  );
  return {
    parts: settings.rows.map((row) => row.part),
    redrives: redrives.rows.map((row) => row.id),
  };
}

/**
 * Counts one tenant's open deliveries and puts its counters right; answers by how much each lane
 * was off.
 */
export async function recount(
  pool: Pool,
  tenant: number,
): Promise<{ system: string; wasOffBy: number }[]> {
  return withCursor(pool, tenant, async (tx) => {
    // The lane rows are locked before counting: no lane settles in between.
    const lanes = await tx.query<{ system: string; open: number }>(
      `SELECT l.system, m.made - l.settled AS open FROM lanes l JOIN lanes_made m
         ON m.tenant = l.tenant AND m.system = l.system
       WHERE l.tenant = $1 ORDER BY l.system FOR UPDATE OF l`,
      [tenant],
    );
    const counted = await tx.query<{ system: string; count: number }>(
      `SELECT s.system, sum(d.count)::int AS count FROM unnest($2::text[]) AS s(system) CROSS JOIN
         LATERAL
         (SELECT count(*) AS count FROM deliveries WHERE tenant = $1 AND system = s.system
           AND state IN ('sending', 'verifying')
          UNION ALL
          SELECT w.count FROM unnest($3::text[]) AS k(kind) CROSS JOIN
            LATERAL (SELECT count(*) AS count FROM deliveries
            WHERE tenant = $1 AND system = s.system AND kind = k.kind AND state = 'waiting') w) d
       GROUP BY s.system`,
      [tenant, targets, kinds],
    );
    const actual = new Map(counted.rows.map((row) => [row.system, row.count]));
    const wrong = lanes.rows
      .map(({ system, open }) => ({ system, wasOffBy: open - (actual.get(system) ?? 0) }))
      .filter(({ wasOffBy }) => wasOffBy !== 0);
    for (const { system, wasOffBy } of wrong) {
      await tx.query('UPDATE lanes_made SET made = made - $3 WHERE tenant = $1 AND system = $2', [
        tenant,
        system,
        wasOffBy,
      ]);
    }
    return wrong;
  });
}

import type { Target } from '../domain/words';
import type { Db } from './pool';

// Why a lane stands still or goes slowly: refused credentials, a wait that the vendor asked for,
// sends that are smaller for a while. Written by turns, read by operators and by the next turn.

/** A lane of a tenant. */
interface Lane {
  tenant: number;
  system: Target;
}

/** Longest reason that is kept. */
const reasonMax = 500;

/**
 * Notes that the credentials of this revision are refused, and why: status, the vendor's code, what
 * to check. Newer credentials are another matter. Without a revision: there are none.
 */
export async function markNeedsAuth(
  db: Db,
  { tenant, system }: Lane,
  revision: number | null,
  reason: string,
): Promise<void> {
  await db.query(
    `UPDATE lanes SET needs_auth = true, needs_auth_reason = left($4, ${reasonMax}),
       needs_auth_since = coalesce(needs_auth_since, now())
     WHERE tenant = $1 AND system = $2
       AND ($3::int IS NULL OR EXISTS (SELECT FROM connections WHERE tenant = $1 AND system = $2
         AND revision = $3))`,
    [tenant, system, revision, reason],
  );
}

/** The credentials were taken: the lane needs no person any more. */
export async function clearNeedsAuth(db: Db, { tenant, system }: Lane): Promise<void> {
  await db.query(
    `UPDATE lanes SET needs_auth = false, needs_auth_reason = NULL, needs_auth_since = NULL
     WHERE tenant = $1 AND system = $2`,
    [tenant, system],
  );
}

/** No call of any kind before the given wait is over: the vendor said so (Retry-After). */
export async function postponeCalls(
  db: Db,
  { tenant, system }: Lane,
  waitMs: number,
  reason: string,
): Promise<void> {
  await db.query(
    `UPDATE lanes SET wait_reason = left($4, ${reasonMax}),
       budget = (budget::jsonb || jsonb_build_object('notBefore',
         (extract(epoch FROM clock_timestamp()) * 1000)::float8 + $3::float8))::json
     WHERE tenant = $1 AND system = $2`,
    [tenant, system, waitMs, reason],
  );
}

/** An operator says that the vendor may be called again. Null system: every lane. */
export async function liftWaits(db: Db, tenant: number, system: Target | null): Promise<void> {
  await db.query(
    `UPDATE lanes SET wait_reason = NULL, budget = (budget::jsonb - 'notBefore')::json
     WHERE tenant = $1 AND ($2::text IS NULL OR system = $2) AND budget::jsonb ? 'notBefore'`,
    [tenant, system],
  );
}

/**
 * The vendor refused a send of more than so many members for its size. What a proxy takes is a
 * setting of the host: it is asked again once a day.
 */
export async function limitBatch(db: Db, { tenant, system }: Lane, members: number): Promise<void> {
  await db.query(
    `UPDATE lanes SET batch_max = $3, batch_max_until = now() + interval '1 day'
     WHERE tenant = $1 AND system = $2`,
    [tenant, system, members],
  );
}

/** Most members of a send for now; null where the settings alone decide. A column of `lanes`. */
export const batchLimitColumn = 'CASE WHEN batch_max_until > now() THEN batch_max END';

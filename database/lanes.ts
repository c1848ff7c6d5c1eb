import type { Pool } from 'pg';
import { z } from 'zod';

import { charge, type RateLimit } from '../domain/lane/rate-budget';
import { closedBreaker, type Breaker } from '../domain/lane/circuit-breaker';
import type { Target } from '../domain/words';
import { batchLimitColumn, liftWaits } from './lane-reasons';
import { firstRow, inTransaction, type Db } from './pool';

// The lane row: who calls the vendor now (token and lease), the rate budget, what operators set.

/**
 * A lane's lease; renewed every `leaseRenewMs`, so two renewals may fail before somebody takes
 * over.
 */
export const leaseMs = 15_000;
export const leaseRenewMs = 5_000;

/** What cannot be read counts as nothing used yet: the vendor itself refuses what is too much. */
const rateState = z.record(z.string(), z.number()).catch({});
const breakerSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('closed') }),
  z.strictObject({
    kind: z.literal('open'),
    opens: z.int(),
    retryAtMs: z.number(),
    reason: z.string(),
  }),
  z.strictObject({ kind: z.literal('half-open'), opens: z.int(), successes: z.int() }),
  z.strictObject({ kind: z.literal('isolated') }),
]) satisfies z.ZodType<Breaker>;

/** How whoever takes a lane finds it. */
export interface LaneLease {
  isPaused: boolean;
  isIsolated: boolean;
  needsAuth: boolean;
  /** Most members of a send for now; null where the settings alone decide. */
  batchMax: number | null;
}

/**
 * Takes a free or lapsed lane; null while another token holds it. Answers whether a former holder
 * left it without giving it back.
 */
export async function takeLease(
  db: Db,
  tenant: number,
  system: Target,
  token: string,
): Promise<LaneLease | null> {
  return firstRow(
    db,
    // Locked for whoever writes sends down under a lapsed lease: they stand there before the next
    // holder looks for them.
    `WITH l AS MATERIALIZED (SELECT tenant, system FROM lanes WHERE tenant = $1 AND system = $2
       FOR UPDATE)
     UPDATE lanes SET token = $3, lease_until = now() + make_interval(secs => $4 / 1000.0) FROM l
     WHERE lanes.tenant = l.tenant AND lanes.system = l.system
       AND (token IS NULL OR token = $3 OR lease_until < now())
     RETURNING is_paused AS "isPaused", is_isolated AS "isIsolated", needs_auth AS "needsAuth",
       ${batchLimitColumn} AS "batchMax"`,
    [tenant, system, token, leaseMs],
  );
}

/** False where the lease was lost: whoever asked must stop its call. */
export async function renewLease(
  db: Db,
  tenant: number,
  system: Target,
  token: string,
): Promise<boolean> {
  const result = await db.query(
    `UPDATE lanes SET lease_until = now() + make_interval(secs => $4 / 1000.0)
     WHERE tenant = $1 AND system = $2 AND token = $3 AND lease_until > now()`,
    [tenant, system, token, leaseMs],
  );
  return result.rowCount === 1;
}

/**
 * Gives the lane back. `trouble`: why the turn failed through no fault of the vendor's, or null.
 */
export async function releaseLease(
  db: Db,
  { tenant, system, token }: LaneHold,
  trouble: string | null,
): Promise<void> {
  await db.query(
    `UPDATE lanes SET token = NULL, lease_until = NULL, trouble = $4,
       trouble_since = CASE WHEN $4::text IS NULL THEN NULL ELSE coalesce(trouble_since, now()) END
     WHERE tenant = $1 AND system = $2 AND token = $3`,
    [tenant, system, token, trouble],
  );
}

/** Notes why a turn could not even begin; a turn that ends well takes it away. */
export async function noteLaneTrouble(
  db: Db,
  tenant: number,
  system: Target,
  trouble: string,
): Promise<void> {
  await db.query(
    `UPDATE lanes SET trouble = left($3, 500), trouble_since = coalesce(trouble_since, now())
     WHERE tenant = $1 AND system = $2`,
    [tenant, system, trouble],
  );
}

/** Who holds a lane. */
export interface LaneHold {
  tenant: number;
  system: Target;
  token: string;
}

export type BudgetAnswer =
  | { type: 'charged' }
  | { type: 'wait'; atMs: number; nowMs: number }
  /** The lease is lost, or an operator stopped the lane. */
  | { type: 'stopped'; why: 'lease' | 'paused' | 'isolated' };

/** What decides whether a call may leave. */
export interface LaneNow {
  isHeld: boolean;
  isPaused: boolean;
  isIsolated: boolean;
  budget: unknown;
  nowMs: number;
}

/**
 * How the lane row is locked until the end of the transaction, after all other locks. `sends`:
 * nobody takes the lane over meanwhile, while what came of other sends may be counted; `budget`:
 * nobody else writes the row.
 */
const laneLocks = { none: '', sends: 'FOR KEY SHARE', budget: 'FOR NO KEY UPDATE' } as const;

type LaneLock = keyof typeof laneLocks;

/** The lock under which sends are written down that are charged to these. */
export function lockFor(limits: readonly RateLimit[]): LaneLock {
  return limits.length === 0 ? 'sends' : 'budget';
}

/** Reads the lane as it is; null where the tenant has no such lane. */
export async function readLane(
  client: Db,
  { tenant, system, token }: LaneHold,
  lock: LaneLock,
): Promise<LaneNow | null> {
  return firstRow<LaneNow>(
    client,
    `SELECT token = $3 AND lease_until > clock_timestamp() AS "isHeld", is_paused AS "isPaused",
       is_isolated AS "isIsolated",
            budget, (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "nowMs"
     FROM lanes WHERE tenant = $1 AND system = $2 ${laneLocks[lock]}`,
    [tenant, system, token],
  );
}

/** Charges one call to a lane; with limits the caller's transaction has locked its budget. */
export async function chargeBudget(
  client: Db,
  { tenant, system }: { tenant: number; system: Target },
  lane: LaneNow | null,
  limits: readonly RateLimit[],
): Promise<BudgetAnswer> {
  if (lane?.isHeld !== true) return { type: 'stopped', why: 'lease' };
  if (lane.isPaused) return { type: 'stopped', why: 'paused' };
  if (lane.isIsolated) return { type: 'stopped', why: 'isolated' };
  const state = rateState.parse(lane.budget);
  const notBeforeMs = state['notBefore'] ?? 0;
  if (notBeforeMs > lane.nowMs) return { type: 'wait', atMs: notBeforeMs, nowMs: lane.nowMs };
  const charged = charge(state, limits, lane.nowMs);
  if (!charged.isGranted) return { type: 'wait', atMs: charged.atMs, nowMs: lane.nowMs };
  if (limits.length > 0) {
    await client.query('UPDATE lanes SET budget = $3 WHERE tenant = $1 AND system = $2', [
      tenant,
      system,
      JSON.stringify(charged.state),
    ]);
  }
  return { type: 'charged' };
}

/**
 * Charges a read (or any call that is no send) in a transaction of its own, before it leaves.
 * `whilePaused`: a dry run, which writes nothing, is looked at while the lane is paused.
 */
export async function chargeRead(
  pool: Pool,
  lane: LaneHold,
  limits: readonly RateLimit[],
  whilePaused: boolean,
): Promise<BudgetAnswer> {
  const charged = async (db: Db, lock: LaneLock): Promise<BudgetAnswer> => {
    const now = await readLane(db, lane, lock);
    const asked = now !== null && whilePaused ? { ...now, isPaused: false } : now;
    return chargeBudget(db, { tenant: lane.tenant, system: lane.system }, asked, limits);
  };
  // Nothing is written down without limits.
  return limits.length === 0
    ? charged(pool, 'none')
    : inTransaction(pool, (tx) => charged(tx, 'budget'));
}

export interface LaneState {
  system: Target;
  isPaused: boolean;
  isIsolated: boolean;
  needsAuth: boolean;
  /**
   * Why the credentials do not serve: status, the vendor's code, what to check; null where they do.
   */
  needsAuthReason: string | null;
  needsAuthSince: string | null;
  isConnected: boolean;
  breaker: Breaker;
  /** Until when the vendor asked not to be called, and what it said; null where it did not. */
  waitUntilMs: number | null;
  waitReason: string | null;
  /** Most members of a send for now; null where the settings alone decide. */
  batchMax: number | null;
}

/** What cannot be read counts as closed: calls that fail open it again. */
function breakerOf(stored: unknown): Breaker {
  return breakerSchema.catch(closedBreaker).parse(stored);
}

/** Both lanes as operators and the breaker left them. */
export async function laneStates(db: Db, tenant: number): Promise<LaneState[]> {
  const result = await db.query<Omit<LaneState, 'breaker'> & { breaker: unknown }>(
    `SELECT l.system, is_paused AS "isPaused", is_isolated AS "isIsolated",
       needs_auth AS "needsAuth", breaker,
            needs_auth_reason AS "needsAuthReason", needs_auth_since AS "needsAuthSince",
              ${batchLimitColumn} AS "batchMax",
            CASE WHEN (budget ->> 'notBefore')::float8 > extract(epoch
              FROM now()) * 1000 THEN (budget ->> 'notBefore')::float8 END AS "waitUntilMs",
            CASE WHEN (budget ->> 'notBefore')::float8 > extract(epoch
              FROM now()) * 1000 THEN wait_reason END AS "waitReason",
            c.tenant IS NOT NULL AS "isConnected"
     FROM lanes l LEFT JOIN connections c ON c.tenant = l.tenant AND c.system = l.system
     WHERE l.tenant = $1 ORDER BY l.system`,
    [tenant],
  );
  return result.rows.map((row) => ({ ...row, breaker: breakerOf(row.breaker) }));
}

/**
 * Writes what an operator set, or what the workflow found out; null leaves a field as it is. Null
 * system: every lane.
 */
export async function setLane(
  db: Db,
  tenant: number,
  system: Target | null,
  change: {
    isPaused?: boolean | undefined;
    isIsolated?: boolean | undefined;
    breaker?: Breaker | undefined;
  },
): Promise<void> {
  await db.query(
    `UPDATE lanes SET is_paused = coalesce($3, is_paused), is_isolated = coalesce($4, is_isolated),
       breaker = coalesce($5::json, breaker)
     WHERE tenant = $1 AND ($2::text IS NULL OR system = $2)`,
    [
      tenant,
      system,
      change.isPaused ?? null,
      change.isIsolated ?? null,
      change.breaker === undefined ? null : JSON.stringify(change.breaker),
    ],
  );
  // Whoever lets a lane go on does not mean: after the wait that the vendor asked for.
  if (change.isPaused === false || change.isIsolated === false) await liftWaits(db, tenant, system);
}

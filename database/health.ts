import { z } from 'zod';

import type { Counted, LaneFacts, Stopped, TenantFacts } from '../domain/health/problem';
import { perSystem } from '../domain/systems';
import { kinds, targets, type Target } from '../domain/words';
import { laneStates, type LaneState } from './lanes';
import { firstRow, type Db } from './pool';
import { countStates, hasDeliveries, queueState } from './status';

// What health is decided from, read from the tables: only what stands still is counted.

/** Rows of one reason whose totals are added up; of more, the sum is left out. */
const amountsMax = 10_000;

const budgetSchema = z.looseObject({ notBefore: z.number().optional() }).catch({});

/** Everything that can stand still for this tenant. */
export async function tenantFacts(db: Db, tenant: number, nowMs: number): Promise<TenantFacts> {
  const [states, rows, queue, hasAny, waits, lanes, stopped] = await Promise.all([
    countStates(db, tenant),
    laneStates(db, tenant),
    queueState(db, tenant),
    hasDeliveries(db, tenant),
    tenantWaits(db, tenant),
    laneWaits(db, tenant),
    stoppedOf(db, tenant),
  ]);
  const countOf = (system: Target, state: string): number =>
    states
      .filter((entry) => entry.system === system && entry.state === state)
      .reduce((total, { count }) => total + count, 0);
  const factsOf = (system: Target): LaneFacts => {
    const state = rows.find((row) => row.system === system);
    const wait = lanes.find((row) => row.system === system);
    if (state === undefined || wait === undefined)
      throw new Error(`Bug: a tenant without lane ${system}`);
    const oldestDue = queue.oldest[system];
    const waiting = countOf(system, 'waiting');
    const own = stopped.filter((row) => row.system === system);
    return {
      isPaused: state.isPaused,
      breaker: state.isIsolated ? { kind: 'isolated' } : state.breaker,
      needsAuth: needsAuthOf(state, waiting > 0),
      pausedUntilMs: budgetSchema.parse(wait.budget).notBefore ?? null,
      trouble: troubleOf(wait),
      progressedMs: Date.parse(wait.progressedAt),
      callSinceMs: wait.callAt === null ? null : Date.parse(wait.callAt),
      waiting,
      oldestDueMs: oldestDue === undefined ? null : Date.parse(oldestDue),
      oldestUnknownMs: wait.unknownAt === null ? null : Date.parse(wait.unknownAt),
      unknown: countOf(system, 'verifying'),
      held: own.filter(({ state: at }) => at === 'held').map(stoppedView),
      dead: own.filter(({ state: at }) => at === 'dead').map(stoppedView),
    };
  };
  return {
    nowMs,
    queue,
    notAbsorbed: counted(queue.notAbsorbed, waits.unabsorbedAt),
    absorbTrouble: troubleOf(waits),
    failedChanges: counted(waits.failed, waits.failedAt),
    staleChanges: counted(waits.stale, waits.staleAt),
    requests: counted(waits.requests, waits.requestedAt),
    workerSeenMs: waits.workerSeenAt === null ? null : Date.parse(waits.workerSeenAt),
    hasDeliveries: hasAny,
    lanes: perSystem(factsOf),
  };
}

function needsAuthOf(
  { needsAuth, needsAuthReason, isConnected }: LaneState,
  isAwaited: boolean,
): LaneFacts['needsAuth'] {
  // A system that nobody connected matters once something waits for it.
  const isNeeded = needsAuth || (!isConnected && isAwaited);
  return isNeeded ? { reason: isConnected ? needsAuthReason : null, isConnected } : null;
}

interface Trouble {
  trouble: string | null;
  troubleSince: string | null;
}

function troubleOf({ trouble, troubleSince }: Trouble): { reason: string; sinceMs: number } | null {
  if (trouble === null || troubleSince === null) return null;
  return { reason: trouble, sinceMs: Date.parse(troubleSince) };
}

function counted(count: number, since: string | null): Counted | null {
  return count === 0 || since === null ? null : { count, sinceMs: Date.parse(since) };
}

interface TenantWaits extends Trouble {
  unabsorbedAt: string | null;
  failed: number;
  failedAt: string | null;
  stale: number;
  staleAt: string | null;
  requests: number;
  requestedAt: string | null;
  workerSeenAt: string | null;
}

async function tenantWaits(db: Db, tenant: number): Promise<TenantWaits> {
  const row = await firstRow<TenantWaits>(
    db,
    `SELECT a.trouble, a.trouble_since AS "troubleSince",
       (SELECT received_at FROM changes WHERE tenant = $1 AND pos > a.absorbed_pos ORDER BY pos
         LIMIT 1) AS "unabsorbedAt",
       f.count AS failed, f.at AS "failedAt", s.count AS stale, s.at AS "staleAt",
       r.count AS requests, r.at AS "requestedAt", (SELECT max(seen_at)
         FROM workers) AS "workerSeenAt"
     FROM tenant_absorb a
     CROSS JOIN LATERAL (SELECT count(*)::int AS count, min(at) AS at FROM change_outcomes
       WHERE tenant = $1 AND outcome = 'failed' AND resolved_at IS NULL) f
     CROSS JOIN LATERAL (SELECT count(*)::int AS count, min(at) AS at FROM change_outcomes
       WHERE tenant = $1 AND outcome = 'stale' AND at > now() - interval '1 day') s
     CROSS JOIN LATERAL (SELECT count(*)::int AS count, min(at) AS at FROM (
       SELECT requested_at AS at FROM settings WHERE tenant = $1 AND in_force_at IS NULL
         AND superseded_at IS NULL
       UNION ALL SELECT requested_at FROM redrives WHERE tenant = $1 AND applied_at IS NULL) q) r
     WHERE a.tenant = $1`,
    [tenant],
  );
  if (row === null) throw new Error(`Bug: tenant ${tenant} has no counters`);
  return row;
}

interface LaneWaits extends Trouble {
  system: Target;
  budget: unknown;
  progressedAt: string;
  unknownAt: string | null;
  callAt: string | null;
}

async function laneWaits(db: Db, tenant: number): Promise<LaneWaits[]> {
  const result = await db.query<LaneWaits>(
    `SELECT l.system, l.budget, l.progressed_at AS "progressedAt", l.trouble,
       l.trouble_since AS "troubleSince",
       (SELECT min(first_sent_at) FROM sends WHERE tenant = $1 AND system = l.system
         AND state = 'verifying') AS "unknownAt",
       (SELECT min(sent_at) FROM sends WHERE tenant = $1 AND system = l.system
         AND state = 'sending') AS "callAt"
     FROM lanes l WHERE l.tenant = $1 AND l.system = ANY ($2)`,
    [tenant, targets],
  );
  return result.rows;
}

interface StoppedRow {
  system: Target;
  state: 'held' | 'dead';
  reason: string;
  count: number;
  since: string;
  amountMinor: number | null;
}

/**
 * Held and dead deliveries by reason, with the money of their records as far as that is quickly
 * told.
 */
async function stoppedOf(db: Db, tenant: number): Promise<StoppedRow[]> {
  const result = await db.query<StoppedRow>(
    `WITH stopped AS MATERIALIZED (
       SELECT system, state, reason, kind, record_id, changed_at FROM deliveries
       WHERE tenant = $1 AND state IN ('held', 'dead') AND reason NOT IN ('summary', 'direction')),
     few AS MATERIALIZED (SELECT count(*) <= $2 AS is_few FROM stopped)
     SELECT s.system, s.state, s.reason, count(*)::int AS count, min(s.changed_at) AS since,
       CASE WHEN (SELECT is_few FROM few) THEN sum(coalesce(r.amount,
         0))::float8 END AS "amountMinor"
     FROM stopped s LEFT JOIN LATERAL (
       SELECT coalesce(body #>> '{totals,totalMinor}', body ->> 'amountMinor',
         body ->> 'netMinor')::numeric AS amount
       FROM records WHERE (SELECT is_few FROM few) AND tenant = $1 AND kind = s.kind
         AND record_id = s.record_id
         AND s.kind = ANY ($3) LIMIT 1) r ON true
     GROUP BY s.system, s.state, s.reason ORDER BY s.system, s.state, s.reason`,
    [tenant, amountsMax, kinds.filter((kind) => moneyKinds.has(kind))],
  );
  return result.rows;
}

/** Kinds whose body says an amount of money. */
const moneyKinds = new Set<string>(['order', 'refund', 'invoice', 'payment', 'payout', 'cash']);

function stoppedView({ reason, count, since, amountMinor }: StoppedRow): Stopped {
  return { reason, count, sinceMs: Date.parse(since), amountMinor };
}

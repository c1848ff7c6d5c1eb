import { z } from 'zod';

import { laneStates, type LaneState } from '../../database/lanes';
import { syncInForce } from '../../database/settings';
import { countStates, hasDeliveries, queueState, type StateCount } from '../../database/status';
import type { Quota } from '../../domain/sync-settings';
import type { Target } from '../../domain/words';
import type { ApiDeps } from '../deps';
import { none, tenantRoute, type Route } from '../route';
import { instantText } from '../words';

const healths = ['ok', 'degraded', 'needs_auth', 'paused', 'broken', 'unknown'] as const;
type Health = (typeof healths)[number];

const counts = z.record(z.string(), z.int());
const laneSchema = z.object({
  connected: z.boolean(),
  paused: z.boolean(),
  needsAuth: z.boolean(),
  needsAuthReason: z.string().nullable().meta({
    description: 'What the system answered to the credentials, and what to check.',
  }),
  needsAuthSince: instantText.nullable(),
  waitUntil: instantText.nullable().meta({
    description:
      'The vendor asked not to be called before (Retry-After, bounded by settings); `resume` and `breaker closed` lift it.',
  }),
  waitReason: z.string().nullable(),
  batchMax: z.int().nullable().meta({
    description:
      'Most members of a send for now, because the vendor refused larger ones; null: as set.',
  }),
  breaker: z.object({
    kind: z.enum(['closed', 'open', 'half-open', 'isolated']),
    retryAt: instantText.nullable(),
    reason: z.string().nullable(),
  }),
  waiting: z.int(),
  sending: z.int(),
  verifying: z.int(),
  held: counts.meta({ description: 'By reason.' }),
  dead: counts.meta({ description: 'By class.' }),
  oldestDueAt: instantText.nullable(),
  oldestAgeMs: z.int().nullable().meta({ description: 'Since the oldest waiting one became due.' }),
  budget: z
    .object({
      requestsPerMinute: z.int(),
      requestsPerSecond: z.int(),
      batchesPerMinute: z.int(),
    })
    .nullable()
    .meta({
      description: "The vendor's quota that the lane keeps within; null where none is known.",
    }),
});
type Lane = z.output<typeof laneSchema>;

const statusSchema = z
  .object({
    tenantId: z.string(),
    health: z.enum(healths),
    queue: z.object({ depth: z.int(), bound: z.int(), notAbsorbed: z.int() }),
    lanes: z.object({ woo: laneSchema, qbo: laneSchema }),
    feedLag: z.int().nullable(),
    lastProof: z.object({}).nullable(),
  })
  .meta({ id: 'Status' });

export function statusRoutes({ pool }: ApiDeps): Route[] {
  return [
    tenantRoute({
      method: 'get',
      path: '/status',
      access: 'viewer',
      summary: 'Where the tenant stands',
      params: none,
      query: none,
      body: none,
      answers: { 200: statusSchema },
      handle: async ({ tenant }) => {
        const [states, laneRows, queue, hasAny, sync] = await Promise.all([
          countStates(pool, tenant.id),
          laneStates(pool, tenant.id),
          queueState(pool, tenant.id),
          hasDeliveries(pool, tenant.id),
          syncInForce(pool, tenant.id),
        ]);
        const { oldest, depth, bound, notAbsorbed } = queue;
        const lanes = laneRows.map((row): [Target, Lane] => [
          row.system,
          laneView(row, states, oldest[row.system] ?? null, sync.value.quota[row.system]),
        ]);
        const all = lanes.map(([, lane]) => lane);
        const body: z.output<typeof statusSchema> = {
          tenantId: tenant.tenantId,
          health: healthOf(all, hasAny, depth >= bound),
          queue: { depth, bound, notAbsorbed },
          lanes: { woo: laneOf(lanes, 'woo'), qbo: laneOf(lanes, 'qbo') },
          feedLag: null,
          lastProof: null,
        };
        return { status: 200, body };
      },
    }),
  ];
}

function laneOf(lanes: readonly [Target, Lane][], system: Target): Lane {
  const lane = lanes.find(([name]) => name === system)?.[1];
  if (lane === undefined) throw new Error(`Bug: a tenant without lane ${system}`);
  return lane;
}

function laneView(
  row: LaneState,
  states: readonly StateCount[],
  oldestDueAt: string | null,
  budget: Quota | null,
): Lane {
  const own = states.filter(({ system }) => system === row.system);
  const countOf = (state: string): number => sum(own.filter((entry) => entry.state === state));
  const byReason = (state: string): Record<string, number> =>
    Object.fromEntries(
      own
        .filter((entry) => entry.state === state)
        .map(({ reason, count }) => [reason ?? 'unknown', count]),
    );
  const { breaker } = row;
  return {
    connected: row.isConnected,
    paused: row.isPaused,
    needsAuth: row.needsAuth,
    needsAuthReason: row.needsAuthReason,
    needsAuthSince: row.needsAuthSince,
    waitUntil: row.waitUntilMs === null ? null : new Date(row.waitUntilMs).toISOString(),
    waitReason: row.waitReason,
    batchMax: row.batchMax,
    breaker: {
      kind: breaker.kind,
      retryAt: breaker.kind === 'open' ? new Date(breaker.retryAtMs).toISOString() : null,
      reason: breaker.kind === 'open' ? breaker.reason : null,
    },
    waiting: countOf('waiting'),
    sending: countOf('sending'),
    verifying: countOf('verifying'),
    held: byReason('held'),
    dead: byReason('dead'),
    oldestDueAt,
    oldestAgeMs: oldestDueAt === null ? null : Math.max(0, Date.now() - Date.parse(oldestDueAt)),
    budget,
  };
}

function sum(entries: readonly StateCount[]): number {
  return entries.reduce((total, { count }) => total + count, 0);
}

/** Waiting for longer than this although it is due: whoever should send it does not. */
const lateMs = 5 * 60_000;

/** One word for the tenant; the worst thing wins. Without any delivery nobody knows whether it works. */
function healthOf(lanes: readonly Lane[], hasAny: boolean, isFull: boolean): Health {
  if (lanes.every((lane) => lane.paused)) return 'paused';
  if (lanes.some((lane) => lane.needsAuth)) return 'needs_auth';
  if (lanes.some(({ breaker }) => breaker.kind === 'open' || breaker.kind === 'isolated'))
    return 'broken';
  const isDegraded = lanes.some(
    (lane) =>
      lane.paused ||
      lane.breaker.kind !== 'closed' ||
      Object.keys(lane.dead).length > 0 ||
      (lane.oldestAgeMs ?? 0) > lateMs,
  );
  if (isDegraded || isFull) return 'degraded';
  return hasAny ? 'ok' : 'unknown';
}

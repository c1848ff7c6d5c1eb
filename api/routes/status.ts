import { z } from 'zod';

import { laneStates, type LaneState } from '../../database/lanes';
import { syncInForce } from '../../database/settings';
import { tenantFacts } from '../../database/health';
import { countStates, queueState, type StateCount } from '../../database/status';
import { healths, problemCodes, severities, type HealthProblem } from '../../domain/health/problem';
import { healthOf } from '../../domain/health/tenant';
import { perSystem, type Quota } from '../../domain/systems';
import type { Target } from '../../domain/words';
import type { ApiDeps } from '../deps';
import { get, tenantRoute, type Route } from '../route';
import { instantText, systemName } from '../../schemas/words';

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
      'The vendor asked for no call before this moment (`Retry-After`, bounded by settings); ' +
      '`resume` and closing the breaker lift it.',
  }),
  waitReason: z.string().nullable(),
  batchMax: z
    .int()
    .nullable()
    .meta({
      description:
        'Most members of a send for now, because the vendor refused larger ones; null: as the ' +
        'settings say.',
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
  oldestAgeMs: z
    .int()
    .nullable()
    .meta({ description: 'Milliseconds since the oldest waiting delivery became due.' }),
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

const problemSchema = z
  .object({
    code: z.enum(problemCodes),
    severity: z.enum(severities).meta({ description: 'A notice does not change the health.' }),
    system: systemName.nullable(),
    reason: z
      .string()
      .nullable()
      .meta({ description: 'For `held` the reason, for `dead` the class.' }),
    title: z.string(),
    detail: z.string(),
    whatToDo: z.string(),
    since: instantText.nullable(),
    nextTryAt: instantText.nullable(),
    records: z.int().nullable().meta({
      description: 'Changes or deliveries that wait for it; null where they are not counted.',
    }),
    amountMinor: z
      .int()
      .nullable()
      .meta({ description: 'Sum of their totals, in minor units of the currency of the tenant.' }),
  })
  .meta({ id: 'HealthProblem' });

const statusSchema = z
  .object({
    tenantId: z.string(),
    health: z.enum(healths),
    problems: z.array(problemSchema).meta({
      description: 'Everything that stands still or waits for a person, worst first.',
    }),
    queue: z.object({ depth: z.int(), bound: z.int(), notAbsorbed: z.int() }),
    lanes: z.object(perSystem(() => laneSchema)),
    feedLag: z.int().nullable(),
    lastProof: z.object({}).nullable(),
  })
  .meta({ id: 'Status' });

export function statusRoutes({ pool }: ApiDeps): Route[] {
  return [
    tenantRoute({
      ...get('/status', 'viewer'),
      summary: 'Get tenant status',
      description:
        '`health` in one word, and `problems`: everything that stands still or waits for a ' +
        'person, worst first, with what to do.',
      answers: { 200: statusSchema },
      handle: async ({ tenant }) => {
        const [states, laneRows, queue, facts, sync] = await Promise.all([
          countStates(pool, tenant.id),
          laneStates(pool, tenant.id),
          queueState(pool, tenant.id),
          tenantFacts(pool, tenant.id, Date.now()),
          syncInForce(pool, tenant.id),
        ]);
        const laneOf = (system: Target): Lane => {
          const row = laneRows.find((one) => one.system === system);
          if (row === undefined) throw new Error(`Bug: a tenant without lane ${system}`);
          return laneView(row, states, queue.oldest[system] ?? null, sync.value.quota[system]);
        };
        const { health, problems } = healthOf(facts);
        const body = statusSchema.parse({
          tenantId: tenant.tenantId,
          health,
          problems: problems.map(problemView),
          queue,
          lanes: perSystem(laneOf),
          feedLag: null,
          lastProof: null,
        });
        return { status: 200, body };
      },
    }),
  ];
}

function laneView(
  row: LaneState,
  states: readonly StateCount[],
  oldestDueAt: string | null,
  budget: Quota | null,
): Lane {
  const own = states.filter(({ system }) => system === row.system);
  const countOf = (state: string): number =>
    own.reduce((total, entry) => total + (entry.state === state ? entry.count : 0), 0);
  const byReason = (state: string): Record<string, number> =>
    Object.fromEntries(
      own
        .filter((entry) => entry.state === state)
        .map(({ reason, count }) => [reason ?? 'unknown', count]),
    );
  const { breaker } = row;
  return {
    ...row,
    connected: row.isConnected,
    paused: row.isPaused,
    waitUntil: instantOf(row.waitUntilMs),
    breaker: {
      kind: breaker.kind,
      retryAt: breaker.kind === 'open' ? instantOf(breaker.retryAtMs) : null,
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

function problemView(problem: HealthProblem): z.output<typeof problemSchema> {
  return {
    ...problem,
    since: instantOf(problem.sinceMs),
    nextTryAt: instantOf(problem.nextTryMs),
  };
}

function instantOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

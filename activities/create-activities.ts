import { activityInfo, Context, log } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import { z } from 'zod';

import { applyRedrive, redriveSelector, refuseRedrive, requestRedrive } from '../database/failures';
import { laneStates, noteLaneTrouble, setLane } from '../database/lanes';
import { lanesWork } from '../database/outgoing';
import { bringInForce } from '../database/policy';
import { beginRun, endRun, noteTotal } from '../database/runs';
import {
  refuseSettings,
  requestSettings,
  syncInForce,
  syncSettingsSchema,
} from '../database/settings';
import { directionPolicy } from '../schemas/settings';
import { queueDepth } from '../database/status';
import { findTenant, writeAudit, type Tenant } from '../database/tenants';
import { newLaneState, type WorkflowPolicy } from '../domain/lane/tenant-sync';
import { perSystem } from '../domain/systems';
import { targets, type Target } from '../domain/words';
import { tenantSyncId, type Queues } from '../protocol/messages';
import { absorbChanges } from './absorb/absorb-changes';
import { dryRun } from './runs/dry-run';
import { asFailure } from './failures';
import type {
  AbsorbResult,
  Activities,
  DatabaseActivities,
  LaneActivities,
  LoadedLane,
  LoadedTenant,
  PolicyRequest,
  PolicyResult,
  PushTurnRequest,
  PushTurnResult,
  RedriveResult,
} from '../protocol/activities';
import { openConnection, type ConnectionDeps } from './lane/open-connection';
import { pushDeliveries, type PushDeps } from './lane/push-deliveries';
import { repairDelivery, startRepairs } from './operators/repair-delivery';
import { advanceUndo } from './runs/advance-undo';
import { countUndoable, redriveUndone } from './runs/undo-deliveries';
import { wakeStuckTenants } from './operators/wake-stuck-tenants';

/** What the activities need from the process that runs them. */
export interface ActivityDeps extends ConnectionDeps {
  client: Client;
  queues: Queues;
  random: () => number;
}

/** All activities, every error in the words that the workflows know. */
export function createActivities(deps: ActivityDeps): Activities {
  return { ...databaseActivities(deps), ...laneActivities(deps) };
}

function databaseActivities(deps: ActivityDeps): DatabaseActivities {
  const { pool } = deps;
  return {
    loadTenant: (tenantId) => translated(() => loadTenant(deps, tenantId)),
    absorbChanges: ({ tenantId, busyLanes }) =>
      translated(async (): Promise<AbsorbResult> => {
        const tenant = await requireTenant(pool, tenantId);
        const { hasMore } = await absorbChanges(pool, tenant.id, busyLanes, deps.now);
        const [depth, work] = await Promise.all([
          queueDepth(pool, tenant.id),
          lanesWork(pool, tenant.id, targets),
        ]);
        const lanes = perSystem((system): AbsorbResult['lanes'][Target] => ({
          isDue: work.get(system)?.isDue ?? false,
          nextDueAtMs: work.get(system)?.nextDueAtMs ?? null,
        }));
        return { depth, hasMore, lanes };
      }),
    applyPolicy: (request) => translated(() => applyPolicy(deps, request)),
    redriveDeliveries: (request) =>
      translated(() => redrive(deps, request.tenantId, request.id, request.selector)),
    refuseRequest: ({ tenantId, reason, request }) =>
      translated(async () => {
        const tenant = await requireTenant(pool, tenantId);
        if (request.kind === 'redrive') await refuseRedrive(pool, tenant.id, request.id, reason);
        else await refuseSettings(pool, tenant.id, request.part, reason);
        const subject = request.kind === 'redrive' ? request.id : request.part;
        const entry = { actor: 'truth-sync', action: `${request.kind}.refused`, subject };
        await writeAudit(pool, tenant.id, { ...entry, detail: { reason } });
      }),
    setLane: ({ tenantId, lane, ...change }) =>
      translated(async () => {
        const tenant = await requireTenant(pool, tenantId);
        await setLane(pool, tenant.id, lane, {
          isPaused: change.isPaused ?? undefined,
          isIsolated: change.isIsolated ?? undefined,
          breaker: change.breaker ?? undefined,
        });
      }),
    repairDelivery: (request) =>
      translated(async () => {
        const tenant = await requireTenant(pool, request.tenantId);
        return repairDelivery(deps, tenant, request.deliveryId, request.generation);
      }),
    beginRun: ({ tenantId, runId }) =>
      translated(async () => {
        const tenant = await requireTenant(pool, tenantId);
        const run = await beginRun(pool, tenant.id, runId);
        if (run === null) return null;
        const { kind, selector, total } = run;
        if (kind === 'undo' && total === null)
          await noteTotal(pool, tenant.id, runId, await countUndoable(pool, tenant.id, selector));
        return { systems: [...selector.systems], kind };
      }),
    advanceUndo: ({ tenantId, runId }) =>
      translated(async () => advanceUndo(deps, await requireTenant(pool, tenantId), runId)),
    endRun: ({ tenantId, runId, state, detail }) =>
      translated(async () => {
        await endRun(pool, (await requireTenant(pool, tenantId)).id, runId, { state, detail });
      }),
    wakeStuckTenants: (afterTenantId) => translated(() => wakeStuckTenants(deps, afterTenantId)),
  };
}

/** Turns of one system in a process up to which each may stay for more work. */
const lingeringTurnsMax = 10;

function laneActivities(deps: ActivityDeps): LaneActivities {
  const turns = perSystem(() => 0);
  const push = async ({ tenantId, system, isProbe }: PushTurnRequest): Promise<PushTurnResult> => {
    const { tenant, ...turn } = await turnOf(deps, tenantId, system);
    const { died, ...result } = await pushDeliveries(
      { ...turn, random: deps.random, mayLinger: () => turns[system] <= lingeringTurnsMax },
      { workflowId: tenantSyncId(tenantId), isProbe, attempt: activityInfo().attempt },
    );
    await startRepairs(deps, tenant, died);
    return { ...result, depth: await queueDepth(deps.pool, tenant.id) };
  };
  return {
    pushDeliveries: (request) =>
      translated(() => {
        turns[request.system] += 1;
        return push(request).finally(() => {
          turns[request.system] -= 1;
        });
      }),
    dryRun: ({ tenantId, runId, system }) =>
      translated(async () => {
        const turn = await turnOf(deps, tenantId, system);
        return dryRun(turn, {
          runId,
          workflowId: tenantSyncId(tenantId),
          attempt: activityInfo().attempt,
          random: deps.random,
        });
      }),
  };
}

/** What a turn of a lane begins with. */
async function turnOf(
  deps: ActivityDeps,
  tenantId: string,
  system: Target,
): Promise<Pick<PushDeps, 'turn' | 'openConnection'> & { tenant: Tenant }> {
  const tenant = await requireTenant(deps.pool, tenantId);
  const { value: settings } = await syncInForce(deps.pool, tenant.id).catch(
    async (error: unknown) => {
      const trouble = `The settings of sync cannot be read: ${String(error)}`;
      await noteLaneTrouble(deps.pool, tenant.id, system, trouble).catch((reason: unknown) => {
        log.warn('the trouble of a lane could not be noted', { tenantId, reason: String(reason) });
      });
      throw error;
    },
  );
  const context = Context.current();
  return {
    tenant,
    turn: {
      pool: deps.pool,
      tenant: tenant.id,
      system,
      settings,
      cancelled: context.cancellationSignal,
      heartbeat: () => {
        context.heartbeat();
      },
      warn: (what, about) => {
        log.warn(what, { tenantId, ...about });
      },
      now: deps.now,
    },
    openConnection: (facts) => openConnection(deps, { tenant, system }, settings, facts),
  };
}

/** A sign of life while the work lasts, so that the work of a killed process is begun anew soon. */
const heartbeatMs = 3_000;

async function translated<T>(work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const beat = setInterval(() => {
    context.heartbeat();
  }, heartbeatMs);
  try {
    return await work();
  } catch (error) {
    throw asFailure(error);
  } finally {
    clearInterval(beat);
  }
}

async function requireTenant(pool: Pool, tenantId: string): Promise<Tenant> {
  const tenant = await findTenant(pool, tenantId);
  if (tenant === null) throw new Error(`Tenant ${tenantId} does not exist`);
  return tenant;
}

async function loadTenant(deps: ActivityDeps, tenantId: string): Promise<LoadedTenant | null> {
  const tenant = await findTenant(deps.pool, tenantId);
  if (tenant === null) return null;
  const states = await laneStates(deps.pool, tenant.id);
  const work = await lanesWork(deps.pool, tenant.id, targets);
  const lanes: LoadedTenant['lanes'] = perSystem(() => newLane());
  for (const state of states) {
    lanes[state.system] = {
      isPaused: state.isPaused,
      needsAuth: state.needsAuth || !state.isConnected,
      authRetryAtMs: state.needsAuth && state.isConnected ? deps.now() : null,
      breaker: state.isIsolated ? { kind: 'isolated' } : state.breaker,
      dead: work.get(state.system)?.dead ?? 0,
      held: work.get(state.system)?.held ?? 0,
    };
  }
  return {
    policy: await policyOf(deps.pool, tenant.id),
    depth: await queueDepth(deps.pool, tenant.id),
    lanes,
  };
}

function newLane(): LoadedLane {
  const { isPaused, needsAuth, authRetryAtMs, breaker, dead, held } = newLaneState();
  return { isPaused, needsAuth, authRetryAtMs, breaker, dead, held };
}

async function policyOf(pool: Pool, tenant: number): Promise<WorkflowPolicy> {
  const { rev, value } = await syncInForce(pool, tenant);
  return {
    rev,
    backoff: value.backoff,
    breaker: value.breaker,
    authRetryMs: value.authRetryMs,
    totalMs: perSystem((system) => value.timeoutsMs[system].total),
  };
}

async function applyPolicy(deps: ActivityDeps, request: PolicyRequest): Promise<PolicyResult> {
  const tenant = await requireTenant(deps.pool, request.tenantId);
  const refused =
    request.value === null ? null : await storeByHand(deps, tenant, request, request.value);
  if (refused === null) await bringInForce(deps.pool, tenant.id, request.part);
  return {
    policy: await policyOf(deps.pool, tenant.id),
    depth: await queueDepth(deps.pool, tenant.id),
    refused,
  };
}

/**
 * A value sent by hand is checked and stored by its id like one that came through the API; answers
 * why not.
 */
async function storeByHand(
  deps: ActivityDeps,
  tenant: Tenant,
  request: PolicyRequest,
  value: string,
): Promise<string | null> {
  const schema = request.part === 'direction' ? directionPolicy : syncSettingsSchema;
  const parsed = schema.safeParse(JSON.parse(value));
  if (!parsed.success) return z.prettifyError(parsed.error).slice(0, 1_000);
  await requestSettings(deps.pool, tenant.id, {
    part: request.part,
    requestId: request.id,
    value: parsed.data,
    catchUp: request.catchUp,
    requestedBy: 'signal by hand',
    expectedRev: null,
  });
  return null;
}

async function redrive(
  deps: ActivityDeps,
  tenantId: string,
  id: string,
  selector: string | null,
): Promise<RedriveResult> {
  const tenant = await requireTenant(deps.pool, tenantId);
  if (selector !== null) {
    const parsed = redriveSelector.safeParse(JSON.parse(selector));
    if (!parsed.success)
      return { lanes: [], depth: 0, refused: z.prettifyError(parsed.error).slice(0, 1_000) };
    await requestRedrive(deps.pool, tenant.id, id, { selector: parsed.data, by: 'signal by hand' });
  }
  const isAgain = await redriveUndone(deps.pool, tenant.id, id, deps.now());
  const opened = await applyRedrive(deps.pool, tenant.id, id, deps.now());
  const depth = await queueDepth(deps.pool, tenant.id);
  const lanes = targets.filter(
    (system) => opened?.has(system) === true || (isAgain && system === 'qbo'),
  );
  return { lanes, depth, refused: null };
}

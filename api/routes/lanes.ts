import { z } from 'zod';

import { setLane } from '../../database/lanes';
import { writeAudit } from '../../database/tenants';
import { closedBreaker } from '../../domain/lane/circuit-breaker';
import type { ApiDeps } from '../deps';
import { none, tenantRoute, type Route } from '../route';
import { systemName } from '../words';

const laneParams = z.strictObject({ system: systemName });

export function laneRoutes(deps: ApiDeps): Route[] {
  return [breakerRoute(deps), pauseRoute(deps, true), pauseRoute(deps, false)];
}

function breakerRoute({ pool, signals }: ApiDeps): Route {
  return tenantRoute({
    method: 'post',
    path: '/lanes/{system}/breaker',
    access: 'operator',
    summary: 'Close the breaker of a lane, or hold it open until told otherwise',
    params: laneParams,
    query: none,
    body: z.strictObject({ to: z.enum(['closed', 'isolated']) }),
    answers: { 202: z.object({ system: systemName, to: z.string() }) },
    handle: async ({ tenant, actor, params: { system }, body: { to } }) => {
      const isIsolated = to === 'isolated';
      const breaker = isIsolated ? ({ kind: 'isolated' } as const) : closedBreaker;
      await setLane(pool, tenant.id, system, { isIsolated, breaker });
      await writeAudit(pool, tenant.id, { actor, action: `breaker.${to}`, subject: system });
      signals.send(tenant.tenantId, { name: 'setBreaker', lane: system, to });
      return { status: 202, body: { system, to } };
    },
  });
}

function pauseRoute({ pool, signals }: ApiDeps, isPaused: boolean): Route {
  const verb = isPaused ? 'pause' : 'resume';
  return tenantRoute({
    method: 'post',
    path: `/lanes/{system}/${verb}`,
    access: 'operator',
    summary: isPaused ? 'Stop all calls to a system' : 'Let a paused lane go on',
    params: laneParams,
    query: none,
    body: none,
    answers: { 202: z.object({ system: systemName, paused: z.boolean() }) },
    handle: async ({ tenant, actor, params: { system } }) => {
      await setLane(pool, tenant.id, system, { isPaused });
      await writeAudit(pool, tenant.id, { actor, action: `lane.${verb}`, subject: system });
      signals.send(tenant.tenantId, { name: 'setPaused', lane: system, paused: isPaused });
      return { status: 202, body: { system, paused: isPaused } };
    },
  });
}

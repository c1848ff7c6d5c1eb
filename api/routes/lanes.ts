import { z } from 'zod';

import { setLane } from '../../database/lanes';
import { closedBreaker } from '../../domain/lane/circuit-breaker';
import type { ApiDeps } from '../deps';
import { post, tenantRoute, type Route } from '../route';
import { systemName } from '../../schemas/words';

const laneParams = z.strictObject({ system: systemName });

export function laneRoutes(deps: ApiDeps): Route[] {
  return [breakerRoute(deps), pauseRoute(deps, true), pauseRoute(deps, false)];
}

function breakerRoute({ pool, signals }: ApiDeps): Route {
  return tenantRoute({
    ...post('/lanes/{system}/breaker', 'operator'),
    summary: 'Close or isolate the breaker of a lane',
    description:
      '`closed`: calls begin at once, also where the vendor asked for a pause. `isolated`: it ' +
      'stays open until it is closed by hand.',
    params: laneParams,
    body: z
      .strictObject({ to: z.enum(['closed', 'isolated']) })
      .meta({ example: { to: 'closed' } }),
    answers: { 202: z.object({ system: systemName, to: z.string() }) },
    handle: async ({ tenant, audit, params: { system }, body: { to } }) => {
      const isIsolated = to === 'isolated';
      const breaker = isIsolated ? ({ kind: 'isolated' } as const) : closedBreaker;
      await setLane(pool, tenant.id, system, { isIsolated, breaker });
      await audit(`breaker.${to}`, system);
      signals.send(tenant.tenantId, { name: 'setBreaker', lane: system, to });
      return { status: 202, body: { system, to } };
    },
  });
}

function pauseRoute({ pool, signals }: ApiDeps, isPaused: boolean): Route {
  const verb = isPaused ? 'pause' : 'resume';
  return tenantRoute({
    ...post(`/lanes/{system}/${verb}`, 'operator'),
    summary: isPaused ? 'Pause all calls to a system' : 'Resume a paused lane',
    params: laneParams,
    answers: { 202: z.object({ system: systemName, paused: z.boolean() }) },
    handle: async ({ tenant, audit, params: { system } }) => {
      await setLane(pool, tenant.id, system, { isPaused });
      await audit(`lane.${verb}`, system);
      signals.send(tenant.tenantId, { name: 'setPaused', lane: system, paused: isPaused });
      return { status: 202, body: { system, paused: isPaused } };
    },
  });
}

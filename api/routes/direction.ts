import { randomUUID } from 'node:crypto';
import { z } from 'zod';

import { keptBackDocuments } from '../../database/policy';
import {
  newestSettings,
  requestSettings,
  settingsInForce,
  type SettingsRow,
} from '../../database/settings';
import { directionPolicy } from '../../schemas/settings';
import type { Tenant } from '../../database/tenants';
import type { DirectionPolicy } from '../../domain/delivery/direction';
import { directions, type Direction } from '../../domain/systems';
import type { Kind, Target } from '../../domain/words';
import type { AtTenant } from '../authenticate';
import type { ApiDeps } from '../deps';
import { Problem } from '../problem';
import { get, put, tenantRoute, type Answer, type Route } from '../route';
import { changeKindName, instantText, systemName } from '../../schemas/words';

const policy = directionPolicy.meta({ id: 'Direction' });
const catchUp = z
  .boolean()
  .optional()
  .meta({
    description:
      'What becomes of documents that the former direction kept back: sent now (true) or ' +
      'skipped (false).',
  });
const wholeExample = {
  systems: {
    woo: { default: 'bidirectional', kinds: { order: 'pull', customer: 'disabled' } },
    qbo: { default: 'push', kinds: { inventory: 'disabled' } },
  },
  catchUp: true,
};
const catchUpText =
  'Takes effect within seconds. Where it allows documents that were kept back, `catchUp` is ' +
  'required: without it 409 `catch_up_required` names their number. Customers, products and ' +
  'stock are always sent in their latest state.';
const oneDirection = z
  .strictObject({ direction: z.enum(directions), catchUp })
  .meta({ example: { direction: 'push', catchUp: true } });

const requestedAnswer = z.object({ requestId: z.string() });
const directionAnswer = z.object({
  requested: z.object({ id: z.string(), value: policy, by: z.string(), at: instantText }),
  inForce: z.object({ revision: z.int(), value: policy, at: instantText }),
});

export function directionRoutes(deps: ApiDeps): Route[] {
  return [
    tenantRoute({
      ...get('/direction', 'viewer'),
      summary: 'Get the requested direction and the one in force',
      description:
        'Seen from the POS: `push` is towards the system, `pull` from it. A kind inherits the ' +
        'default of its system.',
      answers: { 200: directionAnswer },
      handle: async ({ tenant }) => ({ status: 200, body: await directionState(deps, tenant) }),
    }),
    tenantRoute({
      ...put('/direction', 'operator'),
      summary: 'Set the direction of every system and kind',
      description: catchUpText,
      body: directionPolicy.extend({ catchUp }).meta({ example: wholeExample }),
      answers: { 202: requestedAnswer },
      handle: ({ body: { systems, catchUp: isSent }, ...caller }) =>
        request(deps, caller, () => ({ systems }), isSent),
    }),
    tenantRoute({
      ...put('/direction/{system}', 'operator'),
      summary: 'Set the default direction of a system',
      description: catchUpText,
      params: z.strictObject({ system: systemName }),
      body: oneDirection,
      answers: { 202: requestedAnswer },
      handle: ({ params: { system }, body, ...caller }) =>
        request(deps, caller, (now) => withDefault(now, system, body.direction), body.catchUp),
    }),
    tenantRoute({
      ...put('/direction/{system}/{kind}', 'operator'),
      summary: 'Set the direction of one kind',
      description: catchUpText,
      params: z.strictObject({ system: systemName, kind: changeKindName }),
      body: oneDirection,
      answers: { 202: requestedAnswer },
      handle: ({ params: { system, kind }, body, ...caller }) =>
        request(deps, caller, (now) => withKind(now, system, kind, body.direction), body.catchUp),
    }),
  ];
}

function withDefault(now: DirectionPolicy, system: Target, direction: Direction): DirectionPolicy {
  return { systems: { ...now.systems, [system]: { ...now.systems[system], default: direction } } };
}

function withKind(
  now: DirectionPolicy,
  system: Target,
  kind: Kind,
  direction: Direction,
): DirectionPolicy {
  const own = now.systems[system];
  const changed = { ...own, kinds: { ...own.kinds, [kind]: direction } };
  return { systems: { ...now.systems, [system]: changed } };
}

async function directionState({ pool }: ApiDeps, tenant: Tenant): Promise<object> {
  // In force first: read the other way round, a request made in between could seem older than what
  // is in force.
  const inForce = rowOf(await settingsInForce(pool, tenant.id, 'direction'));
  const newest = rowOf(await newestSettings(pool, tenant.id, 'direction'));
  return {
    requested: {
      id: newest.requestId,
      value: newest.value,
      by: newest.requestedBy,
      at: newest.requestedAt,
    },
    inForce: { revision: inForce.rev, value: inForce.value, at: inForce.inForceAt },
  };
}

/**
 * Somebody else's request came between reading and storing: the change is made again on top of it.
 */
const triesMax = 10;

/** Stores the newest request changed as asked, then tells the tenant's workflow. */
async function request(
  { pool, signals }: ApiDeps,
  { tenant, actor, audit }: AtTenant,
  change: (now: DirectionPolicy) => DirectionPolicy,
  isCatchingUp: boolean | undefined,
): Promise<Answer> {
  const requestId = randomUUID();
  for (let tries = 1; tries <= triesMax; tries++) {
    const newest = rowOf(await newestSettings(pool, tenant.id, 'direction'));
    const value = change(directionPolicy.parse(newest.value));
    if (isCatchingUp === undefined) {
      const count = await keptBackDocuments(pool, tenant.id, value);
      if (count > 0) throw catchUpRequired(count);
    }
    const stored = await requestSettings(pool, tenant.id, {
      part: 'direction',
      requestId,
      value,
      catchUp: isCatchingUp ?? null,
      requestedBy: actor,
      expectedRev: newest.rev,
    });
    if (stored === null) continue;
    const detail = { requestId, value, catchUp: isCatchingUp ?? null };
    await audit('direction.request', `revision ${stored.rev}`, detail);
    signals.send(tenant.tenantId, {
      name: 'setDirection',
      ...{ id: requestId, direction: value, catchUp: detail.catchUp },
    });
    return { status: 202, body: { requestId } };
  }
  throw new Problem(409, 'too_many_changes', 'The direction was changed concurrently; retry.');
}

function catchUpRequired(count: number): Problem {
  const detail =
    `${count} documents were kept back. Set catchUp to true to send them now, or to false ` +
    'to skip them.';
  return new Problem(409, 'catch_up_required', detail, { members: { count } });
}

function rowOf(row: SettingsRow | null): SettingsRow {
  if (row === null) throw new Error('Bug: a tenant without a direction');
  return row;
}

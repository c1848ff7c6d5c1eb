import { perSystem, traitsOf, type Direction, type PushSupport } from '../systems';
import type { DirectionPolicy } from '../../schemas/settings';
import { kinds, targets, type Kind, type Target } from '../words';

export type { DirectionPolicy } from '../../schemas/settings';

/** What a new tenant starts with. */
export const initialDirection: DirectionPolicy = {
  systems: perSystem((system) => traitsOf(system).direction),
};

export function pushSupportOf(system: Target, kind: Kind): PushSupport {
  return traitsOf(system).push[kind];
}

/** The direction that holds for one kind of one system: a summary goes where its orders go. */
export function directionOf(policy: DirectionPolicy, system: Target, kind: Kind): Direction {
  const decisive = kind === 'summary' ? 'order' : kind;
  return policy.systems[system].kinds[decisive] ?? policy.systems[system].default;
}

/** Whether this direction lets changes go from the POS to the system. */
export function allowsPush(policy: DirectionPolicy, system: Target, kind: Kind): boolean {
  const direction = directionOf(policy, system, kind);
  return direction === 'push' || direction === 'bidirectional';
}

/** Each (system, kind) that can be pushed and whose permission differs between two policies. */
export function pushDifferences(
  before: DirectionPolicy,
  after: DirectionPolicy,
): { system: Target; kind: Kind; isAllowed: boolean }[] {
  return targets.flatMap((system) =>
    kinds
      .filter((kind) => pushSupportOf(system, kind) !== 'unsupported')
      .filter((kind) => allowsPush(before, system, kind) !== allowsPush(after, system, kind))
      .map((kind) => ({ system, kind, isAllowed: allowsPush(after, system, kind) })),
  );
}

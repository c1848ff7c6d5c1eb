import { kinds, targets, type Kind, type Target } from '../words';

/** Seen from the POS: push = towards that system, pull = from it. */
export const directions = ['push', 'pull', 'bidirectional', 'disabled'] as const;
export type Direction = (typeof directions)[number];

/** One system's directions: a kind inherits the default, its own value wins. */
export interface SystemDirection {
  default: Direction;
  kinds: Partial<Record<Kind, Direction>>;
}

/** Settings part `direction`. */
export interface DirectionPolicy {
  systems: Record<Target, SystemDirection>;
}

/** What a new tenant starts with. Woo mails customers that we create, so that is opt-in. */
export const initialDirection: DirectionPolicy = {
  systems: {
    woo: {
      default: 'bidirectional',
      kinds: {
        order: 'pull',
        invoice: 'pull',
        refund: 'pull',
        customer: 'disabled',
        payment: 'disabled',
        payout: 'disabled',
        cash: 'disabled',
      },
    },
    qbo: {
      default: 'push',
      kinds: { customer: 'bidirectional', product: 'bidirectional', inventory: 'disabled' },
    },
  },
};

/**
 * What pushing a record that was born in the POS means for a system: `built` now, `not_built` yet
 * (recorded and held), or `unsupported` (no delivery at all).
 */
const pushSupport: Readonly<Record<Target, Readonly<Record<Kind, PushSupport>>>> = {
  woo: {
    customer: 'not_built',
    product: 'built',
    inventory: 'built',
    order: 'unsupported',
    refund: 'unsupported', // only refunds of orders born in Woo, which nobody pulls yet
    invoice: 'unsupported',
    payment: 'unsupported',
    payout: 'unsupported',
    summary: 'unsupported',
    cash: 'unsupported',
  },
  qbo: {
    customer: 'built',
    product: 'built',
    inventory: 'unsupported', // documents move stock; adjustments only in mode qboInventory
    order: 'built',
    refund: 'built',
    invoice: 'built',
    payment: 'built',
    payout: 'built',
    cash: 'built',
    summary: 'built',
  },
};
export type PushSupport = 'built' | 'not_built' | 'unsupported';

export function pushSupportOf(system: Target, kind: Kind): PushSupport {
  return pushSupport[system][kind];
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

import { targets, type Kind, type Target } from './words';

// What is known of each system before anybody connects it. A further system is a row here, its name
// in words.ts, and a folder of connectors/ with a row in the registry.

/** Seen from the POS: push = towards that system, pull = from it. */
export const directions = ['push', 'pull', 'bidirectional', 'disabled'] as const;
export type Direction = (typeof directions)[number];

/** One system's directions: a kind inherits the default, its own value wins. */
export interface SystemDirection {
  default: Direction;
  kinds: Partial<Record<Kind, Direction>>;
}

/**
 * What pushing a record that was born in the POS means for a system: `built` now, `not_built` yet
 * (recorded and held), or `unsupported` (no delivery at all).
 */
export type PushSupport = 'built' | 'not_built' | 'unsupported';

export interface Quota {
  requestsPerMinute: number;
  requestsPerSecond: number;
  batchesPerMinute: number;
}

interface SystemTraits {
  /** What people call it. */
  name: string;
  push: Readonly<Record<Kind, PushSupport>>;
  /** What a new tenant starts with. */
  direction: SystemDirection;
  /** Most members of one send: at first, and at all. */
  batch: { initial: number; max: number };
  /** Time-outs of a call at first, in milliseconds. */
  timeoutsMs: { connect: number; firstByte: number; total: number };
  /** At first, how long after the client let go an unknown outcome may still change there. */
  settleMs: number;
  /** The vendor's quota; null where none is known. */
  quota: Quota | null;
}

const traits: Readonly<Record<Target, SystemTraits>> = {
  woo: {
    name: 'WooCommerce',
    push: {
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
    direction: {
      default: 'bidirectional',
      kinds: {
        order: 'pull',
        invoice: 'pull',
        refund: 'pull',
        customer: 'disabled', // Woo mails customers that we create, so that is opt-in
        payment: 'disabled',
        payout: 'disabled',
        cash: 'disabled',
      },
    },
    batch: { initial: 50, max: 100 },
    // A store answers a batch of 50 within ten seconds; who hangs is known after half a minute.
    timeoutsMs: { connect: 5_000, firstByte: 30_000, total: 90_000 },
    settleMs: 60_000,
    quota: null,
  },
  qbo: {
    name: 'QuickBooks',
    push: {
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
    direction: {
      default: 'push',
      kinds: { customer: 'bidirectional', product: 'bidirectional', inventory: 'disabled' },
    },
    batch: { initial: 30, max: 30 },
    // A request whose answer is lost is repeated under its id. QuickBooks cuts one itself after 120
    // s.
    timeoutsMs: { connect: 5_000, firstByte: 30_000, total: 130_000 },
    settleMs: 120_000,
    quota: { requestsPerMinute: 500, requestsPerSecond: 10, batchesPerMinute: 40 },
  },
};

export function traitsOf(system: Target): SystemTraits {
  return traits[system];
}

/** A value for each system. */
export function perSystem<T>(valueOf: (system: Target) => T): Record<Target, T> {
  const values: Partial<Record<Target, T>> = {};
  for (const system of targets) values[system] = valueOf(system);
  if (!isWhole(values)) throw new Error('Bug: a system has no value');
  return values;
}

function isWhole<T>(values: Partial<Record<Target, T>>): values is Record<Target, T> {
  return targets.every((system) => system in values);
}

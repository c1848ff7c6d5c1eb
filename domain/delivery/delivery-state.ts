import type { DesiredOp } from '../words';
import { isHoldCode, selfLiftingHolds, type HoldCode } from '../hold-reasons';

// The states of a delivery and every way from one to another (architecture.md#delivery-states).

export const deliveryStates = [
  'waiting',
  'sending',
  'verifying',
  'delivered',
  'held',
  'dead',
  'skipped',
] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** States in which work is open: they make up the depth of a lane's queue. */
export const openStates = ['waiting', 'sending', 'verifying'] as const;

export function isOpen(state: DeliveryState): boolean {
  return (openStates as readonly DeliveryState[]).includes(state);
}

/**
 * The part of a delivery that events decide about. `reason` says why it is held, dead or skipped;
 * of a waiting one, that an operator wants its deleted document posted anew.
 */
export interface DeliveryCore {
  state: DeliveryState;
  reason: string | null;
  desiredRev: number;
  desiredOp: DesiredOp;
  sentRev: number | null;
  deliveredRev: number;
  attempts: number;
  /**
   * Goes into the key of a write. It rises when a vendor refused the write, for good or for now,
   * and when it carried the write out and the outcome is not what it should be: the next try is
   * another write. What was not executed, or has no known outcome, keeps it and so its key.
   */
  generation: number;
  /** Milliseconds since 1970 when the next step may be taken. */
  dueAtMs: number;
  /** The run that took it back; null where none did, or where it was wanted again since. */
  undoneBy: string | null;
}

/** Where a delivery rests that could be sent: the direction in force decides. */
export type Resting = 'waiting' | 'direction';

export type DeliveryEvent =
  /** A change moves what is desired. `gate` is what policy says of it now. */
  | {
      type: 'desired';
      rev: number;
      op: DesiredOp;
      gate:
        | { kind: 'open' }
        | { kind: 'held'; reason: HoldCode }
        | { kind: 'skipped'; reason: string }
        /** The system showed it like this itself. */
        | { kind: 'there' };
      nowMs: number;
      /** The run that takes it back; whoever else wants something of it wants it again. */
      undoneBy?: string;
    }
  | { type: 'hold'; reason: HoldCode }
  | { type: 'skip'; reason: string }
  | { type: 'freed'; resting: Resting; nowMs: number }
  /** Compose found that the system has it already: a link or an equal state, nothing to send. */
  | { type: 'adopted'; resting: Resting; nowMs: number }
  | { type: 'sendCommitted' }
  | SettlingEvent
  | { type: 'directionOff' }
  | { type: 'directionOn'; isCatchingUp: boolean | null; nowMs: number }
  /** `isNamed`: by its id or cause, not with all others: then it says what is to become of it. */
  | { type: 'redrive'; resting: Resting; nowMs: number; isNamed?: boolean }
  | { type: 'discard' };

/** What becomes of a write that has left. */
type SettlingEvent =
  | { type: 'accepted'; resting: Resting; nowMs: number }
  /** A write or a find of several: the next is composed from what is known now. */
  | { type: 'stepped'; resting: Resting; nowMs: number }
  /** Carried out, and not what it should be: a person decides, a redrive tries anew. */
  | { type: 'acceptedHeld'; reason: HoldCode }
  | {
      type: 'refusedLater';
      resting: Resting;
      triesMax: number;
      /** Where it is held after the last try rather than dead. */
      heldReason?: HoldCode | undefined;
      retryAtMs: number;
      failureClass: string;
    }
  | { type: 'refusedForGood'; to: 'dead' | 'held'; reason: string }
  | { type: 'notExecuted'; resting: Resting; retryAtMs: number }
  | { type: 'answerLost'; askAtMs: number }
  | { type: 'absent'; resting: Resting; nowMs: number }
  | { type: 'ambiguous'; reason: HoldCode }
  | { type: 'askFailed'; retryAtMs: number };

/** Why one that was never posted is skipped after an undo. */
export const undone = 'undone';
/** Why one is skipped that an operator gave up. */
const discarded = 'discarded';

function liftsItself({ state, reason }: DeliveryCore): boolean {
  return (
    state === 'held' && reason !== null && isHoldCode(reason) && selfLiftingHolds.includes(reason)
  );
}

/**
 * The delivery after the event, or null where the event does not apply in this state: the caller
 * answers 409 or leaves it alone. An event that can only come from a fault of ours throws.
 */
export function transition(core: DeliveryCore, event: DeliveryEvent): DeliveryCore | null {
  switch (event.type) {
    case 'desired':
      return desired(core, event);
    case 'hold':
      return core.state === 'waiting' ? { ...core, state: 'held', reason: event.reason } : null;
    case 'skip':
      return core.state === 'waiting'
        ? { ...core, state: 'skipped', reason: core.undoneBy === null ? event.reason : undone }
        : null;
    case 'freed':
      return core.state === 'held' && core.reason === 'dependency'
        ? rest(core, event.resting, event.nowMs)
        : null;
    case 'adopted':
      if (core.state !== 'waiting') return null;
      return arrived({ ...core, sentRev: core.desiredRev }, event.resting, event.nowMs);
    case 'sendCommitted':
      return core.state === 'waiting'
        ? { ...core, state: 'sending', reason: null, sentRev: core.desiredRev }
        : null;
    case 'stepped':
      if (core.state === 'waiting') return rest(core, event.resting, event.nowMs);
      return core.state === 'sending' || core.state === 'verifying' ? settled(core, event) : null;
    case 'directionOff':
      return core.state === 'waiting' ? { ...core, state: 'held', reason: 'direction' } : null;
    case 'directionOn':
      return directionOn(core, event);
    case 'redrive':
      return isRedrivable(core, event) ? redriven(core, event) : null;
    case 'discard':
      if (core.state !== 'held' && core.state !== 'dead') return null;
      // Its share stands in the summary: only a change of the ticket takes it out.
      if (core.reason === 'summary') return null;
      // Of one that was to be taken back, the undo is given up: it stays as it is.
      return { ...core, state: 'skipped', reason: discarded, undoneBy: null };
    case 'accepted':
    case 'acceptedHeld':
    case 'refusedLater':
    case 'refusedForGood':
    case 'notExecuted':
    case 'answerLost':
    case 'absent':
    case 'ambiguous':
    case 'askFailed':
      return core.state === 'sending' || core.state === 'verifying' ? settled(core, event) : null;
  }
}

/** What was given up comes back where a redrive names it. */
function isRedrivable(
  core: DeliveryCore,
  { isNamed = false }: Extract<DeliveryEvent, { type: 'redrive' }>,
): boolean {
  if (core.state === 'skipped') return isNamed && core.reason === discarded;
  return (core.state === 'held' || core.state === 'dead') && !liftsItself(core);
}

/**
 * Its document was deleted or voided in the system: a redrive that names it posts it anew (its
 * `reason` says so as long as it waits).
 */
const postableAnew = ['gone_in_system', 'changed_in_books'] as const;

/**
 * Whether an operator wants what a person took away in the system posted anew; of a waiting
 * delivery.
 */
export function isPostedAnew(reason: string | null): boolean {
  return (postableAnew as readonly (string | null)[]).includes(reason);
}

function redriven(
  core: DeliveryCore,
  { resting, nowMs, isNamed = false }: Extract<DeliveryEvent, { type: 'redrive' }>,
): DeliveryCore {
  const after = { ...rest(core, resting, nowMs), attempts: 0 };
  const isAnew = isNamed && isPostedAnew(core.reason) && after.state === 'waiting';
  return isAnew ? { ...after, reason: core.reason } : after;
}

function rest(core: DeliveryCore, resting: Resting, dueAtMs: number): DeliveryCore {
  return resting === 'waiting'
    ? { ...core, state: 'waiting', reason: null, dueAtMs }
    : { ...core, state: 'held', reason: 'direction', dueAtMs };
}

function desired(
  core: DeliveryCore,
  event: Extract<DeliveryEvent, { type: 'desired' }>,
): DeliveryCore {
  const { rev: desiredRev, op: desiredOp, undoneBy = null } = event;
  const moved = { ...core, desiredRev, desiredOp, undoneBy };
  // An open send is brought to its end first; settling sees the newer revision.
  if (core.state === 'sending' || core.state === 'verifying') return moved;
  const fresh = { ...moved, attempts: 0 };
  switch (event.gate.kind) {
    case 'open':
      return rest(fresh, 'waiting', core.state === 'waiting' ? core.dueAtMs : event.nowMs);
    case 'held':
      return { ...fresh, state: 'held', reason: event.gate.reason };
    case 'skipped':
      return { ...fresh, state: 'skipped', reason: event.gate.reason };
    case 'there':
      return arrived({ ...fresh, sentRev: desiredRev }, 'waiting', event.nowMs);
  }
}

function arrived(core: DeliveryCore, resting: Resting, nowMs: number): DeliveryCore {
  const deliveredRev = core.sentRev ?? core.deliveredRev;
  const done = { ...core, deliveredRev, attempts: 0, reason: null };
  return core.desiredRev > deliveredRev
    ? rest(done, resting, nowMs)
    : { ...done, state: 'delivered' };
}

function settled(core: DeliveryCore, event: SettlingEvent): DeliveryCore | null {
  switch (event.type) {
    case 'accepted':
      return arrived(core, event.resting, event.nowMs);
    case 'stepped':
      return rest({ ...core, attempts: 0 }, event.resting, event.nowMs);
    case 'acceptedHeld': {
      const next = { ...core, attempts: 0, generation: core.generation + 1 };
      if (core.desiredRev > (core.sentRev ?? 0)) return rest(next, 'waiting', core.dueAtMs);
      return { ...next, state: 'held', reason: event.reason };
    }
    case 'refusedLater': {
      // A newer revision is other data: it starts with all its tries.
      const isNewer = core.desiredRev > (core.sentRev ?? 0);
      const attempts = isNewer ? 0 : core.attempts + 1;
      const next = { ...core, attempts, generation: core.generation + 1 };
      if (attempts >= event.triesMax)
        return event.heldReason === undefined
          ? { ...next, state: 'dead', reason: event.failureClass }
          : { ...next, state: 'held', reason: event.heldReason };
      return rest(next, event.resting, event.retryAtMs);
    }
    case 'refusedForGood': {
      const next = { ...core, generation: core.generation + 1 };
      // What was refused is no longer what is desired: the newer revision gets its own try.
      if (core.desiredRev > (core.sentRev ?? 0)) return rest(next, 'waiting', core.dueAtMs);
      return { ...next, state: event.to, reason: event.reason };
    }
    case 'notExecuted':
      // Of a repeat it says nothing about the first call, whose outcome stays unknown.
      return core.state === 'sending' ? rest(core, event.resting, event.retryAtMs) : null;
    case 'answerLost':
      return { ...core, state: 'verifying', dueAtMs: event.askAtMs };
    case 'absent':
      return core.state === 'verifying' ? rest(core, event.resting, event.nowMs) : null;
    case 'ambiguous':
      return { ...core, state: 'held', reason: event.reason };
    case 'askFailed':
      return core.state === 'verifying' ? { ...core, dueAtMs: event.retryAtMs } : null;
  }
}

function directionOn(
  core: DeliveryCore,
  event: Extract<DeliveryEvent, { type: 'directionOn' }>,
): DeliveryCore | null {
  if (core.state !== 'held' || core.reason !== 'direction') return null;
  if (event.isCatchingUp === null) return null;
  return event.isCatchingUp
    ? rest(core, 'waiting', event.nowMs)
    : { ...core, state: 'skipped', reason: 'direction' };
}

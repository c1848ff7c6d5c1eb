import type { Composed, Remembered, Write } from '../../connectors/contract';
import { labelIn } from '../../connectors/product-names';
import type { RemoteState } from '../../database/delivery-updates';
import type { PickedDelivery } from '../../database/outgoing';
import type { MemberSettlement } from '../../database/settlements';
import type { HoldCode } from '../../domain/hold-reasons';

// Where a composed delivery goes: what becomes a write is sent, everything else is settled at once.

/** A write that is ready to be recorded, with the delivery it belongs to. */
export interface ReadyWrite {
  delivery: PickedDelivery;
  write: Write;
}

export interface ComposedBatch {
  /** How many deliveries were looked at; none means nothing is due. */
  picked: number;
  writes: ReadyWrite[];
  /** Deliveries that need no write: adopted, held, skipped. */
  settlements: MemberSettlement[];
}

/** Puts what became of a delivery into the batch. */
export function place(
  batch: ComposedBatch,
  delivery: PickedDelivery,
  composed: Composed,
  nowMs = 0,
): void {
  switch (composed.type) {
    case 'write':
      batch.writes.push({ delivery, write: composed.write });
      return;
    case 'adopt':
      batch.settlements.push({
        deliveryId: delivery.id,
        rev: delivery.desiredRev,
        // Whether the direction still allows more is seen at the next pick.
        event: {
          type: composed.isStep === true ? 'stepped' : 'adopted',
          resting: 'waiting',
          nowMs: 0,
        },
        remote: { ...remoteState(composed), written: composed.written },
      });
      return;
    case 'hold':
      batch.settlements.push({
        ...hold(delivery, composed.reason, composed.cause, composed.detail),
        ...(composed.remote === undefined ? {} : { remote: remoteState(composed.remote) }),
      });
      return;
    case 'skip':
      batch.settlements.push({
        deliveryId: delivery.id,
        rev: delivery.desiredRev,
        event: { type: 'skip', reason: composed.reason },
        ...(composed.remote === undefined ? {} : { remote: remoteState(composed.remote) }),
      });
      return;
    case 'later':
      batch.settlements.push({
        deliveryId: delivery.id,
        rev: delivery.desiredRev,
        event: { type: 'stepped', resting: 'waiting', nowMs: nowMs + laterMs },
        detail: composed.detail,
      });
      return;
    case 'notReady': {
      const missing = composed.missing.map(
        ({ kind, ref, isGivenUp = false }) => `${kind} ${ref}${isGivenUp ? givenUp : ''}`,
      );
      const detail = `Waiting for: ${missing.slice(0, 10).join(', ')}`;
      batch.settlements.push({
        ...hold(delivery, 'dependency', 'dependency', detail),
        waitsFor: composed.missing,
      });
    }
  }
}

/** What a person does about something that an operator gave up. */
const givenUp = ' (discarded: redrive its delivery, or discard this too)';

/** How long something of ours that goes first is given, before it is looked again. */
const laterMs = 500;

function remoteState({ remoteId, remoteVersion, snapshot, isLinked }: Remembered): RemoteState {
  const label = labelIn(snapshot);
  return { id: remoteId, version: remoteVersion, snapshot, isLinked, label };
}

export function hold(
  delivery: PickedDelivery,
  reason: HoldCode,
  cause: string,
  detail: string,
): MemberSettlement {
  return {
    deliveryId: delivery.id,
    rev: delivery.desiredRev,
    pickedDueAt: delivery.dueAt,
    event: { type: 'hold', reason },
    cause,
    detail,
  };
}

import type { Outgoing } from '../../connectors/contract';
import type { PickedDelivery } from '../../database/outgoing';
import { isPostedAnew } from '../../domain/delivery/delivery-state';
import { failureClasses } from '../../domain/delivery/failure';
import type { SummarySale } from '../../domain/posting/summary/summary';
import type { OpenedConnection } from './open-connection';

/** A picked delivery as the connector takes it; null where nothing is known of its record. */
export function outgoing(
  opened: OpenedConnection,
  delivery: PickedDelivery & { combined?: SummarySale },
  isTrial = false,
): Outgoing | null {
  if (delivery.record === null) return null;
  return {
    deliveryId: delivery.id,
    recordId: delivery.recordId,
    part: delivery.part,
    rev: delivery.desiredRev,
    op: delivery.desiredOp,
    isPartGone: delivery.isPartGone,
    record: delivery.record,
    changedOn: opened.dayOf(delivery.changedAt),
    attempts: delivery.attempts,
    isPostedAnew: isPostedAnew(delivery.reason),
    ...(isTrial ? { isTrial } : {}),
    lastClass: failureClasses.find((name) => name === delivery.lastClass) ?? null,
    remoteId: delivery.remoteId,
    remoteVersion: delivery.remoteVersion,
    snapshot: delivery.snapshot,
    ...(delivery.combined === undefined ? {} : { combined: delivery.combined }),
  };
}

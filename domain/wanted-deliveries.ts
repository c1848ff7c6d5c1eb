import type { RecordBody } from './bodies';
import { allowsPush, pushSupportOf, type DirectionPolicy } from './direction';
import type { DeliveryEvent } from './delivery-state';
import type { PostingSettings } from './posting/settings';
import { deliveryPartsOf, invoicedPart, refundPartsOf } from './posting/ticket';
import { targets, type DesiredOp, type Kind, type Target } from './words';

/** One thing a system should have of a record, and what policy says of sending it. */
export interface WantedDelivery {
  system: Target;
  part: string;
  gate: Gate;
}
type Gate = Extract<DeliveryEvent, { type: 'desired' }>['gate'];

/**
 * The deliveries of a record: one per system that can take it, and per document it becomes there. `salePart`: the
 * name of the sale of an order, where it is another one.
 */
export function wantedDeliveries(
  kind: Kind,
  op: DesiredOp,
  content: RecordBody | null,
  direction: DirectionPolicy,
  salePart?: string,
): WantedDelivery[] {
  return targets
    .filter((system) => pushSupportOf(system, kind) !== 'unsupported')
    .flatMap((system) =>
      partsOf(system, content, salePart).map((part) => ({
        system,
        part,
        gate: gateFor(direction, system, kind, op),
      })),
    );
}

/** What direction, delete policy and what is built say of sending this kind to this system now. */
export function gateFor(
  direction: DirectionPolicy,
  system: Target,
  kind: Kind,
  op: DesiredOp,
): Gate {
  // The delete policy of every kind is local_only until another can be chosen.
  if (op === 'absent') return { kind: 'skipped', reason: 'policy' };
  if (!allowsPush(direction, system, kind)) return { kind: 'held', reason: 'direction' };
  if (pushSupportOf(system, kind) === 'not_built') return { kind: 'held', reason: 'not_built' };
  return { kind: 'open' };
}

function partsOf(system: Target, content: RecordBody | null, salePart?: string): string[] {
  if (system !== 'qbo') return [''];
  if (content?.kind === 'order') return deliveryPartsOf(content.body, salePart);
  if (content?.kind === 'refund') return refundPartsOf(content.body);
  // Where the fees are in the deposit, compose says so (quickbooks.md 14).
  return content?.kind === 'payout' ? ['payout', 'fees'] : [''];
}

/** The name of an order's sale: that which it has already (`parts`), else by the setting. */
export function salePartOf(
  parts: readonly string[],
  { paid }: Pick<PostingSettings, 'paid'>,
): string {
  if (parts.includes('sale')) return 'sale';
  return parts.includes(invoicedPart) || paid.as === 'invoicePayment' ? invoicedPart : 'sale';
}

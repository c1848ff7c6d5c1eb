import type { RecordBody } from '../bodies';
import { allowsPush, pushSupportOf, type DirectionPolicy } from './direction';
import type { DeliveryCore, DeliveryEvent } from './delivery-state';
import type { PostingSettings } from '../posting/settings';
import { salesOf } from '../records/record-references';
import { creditedPart, invoicedPart } from '../posting/part-names';
import { deliveryPartsOf, refundPartsOf } from '../posting/source/ticket';
import { targets, type DesiredOp, type Kind, type Target } from '../words';

/** One thing a system should have of a record, and what policy says of sending it. */
export interface WantedDelivery {
  system: Target;
  part: string;
  gate: Gate;
}
type DesiredGate = Extract<DeliveryEvent, { type: 'desired' }>['gate'];
/** What policy says of sending it. */
export type Gate = Exclude<DesiredGate, { kind: 'there' }>;

/**
 * The deliveries of a record: one per system that can take it, and per document it becomes there.
 * `names`: of the sale of an order and of the document of a refund.
 */
export function wantedDeliveries(
  { kind, op, content }: { kind: Kind; op: DesiredOp; content: RecordBody | null },
  direction: DirectionPolicy,
  names: DocumentNames = plainNames,
): WantedDelivery[] {
  return targets
    .filter((system) => pushSupportOf(system, kind) !== 'unsupported')
    .flatMap((system) =>
      partsOf(system, content, names).map((part) => ({
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

/** In which state a delivery begins. */
export function beginningOf(gate: DesiredGate): Pick<DeliveryCore, 'state' | 'reason'> {
  switch (gate.kind) {
    case 'open':
      return { state: 'waiting', reason: null };
    case 'there':
      return { state: 'delivered', reason: null };
    case 'held':
    case 'skipped':
      return { state: gate.kind, reason: gate.reason };
  }
}

function partsOf(system: Target, content: RecordBody | null, names: DocumentNames): string[] {
  if (system !== 'qbo') return [''];
  if (content?.kind === 'order') return deliveryPartsOf(content.body, names.sale);
  if (content?.kind === 'refund') return refundPartsOf(content.body, names.refund);
  // Where the fees are in the deposit, compose says so (quickbooks.md#deposits).
  return content?.kind === 'payout' ? ['payout', 'fees'] : [''];
}

/**
 * Names of the parts that are a ticket's own document: by them a ticket keeps the way in which it
 * came.
 */
export interface DocumentNames {
  sale: string;
  refund: string;
}
const plainNames: DocumentNames = { sale: 'sale', refund: 'refund' };

/** The names that a record's documents have already (`parts`), else those of the settings. */
export function documentNamesOf(
  content: RecordBody | null,
  parts: readonly string[],
  { paid, refund }: Pick<PostingSettings, 'paid' | 'refund'>,
): DocumentNames {
  const isCredited = refund.invoice === 'creditMemo' && givesBackSale(content);
  return {
    sale: nameOf('sale', invoicedPart, parts, paid.as === 'invoicePayment'),
    refund: nameOf('refund', creditedPart, parts, isCredited),
  };
}

function nameOf(plain: string, other: string, parts: readonly string[], isSet: boolean): string {
  if (parts.includes(plain)) return plain;
  return parts.includes(other) || isSet ? other : plain;
}

/** A refund that names a sale, which may be an invoice. */
function givesBackSale(content: RecordBody | null): boolean {
  return content?.kind === 'refund' && salesOf(content).length > 0;
}

import { moneyMarker } from '../../../domain/posting/marker';
import type { Outgoing } from '../../contract';
import { markerNamed } from '../../../domain/posting/marker';

// By its marker a payment of 0.00 of ours is known that applies documents to each other.

export function settlementMarker({ record, recordId, part, rev }: Outgoing, nth: number): string {
  const own = moneyMarker(record.kind, recordId, part);
  return markerNamed(own, `settlement ${nth} of rev ${rev}`);
}

/** Whether a note is that of such a payment; a void one is none. */
export function isSettlementNote(note: string | undefined): boolean {
  return /^truth-sync \w+ settlement \d+ of rev /.test(note ?? '');
}

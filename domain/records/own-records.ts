import type { Target } from '../words';

// Records of our own: made for the books alone from what tickets say, where nobody sends a record
// (ADR 0011). Their ids begin with a blank, which no sender's id may: so the two never meet.

const guestPrefix = ' guest:';
const itemPrefix = ' sku:';

/** Revision of a record of our own: it is made once and never changes. */
export const ownRevision = 1;

/**
 * Id of the customer that is made for a guest. `digest` stands for the e-mail address, which ids
 * must not show.
 */
export function guestId(digest: string): string {
  return `${guestPrefix}${digest}`;
}

/** Id of the product that is made for an article which no product record has. */
export function ownItemId(sku: string): string {
  return `${itemPrefix}${sku}`;
}

export function isOwnRecord(recordId: string): boolean {
  return recordId.startsWith(guestPrefix) || recordId.startsWith(itemPrefix);
}

/** Records of our own are for the books; every other record goes wherever its kind goes. */
export function isWantedIn(system: Target, recordId: string): boolean {
  return system === 'qbo' || !isOwnRecord(recordId);
}

import type { Outgoing } from '../../contract';
import type { DocumentEntity } from '../api/entities';
import { docNumberOf, otherDocNumber } from '../shape/mapping';
import { countOf, type Posted, type WrittenDocument } from '../books/posted';

// The number of a document of money alone (accounting.md#numbers): of the record it belongs to,
// with what tells its parts, its differences and further postings apart. Payments, transfers and
// deposits have no number there. Pure.

const numbered: readonly DocumentEntity[] = ['JournalEntry', 'Purchase'];

/**
 * Null where documents of this kind have none. `isTaken`: somebody else's document has the first
 * one.
 */
export function moneyNumberOf(
  { record, recordId, part }: Outgoing,
  entity: DocumentEntity,
  { posted, role }: { posted: Posted; role: WrittenDocument['role'] },
  isTaken: boolean,
): string | null {
  if (!numbered.includes(entity)) return null;
  const number = 'number' in record.body ? record.body.number : recordId;
  const nth = countOf(posted, role) + 1;
  const ending = role === 'difference' ? `-D${nth}` : nth === 1 ? '' : `-V${nth}`;
  const suffix = `${endingOf(part)}${ending}`;
  return isTaken ? otherDocNumber(number, suffix, recordId) : docNumberOf(number, suffix);
}

/** `back-1` is `-B1`, `fees` is `-F`; the part that is a record's own document needs none. */
function endingOf(part: string): string {
  if (part === '' || part === 'payout') return '';
  const [name = '', nth = ''] = part.split('-');
  return `-${name.slice(0, 1).toUpperCase()}${nth}`;
}

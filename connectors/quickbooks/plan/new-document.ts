import type { DocumentEntity } from '../api/wire';
import { moneyOf } from '../books/books-money';
import type { DocumentFinding } from '../books/find-documents';
import { countOf, type Posted, type PostedItem, type WrittenDocument } from '../books/posted';
import type { CompanyContext } from '../company/context';
import { held, type Stop } from '../company/hold';
import { docNumberOf, otherDocNumber } from '../shape/mapping';
import type { MoneyShape } from '../shape/money';
import { adopted, type NewDocument, type Step } from './planned';

// A document that does not stand in the books yet: created, or taken over where it is there
// already. Pure.

export function created(
  { entity, role, posted, isLast, numbers, labels, shape }: NewDocument,
  company: CompanyContext,
  finding: DocumentFinding | null,
): Step {
  const withNew = (
    written: Pick<WrittenDocument, 'id' | 'version' | 'docNumber' | 'money'>,
  ): Posted => {
    const document = { ...written, entity, role, isVoided: false };
    return { ...posted, documents: [...posted.documents, document] };
  };
  if (finding?.found === 'touched') {
    const detail = `${entity} ${finding.id} has our marker but was changed or voided`;
    return held('ambiguous_match', entity, detail);
  }
  if (finding?.found === 'ours') {
    const { Id: id, SyncToken: version, DocNumber: docNumber = null } = finding.document;
    const known = withNew({ id, version, docNumber, money: moneyOf(finding.document) });
    return adopted(known, labels, isLast);
  }
  const [first, other] = numbers ?? [null, null];
  const ours = finding?.found === 'foreign' ? other : first;
  // Where the company numbers by itself one of ours could become an unwanted duplicate
  // (quickbooks.md#numbers).
  const docNumber = company.facts.customTxnNumbers ? ours : null;
  const body = shape(docNumber, company);
  if (body.type === 'stop') return body;
  return {
    type: 'write',
    operation: 'create',
    entity,
    payload: body.payload,
    posted: withNew({ id: '', version: null, docNumber, money: null }),
    labels: { ...labels, ...body.labels },
    natural: body.natural,
    then: isLast ? 'whole' : 'step',
  };
}

/**
 * Refusals that may come from others who apply the same at that moment; one more is for a person.
 */
export const contestedMax = 4;

/** A document of money alone. */
export function newMoney(
  shaped: MoneyShape,
  item: PostedItem,
  posted: Posted,
  { role, isLast }: Pick<NewDocument, 'role' | 'isLast'>,
): NewDocument | Stop {
  if (shaped.type === 'stop') return shaped;
  const { entity, payload, marker, totalMinor, currency, txnDate } = shaped;
  const sought = { marker, totalMinor, currency, txnDate };
  // What a payment pays may have been paid by another one meanwhile.
  const isSettling = role === 'applied' || (entity === 'Payment' && item.attempts < contestedMax);
  return {
    type: 'new',
    entity,
    role,
    posted,
    isLast,
    numbers: moneyNumbers(item, entity, countOf(posted, role) + 1, role),
    sought,
    // Found again by its day and marker: not every company has numbers.
    isFoundByNumber: false,
    labels: { totalMinor },
    shape: (docNumber) => ({
      type: 'shaped',
      payload: { ...payload, ...(docNumber === null ? {} : { DocNumber: docNumber }) },
      natural: { kind: 'document', docNumber: null, ...sought, isSettling },
    }),
  };
}

/**
 * The numbers of a document of money alone (accounting.md#numbers): that of the record it belongs
 * to, with what tells its parts, its differences and further postings apart. Payments, transfers
 * and deposits have no number there.
 */
function moneyNumbers(
  { record, recordId, part }: PostedItem,
  entity: DocumentEntity,
  nth: number,
  role: WrittenDocument['role'],
): [string, string] | null {
  if (entity !== 'JournalEntry' && entity !== 'Purchase') return null;
  const number = 'number' in record.body ? record.body.number : recordId;
  const ending = role === 'difference' ? `-D${nth}` : nth === 1 ? '' : `-V${nth}`;
  const suffix = `${endingOf(part)}${ending}`;
  return [docNumberOf(number, suffix), otherDocNumber(number, suffix, recordId)];
}

/** `back-1` is `-B1`, `fees` is `-F`; the part that is a record's own document needs none. */
function endingOf(part: string): string {
  if (part === '' || part === 'payout') return '';
  const [name = '', nth = ''] = part.split('-');
  return `-${name.slice(0, 1).toUpperCase()}${nth}`;
}

import type { PostingDocument, Reason } from '../../../domain/posting/document';
import type { JsonObject } from '../../../domain/words';
import type { Composed } from '../../contract';
import { booksMoneyOf } from '../books/books-money';
import { creation } from './creation';
import type { DocumentFinding } from '../books/findings';
import { hold } from '../company/hold';
import type { NewDocument } from './new-document';
import type { CompanyContext } from '../company/context';
import { mainOf, snapshotOf, type Posted, type WrittenDocument } from '../books/posted';
import { shapeDocument } from '../shape/sales-form';

// A document that does not stand in the books: created, or taken over where it is there already.

export function composeNew(
  made: NewDocument,
  company: CompanyContext,
  finding: DocumentFinding | null,
): Composed {
  const { document, entity, location, missing } = made;
  if (finding?.found === 'touched') return touched(entity, finding.id);
  if (finding?.found === 'ours') {
    const { id, syncToken: version, docNumber, row } = finding;
    const money = booksMoneyOf(row);
    const posted = withNew(made, { id, version, docNumber, money });
    return adopted(posted, labelsOf(document, made.reasons), made.isLast);
  }
  const { facts, settings } = company;
  const docNumber = numberOf(made, facts.customTxnNumbers, finding);
  const shaped = shapeDocument(document, { docNumber, location, missing, settings }, company);
  if (shaped.type === 'stop') return shaped.composed;
  const { payload, marker } = shaped;
  const labels = labelsOf(document, [...made.reasons, ...shaped.reasons]);
  const posted = withNew(made, { id: '', version: null, docNumber, money: null });
  const named = made.role === 'main' ? { ...labels, ...noteOfSummary(document, payload) } : labels;
  return creation(entity, payload, snapshotOf(posted, named), {
    ...naturalOf(document, marker, docNumber),
    netBefore: made.posted.net,
    then: made.isLast ? 'whole' : 'step',
  });
}

/** The words by which a summary names its tickets: remembered, for they change with them. */
export function noteOfSummary({ bucket }: PostingDocument, payload: JsonObject): JsonObject {
  const { PrivateNote: note = null } = payload;
  return bucket === 'daily-customer' ? { note } : {};
}

/** Somebody changed or voided a document of ours before we knew its id. */
export function touched(entity: string, id: string): Composed {
  return hold(
    'ambiguous_match',
    entity,
    `${entity} ${id} has our marker but was changed or voided`,
  );
}

/** What stands there already is taken over as it is. */
export function adopted(posted: Posted, labels: JsonObject, isLast: boolean): Composed {
  const written = posted.documents.at(-1);
  const newest = mainOf(posted) ?? written;
  return {
    type: 'adopt',
    remoteId: newest?.id ?? '',
    remoteVersion: newest?.version ?? null,
    snapshot: snapshotOf(posted, labels),
    isLinked: false,
    ...(written === undefined || written === newest
      ? {}
      : { written: { id: written.id, version: written.version } }),
    ...(isLast ? {} : { isStep: true }),
  };
}

function withNew(
  { posted, entity, role, net }: NewDocument,
  written: Pick<WrittenDocument, 'id' | 'version' | 'docNumber' | 'money'>,
): Posted {
  const documents = [...posted.documents, { ...written, entity, role, isVoided: false }];
  return { ...posted, documents, net };
}

/**
 * Null where the company numbers by itself: one of ours could become an unwanted duplicate
 * (quickbooks.md#numbers).
 */
function numberOf(
  { docNumber, otherDocNumber }: NewDocument,
  hasNumbers: boolean,
  finding: DocumentFinding | null,
): string | null {
  if (!hasNumbers) return null;
  return finding?.found === 'foreign' ? otherDocNumber : docNumber;
}

/** How a write of this document is looked for, and what its answer must show. */
export function naturalOf(
  document: PostingDocument,
  marker: string,
  docNumber: string | null,
): JsonObject {
  const { totalMinor, currency, date: txnDate } = document;
  const tax = expectedTax(document);
  return { kind: 'document', docNumber, marker, totalMinor, currency, txnDate, ...tax };
}

/**
 * The tax that the answer must show, and how far it may be off; nothing where the document states
 * none.
 */
function expectedTax({ tax, taxMinor, taxVarianceMinor }: PostingDocument): JsonObject {
  switch (tax.mode) {
    case 'none':
    case 'line':
      return {};
    case 'total':
    case 'excluded':
      return { taxMinor, taxVarianceMinor: 0 };
    case 'included':
      return { taxMinor, taxVarianceMinor };
  }
}

function labelsOf({ totalMinor }: PostingDocument, reasons: readonly Reason[]): JsonObject {
  return { totalMinor, ...reasonsIn(reasons) };
}

/** Kept with the delivery where a choice was made, so that it can be explained later. */
export function reasonsIn(reasons: readonly Reason[]): JsonObject {
  return reasons.length === 0 ? {} : { reasons: reasons.map((reason) => ({ ...reason })) };
}

import type { JsonObject } from '../../../domain/words';
import type { Composed } from '../../contract';
import type { DocumentEntity, QboDocument } from '../api/wire';
import { readOf, type ReadRows } from '../books/books-state';
import {
  keyOf,
  labelsIn,
  mainOf,
  snapshotOf,
  standing,
  voided,
  type BooksKey,
  type Posted,
  type PostedItem,
  type WrittenDocument,
} from '../books/posted';
import type { CompanyContext } from '../company/context';
import type { Stop } from '../company/hold';
import { mergedPayload } from '../shape/merge-document';

// What a part of a record needs next, and how that becomes what the lane sends or keeps. Pure.

/** A part that is planned: what is posted of it, and the rows of that as just read. */
export interface PlanRequest {
  item: PostedItem;
  company: CompanyContext;
  rows: ReadRows;
}

/** The next step of a part; a new document depends on what is found in its place. */
export type Planned = Step | NewDocument;
/** One that is decided. */
export type Step = Stop | BooksWrite | Adopted;

/** A write of one document. */
export interface BooksWrite {
  type: 'write';
  operation: 'create' | 'update' | 'void';
  entity: DocumentEntity;
  payload: JsonObject;
  /** What is posted once it is done, and what the snapshot says beside it. */
  posted: Posted;
  labels: JsonObject;
  natural: JsonObject;
  /** What follows: nothing, another write of the same delivery, or a person. */
  then: 'whole' | 'step' | 'hold';
}

/** What stands is as it is to be. */
export interface Adopted extends Pick<
  Extract<Composed, { type: 'adopt' }>,
  'type' | 'remoteId' | 'remoteVersion' | 'written' | 'isStep'
> {
  posted: Posted;
  labels: JsonObject;
}

/** A document that does not stand in the books yet, with all that its creation needs. */
export interface NewDocument {
  type: 'new';
  entity: DocumentEntity;
  role: WrittenDocument['role'];
  /** What is posted once it stands, but for itself. */
  posted: Posted;
  isLast: boolean;
  /** Its numbers, the second where somebody else's document has the first; null: it has none. */
  numbers: readonly [string, string] | null;
  /** How it is found again: by its number where `isFoundByNumber`, else on its day. */
  sought: { marker: string; totalMinor: number; currency: string; txnDate: string };
  isFoundByNumber: boolean;
  /** What the snapshot says of it, whoever wrote it. */
  labels: JsonObject;
  /** The whole body, under this number. */
  shape: (docNumber: string | null, company: CompanyContext) => NewBody | Stop;
}

/** A body with what finds it again, and what else the snapshot says of it. */
export interface NewBody {
  type: 'shaped';
  payload: JsonObject;
  natural: JsonObject;
  labels?: JsonObject;
}

export function composedOf(step: Step): Composed {
  switch (step.type) {
    case 'stop':
      return step.composed;
    case 'adopt': {
      const { posted, labels, ...remote } = step;
      return { ...remote, snapshot: snapshotOf(posted, labels), isLinked: false };
    }
    case 'write': {
      const { operation, entity, payload, posted, labels, natural, then } = step;
      const snapshot = snapshotOf(posted, labels);
      const kept = { group: 'batch', isLinked: false, snapshot, natural: { ...natural, then } };
      return { type: 'write', write: { operation, entity, payload, ...kept } };
    }
  }
}

/** What stands of a delivery is as it is to be: `posted` is remembered. */
export function kept({ remoteId, remoteVersion, snapshot }: PostedItem, posted: Posted): Adopted {
  const labels = labelsIn(snapshot);
  return { type: 'adopt', remoteId: remoteId ?? '', remoteVersion, posted, labels };
}

/** What stands there already is taken over as it is. */
export function adopted(posted: Posted, labels: JsonObject, isLast: boolean): Adopted {
  const written = posted.documents.at(-1);
  const newest = mainOf(posted) ?? written;
  return {
    type: 'adopt',
    remoteId: newest?.id ?? '',
    remoteVersion: newest?.version ?? null,
    posted,
    labels,
    ...(written !== undefined && written !== newest
      ? { written: { id: written.id, version: written.version } }
      : {}),
    ...(isLast ? {} : { isStep: true }),
  };
}

/**
 * Voids one document: its number stays visible, its amounts become 0 (quickbooks.md#voids).
 * `posted`: what is to be known once it is done.
 */
export function voidWrite(
  { item: { snapshot, posted: present }, rows }: PlanRequest,
  document: BooksKey,
  then: BooksWrite['then'],
  { posted = present, why = null }: { posted?: Posted; why?: string | null } = {},
): BooksWrite {
  const { id, entity } = document;
  const known = posted.documents.find((one) => keyOf(one) === keyOf(document));
  const syncToken = readOf(rows, document)?.SyncToken ?? known?.version ?? '0';
  const documents = posted.documents.map((one) => (one === known ? voided(one) : one));
  const left = { ...posted, documents };
  return {
    type: 'write',
    operation: 'void',
    entity,
    payload: { Id: id, SyncToken: syncToken, sparse: true },
    posted: standing(left).length === 0 ? { ...left, net: null, payment: null } : left,
    labels: labelsIn(snapshot),
    natural: { kind: 'void', id, syncToken, why },
    then,
  };
}

/**
 * Writes a document anew in place; what people set on it is kept. `former`: what we wrote into its
 * note before.
 */
export function updateWrite(
  entity: DocumentEntity,
  read: QboDocument | null,
  {
    payload,
    marker,
    former = null,
  }: { payload: JsonObject; marker: string; former?: string | null },
  { natural, ...known }: Pick<BooksWrite, 'posted' | 'labels' | 'natural' | 'then'>,
): BooksWrite {
  if (read === null) throw new Error('Bug: a document is updated that was not read');
  return {
    type: 'write',
    operation: 'update',
    entity,
    payload: mergedPayload(read.row, payload, marker, former),
    natural: { ...natural, edits: { id: read.Id, syncToken: read.SyncToken } },
    ...known,
  };
}

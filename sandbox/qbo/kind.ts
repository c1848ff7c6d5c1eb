import { type JsonObject } from '../json';
import { type EntityName, type Posting, type Realm, type Row } from './realm';
import { type QboSettings } from './settings';

/** How values of a field are compared in a query. */
export type FieldType = 'text' | 'name' | 'id' | 'number' | 'date' | 'instant' | 'boolean' | 'ref';

/** One write on its way: what was sent, what it is to become, and where. */
export interface WriteContext {
  realm: Realm;
  settings: QboSettings;
  type: EntityName;
  /** The writable fields after the merge with the stored object. */
  wanted: JsonObject;
  existing: Row | undefined;
  nowMs: number;
  /** Objects made earlier in the same batch: nobody in the batch sees them (section 11). */
  hidden: ReadonlySet<string>;
  isDuplicateNumberAllowed: boolean;
}

/** What a write makes: the fields to store and, for documents, both sides in the books. */
export interface Built {
  fields: JsonObject;
  postings?: Posting[];
}

/** What the sandbox knows about one type of object; one file per type in entities/. */
export interface EntityKind {
  name: EntityName;
  /** Name lists are made inactive, documents are deleted (section 9). */
  isNameList: boolean;
  writable: readonly string[];
  /** Longest texts by field, a dot for a member (section 14). */
  lengths: Record<string, number>;
  /** Fields a query may filter and sort by, beside Id and MetaData. */
  queryable: Record<string, FieldType>;
  /** Absent: the API cannot write objects of this type. */
  build?(context: WriteContext): Built;
  /** Figures that are computed when the object is read. */
  present?(realm: Realm, row: Row): JsonObject;
}

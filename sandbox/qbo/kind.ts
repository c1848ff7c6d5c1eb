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
  /**
   * Objects made earlier in the same batch: nobody in the batch sees them (quickbooks.md#batches).
   */
  hidden: ReadonlySet<string>;
  isDuplicateNumberAllowed: boolean;
}

/** Goods that a document moves. */
export interface MovementDraft {
  itemId: string;
  /** Ten-millionths of a unit; below 0 goes out. */
  quantity: bigint;
  /** The cost of what comes in, where the document tells it. */
  costMinor: bigint | null;
  /** Of the cost that FIFO finds. */
  contraAccountId: string;
}

/** What a write makes: the fields to store and, for documents, what happens in the books. */
export interface Built {
  fields: JsonObject;
  date?: string;
  /** Home currency; the sides are equal. */
  postings?: Posting[];
  movements?: MovementDraft[];
  /** Amounts applied to other documents, by their keys. */
  links?: Map<string, bigint>;
}

/**
 * What the sandbox knows about one type of object; one file per type in entities/ and documents/.
 */
export interface EntityKind {
  name: EntityName;
  /** Name lists are made inactive, documents are deleted (quickbooks.md#inactive-names). */
  isNameList: boolean;
  writable: readonly string[];
  /** Longest texts by field, a dot for a member (quickbooks.md#lengths). */
  lengths: Record<string, number>;
  /** Fields a query may filter and sort by, beside Id and MetaData. */
  queryable: Record<string, FieldType>;
  /** Absent: the API cannot write objects of this type. */
  build?(context: WriteContext): Built;
  /** What stays of a document that is voided; absent: no void (quickbooks.md#voids). */
  voided?(existing: Row): JsonObject;
  /** Fields that are computed when the object is read. */
  computed?: readonly string[];
  present?(realm: Realm, row: Row): JsonObject;
}

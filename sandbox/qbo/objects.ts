import { type JsonObject, plainText } from '../json';
import { checkLengths } from './checks';
import { commit } from './commit';
import { faults } from './fault';
import { type Built, type EntityKind, type WriteContext } from './kind';
import { type Place } from './place';
import { documentKey, type Realm, type Row } from './realm';
import { remove, voidDocument } from './removal';
import { created, replaced } from './rows';
import { type QboSettings } from './settings';
import { rowOf, takeId } from './tables';

/** What a request asks for, beside the object itself. */
export interface WriteOptions {
  operation: 'create' | 'update' | 'delete' | 'void';
  isDuplicateNumberAllowed: boolean;
  hidden: ReadonlySet<string>;
}

/** Carries one write out: everything is checked before anything is changed. */
export function write(
  place: Place,
  kind: EntityKind,
  sent: JsonObject,
  options: WriteOptions,
): JsonObject {
  switch (options.operation) {
    case 'create':
      return create(place, kind, sent, options);
    case 'update':
      return update(place, kind, sent, options);
    case 'delete':
      return remove(place, kind, current(place, kind, sent, options.hidden));
    case 'void':
      return voidDocument(place, kind, () => current(place, kind, sent, options.hidden));
  }
}

function create(place: Place, kind: EntityKind, sent: JsonObject, options: WriteOptions): Row {
  const { realm, nowMs, settings } = place;
  const context = contextOf(place, kind, picked(kind, sent, settings), undefined, options);
  const built = build(kind, context);
  const id = takeId(realm, kind.name, settings['qbo.idSpace'] === 'shared');
  return commit(place, kind, created(built.fields, id, nowMs), built, 'Create');
}

function update(place: Place, kind: EntityKind, sent: JsonObject, options: WriteOptions): Row {
  const existing = current(place, kind, sent, options.hidden);
  const writable = picked(kind, sent, place.settings);
  const isSparse = sent['sparse'] === true;
  const wanted = isSparse ? merged(kind, existing, writable) : writable;
  const context = contextOf(place, kind, wanted, existing, options);
  const built = build(kind, context);
  return commit(place, kind, replaced(existing, built.fields, place.nowMs), built, 'Update');
}

/** What is not sent stays, but new lines bring new tax (quickbooks.md#updates). */
function merged(kind: EntityKind, existing: Row, sent: JsonObject): JsonObject {
  const kept = picked(kind, existing);
  if (sent['Line'] !== undefined) delete kept['TxnTaxDetail'];
  return { ...kept, ...withoutNulls(sent) };
}

/** The stored object, if the token is the present one. */
function current(
  place: Place,
  kind: EntityKind,
  sent: JsonObject,
  hidden: ReadonlySet<string>,
): Row {
  const id = plainText(sent['Id']);
  if (id === '') throw faults.missing('Id');
  const row = existingRow(place.realm, kind, id);
  if (hidden.has(documentKey(kind.name, id))) throw faults.notFound();
  const token = sent['SyncToken'];
  if (token === undefined || token === null) throw faults.missing('SyncToken');
  if (plainText(token) !== row.SyncToken) throw faults.stale();
  return row;
}

function existingRow(realm: Realm, kind: EntityKind, id: string): Row {
  const row = rowOf(realm, kind.name, id);
  if (row !== undefined) return row;
  throw realm.tables[kind.name].deleted.has(id) ? faults.deleted() : faults.notFound();
}

function build(kind: EntityKind, context: WriteContext): Built {
  if (kind.build === undefined) throw faults.unsupported(`write of ${kind.name}`);
  checkLengths(kind, context.wanted);
  return kind.build(context);
}

function contextOf(
  place: Place,
  kind: EntityKind,
  wanted: JsonObject,
  existing: Row | undefined,
  options: WriteOptions,
): WriteContext {
  const { hidden, isDuplicateNumberAllowed } = options;
  const { realm, settings, nowMs } = place;
  return {
    realm,
    settings,
    nowMs,
    type: kind.name,
    wanted,
    existing,
    hidden,
    isDuplicateNumberAllowed,
  };
}

const readOnly = new Set([
  'Id',
  'SyncToken',
  'sparse',
  'domain',
  'MetaData',
  'TotalAmt',
  'Balance',
]);

/**
 * The writable fields that were sent; the others are ignored, or refused by a setting
 * (quickbooks.md#updates).
 */
function picked(kind: EntityKind, sent: JsonObject, settings?: QboSettings): JsonObject {
  const kept: JsonObject = {};
  for (const [name, value] of Object.entries(sent)) {
    if (value === undefined || value === '') continue;
    if (kind.writable.includes(name)) kept[name] = value;
    else if (settings?.['qbo.unknownFields'] === 'refuse' && !readOnly.has(name)) {
      throw faults.unknownProperty(name);
    }
  }
  return kept;
}

function withoutNulls(holder: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(holder).filter(([, value]) => value !== null));
}

/** The object as a reader sees it. */
export function shown(realm: Realm, kind: EntityKind, row: Row): JsonObject {
  return kind.present === undefined ? row : kind.present(realm, row);
}

/** Reads one object by id. */
export function read(realm: Realm, kind: EntityKind, id: string): JsonObject {
  return shown(realm, kind, existingRow(realm, kind, id));
}

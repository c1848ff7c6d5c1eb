import { isObject, type Json, type JsonObject, plainText, textIn, withoutEmpty } from '../json';
import { intuitTime } from './answer';
import { checkLengths } from './checks';
import { faults } from './fault';
import { type EntityKind, type WriteContext } from './kind';
import { post, unpost } from './ledger';
import { dropRow, putRow, type Realm, type Row } from './realm';
import { checkPeriod } from './sales/form';
import { type QboSettings } from './settings';

/** What a request asks for, beside the object itself. */
export interface WriteOptions {
  operation: 'create' | 'update' | 'delete' | 'void';
  isDuplicateNumberAllowed: boolean;
  hidden: ReadonlySet<string>;
}

/** Where and when a write happens. */
export interface Place {
  realm: Realm;
  settings: QboSettings;
  nowMs: number;
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
      return remove(place, kind, sent, options);
    case 'void':
      return voidDocument(place, kind, sent, options);
  }
}

function create(
  place: Place,
  kind: EntityKind,
  sent: JsonObject,
  options: WriteOptions,
): JsonObject {
  const { realm, nowMs } = place;
  const context = contextOf(place, kind, picked(kind, sent, place.settings), undefined, options);
  const built = build(kind, context);
  const table = realm.tables[kind.name];
  const id = String(table.nextId);
  const time = intuitTime(nowMs);
  const row = stored(built.fields, id, '0', { CreateTime: time, LastUpdatedTime: time });
  putRow(realm, kind.name, row);
  if (built.postings !== undefined) post(realm, `${kind.name}:${id}`, built.postings);
  return row;
}

function update(
  place: Place,
  kind: EntityKind,
  sent: JsonObject,
  options: WriteOptions,
): JsonObject {
  const existing = current(place, kind, sent, options.hidden);
  const writable = picked(kind, sent, place.settings);
  const isSparse = sent['sparse'] === true;
  const wanted = isSparse ? { ...picked(kind, existing), ...withoutNulls(writable) } : writable;
  const context = contextOf(place, kind, wanted, existing, options);
  const built = build(kind, context);
  const row = replaced(existing, built.fields, place.nowMs);
  putRow(place.realm, kind.name, row);
  if (built.postings !== undefined) post(place.realm, `${kind.name}:${row.Id}`, built.postings);
  return row;
}

function remove(
  place: Place,
  kind: EntityKind,
  sent: JsonObject,
  options: WriteOptions,
): JsonObject {
  if (kind.isNameList) throw faults.unsupported('delete');
  const existing = current(place, kind, sent, options.hidden);
  checkPeriod(contextOf(place, kind, {}, existing, options), existing, undefined);
  unpost(place.realm, `${kind.name}:${existing.Id}`);
  dropRow(place.realm, kind.name, existing);
  return { domain: 'QBO', status: 'Deleted', Id: existing.Id };
}

/** Amounts become 0 and the note begins with "Voided"; the number stays (section 9). */
function voidDocument(
  place: Place,
  kind: EntityKind,
  sent: JsonObject,
  options: WriteOptions,
): JsonObject {
  const isPossible =
    kind.name === 'SalesReceipt' ||
    (kind.name === 'RefundReceipt' && place.settings['qbo.voidRefund']);
  if (!isPossible) throw faults.unsupported('void');
  const existing = current(place, kind, sent, options.hidden);
  checkPeriod(contextOf(place, kind, {}, existing, options), existing, undefined);
  const note = textIn(existing, 'PrivateNote');
  const row = replaced(
    existing,
    {
      ...existing,
      PrivateNote: note === undefined ? 'Voided' : `Voided - ${note}`,
      Line: withZeroAmounts(existing['Line'] ?? []),
      TxnTaxDetail: { TotalTax: 0 },
      TotalAmt: 0,
    },
    place.nowMs,
  );
  unpost(place.realm, `${kind.name}:${existing.Id}`);
  putRow(place.realm, kind.name, row);
  return row;
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
  const table = place.realm.tables[kind.name];
  if (table.deletedIds.has(id)) throw faults.deleted();
  const row = table.rows.get(id);
  if (row === undefined || hidden.has(`${kind.name}:${id}`)) throw faults.notFound();
  const token = sent['SyncToken'];
  if (token === undefined || token === null) throw faults.missing('SyncToken');
  if (plainText(token) !== row.SyncToken) throw faults.stale();
  return row;
}

function build(
  kind: EntityKind,
  context: WriteContext,
): ReturnType<NonNullable<typeof kind.build>> {
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
  return { ...place, type: kind.name, wanted, existing, hidden, isDuplicateNumberAllowed };
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

/** The writable fields that were sent; the others are ignored, or refused by a setting (Q7). */
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

/** Only members with values are kept (section 1). */
function stored(fields: JsonObject, id: string, token: string, metaData: JsonObject): Row {
  return {
    ...withoutEmpty(fields),
    domain: 'QBO',
    sparse: false,
    Id: id,
    SyncToken: token,
    MetaData: metaData,
  };
}

function replaced(existing: Row, fields: JsonObject, nowMs: number): Row {
  const meta = isObject(existing['MetaData']) ? existing['MetaData'] : {};
  return stored(fields, existing.Id, String(Number(existing.SyncToken) + 1), {
    ...meta,
    LastUpdatedTime: intuitTime(nowMs),
  });
}

function withZeroAmounts(lines: Json): Json {
  if (!Array.isArray(lines)) return lines;
  return lines.map((line) => (isObject(line) ? { ...line, Amount: 0 } : line));
}

/** The object as a reader sees it. */
export function shown(realm: Realm, kind: EntityKind, row: Row): JsonObject {
  return kind.present === undefined ? row : kind.present(realm, row);
}

/** Reads one object by id. */
export function read(realm: Realm, kind: EntityKind, id: string): JsonObject {
  const row = realm.tables[kind.name].rows.get(id);
  if (row !== undefined) return shown(realm, kind, row);
  throw realm.tables[kind.name].deletedIds.has(id) ? faults.deleted() : faults.notFound();
}

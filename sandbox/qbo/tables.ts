import { textIn } from '../json';
import { objectIn } from '../json';
import { frozen } from '../server/state-copy';
import { documentNames, type EntityName, type Realm, type Row, type Table } from './realm';

const people: ReadonlySet<EntityName> = new Set(['Customer', 'Vendor', 'Employee']);

/**
 * Customers, vendors and employees share their names; every other list has its own
 * (quickbooks.md#names).
 */
export function nameKey(type: EntityName, name: string): string {
  return `${people.has(type) ? 'person' : type} ${name.toLowerCase()}`;
}

export function nameField(type: EntityName): 'DisplayName' | 'Name' {
  return people.has(type) || type === 'TaxAgency' ? 'DisplayName' : 'Name';
}

const documents: ReadonlySet<string> = new Set(documentNames);

/** Look-ups by these fields must not read every object of a company with 100,000 of them. */
function indexedFields(type: EntityName): string[] {
  if (documents.has(type)) return ['DocNumber', 'TxnDate', 'changed'];
  if (type === 'ExchangeRate') return ['SourceCurrencyCode', 'changed'];
  return [nameField(type), ...(type === 'Item' ? ['Sku'] : []), 'changed'];
}

/** Names are looked up without case, all other texts exactly. */
export function indexKey(field: string, value: string): string {
  return field === 'Name' || field === 'DisplayName' ? value.toLowerCase() : value;
}

export function emptyTable(type: EntityName): Table {
  const fields = indexedFields(type);
  return {
    rows: new Map(),
    indexes: new Map(fields.map((field) => [field, new Map<string, Set<string>>()])),
    deleted: new Map(),
    nextId: 1,
  };
}

/** The second in which an object was last changed, since 1970. */
export function changedSecond(row: Row): number {
  const time = textIn(objectIn(row, 'MetaData') ?? {}, 'LastUpdatedTime');
  return Math.floor(Date.parse(time ?? '') / 1000);
}

function indexedValue(row: Row, field: string): string | undefined {
  return field === 'changed' ? String(changedSecond(row)) : textIn(row, field);
}

/** Puts a row in, in place of the one with its id, and freezes it. */
export function putRow(realm: Realm, type: EntityName, row: Row): void {
  const table = realm.tables[type];
  const old = table.rows.get(row.Id);
  if (old !== undefined) unindex(realm, type, old);
  table.rows.set(row.Id, frozen(row));
  for (const [field, index] of table.indexes) {
    const value = indexedValue(row, field);
    if (value === undefined) continue;
    const key = indexKey(field, value);
    const ids = index.get(key);
    if (ids === undefined) index.set(key, new Set([row.Id]));
    else ids.add(row.Id);
  }
  const name = row[nameField(type)];
  if (typeof name === 'string') realm.names.set(nameKey(type, name), { type, id: row.Id });
  const number = Number(row.Id);
  if (number >= table.nextId) table.nextId = number + 1;
}

export function dropRow(realm: Realm, type: EntityName, row: Row, atMs: number): void {
  unindex(realm, type, row);
  realm.tables[type].rows.delete(row.Id);
  realm.tables[type].deleted.set(row.Id, atMs);
}

function unindex(realm: Realm, type: EntityName, row: Row): void {
  for (const [field, index] of realm.tables[type].indexes) {
    const value = indexedValue(row, field);
    if (value === undefined) continue;
    const key = indexKey(field, value);
    const ids = index.get(key);
    ids?.delete(row.Id);
    if (ids?.size === 0) index.delete(key);
  }
  const name = row[nameField(type)];
  if (typeof name !== 'string') return;
  const holder = realm.names.get(nameKey(type, name));
  if (holder?.type === type && holder.id === row.Id) realm.names.delete(nameKey(type, name));
}

/** Another row of the type has this document number. */
export function isNumberTaken(
  realm: Realm,
  type: EntityName,
  docNumber: string,
  ownId: string | undefined,
): boolean {
  const ids = realm.tables[type].indexes.get('DocNumber')?.get(docNumber);
  return ids !== undefined && [...ids].some((id) => id !== ownId);
}

/** The id of a new object; documents may share one number space (quickbooks.md#not-confirmed). */
export function takeId(realm: Realm, type: EntityName, isShared: boolean): string {
  const { nextId } = realm.tables[type];
  if (!isShared || !documents.has(type)) return String(nextId);
  const id = Math.max(nextId, realm.nextSharedId);
  realm.nextSharedId = id + 1;
  return String(id);
}

/** An entity's row, or undefined. */
export function rowOf(realm: Realm, type: EntityName, id: string): Row | undefined {
  return realm.tables[type].rows.get(id);
}

/** The name of the object with this id; empty when there is none. */
export function nameOf(realm: Realm, type: EntityName, id: string): string {
  return textIn(rowOf(realm, type, id) ?? {}, nameField(type)) ?? '';
}

import { entryOf, isObject, type Json, type JsonObject } from '../json';
import { singletons } from './company';
import { kindOfName, kindOfPath } from './entities/kinds';
import { QboFault } from './fault';
import { type EntityKind, type FieldType } from './kind';
import { shown } from './objects';
import { type Condition, parseQuery, type Statement } from './query-parser';
import { documentKey, type Realm, type Row, type Table } from './realm';
import { referenceId } from './reference';
import { type QboSettings } from './settings';
import { indexKey } from './tables';

/**
 * Answers a statement with the QueryResponse; `{}` when nothing was found
 * (quickbooks.md#envelopes).
 */
export function runQuery(
  realm: Realm,
  text: string,
  settings: QboSettings,
  hidden: ReadonlySet<string> = new Set(),
): JsonObject {
  const pageDefault = settings['qbo.pageDefault'];
  const statement = parseQuery(text, settings['qbo.queryEscape']);
  const single = entryOf(singletons, statement.entity);
  if (single !== undefined) return page(statement, [single(realm)], pageDefault);
  const isExact = settings['qbo.queryNames'] === 'exact';
  const kind = isExact ? kindOfName(statement.entity) : kindOfPath(statement.entity);
  if (kind === undefined) {
    throw invalid(`Metadata not found for Entity: ${statement.entity}`);
  }
  const tests = statement.conditions.map((one) => test(realm, kind, one));
  if (kind.isNameList && !statement.conditions.some(({ field }) => field === 'Active')) {
    tests.push((row) => row['Active'] !== false);
  }
  const found = candidates(realm, kind, statement.conditions).filter(
    (row) => !hidden.has(documentKey(kind.name, row.Id)) && tests.every((fits) => fits(row)),
  );
  if (statement.fields === 'count') return { totalCount: found.length };
  if (statement.orderBy !== null) sort(realm, kind, found, statement.orderBy);
  const answer = page({ ...statement, entity: kind.name }, found, pageDefault);
  const rows = answer[kind.name];
  if (Array.isArray(rows)) {
    answer[kind.name] = rows.map((row) => projected(realm, kind, row, statement.fields));
  }
  return answer;
}

function page(statement: Statement, rows: JsonObject[], pageDefault: number): JsonObject {
  if (statement.fields === 'count') return { totalCount: rows.length };
  const start = statement.startPosition - 1;
  const part = rows.slice(start, start + (statement.maxResults ?? pageDefault));
  if (part.length === 0) return {};
  return {
    [statement.entity]: part,
    startPosition: statement.startPosition,
    maxResults: part.length,
  };
}

function projected(
  realm: Realm,
  kind: EntityKind,
  row: Json,
  fields: Statement['fields'],
): JsonObject {
  if (!isObject(row)) return {};
  const whole = shown(realm, kind, row as Row); // rows come from the table of this kind
  if (!Array.isArray(fields)) return whole;
  const kept: JsonObject = {};
  for (const field of ['Id', 'domain', 'sparse', ...fields]) {
    const [name = ''] = field.split('.');
    if (whole[name] !== undefined) kept[name] = whole[name];
  }
  return kept;
}

/** Look-ups by id, name, SKU, number, date or time of change take the index. */
function candidates(realm: Realm, kind: EntityKind, conditions: Condition[]): Row[] {
  const table = realm.tables[kind.name];
  const ids = exactIds(table, conditions) ?? rangeIds(table, conditions);
  if (ids === null) return [...table.rows.values()];
  return [...ids].map((id) => table.rows.get(id)).filter((row) => row !== undefined);
}

function exactIds(table: Table, conditions: Condition[]): Set<string> | null {
  for (const { field, operator, values } of conditions) {
    if (operator !== '=' && operator !== 'IN') continue;
    if (field === 'Id') return new Set(values);
    const index = table.indexes.get(field);
    if (index === undefined) continue;
    return new Set(values.flatMap((value) => [...(index.get(indexKey(field, value)) ?? [])]));
  }
  return null;
}

/** Where the keys of an index are days or seconds: how to read key and bound as times. */
const timeIndexes: readonly { field: string; index: string; timeOf: (key: string) => number }[] = [
  { field: 'MetaData.LastUpdatedTime', index: 'changed', timeOf: (key) => Number(key) * 1000 },
  { field: 'TxnDate', index: 'TxnDate', timeOf: (key) => Date.parse(key) },
];

/** There are fewer days and seconds than objects: only these are looked through. */
function rangeIds(table: Table, conditions: Condition[]): Set<string> | null {
  for (const { field, index: name, timeOf } of timeIndexes) {
    const bounds = conditions.filter((one) => one.field === field && one.operator !== 'LIKE');
    const index = table.indexes.get(name);
    if (index === undefined || bounds.length === 0) continue;
    const ids = new Set<string>();
    for (const [key, held] of index) {
      const ms = timeOf(key);
      if (bounds.every((bound) => mayFit(ms, bound))) for (const id of held) ids.add(id);
    }
    return ids;
  }
  return null;
}

/** A second more on both sides: the exact test follows. */
function mayFit(ms: number, { operator, values }: Condition): boolean {
  const bounds = values.map((value) => Date.parse(value));
  if (bounds.some(Number.isNaN)) return true;
  const [boundMs = 0] = bounds;
  if (operator === '>' || operator === '>=') return ms > boundMs - 1000;
  if (operator === '<' || operator === '<=') return ms < boundMs + 1000;
  return bounds.some((one) => Math.abs(ms - one) < 1000);
}

function typeOf(kind: EntityKind, field: string): FieldType {
  if (field === 'Id') return 'id';
  if (field === 'MetaData.LastUpdatedTime' || field === 'MetaData.CreateTime') return 'instant';
  const type = entryOf(kind.queryable, field);
  if (type === undefined) {
    throw invalid(`Property ${field} not found for Entity ${kind.name} or not queryable`);
  }
  return type;
}

function test(realm: Realm, kind: EntityKind, condition: Condition): (row: Row) => boolean {
  const { field, operator, values } = condition;
  const type = typeOf(kind, field);
  const isComputed = kind.computed?.includes(field) === true;
  const valueOf = (row: Row): string | undefined =>
    textOf(isComputed ? shown(realm, kind, row) : row, field, type);
  if (operator === 'LIKE') {
    const pattern = (values[0] ?? '').toLowerCase();
    return (row) => isLike((valueOf(row) ?? '').toLowerCase(), pattern);
  }
  return (row) => {
    const text = valueOf(row);
    if (text === undefined) return false;
    const order = (value: string): number => compare(type, text, value);
    switch (operator) {
      case 'IN':
        return values.some((value) => order(value) === 0);
      case '=':
        return order(values[0] ?? '') === 0;
      case '<':
        return order(values[0] ?? '') < 0;
      case '>':
        return order(values[0] ?? '') > 0;
      case '<=':
        return order(values[0] ?? '') <= 0;
      case '>=':
        return order(values[0] ?? '') >= 0;
    }
  };
}

function textOf(row: JsonObject, field: string, type: FieldType): string | undefined {
  const [name = '', member] = field.split('.');
  const holder = row[name];
  if (type === 'ref') return referenceId(holder);
  // An e-mail address is an object on the wire and its address in a query.
  const inner = field === 'PrimaryEmailAddr' ? 'Address' : member;
  const value = inner !== undefined && isObject(holder) ? holder[inner] : holder;
  return value === undefined || value === null || typeof value === 'object'
    ? undefined
    : String(value);
}

function compare(type: FieldType, left: string, right: string): number {
  switch (type) {
    case 'id':
      return Number(left) - Number(right) || plainOrder(left, right);
    case 'number':
      return Number(left) - Number(right);
    case 'instant':
      return Date.parse(left) - instantOf(right);
    case 'name':
    case 'boolean':
      return plainOrder(left.toLowerCase(), right.toLowerCase());
    case 'text':
    case 'date':
    case 'ref':
      return plainOrder(left, right);
  }
}

function plainOrder(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function instantOf(text: string): number {
  const instant = Date.parse(text);
  if (Number.isNaN(instant)) throw invalid(`value ${text} is no time`);
  return instant;
}

/** `%` stands for anything. No regular expression: many `%` would keep it busy for ever. */
function isLike(text: string, pattern: string): boolean {
  const [start = '', ...rest] = pattern.split('%');
  const end = rest.pop();
  if (end === undefined) return text === start;
  if (!text.startsWith(start)) return false;
  let from = start.length;
  for (const part of rest) {
    const found = text.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return text.length - end.length >= from && text.endsWith(end);
}

function sort(
  realm: Realm,
  kind: EntityKind,
  rows: Row[],
  by: { field: string; isDescending: boolean },
): void {
  const type = typeOf(kind, by.field);
  const sign = by.isDescending ? -1 : 1;
  const isComputed = kind.computed?.includes(by.field) === true;
  const value = (row: Row): string =>
    textOf(isComputed ? shown(realm, kind, row) : row, by.field, type) ?? '';
  rows.sort((a, b) => sign * compare(type, value(a), value(b)) || Number(a.Id) - Number(b.Id));
}

function invalid(detail: string): QboFault {
  return new QboFault(4001, 'Invalid query', `QueryValidationError: ${detail}`);
}

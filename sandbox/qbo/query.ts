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

/** Answers a statement with the QueryResponse; `{}` when nothing was found (section 3). */
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
  for (const condition of conditions) {
    const ids = indexed(table, condition);
    if (ids === null) continue;
    return [...ids].map((id) => table.rows.get(id)).filter((row) => row !== undefined);
  }
  return [...table.rows.values()];
}

/** The ids that may fit a condition; null when no index knows. */
function indexed(table: Table, { field, operator, values }: Condition): Set<string> | null {
  const isExact = operator === '=' || operator === 'IN';
  if (field === 'Id') return isExact ? new Set(values) : null;
  const isChange = field === 'MetaData.LastUpdatedTime';
  const index = table.indexes.get(isChange ? 'changed' : field);
  if (index === undefined || operator === 'LIKE') return null;
  if (isExact && !isChange) {
    return new Set(values.flatMap((value) => [...(index.get(indexKey(field, value)) ?? [])]));
  }
  const [bound = ''] = values;
  if (isChange) return inRange(index, (key) => Number(key) * 1000, instantOf(bound), operator);
  if (field !== 'TxnDate') return null;
  return inRange(index, (key) => Date.parse(key), Date.parse(bound), operator);
}

/** There are fewer days and seconds than objects: only these are looked through. */
function inRange(
  index: Map<string, Set<string>>,
  timeOf: (key: string) => number,
  boundMs: number,
  operator: Condition['operator'],
): Set<string> | null {
  if (Number.isNaN(boundMs)) return null;
  const ids = new Set<string>();
  const isAbove = operator === '>' || operator === '>=';
  for (const [key, held] of index) {
    const ms = timeOf(key);
    // A second more on both sides: the exact test follows.
    const fits = operator === '=' ? Math.abs(ms - boundMs) < 1000 : isAbove ? ms > boundMs - 1000 : ms < boundMs + 1000; // prettier-ignore
    if (fits) for (const id of held) ids.add(id);
  }
  return ids;
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
    const pattern = likePattern(values[0] ?? '');
    return (row) => pattern.test(valueOf(row) ?? '');
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

/** `%` stands for anything. */
function likePattern(value: string): RegExp {
  const parts = value.split('%').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'is');
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

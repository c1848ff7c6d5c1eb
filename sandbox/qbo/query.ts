import { entryOf, isObject, type Json, type JsonObject } from '../json';
import { companyInfo, preferencesOf } from './company';
import { referenceId } from './checks';
import { kindOfName } from './entities/kinds';
import { QboFault } from './fault';
import { type EntityKind, type FieldType } from './kind';
import { shown } from './objects';
import { type Condition, parseQuery, type Statement } from './query-parser';
import { indexKey, type Realm, type Row } from './realm';

/** Answers a statement with the QueryResponse; `{}` when nothing was found (section 3). */
export function runQuery(
  realm: Realm,
  text: string,
  pageDefault: number,
  hidden: ReadonlySet<string> = new Set(),
): JsonObject {
  const statement = parseQuery(text);
  const single = entryOf(singletons, statement.entity);
  if (single !== undefined) return page(statement, [single(realm)], pageDefault);
  const kind = kindOfName(statement.entity);
  if (kind === undefined) {
    throw invalid(`Metadata not found for Entity: ${statement.entity}`);
  }
  const tests = statement.conditions.map((one) => test(kind, one));
  if (kind.isNameList && !statement.conditions.some(({ field }) => field === 'Active')) {
    tests.push((row) => row['Active'] !== false);
  }
  const found = candidates(realm, kind, statement.conditions).filter(
    (row) => !hidden.has(`${kind.name}:${row.Id}`) && tests.every((fits) => fits(row)),
  );
  if (statement.fields === 'count') return { totalCount: found.length };
  if (statement.orderBy !== null) sort(kind, found, statement.orderBy);
  const answer = page(statement, found, pageDefault);
  const rows = answer[kind.name];
  if (Array.isArray(rows)) {
    answer[kind.name] = rows.map((row) => projected(realm, kind, row, statement.fields));
  }
  return answer;
}

const singletons: Partial<Record<string, (realm: Realm) => JsonObject>> = {
  CompanyInfo: companyInfo,
  Preferences: preferencesOf,
};

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

/** Look-ups by id, name, SKU or document number take the index. */
function candidates(realm: Realm, kind: EntityKind, conditions: Condition[]): Row[] {
  const table = realm.tables[kind.name];
  for (const { field, operator, values } of conditions) {
    if (operator !== '=' && operator !== 'IN') continue;
    const index = table.indexes.get(field);
    if (index === undefined && field !== 'Id') continue;
    const idsOf = (value: string): Iterable<string> =>
      index === undefined ? [value] : (index.get(indexKey(field, value)) ?? []);
    const ids = new Set(values.flatMap((value) => [...idsOf(value)]));
    return [...ids].map((id) => table.rows.get(id)).filter((row) => row !== undefined);
  }
  return [...table.rows.values()];
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

function test(kind: EntityKind, condition: Condition): (row: Row) => boolean {
  const { field, operator, values } = condition;
  const type = typeOf(kind, field);
  if (operator === 'LIKE') {
    const pattern = likePattern(values[0] ?? '');
    return (row) => pattern.test(textOf(row, field, type) ?? '');
  }
  return (row) => {
    const text = textOf(row, field, type);
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

function sort(kind: EntityKind, rows: Row[], by: { field: string; isDescending: boolean }): void {
  const type = typeOf(kind, by.field);
  const sign = by.isDescending ? -1 : 1;
  const value = (row: Row): string => textOf(row, by.field, type) ?? '';
  rows.sort((a, b) => sign * compare(type, value(a), value(b)) || Number(a.Id) - Number(b.Id));
}

function invalid(detail: string): QboFault {
  return new QboFault(4001, 'Invalid query', `QueryValidationError: ${detail}`);
}

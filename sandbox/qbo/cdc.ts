import { type Json, type JsonObject } from '../json';
import { intuitTime } from './answer';
import { kindOfName } from './entities/kinds';
import { QboFault } from './fault';
import { type EntityKind } from './kind';
import { shown } from './objects';
import { type Realm, type Row } from './realm';
import { type QboSettings } from './settings';
import { changedSecond } from './tables';

const lookBackMs = 30 * 24 * 3_600_000;

interface Found {
  kind: EntityKind;
  changedMs: number;
  object: () => JsonObject;
}

/**
 * `GET /cdc?entities=&changedSince=` (quickbooks.md#cdc): one QueryResponse per entity in the order
 * asked, at most 1000 objects in all, cut without a word; deleted objects as stubs.
 */
export function changedSince(
  realm: Realm,
  query: URLSearchParams,
  settings: QboSettings,
  nowMs: number,
): Json {
  const names = (query.get('entities') ?? '').split(',').map((name) => name.trim());
  const sinceMs = Date.parse(query.get('changedSince') ?? '');
  if (Number.isNaN(sinceMs)) throw invalid('changedSince is missing or no time');
  if (nowMs - sinceMs > lookBackMs) {
    throw invalid('changedSince must lie within the last 30 days');
  }
  const asked = names.map((name) => checkedKind(name, settings));
  const found = asked.flatMap((kind) => changesOf(realm, kind, sinceMs));
  found.sort((a, b) => a.changedMs - b.changedMs);
  const kept = found.slice(0, settings['qbo.cdcMax']);
  return [{ QueryResponse: asked.map((kind) => responseOf(kind, kept)) }];
}

function checkedKind(name: string, settings: QboSettings): EntityKind {
  const kind = kindOfName(name);
  if (kind === undefined || settings['qbo.cdcUnsupported'].includes(name)) {
    throw invalid(`Entity ${name} is not supported by change data capture`);
  }
  return kind;
}

function responseOf(kind: EntityKind, kept: readonly Found[]): JsonObject {
  const own = kept.filter((one) => one.kind === kind).map(({ object }) => object());
  if (own.length === 0) return {};
  return { [kind.name]: own, startPosition: 1, maxResults: own.length, totalCount: own.length };
}

function changesOf(realm: Realm, kind: EntityKind, sinceMs: number): Found[] {
  const { rows, indexes, deleted } = realm.tables[kind.name];
  const found: Found[] = [];
  const changed = (row: Row): Found => ({
    kind,
    changedMs: changedSecond(row) * 1000,
    object: () => shown(realm, kind, row),
  });
  for (const [second, ids] of indexes.get('changed') ?? []) {
    if (Number(second) * 1000 < Math.floor(sinceMs / 1000) * 1000) continue;
    for (const id of ids) {
      const row = rows.get(id);
      if (row !== undefined) found.push(changed(row));
    }
  }
  for (const [id, atMs] of deleted) {
    if (atMs >= sinceMs) found.push({ kind, changedMs: atMs, object: () => stub(id, atMs) });
  }
  return found;
}

/** change_data_capture_response.xml. */
function stub(id: string, atMs: number): JsonObject {
  return {
    domain: 'QBO',
    status: 'Deleted',
    Id: id,
    MetaData: { LastUpdatedTime: intuitTime(atMs) },
  };
}

function invalid(detail: string): QboFault {
  return new QboFault(4001, 'Invalid query', `QueryValidationError: ${detail}`);
}

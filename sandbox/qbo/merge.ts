import { isObject, type JsonObject, textIn } from '../json';
import { ControlError } from '../server/control-error';
import { frozen } from '../server/state-copy';
import { checkedName } from './checks';
import { kinds } from './entities/kinds';
import { type EntityKind } from './kind';
import { shown } from './objects';
import { type Place } from './place';
import { documentNames, type Row } from './realm';
import { referenceTo } from './reference';
import { replaced } from './rows';
import { putRow, rowOf } from './tables';

/**
 * An accountant merges two customers: the documents of one go to the other, and the one that is no
 * more is inactive. The event names both (quickbooks.md#webhooks).
 */
export function mergeCustomers(place: Place, id: string, deletedId: string): JsonObject {
  const { realm, nowMs } = place;
  const kept = rowOf(realm, 'Customer', id);
  const gone = rowOf(realm, 'Customer', deletedId);
  if (kept === undefined || gone === undefined || id === deletedId) {
    throw new ControlError(`no customers ${id} and ${deletedId}`);
  }
  const [from, to] = [`Customer:${deletedId}`, `Customer:${id}`];
  for (const type of documentNames) {
    for (const row of realm.tables[type].rows.values()) {
      const ref = row['CustomerRef'];
      if (!isObject(ref) || ref['value'] !== deletedId) continue;
      putRow(realm, type, moved(place, row, id));
    }
  }
  for (const [key, entry] of realm.entries) {
    if (!entry.postings.some(({ party }) => party === from)) continue;
    const postings = entry.postings.map((one) =>
      one.party === from ? { ...one, party: to } : one,
    );
    realm.entries.set(key, frozen({ ...entry, postings }));
  }
  const owed = realm.partyBalances.get(from) ?? 0n;
  realm.partyBalances.delete(from);
  realm.partyBalances.set(to, (realm.partyBalances.get(to) ?? 0n) + owed);
  retire(place, kinds.Customer, gone);
  const row = replaced(kept, kept, nowMs);
  putRow(realm, 'Customer', row);
  place.tell({
    realmId: realm.realmId,
    entity: 'Customer',
    id,
    operation: 'Merge',
    atMs: nowMs,
    deletedId,
  });
  return { Customer: shown(realm, kinds.Customer, row) };
}

function moved({ realm, nowMs }: Place, row: Row, customerId: string): Row {
  return replaced(row, { ...row, CustomerRef: referenceTo(realm, 'Customer', customerId) }, nowMs);
}

function retire({ realm, settings, nowMs }: Place, kind: EntityKind, row: Row): void {
  const context = {
    realm,
    settings,
    nowMs,
    type: kind.name,
    wanted: {},
    existing: row,
    hidden: new Set<string>(),
    isDuplicateNumberAllowed: true,
  };
  const name = checkedName(context, textIn(row, 'DisplayName') ?? '', false);
  const fields = { ...row, DisplayName: name, FullyQualifiedName: name, Active: false };
  putRow(realm, kind.name, replaced(row, fields, nowMs));
}

import { type Built, type EntityKind } from './kind';
import { post, unpost } from './ledger';
import { setLinks } from './links';
import { type Change, type Place } from './place';
import { documentKey, type Row } from './realm';
import { retimed } from './rows';
import { replaceMovements } from './stock';
import { putRow, rowOf } from './tables';

/** Writes a checked object: its row, its entry in the books, its goods and its links. */
export function commit(
  place: Place,
  kind: EntityKind,
  row: Row,
  built: Built,
  operation: Change['operation'],
): Row {
  const { realm, nowMs } = place;
  const key = documentKey(kind.name, row.Id);
  putRow(realm, kind.name, row);
  if (built.postings !== undefined) {
    const date = built.date ?? '';
    post(realm, key, date, built.postings);
    touchItems(place, replaceMovements(realm, key, date, built.movements ?? []));
    setLinks(place, key, built.links ?? new Map());
  }
  place.tell({ realmId: realm.realmId, entity: kind.name, id: row.Id, operation, atMs: nowMs });
  return rowOf(realm, kind.name, row.Id) ?? row;
}

/** Takes everything a document did out of the books. */
export function undo(place: Place, key: string): void {
  unpost(place.realm, key);
  touchItems(place, replaceMovements(place.realm, key, '', []));
  setLinks(place, key, new Map());
}

/**
 * A moved quantity changes the item, and is told where the setting says so
 * (quickbooks.md#not-confirmed).
 */
function touchItems(place: Place, itemIds: Iterable<string>): void {
  const { realm, settings, nowMs } = place;
  if (!settings['qbo.itemEvents']) return;
  for (const id of itemIds) {
    const row = rowOf(realm, 'Item', id);
    if (row === undefined) continue;
    putRow(realm, 'Item', retimed(row, nowMs));
    place.tell({ realmId: realm.realmId, entity: 'Item', id, operation: 'Update', atMs: nowMs });
  }
}

import { minorToNumber, parseDecimal, sum, toMinor } from '../decimal';
import { type Json, type JsonObject } from '../json';
import { type Place } from './place';
import { type EntityName, type Realm, type Row } from './realm';
import { replaced } from './rows';
import { putRow, rowOf } from './tables';

/** The type and id of a document's key. */
export function partsOf(key: string): { type: string; id: string } {
  const [type = '', id = ''] = key.split(':');
  return { type, id };
}

/** What payments and credits have taken of a document, without those of `except`. */
export function applied(realm: Realm, key: string, except?: string): bigint {
  const sources = [...(realm.links.to.get(key) ?? [])];
  const counted = sources.filter((from) => from !== except && from.startsWith('Payment:'));
  return sum(counted.map((from) => realm.links.from.get(from)?.get(key) ?? 0n));
}

/** The deposit a document lies in, if any: it is locked then (6540). */
export function depositOf(realm: Realm, key: string): string | undefined {
  return [...(realm.links.to.get(key) ?? [])].find((from) => from.startsWith('Deposit:'));
}

/**
 * Sets what a document links to. The documents on the other side are changed by the vendor itself:
 * balance, LinkedTxn, time and token (quickbooks.md#updates).
 */
export function setLinks(place: Place, from: string, links: ReadonlyMap<string, bigint>): void {
  const { realm } = place;
  const before = realm.links.from.get(from) ?? new Map<string, bigint>();
  const changed = new Set<string>();
  for (const [to, minor] of links) if (before.get(to) !== minor) changed.add(to);
  for (const to of before.keys()) if (!links.has(to)) changed.add(to);
  if (changed.size === 0) return;
  if (links.size === 0) realm.links.from.delete(from);
  else realm.links.from.set(from, links);
  for (const to of changed) {
    const sources = new Set(realm.links.to.get(to));
    if (links.has(to)) sources.add(from);
    else sources.delete(from);
    if (sources.size === 0) realm.links.to.delete(to);
    else realm.links.to.set(to, sources);
    refresh(place, to);
  }
}

function refresh(place: Place, key: string): void {
  const { type, id } = partsOf(key);
  const entity = linkable.find((name) => name === type);
  const row = entity === undefined ? undefined : rowOf(place.realm, entity, id);
  if (entity === undefined || row === undefined) return;
  change(place, entity, row, { ...row, ...settled(place.realm, key, row['TotalAmt']) });
}

const linkable: readonly EntityName[] = [
  'Invoice',
  'CreditMemo',
  'Payment',
  'SalesReceipt',
  'RefundReceipt',
];

/** The figures of a document that follow from what links to it. */
export function settled(realm: Realm, key: string, total: Json | undefined): JsonObject {
  const sources = [...(realm.links.to.get(key) ?? [])].map(partsOf);
  const linked = sources.map(({ type, id }) => ({ TxnId: id, TxnType: type }));
  const { type } = partsOf(key);
  if (type !== 'Invoice' && type !== 'CreditMemo') return { LinkedTxn: linked };
  const openMinor = toMinor(parseDecimal(total) ?? { units: 0n, scale: 0 }) - applied(realm, key);
  const open = minorToNumber(openMinor);
  return {
    LinkedTxn: linked,
    Balance: open,
    ...(type === 'CreditMemo' ? { RemainingCredit: open } : {}),
  };
}

/** Changes a row as the vendor itself does: time and token move, and who listens is told. */
export function change(place: Place, entity: EntityName, existing: Row, fields: JsonObject): void {
  const { realm, nowMs } = place;
  putRow(realm, entity, replaced(existing, fields, nowMs));
  place.tell({ realmId: realm.realmId, entity, id: existing.Id, operation: 'Update', atMs: nowMs });
}

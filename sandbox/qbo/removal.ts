import { minorToNumber, parseDecimal, toMinor } from '../decimal';
import { isObject, type Json, type JsonObject, listIn, plainText, textIn } from '../json';
import { commit, undo } from './commit';
import { checkPeriodOf } from './documents/dates';
import { QboFault, faults } from './fault';
import { type EntityKind } from './kind';
import { change, depositOf, partsOf, setLinks } from './links';
import { type Place } from './place';
import { documentKey, type Row } from './realm';
import { netApplied } from './receivables';
import { replaced } from './rows';
import { dropRow, rowOf } from './tables';

/** Deletes a document; name lists are made inactive instead (quickbooks.md#inactive-names). */
export function remove(place: Place, kind: EntityKind, existing: Row): JsonObject {
  if (kind.isNameList) throw faults.unsupported('delete');
  const { realm, nowMs } = place;
  const key = documentKey(kind.name, existing.Id);
  checkRemovable(place, key, existing);
  unlinkFrom(place, key);
  undo(place, key);
  dropRow(realm, kind.name, existing, nowMs);
  const { Id: id } = existing;
  place.tell({ realmId: realm.realmId, entity: kind.name, id, operation: 'Delete', atMs: nowMs });
  return { domain: 'QBO', status: 'Deleted', Id: id };
}

/** Amounts become 0 and the note begins with "Voided"; the number stays (quickbooks.md#voids). */
export function voidDocument(place: Place, kind: EntityKind, current: () => Row): JsonObject {
  const isRefund = kind.name === 'RefundReceipt' || kind.name === 'CreditMemo';
  if (kind.voided === undefined || (isRefund && !place.settings['qbo.voidRefund'])) {
    throw faults.unsupported('void');
  }
  const existing = current();
  const key = documentKey(kind.name, existing.Id);
  checkRemovable(place, key, existing);
  if (place.settings['qbo.voidKeeps']) return existing;
  unlinkFrom(place, key);
  const note = textIn(existing, 'PrivateNote');
  const fields = {
    ...existing,
    ...kind.voided(existing),
    LinkedTxn: [],
    PrivateNote: note === undefined ? 'Voided' : `Voided - ${note}`,
  };
  const date = textIn(existing, 'TxnDate') ?? '';
  const row = replaced(existing, fields, place.nowMs);
  return commit(place, kind, row, { fields, date, postings: [] }, 'Void');
}

/** Closed books, a deposit, and by a setting any payment hold a document where it is. */
function checkRemovable(place: Place, key: string, existing: Row): void {
  const { realm, settings } = place;
  checkPeriodOf(realm, settings, existing, undefined);
  if (depositOf(realm, key) !== undefined) throw faults.deposited();
  const isLinked = realm.links.to.has(key);
  if (isLinked && settings['qbo.deleteLinked'] === 'refuse') {
    throw new QboFault(
      800,
      'Cannot delete: dependencies',
      'The transaction has linked transactions. Remove the links first.',
    );
  }
}

/**
 * Takes a document out of the payments that were applied to it: the money stays unapplied. What
 * then gives more than the payment has, or takes more than it gives, is taken out with it.
 */
function unlinkFrom(place: Place, key: string): void {
  const { realm } = place;
  const { type, id } = partsOf(key);
  for (const from of realm.links.to.get(key) ?? []) {
    const source = partsOf(from);
    const payment = rowOf(realm, 'Payment', source.id);
    if (source.type !== 'Payment' || payment === undefined) continue;
    const totalMinor = toMinor(parseDecimal(payment['TotalAmt']) ?? { units: 0n, scale: 0 });
    const left = new Map(realm.links.from.get(from));
    left.delete(key);
    const net = netApplied(realm, left);
    const links = net < 0n || net > totalMinor ? new Map<string, bigint>() : left;
    setLinks(place, from, links);
    const lines = listIn(payment, 'Line').filter(
      (line) => links.size > 0 && !isLinkTo(line, type, id),
    );
    const unapplied = minorToNumber(totalMinor - netApplied(realm, links));
    change(place, 'Payment', payment, { ...payment, Line: lines, UnappliedAmt: unapplied });
  }
}

function isLinkTo(line: Json, type: string, id: string): boolean {
  if (!isObject(line)) return false;
  const linked = listIn(line, 'LinkedTxn').filter(isObject);
  return linked.some((one) => plainText(one['TxnId']) === id && one['TxnType'] === type);
}

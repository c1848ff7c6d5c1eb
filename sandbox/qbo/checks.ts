import { type JsonObject, lengthOf, objectIn, textIn } from '../json';
import { faults } from './fault';
import { type EntityKind, type WriteContext } from './kind';
import { type EntityName, type Realm } from './realm';
import { indexKey, nameField, nameKey, nameOf } from './tables';

/** Texts over their limit: 2050, with the figures the vendor tells. */
export function checkLengths(kind: EntityKind, wanted: JsonObject): void {
  for (const [path, max] of Object.entries(kind.lengths)) {
    const [name = '', member] = path.split('.');
    const value = member === undefined ? wanted[name] : objectIn(wanted, name)?.[member];
    if (typeof value !== 'string') continue;
    const length = lengthOf(value);
    if (length > max) throw faults.tooLong(path, max, length);
  }
}

/**
 * The name an object gets: refused with 2040 and 6240, and marked "(deleted)" when the object is
 * made inactive (quickbooks.md#inactive-names; deleted_customer.xml).
 */
export function checkedName(context: WriteContext, wanted: string, isActive: boolean): string {
  const { realm, type, existing, settings } = context;
  if (/[:\t\n\r]/.test(wanted)) throw faults.invalidString(nameField(type));
  const holderOf = (name: string): { type: EntityName; id: string } | undefined => {
    const isExact = type === 'Item' && settings['qbo.itemCase'] === 'exact';
    const holder = isExact ? sameName(realm, name) : realm.names.get(nameKey(type, name));
    const isOwn = holder?.type === type && holder.id === existing?.Id;
    return isOwn ? undefined : holder;
  };
  const name = wanted.trim();
  if (!isActive && existing?.['Active'] !== false) {
    let number = 1;
    let marked = `${name} (deleted)`;
    if (holderOf(marked) !== undefined && settings['qbo.deletedSuffix'] === 'refuse') {
      throw faults.duplicateName(spokenNames[type] ?? 'object');
    }
    while (holderOf(marked) !== undefined) {
      number += 1;
      marked = `${name} (deleted) ${number}`;
    }
    return marked;
  }
  const holder = holderOf(name);
  if (holder !== undefined) throw faults.duplicateName(spokenNames[holder.type] ?? 'object');
  return name;
}

/** The item of exactly this name, where case tells names apart (quickbooks.md#not-confirmed). */
function sameName(realm: Realm, name: string): { type: EntityName; id: string } | undefined {
  const ids = realm.tables.Item.indexes.get('Name')?.get(indexKey('Name', name)) ?? [];
  const id = [...ids].find((one) => nameOf(realm, 'Item', one) === name);
  return id === undefined ? undefined : { type: 'Item', id };
}

const spokenNames: Partial<Record<EntityName, string>> = {
  Customer: 'customer',
  Vendor: 'vendor',
  Employee: 'employee',
  Item: 'item',
  Account: 'account',
  TaxRate: 'tax rate',
  TaxCode: 'tax code',
  PaymentMethod: 'payment method',
  Department: 'department',
  Class: 'class',
};

/** A name list with nothing but a name. */
export function simpleNameFields(context: WriteContext): JsonObject {
  const { wanted } = context;
  const isActive = wanted['Active'] !== false;
  const name = textIn(wanted, 'Name');
  if (name === undefined || name.trim() === '') throw faults.missing('Name');
  const checked = checkedName(context, name, isActive);
  return { ...wanted, Name: checked, FullyQualifiedName: checked, Active: isActive };
}

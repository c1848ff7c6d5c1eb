import { type Json, type JsonObject, lengthOf, objectIn, textIn } from '../json';
import { faults } from './fault';
import { type EntityKind, type WriteContext } from './kind';
import { type EntityName, nameField, nameKey, type Row } from './realm';

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

/** The object a reference points to; unknown, hidden and inactive ones are refused (Q10). */
export function referenced(context: WriteContext, ref: Json | undefined, type: EntityName): Row {
  const id = referenceId(ref);
  const row = context.realm.tables[type].rows.get(id ?? '');
  if (id === undefined || row === undefined || context.hidden.has(`${type}:${id}`)) {
    throw faults.unknownReference(type, id ?? '');
  }
  if (row['Active'] === false) throw faults.inactiveReference(context.settings['qbo.inactiveCode']);
  return row;
}

/** The reference as the vendor shows it, with the name of what it points to. */
export function shownReference(
  context: WriteContext,
  field: string,
  type: EntityName,
): JsonObject | undefined {
  const ref = context.wanted[field];
  if (ref === undefined || ref === null) return undefined;
  const row = referenced(context, ref, type);
  return { value: row.Id, name: textIn(row, nameField(type)) ?? '' };
}

/** `{value: "12"}`; a number counts as its text. */
export function referenceId(ref: Json | undefined): string | undefined {
  if (typeof ref !== 'object' || ref === null || Array.isArray(ref)) return undefined;
  const value = ref['value'];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/**
 * The name an object gets: refused with 2040 and 6240, and marked "(deleted)" when the object is
 * made inactive (section 9; deleted_customer.xml).
 */
export function checkedName(context: WriteContext, wanted: string, isActive: boolean): string {
  const { realm, type, existing } = context;
  if (/[:\t\n\r]/.test(wanted)) throw faults.invalidString(nameField(type));
  const holderOf = (name: string): { type: EntityName; id: string } | undefined => {
    const holder = realm.names.get(nameKey(type, name));
    const isOwn = holder?.type === type && holder.id === existing?.Id;
    return isOwn ? undefined : holder;
  };
  const name = wanted.trim();
  if (!isActive && existing?.['Active'] !== false) {
    let number = 1;
    let marked = `${name} (deleted)`;
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

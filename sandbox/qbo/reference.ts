import { type Json, textIn } from '../json';
import { faults } from './fault';
import { type WriteContext } from './kind';
import { documentKey, type EntityName, type Realm, type Row } from './realm';
import { nameField, nameOf, rowOf } from './tables';

/** `{value: "12"}`; a number counts as its text. */
export function referenceId(ref: Json | undefined): string | undefined {
  if (typeof ref !== 'object' || ref === null || Array.isArray(ref)) return undefined;
  const value = ref['value'];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/**
 * The object a reference points to; unknown, hidden and inactive ones are refused
 * (quickbooks.md#error-codes).
 */
export function referenced(context: WriteContext, ref: Json | undefined, type: EntityName): Row {
  const id = referenceId(ref);
  const row = rowOf(context.realm, type, id ?? '');
  if (id === undefined || row === undefined || context.hidden.has(documentKey(type, id))) {
    throw faults.unknownReference(type, id ?? '');
  }
  if (row['Active'] === false) throw faults.inactiveReference(context.settings['qbo.inactiveCode']);
  return row;
}

/** A reference with the name of what it points to. */
export type Reference = Record<'value' | 'name', string>;

/** The reference as the vendor shows it, with the name of what it points to. */
export function shownReference(
  context: WriteContext,
  field: string,
  type: EntityName,
): Reference | undefined {
  const ref = context.wanted[field];
  if (ref === undefined || ref === null) return undefined;
  const row = referenced(context, ref, type);
  return { value: row.Id, name: textIn(row, nameField(type)) ?? '' };
}

/** A reference to an object that is known to exist. */
export function referenceTo(realm: Realm, type: EntityName, id: string): Reference {
  return { value: id, name: nameOf(realm, type, id) };
}

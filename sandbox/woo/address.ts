import { isObject, type Json, type JsonObject } from '../json';
import { textOf } from './values';

/** Where the state stands in front of the postcode, and where behind the country. */
const inOrders = [
  'first_name',
  'last_name',
  'company',
  'address_1',
  'address_2',
  'city',
  'state',
  'postcode',
  'country',
];
const inCustomers = [
  'first_name',
  'last_name',
  'company',
  'address_1',
  'address_2',
  'city',
  'postcode',
  'country',
  'state',
];

/** An address without anything in it, members in the recorded order; an e-mail in billing only. */
export function emptyAddress(
  holder: 'order' | 'customer',
  kind: 'billing' | 'shipping',
): JsonObject {
  const names = holder === 'order' ? inOrders : inCustomers;
  const all = kind === 'billing' ? [...names, 'email', 'phone'] : [...names, 'phone'];
  return Object.fromEntries(all.map((name) => [name, '']));
}

/** The address after a write: known members that are sent replace what was there. */
export function writtenAddress(before: JsonObject, sent: Json | undefined): JsonObject {
  if (!isObject(sent)) return before;
  const written = { ...before };
  for (const name of Object.keys(before)) written[name] = textOf(sent[name]) ?? before[name];
  return written;
}

import { isObject, type JsonObject, objectIn } from '../json';
import { type Realm, type Row } from './realm';

const addressFields = ['BillAddr', 'ShipAddr', 'ShipFromAddr', 'PrimaryAddr'];

/**
 * Addresses get an id of their own, and a place on earth that nobody has looked up (the recordings
 * show INVALID then).
 */
export function withAddressIds(
  realm: Realm,
  wanted: JsonObject,
  existing: Row | undefined,
): JsonObject {
  const shown: JsonObject = {};
  for (const field of addressFields) {
    const address = wanted[field];
    if (!isObject(address) || Object.keys(address).length === 0) continue;
    const known = objectIn(existing ?? {}, field)?.['Id'];
    shown[field] = { Lat: 'INVALID', Long: 'INVALID', ...address, Id: known ?? nextId(realm) };
  }
  return shown;
}

function nextId(realm: Realm): string {
  realm.nextAddressId += 1;
  return String(realm.nextAddressId);
}

import { z } from 'zod';

import { type Json, type JsonObject } from '../json';
import { checked } from '../server/checked';
import { kindOfName } from './entities/kinds';
import { QboFault } from './fault';
import { type EntityKind } from './kind';
import { write } from './objects';
import { mergeCustomers } from './merge';
import { type Place } from './place';
import { type Realm, type Row } from './realm';
import { addTaxCode, preferencesChange } from './reset';
import { ControlError } from '../server/control-error';

const json: z.ZodType<Json> = z.json();
const one = { realmId: z.string(), entity: z.string(), id: z.string() };

/** What `POST /_sandbox/act` takes. */
export const deed = z.discriminatedUnion('do', [
  z.strictObject({
    as: z.literal('accountant'),
    do: z.literal('edit'),
    ...one,
    set: z.record(z.string(), json),
  }),
  z.strictObject({ as: z.literal('accountant'), do: z.literal('makeInactive'), ...one }),
  z.strictObject({ as: z.literal('accountant'), do: z.literal('makeActive'), ...one }),
  z.strictObject({ as: z.literal('accountant'), do: z.literal('delete'), ...one }),
  z.strictObject({ as: z.literal('accountant'), do: z.literal('void'), ...one }),
  z.strictObject({
    as: z.literal('accountant'),
    do: z.literal('closeBooks'),
    realmId: z.string(),
    date: z.iso.date().nullable(),
  }),
  z.strictObject({
    as: z.literal('accountant'),
    do: z.literal('setPreferences'),
    realmId: z.string(),
    set: preferencesChange,
  }),
  z.strictObject({
    as: z.literal('accountant'),
    do: z.literal('merge'),
    realmId: z.string(),
    entity: z.literal('Customer'),
    /** The customer that stays. */
    id: z.string(),
    deletedId: z.string(),
  }),
  z.strictObject({
    as: z.literal('accountant'),
    do: z.literal('newTaxRate'),
    realmId: z.string(),
    name: z.string(),
    percent: z.number().min(0).max(100),
  }),
]);

type Deed = z.output<typeof deed>;

/** An accountant's change in the books: `POST /_sandbox/act`. It bumps SyncToken like a person. */
export function act(
  realms: Map<string, Realm>,
  body: unknown,
  place: Omit<Place, 'realm'>,
): object {
  const wish = checked(deed, body);
  const realm = realms.get(wish.realmId);
  if (realm === undefined) throw new ControlError(`no company ${wish.realmId}`);
  try {
    return carriedOut({ ...place, realm }, wish);
  } catch (error) {
    if (error instanceof QboFault) throw new ControlError(error.error.Detail);
    throw error;
  }
}

function carriedOut(place: Place, wish: Deed): object {
  const { realm } = place;
  switch (wish.do) {
    case 'edit':
      return changed(place, wish.entity, wish.id, 'update', wish.set);
    case 'makeInactive':
      return changed(place, wish.entity, wish.id, 'update', { Active: false });
    case 'makeActive':
      return changed(place, wish.entity, wish.id, 'update', { Active: true });
    case 'delete':
      return changed(place, wish.entity, wish.id, 'delete', {});
    case 'void':
      return changed(place, wish.entity, wish.id, 'void', {});
    case 'closeBooks':
      realm.preferences.bookCloseDate = wish.date;
      return { preferences: realm.preferences };
    case 'setPreferences':
      Object.assign(realm.preferences, wish.set);
      return { preferences: realm.preferences };
    case 'merge':
      return mergeCustomers(place, wish.id, wish.deletedId);
    case 'newTaxRate': {
      const id = String(realm.tables.TaxCode.nextId);
      const rateId = String(realm.tables.TaxRate.nextId);
      const rate = { id: rateId, name: wish.name, percent: wish.percent, account: '' };
      addTaxCode(realm, { id, name: wish.name, rates: [rate] }, {}, place.nowMs);
      return { taxCodeId: id, taxRateId: rateId };
    }
  }
}

function changed(
  place: Place,
  entity: string,
  id: string,
  operation: 'update' | 'delete' | 'void',
  set: JsonObject,
): object {
  const { kind, row } = found(place.realm, entity, id);
  const sent = { ...set, Id: id, SyncToken: row.SyncToken, sparse: true };
  const options = { operation, hidden: new Set<string>(), isDuplicateNumberAllowed: true };
  return { [kind.name]: write(place, kind, sent, options) };
}

function found(realm: Realm, entity: string, id: string): { kind: EntityKind; row: Row } {
  const kind = kindOfName(entity);
  const row = kind === undefined ? undefined : realm.tables[kind.name].rows.get(id);
  if (kind === undefined || row === undefined) throw new ControlError(`no ${entity} ${id}`);
  return { kind, row };
}

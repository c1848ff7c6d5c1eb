import { parseDecimal } from '../../decimal';
import { type JsonObject, textIn } from '../../json';
import { commit } from '../commit';
import { checkedDate, today } from '../documents/dates';
import { faults } from '../fault';
import { type EntityKind } from '../kind';
import { type Place } from '../place';
import { type Realm, type Row } from '../realm';
import { created, replaced } from '../rows';

/** Rates to the home currency by day. They are set by currency and day, not by id. */
export const exchangeRate: EntityKind = {
  name: 'ExchangeRate',
  isNameList: false,
  writable: [],
  lengths: {},
  queryable: { SourceCurrencyCode: 'text', AsOfDate: 'date', Rate: 'number' },
  present: (_realm, row) => withoutId(row),
};

function withoutId({ Id: _, ...row }: Row): JsonObject {
  return row;
}

/** `POST /exchangerate`: sets the rate of a currency for a day. */
export function setExchangeRate(place: Place, sent: JsonObject): JsonObject {
  const { realm, nowMs } = place;
  checkMultiCurrency(realm);
  const code = textIn(sent, 'SourceCurrencyCode');
  if (code === undefined) throw faults.missing('SourceCurrencyCode');
  const rate = parseDecimal(sent['Rate']);
  if (rate === undefined || rate.units <= 0n) throw faults.invalidNumber('Rate');
  const date = checkedDate(textIn(sent, 'AsOfDate') ?? today(realm, nowMs), 'AsOfDate');
  const fields = {
    SourceCurrencyCode: code,
    TargetCurrencyCode: realm.currency,
    Rate: Number(sent['Rate']),
    AsOfDate: date,
  };
  const known = ratesOf(realm, code).find((row) => row['AsOfDate'] === date);
  if (known !== undefined && sent['SyncToken'] !== known.SyncToken) throw faults.stale();
  const id = String(realm.tables.ExchangeRate.nextId);
  const row = known === undefined ? created(fields, id, nowMs) : replaced(known, fields, nowMs);
  const operation = known === undefined ? 'Create' : 'Update';
  return withoutId(commit(place, exchangeRate, row, { fields }, operation));
}

/** `GET /exchangerate?sourcecurrencycode=EUR&asofdate=`: the newest rate up to the day. */
export function readExchangeRate(realm: Realm, query: URLSearchParams, nowMs: number): JsonObject {
  checkMultiCurrency(realm);
  const code = query.get('sourcecurrencycode');
  if (code === null) throw faults.missing('sourcecurrencycode');
  const date = checkedDate(query.get('asofdate') ?? today(realm, nowMs), 'asofdate');
  const dateOf = (row: Row): string => textIn(row, 'AsOfDate') ?? '';
  const known = ratesOf(realm, code).filter((row) => dateOf(row) <= date);
  known.sort((a, b) => (dateOf(a) < dateOf(b) ? 1 : -1));
  const [newest] = known;
  if (newest === undefined) throw faults.notFound();
  return withoutId(newest);
}

function ratesOf(realm: Realm, code: string): Row[] {
  const { rows, indexes } = realm.tables.ExchangeRate;
  const ids = indexes.get('SourceCurrencyCode')?.get(code) ?? [];
  return [...ids].map((id) => rows.get(id)).filter((row) => row !== undefined);
}

function checkMultiCurrency(realm: Realm): void {
  if (!realm.preferences.multiCurrency) throw faults.notInPlan('Multicurrency');
}

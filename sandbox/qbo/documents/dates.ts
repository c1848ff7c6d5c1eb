import { textIn } from '../../json';
import { faults } from '../fault';
import { type WriteContext } from '../kind';
import { type Realm, type Row } from '../realm';
import { type QboSettings } from '../settings';

/** A plain date, or the fault that says so. */
export function checkedDate(date: string, field: string): string {
  const parsedMs = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(date) : NaN;
  const isDay = !Number.isNaN(parsedMs) && new Date(parsedMs).toISOString().startsWith(date);
  if (!isDay) throw faults.invalidDate(field);
  return date;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Today in the company's zone. */
export function today(realm: Realm, nowMs: number): string {
  let format = formats.get(realm.zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('sv-SE', { timeZone: realm.zone });
    formats.set(realm.zone, format); // making one costs as much as a whole document
  }
  return format.format(nowMs);
}

/** Missing: today where the server is. The API asks for plain dates. */
function documentDate({ wanted, realm, nowMs }: WriteContext): string {
  const date = textIn(wanted, 'TxnDate');
  return date === undefined ? today(realm, nowMs) : checkedDate(date, 'TxnDate');
}

/**
 * The date of the document, which must lie in an open period, as the old one must
 * (quickbooks.md#preferences).
 */
export function openDate(context: WriteContext): string {
  const date = documentDate(context);
  checkPeriodOf(context.realm, context.settings, context.existing, date);
  return date;
}

/**
 * A closed period lets nothing in, out or change, unless it is closed softly
 * (quickbooks.md#not-confirmed).
 */
export function checkPeriodOf(
  realm: Realm,
  settings: QboSettings,
  existing: Row | undefined,
  date: string | undefined,
): void {
  const { bookCloseDate } = realm.preferences;
  if (bookCloseDate === null || settings['qbo.closedSoft']) return;
  const before = existing === undefined ? undefined : textIn(existing, 'TxnDate');
  for (const day of [date, before]) {
    if (day !== undefined && day <= bookCloseDate) throw faults.closed(settings['qbo.closedCode']);
  }
}

/** So many days later. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * 24 * 3_600_000).toISOString().slice(0, 10);
}

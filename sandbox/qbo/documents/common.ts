import { minorToNumber, multiply, parseDecimal, sum, toMinor, type Decimal } from '../../decimal';
import { isObject, type Json, type JsonObject, lengthOf, listIn, textIn } from '../../json';
import { currencyName } from '../currencies';
import { faults } from '../fault';
import { type FieldType, type WriteContext } from '../kind';
import { depositOf } from '../links';
import { documentKey, type Posting, type Realm, type Row } from '../realm';
import { referenced, referenceId } from '../reference';
import { isNumberTaken } from '../tables';

/** Fields every document has. */
export const documentFields = [
  'TxnDate',
  'DocNumber',
  'PrivateNote',
  'CurrencyRef',
  'ExchangeRate',
  'DepartmentRef',
  'Line',
] as const;

export const documentQueryable: Record<string, FieldType> = {
  DocNumber: 'text',
  TxnDate: 'date',
  TotalAmt: 'number',
};

export const documentLengths = { DocNumber: 21, PrivateNote: 4000 };

/** An amount in minor units; anything that is no number is refused. */
export function amountOf(value: Json | undefined, field: string): bigint {
  if (value === undefined || value === null) throw faults.missing(field);
  const decimal = parseDecimal(value);
  if (decimal === undefined) throw faults.invalidNumber(field);
  return toMinor(decimal);
}

/** The lines of the request, with limits that hold for all. */
export function wantedLines(wanted: JsonObject): JsonObject[] {
  const lines = listIn(wanted, 'Line').filter(isObject);
  for (const line of lines) {
    const length = lengthOf(textIn(line, 'Description') ?? '');
    if (length > 4000) throw faults.tooLong('Line.Description', 4000, length);
  }
  return lines;
}

/**
 * Custom numbers are kept and may be refused as duplicates; else QuickBooks numbers
 * (quickbooks.md#numbers).
 */
export function documentNumber(context: WriteContext): string | undefined {
  const { realm, settings, type, existing, wanted } = context;
  const sent = textIn(wanted, 'DocNumber');
  if (sent === undefined) {
    if (realm.preferences.customTxnNumbers) return undefined;
    const before = existing === undefined ? undefined : textIn(existing, 'DocNumber');
    if (before !== undefined) return before;
    realm.nextDocNumber += 1;
    return String(realm.nextDocNumber);
  }
  const isChecked = settings['qbo.dupDocNumber'] && !context.isDuplicateNumberAllowed;
  if (isChecked && isNumberTaken(realm, type, sent, existing?.Id)) {
    throw faults.duplicateNumber(settings['qbo.dupCode']);
  }
  return sent;
}

/** A document that lies in a deposit stays as it is (6540). */
export function checkNotDeposited({ realm, type, existing }: WriteContext): void {
  if (existing === undefined) return;
  if (depositOf(realm, documentKey(type, existing.Id)) !== undefined) throw faults.deposited();
}

/** The currency of a document with its rate to the home currency. */
export interface Currency {
  code: string;
  isHome: boolean;
  rate: Decimal;
}

const one: Decimal = { units: 1n, scale: 0 };

/**
 * Fixed by the request; a foreign one needs multicurrency and a rate (quickbooks.md#sales-forms).
 */
export function documentCurrency(context: WriteContext, date: string): Currency {
  const { wanted, realm } = context;
  const code = referenceId(wanted['CurrencyRef']) ?? realm.currency;
  if (code === realm.currency) return { code, isHome: true, rate: one };
  if (!realm.preferences.multiCurrency) {
    throw faults.business('multicurrency is not switched on in this company');
  }
  const sent = wanted['ExchangeRate'];
  const rate = parseDecimal(sent ?? latestRate(realm, code, date));
  if (rate === undefined || rate.units <= 0n) throw faults.missing('ExchangeRate');
  return { code, isHome: false, rate };
}

function latestRate(realm: Realm, code: string, date: string): Json | undefined {
  const { rows, indexes } = realm.tables.ExchangeRate;
  const ids = indexes.get('SourceCurrencyCode')?.get(code) ?? [];
  const known = [...ids].map((id) => rows.get(id)).filter((row) => row !== undefined);
  const asOf = (row: Row): string => textIn(row, 'AsOfDate') ?? '';
  const usable = known.filter((row) => asOf(row) <= date);
  usable.sort((a, b) => (asOf(a) < asOf(b) ? 1 : -1));
  return usable[0]?.['Rate'];
}

/** An amount in the home currency. */
export function toHome(minor: bigint, { rate, isHome }: Currency): bigint {
  return isHome ? minor : toMinor(multiply({ units: minor, scale: 2 }, rate));
}

/** Postings in the home currency; what rounding leaves goes to the first. */
export function postingsInHome(postings: readonly Posting[], currency: Currency): Posting[] {
  if (currency.isHome) return [...postings];
  const home = postings.map((posting) => ({ ...posting, minor: toHome(posting.minor, currency) }));
  const rest = sum(home.map(({ minor }) => minor));
  return home.map((posting, index) =>
    index === 0 ? { ...posting, minor: posting.minor - rest } : posting,
  );
}

/** How the vendor shows the currency; the rate only where there is more than one currency. */
export function currencyFields(
  realm: Realm,
  currency: Currency,
  totalMinor: bigint | null,
): JsonObject {
  const ref = { value: currency.code, name: currencyName(currency.code) };
  if (!realm.preferences.multiCurrency) return { CurrencyRef: ref, ExchangeRate: undefined };
  const rate = Number(currency.rate.units) / 10 ** currency.rate.scale;
  const home = totalMinor === null ? undefined : minorToNumber(toHome(totalMinor, currency));
  return {
    CurrencyRef: ref,
    ExchangeRate: rate,
    ...(home === undefined ? {} : { HomeTotalAmt: home }),
  };
}

/** The account of a reference, of one of the wanted types. */
export function accountOf(
  context: WriteContext,
  ref: Json | undefined,
  types: readonly string[] | null,
  refusal: string,
): Row {
  const account = referenced(context, ref, 'Account');
  const type = textIn(account, 'AccountType') ?? '';
  if (types !== null && !types.includes(type)) throw faults.business(refusal);
  return account;
}

/** Line ids: those of lines that are known stay, new lines get the next (quickbooks.md#updates). */
export function numbered(lines: readonly JsonObject[], existing: Row | undefined): JsonObject[] {
  const known = new Set(
    listIn(existing ?? {}, 'Line')
      .filter(isObject)
      .map((line) => line['Id']),
  );
  const numbers = [...known].map(Number).filter((number) => !Number.isNaN(number));
  let last = Math.max(0, ...numbers);
  return lines.map((line, index) => {
    const isKept = line['Id'] !== undefined && known.delete(line['Id']);
    if (!isKept) last += 1;
    const id = isKept ? line['Id'] : String(last);
    return { ...line, Id: id, LineNum: index + 1 };
  });
}

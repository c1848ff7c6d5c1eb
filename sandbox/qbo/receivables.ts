import { parseDecimal, sum, toMinor } from '../decimal';
import { isObject, type JsonObject, listIn, objectIn, textIn } from '../json';
import { applied, partsOf } from './links';
import { documentKey, type Realm, type Row } from './realm';
import { referenceId } from './reference';
import { rowOf } from './tables';

// What a document puts on a customer's account, and what of it is still open. An invoice is a
// charge, a credit memo a credit; a journal entry is the one or the other by its line on
// receivables (quickbooks.md#payments).

/** Types that a payment may be applied to or take from. */
export const settledTypes = ['Invoice', 'CreditMemo', 'JournalEntry'] as const;
export type SettledType = (typeof settledTypes)[number];

/**
 * What a document adds to what its customer owes, in minor units of its currency; below 0 is a
 * credit.
 */
export interface OnAccount {
  customerId: string;
  minor: bigint;
}

/** The charge or credit of a document; undefined where it is none, or not of one customer alone. */
export function onAccountOf(
  realm: Realm,
  type: SettledType,
  row: JsonObject,
): OnAccount | undefined {
  if (type === 'JournalEntry') return entryOnAccount(realm, row);
  const customerId = referenceId(row['CustomerRef']);
  const minor = toMinor(parseDecimal(row['TotalAmt']) ?? { units: 0n, scale: 0 });
  if (customerId === undefined) return undefined;
  return { customerId, minor: type === 'CreditMemo' ? -minor : minor };
}

function entryOnAccount(realm: Realm, row: JsonObject): OnAccount | undefined {
  const lines = listIn(row, 'Line')
    .filter(isObject)
    .flatMap((line) => {
      const detail = objectIn(line, 'JournalEntryLineDetail') ?? {};
      const account = rowOf(realm, 'Account', referenceId(detail['AccountRef']) ?? '');
      if (textIn(account ?? {}, 'AccountType') !== 'Accounts Receivable') return [];
      const minor = toMinor(parseDecimal(line['Amount']) ?? { units: 0n, scale: 0 });
      const customerId = referenceId(objectIn(detail, 'Entity')?.['EntityRef']) ?? '';
      return [{ customerId, minor: textIn(detail, 'PostingType') === 'Credit' ? -minor : minor }];
    });
  const [first] = lines;
  const isOfOne = lines.every(({ customerId }) => customerId === first?.customerId);
  if (first === undefined || !isOfOne) return undefined;
  return { customerId: first.customerId, minor: sum(lines.map(({ minor }) => minor)) };
}

/** The type of a document that a payment may link; undefined for any other. */
export function settledType(key: string): SettledType | undefined {
  const { type } = partsOf(key);
  return settledTypes.find((name) => name === type);
}

/** Whether a linked document is a credit: a payment takes from it what it gives to others. */
export function isCredit(realm: Realm, key: string): boolean {
  const type = settledType(key);
  const row = type === undefined ? undefined : rowOf(realm, type, partsOf(key).id);
  if (type === undefined || row === undefined) return false;
  return (onAccountOf(realm, type, row)?.minor ?? 0n) < 0n;
}

/** What a payment gives to charges, less what it takes from credits. */
export function netApplied(realm: Realm, links: ReadonlyMap<string, bigint>): bigint {
  return sum([...links].map(([key, minor]) => (isCredit(realm, key) ? -minor : minor)));
}

/** What is open of a document, without its sign. `except`: a payment whose links do not count. */
export function openOf(realm: Realm, key: string, except?: string): bigint {
  const type = settledType(key);
  const row = type === undefined ? undefined : rowOf(realm, type, partsOf(key).id);
  if (type === undefined || row === undefined) return 0n;
  const minor = onAccountOf(realm, type, row)?.minor ?? 0n;
  return (minor < 0n ? -minor : minor) - applied(realm, key, except);
}

/** A charge (above 0) or a credit that is open, of one customer. */
export interface OpenItem {
  type: SettledType | 'Payment';
  row: Row;
  customerId: string;
  totalMinor: bigint;
  openMinor: bigint;
}

/** All that is open on receivables, as `GET /reports/CustomerBalanceDetail` shows it. */
export function openItems(realm: Realm): OpenItem[] {
  const items = settledTypes.flatMap((type) =>
    [...realm.tables[type].rows.values()].flatMap((row): OpenItem[] => {
      const found = onAccountOf(realm, type, row);
      if (found === undefined) return [];
      const { customerId, minor: totalMinor } = found;
      const open = openOf(realm, documentKey(type, row.Id));
      return [{ type, row, customerId, totalMinor, openMinor: totalMinor < 0n ? -open : open }];
    }),
  );
  const payments = [...realm.tables.Payment.rows.values()].map((row): OpenItem => {
    const totalMinor = -toMinor(parseDecimal(row['TotalAmt']) ?? { units: 0n, scale: 0 });
    const links = realm.links.from.get(documentKey('Payment', row.Id)) ?? new Map<string, bigint>();
    const customerId = referenceId(row['CustomerRef']) ?? '';
    return {
      type: 'Payment',
      row,
      customerId,
      totalMinor,
      openMinor: totalMinor + netApplied(realm, links),
    };
  });
  return [...items, ...payments].filter(({ openMinor }) => openMinor !== 0n);
}

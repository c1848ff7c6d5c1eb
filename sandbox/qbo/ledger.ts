import { formatMinor, parseDecimal, sum, toMinor } from '../decimal';
import { type JsonObject, textIn } from '../json';
import { frozen } from '../server/state-copy';
import { referenceId } from './checks';
import { type EntityName, type Posting, type Realm, type Row } from './realm';

/** Writes a document into the books; a document whose sides differ is a bug of the sandbox. */
export function post(realm: Realm, document: string, postings: Posting[]): void {
  if (sum(postings.map(({ minor }) => minor)) !== 0n) {
    throw new Error(`Bug: ${document} does not balance`);
  }
  unpost(realm, document);
  realm.postings.set(document, frozen(postings));
  for (const { accountId, minor } of postings) {
    realm.balances.set(accountId, (realm.balances.get(accountId) ?? 0n) + minor);
  }
}

export function unpost(realm: Realm, document: string): void {
  for (const { accountId, minor } of realm.postings.get(document) ?? []) {
    realm.balances.set(accountId, (realm.balances.get(accountId) ?? 0n) - minor);
  }
  realm.postings.delete(document);
}

/** Types of documents that stand in the books. */
const documentTypes: EntityName[] = ['SalesReceipt', 'RefundReceipt'];

/** `GET /_sandbox/ledger` for one company: money as texts with two decimals. */
export function ledgerOf(realm: Realm): object {
  const names = (id: string): string =>
    textIn(realm.tables.Account.rows.get(id) ?? {}, 'Name') ?? '';
  const used = [...realm.balances].sort(([a], [b]) => Number(a) - Number(b));
  const trialBalance = used.map(([accountId, minor]) => ({
    accountId,
    name: names(accountId),
    debit: formatMinor(minor > 0n ? minor : 0n),
    credit: formatMinor(minor < 0n ? -minor : 0n),
  }));
  return {
    currency: realm.currency,
    trialBalance,
    documents: documentTypes.flatMap((type) =>
      [...realm.tables[type].rows.values()].map((row) => documentOf(type, row)),
    ),
    totalsByAccount: Object.fromEntries(
      used.map(([accountId, minor]) => [names(accountId), formatMinor(minor)]),
    ),
    isBalanced: sum(realm.balances.values()) === 0n,
  };
}

function documentOf(type: EntityName, row: Row): object {
  const total = parseDecimal(row['TotalAmt']) ?? { units: 0n, scale: 0 };
  const tax = parseDecimal(taxOf(row)) ?? { units: 0n, scale: 0 };
  return {
    type,
    id: row.Id,
    docNumber: row['DocNumber'] ?? null,
    txnDate: row['TxnDate'] ?? null,
    total: formatMinor(toMinor(total)),
    tax: formatMinor(toMinor(tax)),
    customerId: referenceId(row['CustomerRef']) ?? null,
    paymentMethodId: referenceId(row['PaymentMethodRef']) ?? null,
    depositAccountId: referenceId(row['DepositToAccountRef']) ?? null,
    privateNote: row['PrivateNote'] ?? null,
    lines: Array.isArray(row['Line']) ? row['Line'].length - 1 : 0, // without the sub-total
  };
}

function taxOf(row: JsonObject): unknown {
  const detail = row['TxnTaxDetail'];
  return typeof detail === 'object' && detail !== null && !Array.isArray(detail)
    ? detail['TotalTax']
    : undefined;
}

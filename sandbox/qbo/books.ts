import { formatMinor, parseDecimal, sum, toMinor } from '../decimal';
import { type Json, objectIn } from '../json';
import { type DocumentName, documentNames, type Realm, type Row } from './realm';
import { referenceId } from './reference';
import { countedLines } from './sales/form';
import { quantityToNumber, stockValue } from './stock';
import { nameOf } from './tables';

/** `GET /_sandbox/ledger` for one company: money as texts with two decimals. */
export function ledgerOf(realm: Realm): object {
  const used = [...realm.balances].sort(([a], [b]) => Number(a) - Number(b));
  const trialBalance = used.map(([accountId, minor]) => ({
    accountId,
    name: nameOf(realm, 'Account', accountId),
    debit: formatMinor(minor > 0n ? minor : 0n),
    credit: formatMinor(minor < 0n ? -minor : 0n),
  }));
  return {
    currency: realm.currency,
    trialBalance,
    documents: documentNames.flatMap((type) =>
      [...realm.tables[type].rows.values()].map((row) => documentOf(type, row)),
    ),
    totalsByAccount: Object.fromEntries(
      used.map(([accountId, minor]) => [nameOf(realm, 'Account', accountId), formatMinor(minor)]),
    ),
    stock: [...realm.stocks].map(([itemId, { quantity }]) => ({
      itemId,
      name: nameOf(realm, 'Item', itemId),
      quantity: quantityToNumber(quantity),
      value: formatMinor(stockValue(realm, itemId)),
    })),
    isBalanced: sum(realm.balances.values()) === 0n,
  };
}

function documentOf(type: DocumentName, row: Row): object {
  return {
    type,
    id: row.Id,
    docNumber: row['DocNumber'] ?? null,
    txnDate: row['TxnDate'] ?? null,
    total: money(row['TotalAmt'] ?? row['Amount']),
    tax: money(objectIn(row, 'TxnTaxDetail')?.['TotalTax']),
    customerId: referenceId(row['CustomerRef']) ?? null,
    paymentMethodId: referenceId(row['PaymentMethodRef']) ?? null,
    depositAccountId: referenceId(row['DepositToAccountRef']) ?? null,
    privateNote: row['PrivateNote'] ?? null,
    lines: countedLines(row),
  };
}

function money(value: Json | undefined): string {
  return formatMinor(toMinor(parseDecimal(value) ?? { units: 0n, scale: 0 }));
}

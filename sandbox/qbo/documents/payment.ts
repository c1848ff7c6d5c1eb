import { minorToNumber, parseDecimal, sum, type Decimal } from '../../decimal';
import { isObject, type JsonObject, listIn, plainText, textIn } from '../../json';
import { faults } from '../fault';
import { type Built, type EntityKind, type WriteContext } from '../kind';
import { partsOf } from '../links';
import { documentKey, type Posting, type Realm } from '../realm';
import {
  isCredit,
  netApplied,
  onAccountOf,
  openOf,
  settledType,
  settledTypes,
  type SettledType,
} from '../receivables';
import { referenceTo, shownReference } from '../reference';
import { rowOf } from '../tables';
import {
  accountOf,
  amountOf,
  checkNotDeposited,
  type Currency,
  currencyFields,
  documentCurrency,
  documentLengths,
  toHome,
  wantedLines,
} from './common';
import { openDate } from './dates';

/** Money of a customer, applied to charges and taken from credits (quickbooks.md#payments). */
export const payment: EntityKind = {
  name: 'Payment',
  isNameList: false,
  writable: [
    'TxnDate',
    'PrivateNote',
    'CurrencyRef',
    'ExchangeRate',
    'CustomerRef',
    'TotalAmt',
    'Line',
    'DepositToAccountRef',
    'PaymentMethodRef',
    'PaymentRefNum',
  ],
  lengths: { PrivateNote: documentLengths.PrivateNote, PaymentRefNum: 21 },
  // No DocNumber: the schema's Payment has none to filter by (quickbooks.md#numbers).
  queryable: {
    TxnDate: 'date',
    TotalAmt: 'number',
    CustomerRef: 'ref',
    PaymentRefNum: 'text',
    UnappliedAmt: 'number',
    DepositToAccountRef: 'ref',
  },
  build: buildPayment,
  voided: (existing) => ({
    Line: [],
    TotalAmt: 0,
    HomeTotalAmt: existing['HomeTotalAmt'] === undefined ? undefined : 0,
    UnappliedAmt: 0,
  }),
};

function buildPayment(context: WriteContext): Built {
  const { wanted, realm } = context;
  if (wanted['CustomerRef'] === undefined) throw faults.missing('CustomerRef');
  checkNotDeposited(context);
  const date = openDate(context);
  const currency = documentCurrency(context, date);
  const totalMinor = amountOf(wanted['TotalAmt'], 'TotalAmt');
  if (totalMinor < 0n) throw faults.business('Transaction amount must be 0 or greater');
  const ref = wanted['DepositToAccountRef'];
  const accountId =
    ref === undefined || ref === null
      ? realm.systemAccounts.undeposited
      : accountOf(
          context,
          ref,
          ['Bank', 'Other Current Asset'],
          'Select a bank or other current asset account to deposit to.',
        ).Id;
  const links = linksOf(context);
  const netMinor = netApplied(realm, links);
  const unappliedMinor = totalMinor - netMinor;
  if (unappliedMinor < 0n) {
    throw faults.business('You cannot apply more than the amount of the payment');
  }
  if (netMinor < 0n) {
    throw faults.business('The credits you apply cannot be more than what they are applied to');
  }
  const customer = shownReference(context, 'CustomerRef', 'Customer');
  const party = `Customer:${customer?.value ?? ''}`;
  return {
    date,
    links,
    postings: postingsOf(
      context.realm,
      { accountId, party, totalMinor, unappliedMinor },
      links,
      currency,
    ),
    fields: {
      ...wanted,
      TxnDate: date,
      CustomerRef: customer,
      PaymentMethodRef: shownReference(context, 'PaymentMethodRef', 'PaymentMethod'),
      DepositToAccountRef: referenceTo(realm, 'Account', accountId),
      ...currencyFields(realm, currency, null),
      Line: shownLines(realm, links),
      TotalAmt: minorToNumber(totalMinor),
      UnappliedAmt: minorToNumber(unappliedMinor),
      ProcessPayment: false,
    },
  };
}

/** The amounts by document; each must be open, of this customer and big enough. */
function linksOf(context: WriteContext): Map<string, bigint> {
  const links = new Map<string, bigint>();
  for (const line of wantedLines(context.wanted)) {
    const [linked] = listIn(line, 'LinkedTxn').filter(isObject);
    if (linked === undefined) throw faults.missing('Line.LinkedTxn');
    const sent = textIn(linked, 'TxnType') ?? '';
    const type = settledTypes.find((name) => name === sent);
    if (type === undefined) throw faults.invalidEnum(sent, 'Line.LinkedTxn.TxnType');
    const key = checkedTarget(context, type, plainText(linked['TxnId']));
    const minor = amountOf(line['Amount'], 'Line.Amount');
    links.set(key, (links.get(key) ?? 0n) + minor);
  }
  for (const [key, minor] of links) checkOpen(context, key, minor);
  return links;
}

function checkedTarget(context: WriteContext, type: SettledType, id: string): string {
  const { realm, hidden } = context;
  const key = documentKey(type, id);
  const row = rowOf(realm, type, id);
  if (row === undefined || hidden.has(key)) throw faults.unlinkable(id);
  const own = shownReference(context, 'CustomerRef', 'Customer')?.value;
  if (own === undefined || onAccountOf(realm, type, row)?.customerId !== own) {
    throw faults.unlinkable(id);
  }
  return key;
}

function checkOpen({ realm, existing }: WriteContext, key: string, minor: bigint): void {
  const own = existing === undefined ? undefined : documentKey('Payment', existing.Id);
  if (minor < 0n || minor > openOf(realm, key, own)) {
    throw faults.business('You cannot apply more than the open balance of the transaction');
  }
}

interface Money {
  accountId: string;
  party: string;
  totalMinor: bigint;
  unappliedMinor: bigint;
}

/** What the customer owes goes down at the invoices' own rates; the rest is a gain or a loss. */
function postingsOf(
  realm: Realm,
  { accountId, party, totalMinor, unappliedMinor }: Money,
  links: ReadonlyMap<string, bigint>,
  currency: Currency,
): Posting[] {
  const { receivable, exchangeGain } = realm.systemAccounts;
  const cash = toHome(totalMinor, currency);
  const settledMinors = [...links].map(([key, minor]) => {
    const home = toHome(minor, { ...currency, rate: rateOf(realm, key, currency) });
    return isCredit(realm, key) ? -home : home;
  });
  const owed = sum(settledMinors) + toHome(unappliedMinor, currency);
  return [
    { accountId, minor: cash },
    { accountId: receivable, minor: -owed, party },
    { accountId: exchangeGain, minor: owed - cash },
  ];
}

function rateOf(realm: Realm, key: string, currency: Currency): Decimal {
  const row = rowOf(realm, settledType(key) ?? 'Invoice', partsOf(key).id);
  return parseDecimal(row?.['ExchangeRate']) ?? currency.rate;
}

/** Lines as the recordings show them: what is linked, with its number and open balance before. */
function shownLines(realm: Realm, links: ReadonlyMap<string, bigint>): JsonObject[] {
  return [...links].map(([key, minor]) => {
    const { type, id } = partsOf(key);
    const row = rowOf(realm, settledType(key) ?? 'Invoice', id);
    const number = textIn(row ?? {}, 'DocNumber');
    const open = openOf(realm, key);
    const facts = [
      { Name: 'txnId', Value: id },
      { Name: 'txnOpenBalance', Value: minorToNumber(open).toFixed(2) },
      ...(number === undefined ? [] : [{ Name: 'txnReferenceNumber', Value: number }]),
    ];
    return {
      Amount: minorToNumber(minor),
      LinkedTxn: [{ TxnId: id, TxnType: type }],
      LineEx: {
        any: facts.map((value) => ({
          name: '{http://schema.intuit.com/finance/v3}NameValue',
          declaredType: 'com.intuit.schema.finance.v3.NameValue',
          scope: 'javax.xml.bind.JAXBElement$GlobalScope',
          value,
          nil: false,
          globalScope: true,
          typeSubstituted: false,
        })),
      },
    };
  });
}

import { minorToNumber, sum } from '../../decimal';
import { isObject, type JsonObject, listIn, textIn } from '../../json';
import { withAddressIds } from '../addresses';
import {
  accountOf,
  checkNotDeposited,
  type Currency,
  currencyFields,
  documentCurrency,
  documentFields,
  documentLengths,
  documentNumber,
  documentQueryable,
  numbered,
  postingsInHome,
  toHome,
} from '../documents/common';
import { addDays, checkedDate, openDate } from '../documents/dates';
import { faults } from '../fault';
import { type Built, type EntityKind, type WriteContext } from '../kind';
import { applied, settled } from '../links';
import { documentKey, type Posting, type Row } from '../realm';
import { referenceTo, shownReference } from '../reference';
import { withZeroAmounts } from '../rows';
import { rowOf } from '../tables';
import { keptClass } from './classes';
import { type SalesLine, salesLines, subtotal } from './lines';
import { stockMovements } from './goods';
import { documentTax } from './tax';

type FormName = 'SalesReceipt' | 'RefundReceipt' | 'Invoice' | 'CreditMemo';

/** Fields of sales forms that a client may write (quickbooks.md#sales-forms). */
const formFields = [
  ...documentFields,
  'CustomerRef',
  'CustomerMemo',
  'PaymentMethodRef',
  'PaymentRefNum',
  'DepositToAccountRef',
  'ClassRef',
  'BillEmail',
  'BillEmailCc',
  'BillEmailBcc',
  'BillAddr',
  'ShipAddr',
  'ShipFromAddr',
  'ShipMethodRef',
  'ShipDate',
  'TrackingNum',
  'TxnTaxDetail',
  'GlobalTaxCalculation',
  'ApplyTaxAfterDiscount',
  'ShippingTaxIncludedInTotalTax',
  'PrintStatus',
  'EmailStatus',
  'CustomField',
];

const receivableFields = [
  'DueDate',
  'SalesTermRef',
  'InvoiceRef',
  'AllowIPNPayment',
  'AllowOnlinePayment',
  'AllowOnlineCreditCardPayment',
  'AllowOnlineACHPayment',
];

/** What the four sales forms differ in. */
interface Form {
  /** 1 for a sale, -1 for its return. */
  sign: 1n | -1n;
  /** Money at once, or owed by the customer. */
  isOnAccount: boolean;
}

const forms: Record<FormName, Form> = {
  SalesReceipt: { sign: 1n, isOnAccount: false },
  RefundReceipt: { sign: -1n, isOnAccount: false },
  Invoice: { sign: 1n, isOnAccount: true },
  CreditMemo: { sign: -1n, isOnAccount: true },
};

/** SalesReceipt, RefundReceipt, Invoice and CreditMemo. */
export function salesForm(name: FormName): EntityKind {
  const form = forms[name];
  return {
    name,
    isNameList: false,
    writable: form.isOnAccount ? [...formFields, ...receivableFields] : formFields,
    lengths: {
      ...documentLengths,
      'CustomerMemo.value': 1000,
      'BillEmail.Address': 100,
      PaymentRefNum: name === 'RefundReceipt' ? 100 : 21,
    },
    queryable: {
      ...documentQueryable,
      Balance: 'number',
      CustomerRef: 'ref',
      DepositToAccountRef: 'ref',
      PaymentRefNum: 'text',
      DueDate: 'date',
    },
    build: (context) => buildForm(context, form),
    voided: (existing) => ({
      Line: withZeroAmounts(existing['Line']),
      TxnTaxDetail: existing['TxnTaxDetail'] === undefined ? undefined : { TotalTax: 0 },
      TotalAmt: 0,
      HomeTotalAmt: existing['HomeTotalAmt'] === undefined ? undefined : 0,
      Balance: 0,
      ...(name === 'CreditMemo' ? { RemainingCredit: 0 } : {}),
    }),
  };
}

function buildForm(context: WriteContext, form: Form): Built {
  const { wanted, settings, realm } = context;
  if (wanted['CustomerRef'] === undefined && settings['qbo.customerRequired']) {
    throw faults.customerMissing();
  }
  checkNotDeposited(context);
  const date = openDate(context);
  const moneyAccountId = form.isOnAccount
    ? realm.systemAccounts.receivable
    : depositAccount(context);
  const currency = documentCurrency(context, date);
  const lines = salesLines(context, currency.code);
  const tax = documentTax(context, lines);
  const netMinor = subtotal(lines) + sum(tax.netChange.values());
  const totalMinor = netMinor + tax.totalMinor;
  if (totalMinor < 0n) throw faults.business('Transaction amount must be 0 or greater');
  const customer = shownReference(context, 'CustomerRef', 'Customer');
  const party =
    form.isOnAccount && customer !== undefined ? `Customer:${customer.value}` : undefined;
  const money: Posting = {
    accountId: moneyAccountId,
    minor: totalMinor,
    ...(party === undefined ? {} : { party }),
  };
  const postings = booked(money, lines, tax.netChange, tax.postings, form.sign);
  const movements = stockMovements(context, lines, form.sign, date);
  const docNumber = documentNumber(context);
  return {
    date,
    movements,
    postings: postingsInHome(postings, currency),
    fields: {
      ...wanted,
      DocNumber: docNumber,
      TxnDate: date,
      CustomerRef: customer,
      PaymentMethodRef: shownReference(context, 'PaymentMethodRef', 'PaymentMethod'),
      DepartmentRef: shownReference(context, 'DepartmentRef', 'Department'),
      ClassRef: keptClass(context, wanted['ClassRef'], 'document'),
      ...withAddressIds(realm, wanted, context.existing),
      ...currencyFields(realm, currency, totalMinor),
      Line: shownLines(lines, context.existing),
      TxnTaxDetail: tax.detail,
      TotalAmt: minorToNumber(totalMinor), // never the request's (quickbooks.md#amounts)
      PrintStatus: textIn(wanted, 'PrintStatus') ?? 'NotSet',
      EmailStatus:
        textIn(wanted, 'EmailStatus') ?? (context.type === 'RefundReceipt' ? undefined : 'NotSet'),
      ...taxModeFields(context),
      ...(form.isOnAccount
        ? onAccountFields(context, date, totalMinor, currency)
        : { DepositToAccountRef: referenceTo(realm, 'Account', moneyAccountId), Balance: 0 }),
    },
  };
}

function taxModeFields({ realm, wanted }: WriteContext): JsonObject {
  return realm.country === 'US'
    ? {
        ApplyTaxAfterDiscount: wanted['ApplyTaxAfterDiscount'] === true,
        GlobalTaxCalculation: undefined,
      }
    : { GlobalTaxCalculation: textIn(wanted, 'GlobalTaxCalculation') ?? 'TaxExcluded' };
}

/** What an invoice or a credit memo shows beside the sale itself. */
function onAccountFields(
  context: WriteContext,
  date: string,
  totalMinor: bigint,
  currency: Currency,
): JsonObject {
  const { realm, type, existing, wanted } = context;
  const total = minorToNumber(totalMinor);
  const key = documentKey(type, existing?.Id ?? '');
  if (existing !== undefined && applied(realm, key) > totalMinor) {
    throw faults.business('The total is below what has been applied to the transaction');
  }
  const balances = settled(realm, key, total);
  const isForeign = realm.preferences.multiCurrency;
  const open = totalMinor - (existing === undefined ? 0n : applied(realm, key));
  const common = {
    ...balances,
    ...(isForeign ? { HomeBalance: minorToNumber(toHome(open, currency)) } : {}),
    SalesTermRef: shownReference(context, 'SalesTermRef', 'Term'),
  };
  if (type === 'CreditMemo') return { ...common, InvoiceRef: wanted['InvoiceRef'] };
  const flag = (name: string): boolean => wanted[name] === true;
  return {
    ...common,
    DueDate: dueDate(context, date),
    Deposit: 0,
    AllowIPNPayment: flag('AllowIPNPayment'),
    AllowOnlinePayment: flag('AllowOnlinePayment'),
    AllowOnlineCreditCardPayment: flag('AllowOnlineCreditCardPayment'),
    AllowOnlineACHPayment: flag('AllowOnlineACHPayment'),
  };
}

/** As sent, by the term, or 30 days (invoice_with_discount_line_item_response.xml). */
function dueDate(context: WriteContext, date: string): string {
  const sent = textIn(context.wanted, 'DueDate');
  if (sent !== undefined) return checkedDate(sent, 'DueDate');
  const term = shownReference(context, 'SalesTermRef', 'Term');
  const row = term === undefined ? undefined : rowOf(context.realm, 'Term', term.value);
  const days = row?.['DueDays'];
  return addDays(date, typeof days === 'number' ? days : 30);
}

/** Both sides: money in, income and tax out; a return is the mirror. */
function booked(
  money: Posting,
  lines: SalesLine[],
  netChange: Map<SalesLine, bigint>,
  taxCredits: Posting[],
  sign: 1n | -1n,
): Posting[] {
  const sale: Posting[] = [
    money,
    ...lines.map((line) => ({
      accountId: line.accountId,
      minor: (line.kind === 'discount' ? line.minor : -line.minor) - (netChange.get(line) ?? 0n),
    })),
    ...taxCredits.map(({ accountId, minor }) => ({ accountId, minor: -minor })),
  ];
  return sale.map((posting) => ({ ...posting, minor: posting.minor * sign }));
}

/** Items, their sub-total, then what is taken off, as the recordings show them. */
function shownLines(lines: readonly SalesLine[], existing: Row | undefined): JsonObject[] {
  const items = lines.filter(({ kind }) => kind !== 'discount');
  const discounts = lines.filter(({ kind }) => kind === 'discount').map(({ wire }) => wire);
  const minor = sum(items.map((line) => line.minor));
  const subTotal = {
    Amount: minorToNumber(minor),
    DetailType: 'SubTotalLineDetail',
    SubTotalLineDetail: {},
  };
  const shown = numbered(
    items.map(({ wire }) => wire),
    existing,
  );
  return [...shown, subTotal, ...discounts];
}

/** The number of lines that count, without the sub-total. */
export function countedLines(row: JsonObject): number {
  const lines = listIn(row, 'Line').filter(isObject);
  return lines.filter((line) => textIn(line, 'DetailType') !== 'SubTotalLineDetail').length;
}

/**
 * A receipt without an account goes to Undeposited Funds; a refund must say where from
 * (quickbooks.md#sales-forms).
 */
function depositAccount(context: WriteContext): string {
  const ref = context.wanted['DepositToAccountRef'];
  if (ref === undefined || ref === null) {
    if (context.type === 'RefundReceipt') throw faults.missing('DepositToAccountRef');
    return context.realm.systemAccounts.undeposited;
  }
  const refusal = 'Select a bank or other current asset account to deposit to.';
  return accountOf(context, ref, ['Bank', 'Other Current Asset'], refusal).Id;
}

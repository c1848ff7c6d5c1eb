import { minorToNumber, sum } from '../../decimal';
import { type JsonObject, textIn } from '../../json';
import { referenced, shownReference } from '../checks';
import { faults } from '../fault';
import { type Built, type EntityKind, type FieldType, type WriteContext } from '../kind';
import { isNumberTaken, type Posting, type Row } from '../realm';
import { type SalesLine, salesLines, subtotal } from './lines';
import { documentTax } from './tax';

/** Fields of SalesReceipt and RefundReceipt that a client may write (section 14). */
const formFields = [
  'CustomerRef',
  'TxnDate',
  'DocNumber',
  'PrivateNote',
  'CustomerMemo',
  'PaymentMethodRef',
  'PaymentRefNum',
  'DepositToAccountRef',
  'DepartmentRef',
  'ClassRef',
  'CurrencyRef',
  'ExchangeRate',
  'BillEmail',
  'BillAddr',
  'ShipAddr',
  'ShipDate',
  'TrackingNum',
  'TxnTaxDetail',
  'GlobalTaxCalculation',
  'ApplyTaxAfterDiscount',
  'ShippingTaxIncludedInTotalTax',
  'Line',
];

const formQueryable: Record<string, FieldType> = {
  DocNumber: 'text',
  TxnDate: 'date',
  TotalAmt: 'number',
  Balance: 'number',
  CustomerRef: 'ref',
  DepositToAccountRef: 'ref',
  PaymentRefNum: 'text',
};

const formLengths = {
  DocNumber: 21,
  PrivateNote: 4000,
  'CustomerMemo.value': 1000,
  'BillEmail.Address': 100,
};

/** A sales form that moves money at once; `sign` is 1 for a sale and -1 for a refund. */
export function salesForm(name: 'SalesReceipt' | 'RefundReceipt', sign: 1n | -1n): EntityKind {
  return {
    name,
    isNameList: false,
    writable: formFields,
    lengths: { ...formLengths, PaymentRefNum: name === 'RefundReceipt' ? 100 : 21 },
    queryable: formQueryable,
    build: (context) => buildForm(context, sign),
  };
}

function buildForm(context: WriteContext, sign: 1n | -1n): Built {
  const { wanted, settings, realm, existing } = context;
  if (wanted['CustomerRef'] === undefined && settings['qbo.customerRequired']) {
    throw faults.customerMissing();
  }
  const date = documentDate(context);
  checkPeriod(context, existing, date);
  const depositAccountId = depositAccount(context);
  const lines = salesLines(context);
  const tax = documentTax(context, lines);
  const netMinor = subtotal(lines) + sum(tax.netChange.values());
  const totalMinor = netMinor + tax.totalMinor;
  if (totalMinor < 0n) throw faults.business('Transaction amount must be 0 or greater');
  const postings = booked(lines, tax.netChange, tax.postings, depositAccountId, totalMinor, sign);
  const deposit = realm.tables.Account.rows.get(depositAccountId);
  const docNumber = documentNumber(context);
  return {
    postings,
    fields: {
      ...wanted,
      DocNumber: docNumber ?? undefined,
      TxnDate: date,
      CustomerRef: shownReference(context, 'CustomerRef', 'Customer'),
      PaymentMethodRef: shownReference(context, 'PaymentMethodRef', 'PaymentMethod'),
      DepartmentRef: shownReference(context, 'DepartmentRef', 'Department'),
      ClassRef: shownReference(context, 'ClassRef', 'Class'),
      DepositToAccountRef: { value: depositAccountId, name: textIn(deposit ?? {}, 'Name') ?? '' },
      CurrencyRef: { value: realm.currency },
      Line: [...lines.map((line) => line.wire), subTotalLine(subtotal(lines))],
      TxnTaxDetail: tax.detail,
      TotalAmt: minorToNumber(totalMinor), // never the request's (Q12)
      Balance: 0,
      PrintStatus: 'NotSet',
      EmailStatus: 'NotSet',
    },
  };
}

/** Both sides: money in, income and tax out; a refund is the mirror. */
function booked(
  lines: SalesLine[],
  netChange: Map<SalesLine, bigint>,
  taxCredits: Posting[],
  depositAccountId: string,
  totalMinor: bigint,
  sign: 1n | -1n,
): Posting[] {
  const sale: Posting[] = [
    { accountId: depositAccountId, minor: totalMinor },
    ...lines.map((line) => ({
      accountId: line.accountId,
      minor: (line.kind === 'discount' ? line.minor : -line.minor) - (netChange.get(line) ?? 0n),
    })),
    ...taxCredits.map(({ accountId, minor }) => ({ accountId, minor: -minor })),
  ];
  return sale.map(({ accountId, minor }) => ({ accountId, minor: minor * sign }));
}

function subTotalLine(minor: bigint): JsonObject {
  return { Amount: minorToNumber(minor), DetailType: 'SubTotalLineDetail', SubTotalLineDetail: {} };
}

/** Missing: today where the server is. The API asks for plain dates. */
function documentDate({ wanted, realm, nowMs }: WriteContext): string {
  const date = textIn(wanted, 'TxnDate');
  if (date === undefined) {
    return new Intl.DateTimeFormat('sv-SE', { timeZone: realm.zone }).format(nowMs);
  }
  const parsedMs = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(date) : NaN;
  const isDay = !Number.isNaN(parsedMs) && new Date(parsedMs).toISOString().startsWith(date);
  if (!isDay) throw faults.invalidDate('TxnDate');
  return date;
}

/** A closed period lets nothing in, out or change (Q16). */
export function checkPeriod(
  { realm, settings }: WriteContext,
  existing: Row | undefined,
  date: string | undefined,
): void {
  const { bookCloseDate } = realm.preferences;
  if (bookCloseDate === null) return;
  const before = existing === undefined ? undefined : textIn(existing, 'TxnDate');
  for (const day of [date, before]) {
    if (day !== undefined && day <= bookCloseDate) throw faults.closed(settings['qbo.closedCode']);
  }
}

/** A receipt without an account goes to Undeposited Funds; a refund must say where from (Q14). */
function depositAccount(context: WriteContext): string {
  const ref = context.wanted['DepositToAccountRef'];
  if (ref === undefined || ref === null) {
    if (context.type === 'RefundReceipt') throw faults.missing('DepositToAccountRef');
    return context.realm.systemAccounts.undeposited;
  }
  const account = referenced(context, ref, 'Account');
  const type = textIn(account, 'AccountType') ?? '';
  if (type !== 'Bank' && type !== 'Other Current Asset') {
    throw faults.business('Select a bank or other current asset account to deposit to.');
  }
  return account.Id;
}

/** Custom numbers are kept and may be refused as duplicates; else QuickBooks numbers (Q11). */
function documentNumber(context: WriteContext): string | null {
  const { realm, settings, type, existing, wanted } = context;
  const sent = textIn(wanted, 'DocNumber');
  if (sent === undefined) {
    if (realm.preferences.customTxnNumbers) return null;
    realm.nextDocNumber += 1;
    return String(realm.nextDocNumber);
  }
  const isChecked = settings['qbo.dupDocNumber'] && !context.isDuplicateNumberAllowed;
  if (isChecked && isNumberTaken(realm, type, sent, existing?.Id)) {
    throw faults.duplicateNumber(settings['qbo.dupCode']);
  }
  return sent;
}

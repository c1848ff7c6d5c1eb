import { minorToNumber, multiply, parseDecimal, sum, toMinor } from '../../decimal';
import { type JsonObject, objectIn, plainText, textIn } from '../../json';
import { faults } from '../fault';
import { type Built, type EntityKind, type MovementDraft, type WriteContext } from '../kind';
import { type Posting, type Row } from '../realm';
import { referenced, referenceId, referenceTo, shownReference } from '../reference';
import { quantityOf } from '../stock';
import { rowOf } from '../tables';
import {
  accountOf,
  amountOf,
  currencyFields,
  documentCurrency,
  documentFields,
  documentLengths,
  documentNumber,
  documentQueryable,
  numbered,
  postingsInHome,
  toHome,
  wantedLines,
} from './common';
import { addDays, checkedDate, openDate } from './dates';

/** What a vendor is owed. */
export const bill: EntityKind = {
  name: 'Bill',
  isNameList: false,
  writable: [...documentFields, 'VendorRef', 'APAccountRef', 'SalesTermRef', 'DueDate'],
  lengths: documentLengths,
  queryable: { ...documentQueryable, VendorRef: 'ref', Balance: 'number', DueDate: 'date' },
  build: buildBill,
};

/** An expense that has been paid from an account. */
export const purchase: EntityKind = {
  name: 'Purchase',
  isNameList: false,
  writable: [
    ...documentFields,
    'AccountRef',
    'PaymentType',
    'EntityRef',
    'PaymentMethodRef',
    'Credit',
  ],
  lengths: documentLengths,
  queryable: { ...documentQueryable, AccountRef: 'ref', PaymentType: 'text' },
  build: buildPurchase,
};

function buildBill(context: WriteContext): Built {
  const { wanted, realm } = context;
  if (wanted['VendorRef'] === undefined) throw faults.missing('VendorRef');
  const vendor = shownReference(context, 'VendorRef', 'Vendor');
  const accountId = realm.systemAccounts.payable;
  const spent = spending(context, 1n);
  const date = spent.built.date ?? '';
  const party = `Vendor:${vendor?.value ?? ''}`;
  const term = shownReference(context, 'SalesTermRef', 'Term');
  const days = term === undefined ? undefined : rowOf(realm, 'Term', term.value)?.['DueDays'];
  const sentDue = textIn(wanted, 'DueDate');
  return {
    ...spent.built,
    postings: spent.booked({ accountId, minor: -spent.totalMinor, party }),
    fields: {
      ...spent.built.fields,
      VendorRef: vendor,
      APAccountRef: referenceTo(realm, 'Account', accountId),
      SalesTermRef: term,
      DueDate:
        sentDue === undefined
          ? addDays(date, typeof days === 'number' ? days : 0)
          : checkedDate(sentDue, 'DueDate'),
      Balance: minorToNumber(spent.totalMinor),
    },
  };
}

function buildPurchase(context: WriteContext): Built {
  const { wanted, realm } = context;
  const type = textIn(wanted, 'PaymentType');
  if (type === undefined) throw faults.missing('PaymentType');
  if (!['Cash', 'Check', 'CreditCard'].includes(type))
    throw faults.invalidEnum(type, 'PaymentType');
  if (wanted['AccountRef'] === undefined) throw faults.missing('AccountRef');
  const types = type === 'CreditCard' ? ['Credit Card'] : ['Bank', 'Other Current Asset'];
  const account = accountOf(
    context,
    wanted['AccountRef'],
    types,
    'The account does not fit the payment type',
  );
  const isCredit = wanted['Credit'] === true;
  const spent = spending(context, isCredit ? -1n : 1n);
  const sign = isCredit ? 1n : -1n;
  return {
    ...spent.built,
    postings: spent.booked({ accountId: account.Id, minor: spent.totalMinor * sign }),
    fields: {
      ...spent.built.fields,
      AccountRef: referenceTo(realm, 'Account', account.Id),
      PaymentMethodRef: shownReference(context, 'PaymentMethodRef', 'PaymentMethod'),
      Credit: isCredit,
    },
  };
}

interface Spending {
  totalMinor: bigint;
  built: Built;
  booked(money: Posting): Posting[];
}

function spending(context: WriteContext, sign: 1n | -1n): Spending {
  const { wanted, realm } = context;
  const date = openDate(context);
  const currency = documentCurrency(context, date);
  const lines = wantedLines(wanted).map((line) => expenseLine(context, line, date));
  if (lines.length === 0) throw faults.missing('Line');
  const totalMinor = sum(lines.map(({ minor }) => minor));
  if (totalMinor < 0n) throw faults.business('Transaction amount must be 0 or greater');
  const goods = lines.flatMap(({ goods: moved }) => (moved === null ? [] : [moved]));
  const costs = lines.map(({ accountId, minor }) => ({ accountId, minor: minor * sign }));
  return {
    totalMinor,
    booked: (money) => postingsInHome([money, ...costs], currency),
    built: {
      date,
      movements: goods.map((moved) => ({
        ...moved,
        quantity: moved.quantity * sign,
        costMinor: toHome(moved.costMinor ?? 0n, currency),
      })),
      fields: {
        ...wanted,
        DocNumber: documentNumber(context),
        TxnDate: date,
        ...currencyFields(realm, currency, null),
        Line: numbered(
          lines.map(({ wire }) => wire),
          context.existing,
        ),
        TotalAmt: minorToNumber(totalMinor),
      },
    },
  };
}

interface ExpenseLine {
  minor: bigint;
  accountId: string;
  goods: MovementDraft | null;
  wire: JsonObject;
}

function expenseLine(context: WriteContext, line: JsonObject, date: string): ExpenseLine {
  const type = textIn(line, 'DetailType') ?? '';
  if (type === 'AccountBasedExpenseLineDetail') {
    const detail = objectIn(line, type) ?? {};
    const account = referenced(context, detail['AccountRef'], 'Account');
    const shown = { ...detail, AccountRef: referenceTo(context.realm, 'Account', account.Id) };
    return wired(line, type, shown, {
      minor: amountOf(line['Amount'], 'Line.Amount'),
      accountId: account.Id,
      goods: null,
    });
  }
  if (type === 'ItemBasedExpenseLineDetail') return itemExpense(context, line, date);
  throw type === ''
    ? faults.missing('Line.DetailType')
    : faults.invalidEnum(type, 'Line.DetailType');
}

function itemExpense(context: WriteContext, line: JsonObject, date: string): ExpenseLine {
  const type = 'ItemBasedExpenseLineDetail';
  const detail = objectIn(line, type) ?? {};
  const item = referenced(context, detail['ItemRef'], 'Item');
  const minor = amountOf(line['Amount'], 'Line.Amount');
  checkProduct(line, detail, minor);
  const isInventory = item['Type'] === 'Inventory';
  // Goods that go back to the vendor leave the stock at their own cost, not at this amount.
  const isReceived = isInventory && context.wanted['Credit'] !== true;
  const accountId = referenceId(item[isReceived ? 'AssetAccountRef' : 'ExpenseAccountRef']);
  if (accountId === undefined) throw faults.business('The item has no expense account');
  const shown = {
    BillableStatus: 'NotBillable',
    ...detail,
    ItemRef: referenceTo(context.realm, 'Item', item.Id),
  };
  const goods = isInventory ? goodsOf(item, detail, minor, date, accountId) : null;
  return wired(line, type, shown, { minor, accountId, goods });
}

function checkProduct(line: JsonObject, detail: JsonObject, minor: bigint): void {
  const quantity = parseDecimal(detail['Qty']);
  const price = parseDecimal(detail['UnitPrice']);
  if (quantity === undefined || price === undefined) return;
  if (toMinor(multiply(quantity, price)) !== minor) throw faults.amount(plainText(line['Amount']));
}

/** The goods come in at what the line costs; its asset is in the document's own entry. */
function goodsOf(
  item: Row,
  detail: JsonObject,
  minor: bigint,
  date: string,
  contraAccountId: string,
): MovementDraft | null {
  const startDate = textIn(item, 'InvStartDate');
  if (startDate !== undefined && date < startDate) {
    throw faults.business('Transaction date is prior to start date for inventory item');
  }
  const quantity = quantityOf(detail['Qty'] ?? 1) ?? 0n;
  if (quantity === 0n) return null;
  return { itemId: item.Id, quantity, costMinor: minor, contraAccountId };
}

function wired(
  line: JsonObject,
  type: string,
  detail: JsonObject,
  facts: Omit<ExpenseLine, 'wire'>,
): ExpenseLine {
  const wire = { ...line, Amount: minorToNumber(facts.minor), DetailType: type, [type]: detail };
  return { ...facts, wire };
}

import { minorToNumber } from '../../decimal';
import { entryOf, textIn } from '../../json';
import { checkedName, simpleNameFields } from '../checks';
import { faults } from '../fault';
import { type EntityKind } from '../kind';
import { fixedCurrency } from './currency';

const classifications: Record<string, string> = {
  Bank: 'Asset',
  'Other Current Asset': 'Asset',
  'Fixed Asset': 'Asset',
  'Other Asset': 'Asset',
  'Accounts Receivable': 'Asset',
  Equity: 'Equity',
  Expense: 'Expense',
  'Other Expense': 'Expense',
  'Cost of Goods Sold': 'Expense',
  'Accounts Payable': 'Liability',
  'Credit Card': 'Liability',
  'Long Term Liability': 'Liability',
  'Other Current Liability': 'Liability',
  Income: 'Revenue',
  'Other Income': 'Revenue',
};

/** The classification that goes with an account type; `undefined` for an unknown type. */
export function classificationOf(type: string): string | undefined {
  return entryOf(classifications, type);
}

/** Accounts: the balance is read from the books. */
export const account: EntityKind = {
  name: 'Account',
  isNameList: true,
  writable: [
    'Name',
    'Active',
    'AccountType',
    'AccountSubType',
    'AcctNum',
    'Description',
    'CurrencyRef',
  ],
  lengths: { Name: 100 },
  queryable: {
    Name: 'name',
    Active: 'boolean',
    AccountType: 'text',
    AccountSubType: 'text',
    Classification: 'text',
    AcctNum: 'text',
    CurrentBalance: 'number',
  },
  build: (context) => {
    const type = textIn(context.wanted, 'AccountType');
    if (type === undefined) throw faults.missing('AccountType');
    const classification = classificationOf(type);
    if (classification === undefined) throw faults.invalidEnum(type, 'AccountType');
    return {
      fields: {
        ...simpleNameFields(context),
        SubAccount: false,
        Classification: classification,
        CurrencyRef: fixedCurrency(context),
      },
    };
  },
  computed: ['CurrentBalance', 'CurrentBalanceWithSubAccounts'],
  present: (realm, row) => {
    const balance = minorToNumber(realm.balances.get(row.Id) ?? 0n);
    return { ...row, CurrentBalance: balance, CurrentBalanceWithSubAccounts: balance };
  },
};

function simpleList(
  name: EntityKind['name'],
  nameMax: number,
  ownFields: readonly string[] = [],
): EntityKind {
  const isFlat = name === 'PaymentMethod' || name === 'Term';
  return {
    name,
    isNameList: true,
    writable: ['Name', 'Active', ...ownFields],
    lengths: { Name: nameMax },
    queryable: {
      Name: 'name',
      Active: 'boolean',
      ...(isFlat ? {} : { FullyQualifiedName: 'name' }),
    },
    build: (context) => {
      const fields = simpleNameFields(context);
      if (isFlat) delete fields['FullyQualifiedName'];
      return { fields };
    },
  };
}

export const paymentMethod = simpleList('PaymentMethod', 31, ['Type']);
export const department: EntityKind = {
  ...simpleList('Department', 100),
  build: (context) => ({ fields: { ...simpleNameFields(context), SubDepartment: false } }),
};
export const classKind: EntityKind = {
  ...simpleList('Class', 100),
  build: (context) => ({ fields: { ...simpleNameFields(context), SubClass: false } }),
};

/** Terms of payment: so many days, or a day of the month. */
export const term: EntityKind = {
  ...simpleList('Term', 31, [
    'DueDays',
    'DiscountPercent',
    'DiscountDays',
    'DayOfMonthDue',
    'DueNextMonthDays',
    'DiscountDayOfMonth',
  ]),
  build: (context) => {
    const fields = simpleNameFields(context);
    delete fields['FullyQualifiedName'];
    const isByDay = fields['DayOfMonthDue'] !== undefined;
    return { fields: { ...fields, Type: isByDay ? 'DATE_DRIVEN' : 'STANDARD' } };
  },
};

/** Who sales tax is owed to. */
export const taxAgency: EntityKind = {
  name: 'TaxAgency',
  isNameList: true,
  writable: ['DisplayName'],
  lengths: { DisplayName: 100 },
  queryable: { DisplayName: 'name', Active: 'boolean' },
  build: (context) => {
    const name = textIn(context.wanted, 'DisplayName') ?? '';
    if (name.trim() === '') throw faults.missing('DisplayName');
    if (context.existing !== undefined) throw faults.unsupported('update of TaxAgency');
    return {
      fields: {
        DisplayName: checkedName(context, name, true),
        TaxTrackedOnPurchases: false,
        TaxTrackedOnSales: true,
      },
    };
  },
};

/** Tax codes and rates are made by the tax service, not through their own route. */
export const taxCode: EntityKind = {
  name: 'TaxCode',
  isNameList: true,
  writable: [],
  lengths: {},
  queryable: { Name: 'name', Active: 'boolean', Taxable: 'boolean' },
};

export const taxRate: EntityKind = {
  name: 'TaxRate',
  isNameList: true,
  writable: [],
  lengths: {},
  queryable: { Name: 'name', Active: 'boolean', RateValue: 'number' },
};

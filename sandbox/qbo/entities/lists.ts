import { minorToNumber } from '../../decimal';
import { entryOf, textIn } from '../../json';
import { simpleNameFields } from '../checks';
import { faults } from '../fault';
import { type EntityKind } from '../kind';

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
  writable: ['Name', 'Active', 'AccountType', 'AccountSubType', 'AcctNum', 'Description'],
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
        CurrencyRef: { value: context.realm.currency },
      },
    };
  },
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
  return {
    name,
    isNameList: true,
    writable: ['Name', 'Active', ...ownFields],
    lengths: { Name: nameMax },
    queryable: { Name: 'name', Active: 'boolean' },
    build: (context) => ({ fields: simpleNameFields(context) }),
  };
}

export const paymentMethod = simpleList('PaymentMethod', 31, ['Type']);
export const department = simpleList('Department', 100);
export const classKind = simpleList('Class', 100);

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

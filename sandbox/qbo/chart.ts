/** What a new company holds before anybody has written: accounts, tax codes, payment methods. */

interface AccountSeed {
  id: number;
  name: string;
  type: string;
  subType: string;
}

export interface TaxCodeSeed {
  id: string;
  name: string;
  rates: { id: string; name: string; percent: number; account: string }[];
}

/** One company to be made; ids are given where somebody relies on them. */
export interface CompanySeed {
  accounts: AccountSeed[];
  taxCodes: TaxCodeSeed[];
  paymentMethods: { id: number; name: string; type: string }[];
  customers: { id: number; name: string }[];
  items: { id: number; name: string; type: string; account: string }[];
}

const chart: readonly (readonly [name: string, type: string, subType: string])[] = [
  ['Sales of Product Income', 'Income', 'SalesOfProductIncome'],
  ['Services income', 'Income', 'ServiceFeeIncome'],
  ['Shipping income', 'Income', 'OtherPrimaryIncome'],
  ['Discounts given', 'Income', 'DiscountsRefundsGiven'],
  ['Fees and loyalty', 'Income', 'OtherPrimaryIncome'],
  ['Refunds without return', 'Income', 'DiscountsRefundsGiven'],
  ['Rounding', 'Other Expense', 'OtherMiscellaneousExpense'],
  ['Undeposited Funds', 'Other Current Asset', 'UndepositedFunds'],
  ['Card clearing', 'Other Current Asset', 'OtherCurrentAssets'],
  ['Cash drawer', 'Other Current Asset', 'OtherCurrentAssets'],
  ['Bank', 'Bank', 'Checking'],
  ['Cost of Goods Sold', 'Cost of Goods Sold', 'SuppliesMaterialsCogs'],
  ['Inventory asset', 'Other Current Asset', 'Inventory'],
  ['Sales tax payable', 'Other Current Liability', 'SalesTaxPayable'],
  ['Tips payable', 'Other Current Liability', 'OtherCurrentLiabilities'],
  ['Gift card liability', 'Other Current Liability', 'OtherCurrentLiabilities'],
  ['Processor fees', 'Expense', 'BankCharges'],
  ['Opening Balance Equity', 'Equity', 'OpeningBalanceEquity'],
  ['GST payable', 'Other Current Liability', 'SalesTaxPayable'],
  ['QST payable', 'Other Current Liability', 'SalesTaxPayable'],
  ['Accounts Receivable (A/R)', 'Accounts Receivable', 'AccountsReceivable'],
  ['Accounts Payable (A/P)', 'Accounts Payable', 'AccountsPayable'],
  ['Inventory Shrinkage', 'Cost of Goods Sold', 'SuppliesMaterialsCogs'],
  ['Retained Earnings', 'Equity', 'RetainedEarnings'],
  ['Exchange Gain or Loss', 'Other Expense', 'ExchangeGainOrLoss'],
  ['Credit card', 'Credit Card', 'CreditCard'],
  ['Office expenses', 'Expense', 'OfficeGeneralAdministrativeExpenses'],
];

const payable = 'Sales tax payable';

/** Terms every company has. */
export const terms = [
  { id: '1', name: 'Due on receipt', dueDays: 0 },
  { id: '2', name: 'Net 15', dueDays: 15 },
  { id: '3', name: 'Net 30', dueDays: 30 },
];

/** Ids on which the examples rely (accounting.md#examples). */
const fixtureAccountIds: Record<string, number> = {
  'Card clearing': 201,
  'Cash drawer': 202,
  Bank: 203,
  'Processor fees': 204,
  'Discounts given': 207,
};

/** A company nobody has used yet. */
export function plainCompany(country: string): CompanySeed {
  return {
    accounts: chart.map(([name, type, subType], index) => ({ id: index + 1, name, type, subType })),
    taxCodes: taxCodesOf(country),
    paymentMethods: [
      { id: 1, name: 'Card', type: 'CREDIT_CARD' },
      { id: 2, name: 'Cash', type: 'NON_CREDIT_CARD' },
    ],
    customers: [],
    items: [],
  };
}

function taxCodesOf(country: string): TaxCodeSeed[] {
  switch (country) {
    case 'US':
      return usTaxCodes;
    case 'GB':
      return [
        taxCode('2', '20.0% S', [20]),
        taxCode('3', '5.0% R', [5]),
        taxCode('4', '0.0% Z', [0]),
        taxCode('5', 'No VAT', [0]),
      ];
    case 'CA':
      return [quebec, taxCode('10', 'Out of scope', [0])];
    default:
      return [taxCode('2', 'Standard', [20]), taxCode('5', 'No tax', [0])];
  }
}

/** The code a US company's own rate has. */
export const usTaxCodeId = '2';

const usTaxCodes: TaxCodeSeed[] = [
  { id: 'TAX', name: 'TAX', rates: [] },
  { id: 'NON', name: 'NON', rates: [] },
  {
    id: usTaxCodeId,
    name: 'NY Tax',
    rates: [{ id: '1', name: 'NY Tax', percent: 8.875, account: payable }],
  },
];

/** Two rates in one code (accounting.md#examples, E12). */
const quebec: TaxCodeSeed = {
  id: '7',
  name: 'GST/QST QC - 9.975',
  rates: [
    { id: '21', name: 'GST', percent: 5, account: 'GST payable' },
    { id: '22', name: 'QST', percent: 9.975, account: 'QST payable' },
  ],
};

function taxCode(id: string, name: string, percents: number[]): TaxCodeSeed {
  return {
    id,
    name,
    rates: percents.map((percent, index) => ({
      id: `${id}${index + 1}`,
      name: `${name} rate`,
      percent,
      account: payable,
    })),
  };
}

/** The companies U, G and C of accounting.md#examples, chosen by country, with their ids. */
export function accountingCompany(country: string): CompanySeed {
  let nextId = 210;
  const idOf = (name: string): number => {
    const fixed = fixtureAccountIds[name];
    if (fixed !== undefined) return fixed;
    nextId += 1;
    return nextId;
  };
  const accounts = chart.map(([name, type, subType]) => ({ id: idOf(name), name, type, subType }));
  const taxCodes: Record<string, TaxCodeSeed[]> = {
    US: usTaxCodes,
    GB: [taxCode('6', '20.0% S', [20]), taxCode('8', '19.0%', [19]), taxCode('10', 'No VAT', [0])],
    CA: [quebec, taxCode('10', 'Out of scope', [0])],
  };
  return {
    accounts,
    taxCodes: taxCodes[country] ?? taxCodesOf(country),
    paymentMethods: [
      { id: 401, name: 'Card', type: 'CREDIT_CARD' },
      { id: 402, name: 'Cash', type: 'NON_CREDIT_CARD' },
    ],
    customers: [
      { id: 301, name: 'Jo Day' },
      { id: 302, name: 'Web guest' },
      { id: 303, name: 'Daily sales' },
    ],
    items: [
      { id: 11, name: 'MUG', type: 'NonInventory', account: 'Sales of Product Income' },
      { id: 12, name: 'TEE', type: 'NonInventory', account: 'Sales of Product Income' },
      { id: 14, name: 'CUP', type: 'NonInventory', account: 'Sales of Product Income' },
      { id: 16, name: 'R19.95', type: 'NonInventory', account: 'Sales of Product Income' },
      { id: 31, name: 'Fee or loyalty', type: 'Service', account: 'Fees and loyalty' },
      { id: 32, name: 'Tip', type: 'Service', account: 'Tips payable' },
      { id: 33, name: 'Rounding', type: 'Service', account: 'Rounding' },
      { id: 34, name: 'Refund without return', type: 'Service', account: 'Refunds without return' },
      { id: 35, name: 'Sales tax', type: 'Service', account: payable },
      { id: 36, name: 'Gift card', type: 'Service', account: 'Gift card liability' },
      { id: 37, name: 'Daily sales', type: 'Service', account: 'Sales of Product Income' },
    ],
  };
}

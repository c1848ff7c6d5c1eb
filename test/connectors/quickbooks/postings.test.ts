import { expect, test } from '@jest/globals';

import type { Write } from '../../../connectors/contract';
import { itemsIn, postingsOf } from '../../../connectors/quickbooks/books/postings';
import type { JsonObject } from '../../../domain/words';
import { companyFacts } from '../../support/company-facts';

// What each document books, as `account debit credit`; debits and credits are equal.

const account = (id: string, name: string, type = 'Bank') => ({
  id,
  name,
  type,
  isActive: true,
  currency: null,
});
const facts = {
  ...companyFacts,
  accounts: [
    account('1', 'Drawer'),
    account('2', 'Sales', 'Income'),
    account('3', 'Fees', 'Expense'),
    account('4', 'A/R', 'Accounts Receivable'),
    account('5', 'Discounts', 'Income'),
  ],
};
const income = new Map([['10', '2']]);

function write(entity: string, payload: JsonObject, totalMinor: number | null = null): Write {
  const natural: JsonObject = totalMinor === null ? {} : { totalMinor };
  return {
    operation: 'create',
    entity,
    group: 'batch',
    payload,
    isLinked: false,
    snapshot: {},
    natural,
  };
}
const ref = (value: string): JsonObject => ({ value });
const item = (Amount: number, id = '10'): JsonObject => ({
  Amount,
  SalesItemLineDetail: { ItemRef: ref(id) },
});
const discount = { Amount: 1, DiscountLineDetail: { DiscountAccountRef: ref('5') } };
const drawer = { DepositToAccountRef: ref('1') };
const deposit = (Amount: number, id: string): JsonObject => ({
  Amount,
  DepositLineDetail: { AccountRef: ref(id) },
});
const entry = (Amount: number, PostingType: string, id: string): JsonObject => ({
  Amount,
  JournalEntryLineDetail: { PostingType, AccountRef: ref(id) },
});

test.each<[string, Write, string[]]>([
  [
    'a sale with tax and a discount',
    write('SalesReceipt', { ...drawer, Line: [item(10), discount] }, 972),
    ['Drawer 972 0', 'Sales 0 1000', 'Discounts 100 0', 'Sales tax 0 72'],
  ],
  [
    'a refund',
    write('RefundReceipt', { ...drawer, Line: [item(10)] }, 1_080),
    ['Drawer 0 1080', 'Sales 1000 0', 'Sales tax 80 0'],
  ],
  [
    'an invoice',
    write('Invoice', { Line: [item(10), item(-2)] }, 800),
    ['A/R 800 0', 'Sales 0 800'],
  ],
  [
    'a credit memo of an item that we do not know',
    write('CreditMemo', { Line: [item(10, '11')] }, 1_000),
    ['A/R 0 1000', 'Income of item 11 1000 0'],
  ],
  ['a payment', write('Payment', { ...drawer, TotalAmt: 0.29 }), ['Drawer 29 0', 'A/R 0 29']],
  ['what applies a credit', write('Payment', { TotalAmt: 0 }), []],
  [
    'a payout with fees',
    write('Deposit', { ...drawer, Line: [deposit(100, '4'), deposit(-3, '3')] }),
    ['Drawer 9700 0', 'A/R 0 10000', 'Fees 300 0'],
  ],
  [
    'a payout below zero',
    write('Purchase', {
      AccountRef: ref('1'),
      Line: [{ Amount: 5, AccountBasedExpenseLineDetail: { AccountRef: ref('3') } }],
    }),
    ['Drawer 0 500', 'Fees 500 0'],
  ],
  [
    'a transfer',
    write('Transfer', { FromAccountRef: ref('1'), ToAccountRef: ref('5'), Amount: 7 }),
    ['Discounts 700 0', 'Drawer 0 700'],
  ],
  [
    'an entry',
    write('JournalEntry', { Line: [entry(1, 'Debit', '3'), entry(1, 'Credit', '1')] }),
    ['Fees 100 0', 'Drawer 0 100'],
  ],
])('%s', (_name, document, expected) => {
  const postings = postingsOf(document, income, facts) ?? [];
  expect(
    postings.map(
      ({ account: name, debitMinor, creditMinor }) => `${name} ${debitMinor} ${creditMinor}`,
    ),
  ).toEqual(expected);
  expect(
    postings.reduce((sum, { debitMinor, creditMinor }) => sum + debitMinor - creditMinor, 0),
  ).toBe(0);
});

test('customers and items book nothing, and only items with a number are asked for', () => {
  expect(postingsOf(write('Customer', { DisplayName: 'Ann' }), income, facts)).toBeNull();
  const sale = write(
    'SalesReceipt',
    { Line: [item(1), item(2), item(3, 'SHIPPING_ITEM_ID')] },
    600,
  );
  expect(itemsIn([sale, sale, write('Item', { Name: 'A' })])).toEqual(['10']);
});

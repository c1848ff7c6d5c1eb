import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { at, control, listAt, saleLine, startCompany, type Company } from '../support';
import { accountId, entryLine, expenseLine, goods, goodsLine, made, ref } from './company';
import { IntuitSchema } from './schema';

const schema = new IntuitSchema();

/** Every entity of a company that has used everything once. */
async function everything(company: Company): Promise<Map<string, unknown[]>> {
  const account = (name: string): string => accountId(company, name);
  const codes = new Map(Object.entries(at(company.given, 'ids.taxCodes') ?? {}));
  const code = codes.has('TAX') ? 'TAX' : String([...codes.values()].at(-1));
  const date = { TxnDate: '2026-11-21' };
  const address = {
    BillAddr: { Line1: '1 A St', City: 'New York', PostalCode: '10001', Country: 'USA' },
  };
  const customer = await made(company, 'Customer', {
    GivenName: 'Jo',
    FamilyName: 'Day',
    PrimaryEmailAddr: { Address: 'jo@example.test' },
    PrimaryPhone: { FreeFormNumber: '1' },
    ...address,
  });
  const vendor = await made(company, 'Vendor', { DisplayName: 'Mill', ...address });
  await made(company, 'Employee', { GivenName: 'Ann', FamilyName: 'Bee' });
  const department = await made(company, 'Department', { Name: 'Shop' });
  const kind = await made(company, 'Class', { Name: 'Web' });
  await made(company, 'Term', { Name: 'Net 7', DueDays: 7 });
  await made(company, 'PaymentMethod', { Name: 'Voucher', Type: 'NON_CREDIT_CARD' });
  await made(company, 'Account', {
    Name: 'Other bank',
    AccountType: 'Bank',
    AccountSubType: 'Checking',
  });
  const lamp = await goods(company);
  const line = saleLine(String(lamp['Id']), 16, code, {
    Qty: 2,
    UnitPrice: 8,
    ClassRef: ref(kind['Id']),
  });
  const sale = {
    ...date,
    ...address,
    CustomerRef: ref(customer['Id']),
    DepartmentRef: ref(department['Id']),
    CustomerMemo: { value: 'thanks' },
    BillEmail: { Address: 'jo@example.test' },
    Line: [
      line,
      { Amount: 1, DetailType: 'DiscountLineDetail', DiscountLineDetail: { PercentBased: false } },
    ],
  };
  const receipt = await made(company, 'SalesReceipt', {
    ...sale,
    PaymentMethodRef: ref('1'),
    PaymentRefNum: 'x',
    DocNumber: 'A-1',
  });
  await made(company, 'RefundReceipt', { ...sale, DepositToAccountRef: ref(account('Bank')) });
  const invoice = await made(company, 'Invoice', { ...sale, SalesTermRef: ref('2') });
  const memo = await made(company, 'CreditMemo', sale);
  const links = [
    { Amount: 5, LinkedTxn: [{ TxnId: invoice['Id'], TxnType: 'Invoice' }] },
    { Amount: 2, LinkedTxn: [{ TxnId: memo['Id'], TxnType: 'CreditMemo' }] },
  ];
  const payment = await made(company, 'Payment', {
    ...date,
    CustomerRef: ref(customer['Id']),
    TotalAmt: 10,
    Line: links,
  });
  const deposited = (type: string, row: Record<string, unknown>): object => ({
    Amount: row['TotalAmt'],
    LinkedTxn: [{ TxnId: row['Id'], TxnType: type, TxnLineId: '0' }],
  });
  const fee = {
    Amount: -1,
    DetailType: 'DepositLineDetail',
    DepositLineDetail: { AccountRef: ref(account('Processor fees')) },
  };
  await made(company, 'Deposit', {
    ...date,
    DepositToAccountRef: ref(account('Bank')),
    Line: [deposited('SalesReceipt', receipt), deposited('Payment', payment), fee],
    CashBack: { AccountRef: ref(account('Cash drawer')), Amount: 2, Memo: 'till' },
  });
  await made(company, 'Transfer', {
    ...date,
    FromAccountRef: ref(account('Bank')),
    ToAccountRef: ref(account('Cash drawer')),
    Amount: 3,
  });
  await made(company, 'JournalEntry', {
    ...date,
    Line: [
      entryLine('Debit', account('Bank'), 4),
      entryLine('Credit', account('Opening Balance Equity'), 4),
    ],
  });
  await made(company, 'Bill', {
    ...date,
    VendorRef: ref(vendor['Id']),
    Line: [goodsLine(lamp['Id'], 4, 3.5), expenseLine(account('Office expenses'), 2)],
  });
  await made(company, 'Purchase', {
    ...date,
    PaymentType: 'Cash',
    AccountRef: ref(account('Bank')),
    Line: [expenseLine(account('Office expenses'), 2)],
  });
  await made(company, 'InventoryAdjustment', {
    ...date,
    AdjustAccountRef: ref(account('Inventory Shrinkage')),
    Line: [
      {
        DetailType: 'ItemAdjustmentLineDetail',
        ItemAdjustmentLineDetail: { ItemRef: ref(lamp['Id']), QtyDiff: -1 },
      },
    ],
  });
  await made(company, 'ExchangeRate', {
    SourceCurrencyCode: 'EUR',
    AsOfDate: '2026-11-01',
    Rate: 1.1,
  });
  const all = new Map<string, unknown[]>();
  for (const entity of entities) {
    const answer = await company.query(`select * from ${entity}`);
    const rows = at(answer.body, `QueryResponse.${entity}`);
    all.set(entity, Array.isArray(rows) ? rows : []);
  }
  return all;
}

const entities = [
  'Customer',
  'Vendor',
  'Employee',
  'Item',
  'Account',
  'Class',
  'Department',
  'PaymentMethod',
  'Term',
  'TaxCode',
  'TaxRate',
  'TaxAgency',
  'CompanyInfo',
  'Preferences',
  'SalesReceipt',
  'Invoice',
  'Payment',
  'RefundReceipt',
  'CreditMemo',
  'Deposit',
  'Transfer',
  'JournalEntry',
  'Purchase',
  'Bill',
  'InventoryAdjustment',
  'ExchangeRate',
];

describe.each(['usAutomated', 'usManual', 'usNoTax', 'gb', 'ca'])(
  'a company of kind %s',
  (kind) => {
    let company: Company;
    let all: Map<string, unknown[]>;
    beforeAll(async () => {
      company = await startCompany({
        kind,
        plan: 'Plus',
        preferences: { multiCurrency: true, trackClasses: true, trackClassesPerLine: true },
      });
      all = await everything(company);
    });
    afterAll(() => company.sandbox.close());

    it.each(entities)("answers %s as Intuit's schema has it", (entity) => {
      const rows = all.get(entity) ?? [];
      expect(rows).not.toEqual([]);
      expect(rows.flatMap((row) => schema.problems(entity, row))).toEqual([]);
    });

    it('has books whose sides are equal', async () => {
      const ledger = await control(company.sandbox, 'ledger');
      expect(at(ledger, `realms.${company.realmId}.isBalanced`)).toBe(true);
      expect(listAt(ledger, `realms.${company.realmId}.documents`).length).toBeGreaterThanOrEqual(
        11,
      );
    });
  },
);

it('the schema check itself finds unknown names, wrong types, wrong lists and wrong values', () => {
  const found = schema.problems('Invoice', {
    Id: '1',
    TotalAmount: 1,
    TotalAmt: '1',
    Line: {},
    GlobalTaxCalculation: 'None',
    TxnDate: '21.11.2026',
    CustomerRef: { value: 1 },
  });
  expect(found).toEqual([
    'Invoice.TotalAmount is unknown',
    'Invoice.TotalAmt is no number: "1"',
    'Invoice.Line is no list',
    'Invoice.GlobalTaxCalculation is none of the values of its type: None',
    'Invoice.TxnDate is no xs:date: 21.11.2026',
    'Invoice.CustomerRef.value is no string: 1',
  ]);
});

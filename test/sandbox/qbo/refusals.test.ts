import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { at, control, saleLine, startCompany, type Answer, type Company } from '../support';
import { accountId, codeOf, entryLine, goods, goodsLine, made, ref } from './company';

let company: Company;
beforeAll(async () => {
  company = await startCompany({
    kind: 'usAutomated',
    fixture: 'accounting',
    plan: 'Plus',
    preferences: { multiCurrency: true },
  });
});
afterAll(() => company.sandbox.close());

const account = (name: string): { value: unknown } => ref(accountId(company, name));
const form = (extra: object = {}): object => ({
  CustomerRef: ref('301'),
  TxnDate: '2026-11-21',
  Line: [saleLine('11', 10, 'NON')],
  ...extra,
});
const linked = (type: string, id: unknown, amount: number): object => ({
  Amount: amount,
  LinkedTxn: [{ TxnId: id, TxnType: type }],
});
const depositLine = (name: string, amount: number): object => ({
  Amount: amount,
  DetailType: 'DepositLineDetail',
  DepositLineDetail: { AccountRef: account(name) },
});

/** The code a write is refused with. */
const refusal = async (path: string, body: object): Promise<unknown> =>
  codeOf(await company.post(path, body));

it(
  'a payment takes no more than is open, only of its own customer, and only ' + 'what exists',
  async () => {
    const { Id } = await made(company, 'Invoice', form());
    const pay = (extra: object): Promise<unknown> =>
      refusal('payment', { CustomerRef: ref('301'), TotalAmt: 20, ...extra });
    expect(await pay({ Line: [linked('Invoice', Id, 10.01)] })).toBe('6000');
    expect(await pay({ TotalAmt: 5, Line: [linked('Invoice', Id, 6)] })).toBe('6000');
    expect(await pay({ CustomerRef: ref('302'), Line: [linked('Invoice', Id, 1)] })).toBe('620');
    expect(await pay({ Line: [linked('Invoice', '999', 1)] })).toBe('620');
    expect(await pay({ Line: [linked('Estimate', Id, 1)] })).toBe('2170');
  },
);

it('a payment of 0 links a credit memo to an invoice', async () => {
  const invoice = await made(company, 'Invoice', form());
  const memo = await made(company, 'CreditMemo', form({ Line: [saleLine('11', 4, 'NON')] }));
  await made(company, 'Payment', {
    CustomerRef: ref('301'),
    TotalAmt: 0,
    Line: [linked('Invoice', invoice['Id'], 4), linked('CreditMemo', memo['Id'], 4)],
  });
  const left = await company.get(`invoice/${String(invoice['Id'])}`);
  const credit = await company.get(`creditmemo/${String(memo['Id'])}`);
  expect([at(left.body, 'Invoice.Balance'), at(credit.body, 'CreditMemo.RemainingCredit')]).toEqual(
    [6, 0],
  );
});

it('a deposit takes nothing from a bank, and no document twice or of another amount', async () => {
  const { Id } = await made(company, 'SalesReceipt', form());
  const deposit = (...lines: object[]): object => ({
    DepositToAccountRef: account('Bank'),
    TxnDate: '2026-11-22',
    Line: lines,
  });
  expect(await refusal('deposit', deposit(depositLine('Bank', 5)))).toBe('6000');
  expect(await refusal('deposit', deposit(linked('SalesReceipt', Id, 9)))).toBe('6000');
  await made(company, 'Deposit', deposit(linked('SalesReceipt', Id, 10)));
  expect(await refusal('deposit', deposit(linked('SalesReceipt', Id, 10)))).toBe('6540');
  const cleared = await made(company, 'SalesReceipt', form({ DepositToAccountRef: ref('201') }));
  expect(await refusal('deposit', deposit(linked('SalesReceipt', cleared['Id'], 10)))).toBe('6000');
});

it('a journal entry is balanced, and names who owes or is owed', async () => {
  const { value: bank } = account('Bank');
  const { value: receivable } = account('Accounts Receivable (A/R)');
  const entry = (...lines: object[]): object => ({ TxnDate: '2026-11-21', Line: lines });
  const debit = entryLine('Debit', String(bank), 5);
  expect(await refusal('journalentry', entry(debit, entryLine('Credit', '202', 4)))).toBe('6000');
  expect(
    await refusal('journalentry', entry(debit, entryLine('Credit', String(receivable), 5))),
  ).toBe('6000');
  const entity = { Entity: { Type: 'Customer', EntityRef: ref('303') } };
  await made(
    company,
    'JournalEntry',
    entry(debit, entryLine('Credit', String(receivable), 5, entity)),
  );
  const customer = await company.get('customer/303');
  expect(at(customer.body, 'Customer.Balance')).toBe(-5);
});

it(
  'a transfer needs two balance sheet accounts, a purchase an account that ' + 'fits its payment',
  async () => {
    const transfer = (from: string, to: string): object => ({
      FromAccountRef: account(from),
      ToAccountRef: account(to),
      Amount: 1,
    });
    expect(await refusal('transfer', transfer('Bank', 'Bank'))).toBe('6000');
    expect(await refusal('transfer', transfer('Bank', 'Processor fees'))).toBe('6000');
    const { Id } = await goods(company);
    const line = goodsLine(Id, 2, 3);
    expect(
      await refusal('purchase', {
        PaymentType: 'CreditCard',
        AccountRef: account('Bank'),
        Line: [line],
      }),
    ).toBe('6000');
    expect(await refusal('bill', { VendorRef: ref('9'), Line: [line] })).toBe('2500');
  },
);

it('goods that go back to the vendor leave at their own cost', async () => {
  const { Id } = await goods(company, { Name: 'Shade' }); // 10 at 3.00
  await made(company, 'Purchase', {
    PaymentType: 'Cash',
    Credit: true,
    AccountRef: account('Bank'),
    TxnDate: '2026-11-22',
    Line: [goodsLine(Id, 4, 5)],
  });
  const ledger = await control(company.sandbox, 'ledger');
  expect(at(ledger, `realms.${company.realmId}.stock`)).toContainEqual({
    itemId: Id,
    name: 'Shade',
    quantity: 6,
    value: '18.00',
  });
});

it('company and preferences are updated with the present token', async () => {
  const change = (token: string): Promise<Answer> =>
    company.post('companyinfo', {
      Id: '1',
      SyncToken: token,
      sparse: true,
      LegalName: 'Acme Legal',
    });
  expect(at((await change('0')).body, 'CompanyInfo')).toMatchObject({
    LegalName: 'Acme Legal',
    SyncToken: '1',
  });
  expect(codeOf(await change('0'))).toBe('5010');
  const preferences = await company.post('preferences', {
    SyncToken: '0',
    ReportPrefs: { ReportBasis: 'Cash' },
  });
  expect(at(preferences.body, 'Preferences.ReportPrefs.ReportBasis')).toBe('Cash');
});

it('an exchange rate holds from its day on', async () => {
  const rate = (date: string, value: number): object => ({
    SourceCurrencyCode: 'EUR',
    AsOfDate: date,
    Rate: value,
  });
  await made(company, 'ExchangeRate', rate('2026-11-01', 1.1));
  await made(company, 'ExchangeRate', rate('2026-11-10', 1.2));
  const read = async (date: string): Promise<unknown> => {
    const answer = await company.get(`exchangerate?sourcecurrencycode=EUR&asofdate=${date}`);
    return at(answer.body, 'ExchangeRate.Rate') ?? codeOf(answer);
  };
  expect([await read('2026-10-31'), await read('2026-11-09'), await read('2026-11-30')]).toEqual([
    '610',
    1.1,
    1.2,
  ]);
  expect(await refusal('exchangerate', rate('2026-11-10', 1.3))).toBe('5010');
});

it('a merge of customers moves documents and what is owed', async () => {
  const gone = await made(company, 'Customer', { DisplayName: 'Twice' });
  const kept = await made(company, 'Customer', { DisplayName: 'Once' });
  const { Id } = await made(company, 'Invoice', form({ CustomerRef: ref(gone['Id']) }));
  await control(company.sandbox, 'act', {
    as: 'accountant',
    do: 'merge',
    realmId: company.realmId,
    entity: 'Customer',
    id: kept['Id'],
    deletedId: gone['Id'],
  });
  const customer = async (id: unknown): Promise<unknown> =>
    at((await company.get(`customer/${String(id)}`)).body, 'Customer');
  expect(await customer(kept['Id'])).toMatchObject({ Balance: 10, Active: true });
  expect(await customer(gone['Id'])).toMatchObject({
    Balance: 0,
    Active: false,
    DisplayName: 'Twice (deleted)',
  });
  const invoice = await company.get(`invoice/${String(Id)}`);
  expect(at(invoice.body, 'Invoice.CustomerRef')).toEqual({ value: kept['Id'], name: 'Once' });
});

it('says plainly what is not built', async () => {
  expect((await company.post('estimate', form())).status).toBe(501);
  expect(codeOf(await company.get('reports/Nonsense'))).toBe('500');
});

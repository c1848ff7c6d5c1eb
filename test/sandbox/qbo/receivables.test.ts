import { afterEach, beforeEach, expect, it } from '@jest/globals';

import { at, listAt, saleLine, startCompany, textAt, type Company } from '../support';
import { accountId, codeOf, detailOf, entryLine, made, ref } from './company';

// A payment links charges and credits of its customer: invoices, credit memos, and journal entries
// by their line on receivables (quickbooks.md#payments).

let company: Company;
beforeEach(async () => {
  company = await startCompany({ kind: 'usAutomated', fixture: 'accounting', plan: 'Plus' });
});
afterEach(() => company.sandbox.close());

type Row = Record<string, unknown>;

const form = (amount: number): object => ({
  CustomerRef: ref('301'),
  TxnDate: '2026-11-21',
  Line: [saleLine('11', amount, 'NON')],
});
const link = (type: string, row: Row, amount: number): object => ({
  Amount: amount,
  LinkedTxn: [{ TxnId: row['Id'], TxnType: type }],
});
const zero = (...lines: object[]): object => ({
  CustomerRef: ref('301'),
  TotalAmt: 0,
  TxnDate: '2026-11-22',
  Line: lines,
});
const lines = (side: 'Debit' | 'Credit', amount: number, customer = '301'): object[] => {
  const entity = { Entity: { Type: 'Customer', EntityRef: ref(customer) } };
  const other = side === 'Debit' ? 'Credit' : 'Debit';
  const receivable = accountId(company, 'Accounts Receivable (A/R)');
  return [
    entryLine(side, receivable, amount, entity),
    entryLine(other, accountId(company, 'Bank'), amount),
  ];
};
const entry = (side: 'Debit' | 'Credit', amount: number, customer?: string): Promise<Row> =>
  made(company, 'JournalEntry', { TxnDate: '2026-11-21', Line: lines(side, amount, customer) });

/** Open items of the customer as `type number amount`. */
async function open(): Promise<string[]> {
  const { body } = await company.get('reports/CustomerBalanceDetail?end_date=2026-12-31');
  const rows = at(body, 'Rows.Row') === undefined ? [] : listAt(body, 'Rows.Row');
  return rows.flatMap((section) =>
    listAt(section, 'Rows.Row').map(
      (row) => `${textAt(row, 'ColData.1.value')} ${textAt(row, 'ColData.5.value')}`,
    ),
  );
}

it(
  'a payment of 0 applies a credit memo to a journal entry and an invoice, and ' + 'moves no money',
  async () => {
    const invoice = await made(company, 'Invoice', form(10));
    const debit = await entry('Debit', 5);
    const memo = await made(company, 'CreditMemo', form(12));
    expect(await open()).toEqual(['Invoice 10.00', 'Credit Memo -12.00', 'Journal Entry 5.00']);
    const before = await company.get('reports/TrialBalance?end_date=2026-12-31');
    await made(
      company,
      'Payment',
      zero(
        link('CreditMemo', memo, 12),
        link('JournalEntry', debit, 5),
        link('Invoice', invoice, 7),
      ),
    );
    expect(await open()).toEqual(['Invoice 3.00']);
    const after = await company.get('reports/TrialBalance?end_date=2026-12-31');
    expect(at(after.body, 'Rows')).toEqual(at(before.body, 'Rows'));
  },
);

it('a credit of a journal entry takes from a debit of another', async () => {
  const [debit, credit] = [await entry('Debit', 5), await entry('Credit', 8)];
  const both = zero(link('JournalEntry', debit, 5), link('JournalEntry', credit, 5));
  await made(company, 'Payment', both);
  expect(await open()).toEqual(['Journal Entry -3.00']);
});

it(
  'what is linked to a journal entry balances, stays within what is open, and ' +
    'is of its customer',
  async () => {
    const debit = await entry('Debit', 5);
    const memo = await made(company, 'CreditMemo', form(12));
    const other = await entry('Debit', 5, '302');
    const bank = accountId(company, 'Bank');
    const none = await made(company, 'JournalEntry', {
      TxnDate: '2026-11-21',
      Line: [entryLine('Debit', bank, 5), entryLine('Credit', bank, 5)],
    });
    const refused = async (...linked: object[]): Promise<unknown[]> => {
      const answer = await company.post('payment', zero(...linked));
      return [codeOf(answer), detailOf(answer)];
    };
    expect(await refused(link('JournalEntry', debit, 6), link('CreditMemo', memo, 6))).toEqual([
      '6000',
      expect.stringContaining('more than the open balance'),
    ]);
    expect(await refused(link('JournalEntry', debit, 5), link('CreditMemo', memo, 4))).toEqual([
      '6000',
      expect.stringContaining('more than the amount of the payment'),
    ]);
    expect(await refused(link('JournalEntry', debit, 4), link('CreditMemo', memo, 5))).toEqual([
      '6000',
      expect.stringContaining('credits you apply cannot be more'),
    ]);
    for (const wrong of [other, none])
      expect(await refused(link('JournalEntry', wrong, 5), link('CreditMemo', memo, 5))).toEqual([
        '620',
        expect.any(String),
      ]);
  },
);

it(
  'a linked entry keeps customer, side and amount; a void or deletion takes ' +
    'the application away',
  async () => {
    const debit = await entry('Debit', 5);
    const memo = await made(company, 'CreditMemo', form(5));
    const payment = await made(
      company,
      'Payment',
      zero(link('JournalEntry', debit, 5), link('CreditMemo', memo, 5)),
    );
    const edit = async (Line: object[]): Promise<unknown> =>
      codeOf(await company.post('journalentry', { ...debit, Line }));
    expect(await edit(lines('Debit', 4))).toBe('6000');
    expect(await edit(lines('Debit', 5, '302'))).toBe('6000');
    expect(await edit(lines('Credit', 5))).toBe('6000');
    expect(await edit(lines('Debit', 6))).toBeUndefined();
    expect(await open()).toEqual(['Journal Entry 1.00']);
    const { Id, SyncToken } = memo;
    await company.post('creditmemo?include=void', { Id, SyncToken: '1', sparse: true });
    expect(SyncToken).toBe('0');
    expect(await open()).toEqual(['Journal Entry 6.00']);
    const left = await company.get(`payment/${String(payment['Id'])}`);
    expect([at(left.body, 'Payment.Line'), at(left.body, 'Payment.UnappliedAmt')]).toEqual([
      undefined,
      0,
    ]);
  },
);

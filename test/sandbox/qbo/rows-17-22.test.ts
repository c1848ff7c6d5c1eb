import { afterEach, describe, expect, it } from '@jest/globals';

import {
  at,
  control,
  journal,
  listAt,
  saleLine,
  startCompany,
  type Answer,
  type Company,
} from '../support';
import { accountId, codeOf, detailOf, expenseLine, made, ref } from './company';

/** Rows Q17 and Q19 to Q22 of quickbooks.md#behaviours; Q18 is in webhooks.test.ts. */
let company: Company;
afterEach(() => company.sandbox.close());

const fixture = { kind: 'usAutomated', fixture: 'accounting' };
const receipt = (extra: object = {}): object => ({
  CustomerRef: ref('301'),
  TxnDate: '2026-11-21',
  DepositToAccountRef: ref('201'),
  Line: [saleLine('11', 10, 'NON')],
  ...extra,
});
const batch = (items: object[], query = ''): Promise<Answer> =>
  company.post(`batch${query}`, { BatchItemRequest: items });

describe('Q17 change data capture', () => {
  const changes = (entities: string, sinceMs: number): Promise<Answer> =>
    company.get(
      `cdc?entities=${entities}&changedSince=${encodeURIComponent(new Date(sinceMs).toISOString())}`,
    );

  it(
    'has one QueryResponse per entity in the order asked, stubs for what was ' +
      'deleted, {} for none',
    async () => {
      company = await startCompany(fixture);
      const startMs = Date.now() - 60_000;
      const { Id } = await made(company, 'SalesReceipt', receipt());
      const gone = await made(company, 'SalesReceipt', receipt());
      await made(company, 'SalesReceipt', { Id: gone['Id'], SyncToken: '0' }, '?operation=delete');
      const answer = await changes('Bill,SalesReceipt,Payment', startMs);
      expect(at(answer.body, 'CDCResponse')).toEqual([
        {
          QueryResponse: [
            {},
            {
              SalesReceipt: [
                expect.objectContaining({ Id, TotalAmt: 10 }),
                {
                  domain: 'QBO',
                  status: 'Deleted',
                  Id: gone['Id'],
                  MetaData: { LastUpdatedTime: expect.any(String) },
                },
              ],
              startPosition: 1,
              maxResults: 2,
              totalCount: 2,
            },
            {},
          ],
        },
      ]);
      const later = await changes('SalesReceipt', Date.now() + 60_000);
      expect(at(later.body, 'CDCResponse.0.QueryResponse')).toEqual([{}]);
    },
  );

  it(
    'looks back 30 days, cuts silently at 1000 objects, and does not know ' + 'every entity',
    async () => {
      company = await startCompany(fixture);
      const dayMs = 24 * 3_600_000;
      expect(codeOf(await changes('Customer', Date.now() - 30 * dayMs - 60_000))).toBe('4001');
      expect((await changes('Customer', Date.now() - 30 * dayMs + 60_000)).status).toBe(200);
      expect(codeOf(await changes('Customer,TaxCode', Date.now()))).toBe('4001');
      const sinceMs = Date.now() - 60_000;
      for (let round = 0; round < 34; round += 1) {
        await batch(
          Array.from({ length: 30 }, (_, index) => ({
            bId: String(index),
            operation: 'create',
            PaymentMethod: { Name: `M${round}-${index}` },
          })),
        );
      }
      const cut = await changes('PaymentMethod', sinceMs);
      expect(listAt(cut.body, 'CDCResponse.0.QueryResponse.0.PaymentMethod')).toHaveLength(1000);
      expect(codeOf(cut)).toBeUndefined();
    },
  );
});

describe('Q19 throttle', () => {
  const quota = (limits: object): Promise<unknown> => control(company.sandbox, 'quota', limits);

  it('answers XML with 429 over 500 requests in a moving minute, per company', async () => {
    company = await startCompany(fixture);
    await quota({ on: true, perSecond: 1000 });
    await control(company.sandbox, 'clock', { rate: 0 });
    for (let call = 0; call < 500; call += 1) await company.get('preferences');
    const refused = await company.get('preferences');
    expect([refused.status, refused.text.slice(0, 5)]).toEqual([429, '<?xml']);
    await control(company.sandbox, 'clock', { advanceMs: 60_000 });
    expect((await company.get('preferences')).status).toBe(200);
  });

  it('meters reads by the month, but no writes', async () => {
    company = await startCompany(fixture, { 'qbo.accessTokenLife': 1e15 });
    await quota({ on: true, readsPerMonth: 3 });
    await control(company.sandbox, 'clock', { now: '2026-11-21T12:00:00Z', rate: 0 });
    const statuses: number[] = [];
    for (let call = 0; call < 4; call += 1)
      statuses.push((await company.get('preferences')).status);
    statuses.push((await company.post('salesreceipt', receipt())).status);
    await control(company.sandbox, 'clock', { advanceMs: 3_600_000 });
    statuses.push((await company.get('preferences')).status);
    await control(company.sandbox, 'clock', { now: '2026-12-01T00:00:00Z' });
    statuses.push((await company.get('preferences')).status);
    expect(statuses).toEqual([200, 200, 200, 429, 200, 429, 200]);
  });
});

it('Q20 a batch cut half way has committed a part; its repeat runs the rest', async () => {
  company = await startCompany(fixture);
  const items = ['a', 'b', 'c', 'd'].map((bId) => ({
    bId,
    operation: 'create',
    SalesReceipt: receipt({ DocNumber: bId }),
  }));
  const count = async (): Promise<unknown> =>
    at((await company.query('select count(*) from SalesReceipt')).body, 'QueryResponse.totalCount');
  await control(company.sandbox, 'faults', [
    { match: { entity: 'batch' }, fault: 'batchCut', after: 3, times: 1 },
  ]);
  await expect(batch(items, '?requestid=b1')).rejects.toThrow();
  expect(await count()).toBe(3);
  const again = await batch(items, '?requestid=b1');
  const faults = listAt(again.body, 'BatchItemResponse').filter(
    (one) => at(one, 'Fault') !== undefined,
  );
  expect([await count(), faults]).toEqual([4, []]);
});

describe('Q21 double entry', () => {
  it('shows in the trial balance, the profit and loss and the list of transactions', async () => {
    company = await startCompany(fixture);
    const account = (name: string): string => accountId(company, name);
    await made(
      company,
      'SalesReceipt',
      receipt({ TxnDate: '2025-12-31', Line: [saleLine('11', 7, 'NON')] }),
    );
    await made(
      company,
      'SalesReceipt',
      receipt({ DocNumber: 'W-1', Line: [saleLine('11', 100, 'TAX')] }),
    );
    await made(company, 'Purchase', {
      TxnDate: '2026-11-22',
      PaymentType: 'Cash',
      AccountRef: ref(account('Bank')),
      Line: [expenseLine(account('Office expenses'), 30)],
    });
    const rows = async (name: string): Promise<unknown[][]> => {
      const answer = await company.get(`reports/${name}?start_date=2026-01-01&end_date=2026-12-31`);
      expect(at(answer.body, 'Header')).toMatchObject({
        ReportName: name,
        ReportBasis: 'Accrual',
        StartPeriod: '2026-01-01',
        EndPeriod: '2026-12-31',
        Currency: 'USD',
      });
      return texts(at(answer.body, 'Rows'));
    };
    expect(await rows('TrialBalance')).toEqual([
      ['Card clearing', '115.88', ''],
      ['Bank', '', '30.00'],
      ['Sales of Product Income', '', '100.00'],
      ['Sales tax payable', '', '8.88'],
      ['Retained Earnings', '', '7.00'],
      ['Office expenses', '30.00', ''],
      ['TOTAL', '145.88', '145.88'],
    ]);
    expect(await rows('ProfitAndLoss')).toEqual([
      ['Sales of Product Income', '100.00'],
      ['Total Income', '100.00'],
      ['Office expenses', '30.00'],
      ['Total Expenses', '30.00'],
      ['Net Income', '70.00'],
    ]);
    expect(await rows('TransactionList')).toEqual([
      ['2026-11-21', 'Sales Receipt', 'W-1', 'Yes', 'Jo Day', '', 'Card clearing', '108.88'],
      ['2026-11-22', 'Purchase', '', 'Yes', '', '', 'Bank', '-30.00'],
    ]);
  });

  it('follows a foreign currency, with the gain or loss of a payment at another rate', async () => {
    company = await startCompany({ ...fixture, preferences: { multiCurrency: true } });
    const eur = { CurrencyRef: ref('EUR'), TxnDate: '2026-11-21' };
    const form = receipt({ DepositToAccountRef: undefined });
    expect(codeOf(await company.post('invoice', { ...form, ...eur }))).toBe('2020');
    await made(company, 'ExchangeRate', {
      SourceCurrencyCode: 'EUR',
      AsOfDate: '2026-11-01',
      Rate: 1.2,
    });
    const invoice = await made(company, 'Invoice', { ...form, ...eur });
    const account = await made(company, 'Account', {
      Name: 'Card EUR',
      AccountType: 'Other Current Asset',
      ...eur,
    });
    expect(account).toMatchObject({ CurrencyRef: { value: 'EUR' } });
    expect(invoice).toMatchObject({ TotalAmt: 10, HomeTotalAmt: 12, ExchangeRate: 1.2 });
    await made(company, 'Payment', {
      ...eur,
      ExchangeRate: 1.5,
      CustomerRef: ref('301'),
      TotalAmt: 10,
      Line: [{ Amount: 10, LinkedTxn: [{ TxnId: invoice['Id'], TxnType: 'Invoice' }] }],
    });
    const ledger = await control(company.sandbox, 'ledger');
    expect(at(ledger, `realms.${company.realmId}.totalsByAccount`)).toMatchObject({
      'Undeposited Funds': '15.00',
      'Accounts Receivable (A/R)': '0.00',
      'Exchange Gain or Loss': '-3.00',
      'Sales of Product Income': '-12.00',
    });
  });
});

it('Q22 a snapshot brings documents, books, tokens and requestids back', async () => {
  company = await startCompany(fixture);
  const first = await company.post('salesreceipt?requestid=r1', receipt({ DocNumber: 'A' }));
  await control(company.sandbox, 'snapshot', {});
  await made(company, 'SalesReceipt', receipt({ DocNumber: 'B' }));
  await control(company.sandbox, 'restore', {});
  const again = await company.post('salesreceipt?requestid=r1', receipt({ DocNumber: 'A' }));
  expect(again.text).toBe(first.text);
  const count = await company.query('select count(*) from SalesReceipt');
  expect(at(count.body, 'QueryResponse.totalCount')).toBe(1);
  const ledger = await control(company.sandbox, 'ledger');
  expect(at(ledger, `realms.${company.realmId}.totalsByAccount.Card clearing`)).toBe('10.00');
  expect((await journal(company.sandbox)).length).toBeGreaterThan(3);
  expect(detailOf(again)).toBeUndefined();
});

/** The texts of all rows of a report, sections included. */
function texts(rows: unknown): unknown[][] {
  const list = at(rows, 'Row');
  if (!Array.isArray(list)) return [];
  return list.flatMap((row: unknown) => {
    const own = at(row, 'ColData') ?? [];
    const total = at(row, 'Summary.ColData') ?? [];
    const values = (cells: unknown): unknown[] =>
      Array.isArray(cells) ? cells.map((cell) => at(cell, 'value')) : [];
    return [values(own), ...texts(at(row, 'Rows')), values(total)].filter((one) => one.length > 0);
  });
}

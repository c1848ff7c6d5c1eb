import { afterAll, afterEach, expect, test } from '@jest/globals';

import { closeConnections } from '../../../connectors/http';
import type { Outgoing } from '../../../connectors/contract';
import type { OrderBody, SummaryKey } from '../../../domain/bodies';
import { SummaryFold } from '../../../domain/posting/summary/summary';
import { ticketShares } from '../../../domain/posting/summary/summary-tickets';
import { line, orderBody, outgoing } from '../fixtures';
import { Books } from './books';

// Summaries in another currency and with tax in the prices, posted to a company of the sandbox.

const books = new Books();
afterEach(() => books.close());
afterAll(() => closeConnections());

const day = '2026-11-20';

/** The one summary of these tickets. */
function summaryOf(tickets: readonly OrderBody[]): Outgoing {
  const fold = new SummaryFold();
  let key: SummaryKey | null = null;
  for (const body of tickets) {
    const shared = ticketShares({ kind: 'order', body }, body.number);
    if (shared.type !== 'shares') throw new Error(JSON.stringify(shared));
    for (const { share } of shared.shares) {
      key = share.key;
      fold.add(share.sale, share.label);
    }
  }
  if (key === null) throw new Error('no ticket');
  const number = 'P-20261120-CARD';
  const item = outgoing(
    { kind: 'summary', body: { key, number } },
    { deliveryId: 's1', recordId: `${day}/s1`, part: '' },
  );
  return { ...item, combined: fold.sale(key, number) };
}

const ticket = (
  number: string,
  netMinor: number,
  taxMinor: number,
  changes: Partial<OrderBody>,
): OrderBody =>
  orderBody({
    number,
    businessDate: day,
    tenders: [{ tender: 'card', amountMinor: netMinor + taxMinor }],
    totals: { netMinor, taxMinor, totalMinor: netMinor + taxMinor },
    ...changes,
  });

test(
  'in another currency it is one document of that currency, at the rate of its ' + 'tickets',
  async () => {
    await books.begin({ preferences: { multiCurrency: true } });
    const CurrencyRef = { value: 'EUR' };
    const account = await books.make('Account', {
      Name: 'Card EUR',
      AccountType: 'Other Current Asset',
      CurrencyRef,
    });
    const customer = await books.make('Customer', { DisplayName: 'Daily sales EUR', CurrencyRef });
    await books.readFacts();
    const exchangeRate = { rate: '1.0835', source: 'ECB', day };
    const own = { currency: 'EUR', exchangeRate, lines: [line()] };
    const summary = summaryOf([ticket('T-1', 2500, 0, own), ticket('T-2', 2500, 0, own)]);
    const unmapped = { 'account:clearing:card:EUR': account, 'item:@daily-sales': '37' };
    expect(await books.compose(summary, { mappings: unmapped })).toMatchObject({
      cause: 'mapping_missing:account:daily-customer:EUR',
    });
    const mappings = { ...unmapped, 'account:daily-customer:EUR': customer };
    const { payload } = await books.write(summary, { mappings });
    expect(payload).toMatchObject({
      CurrencyRef: { value: 'EUR' },
      ExchangeRate: 1.0835,
      Line: [{ Amount: 50 }],
    });
    // 50.00 EUR in the books' own currency: 54.175.
    expect(await books.adds(() => books.post(summary, { mappings }))).toEqual({
      'Card EUR': '54.18',
      'Sales of Product Income': '-54.18',
    });
  },
);

test(
  'with tax in the prices the total holds to the cent; the tax may be off by ' +
    'what the tickets may be together',
  async () => {
    await books.begin({ kind: 'gb' });
    // 20 % within 9.99 is 1.67 on each of three tickets; within 29.97 it is 5.00, a cent less.
    const own = {
      currency: 'GBP',
      pricesIncludeTax: true,
      lines: [
        line({
          quantity: '1',
          unitPrice: '9.99',
          netMinor: 832,
          taxes: [{ code: 'V20', taxMinor: 167 }],
        }),
      ],
    };
    const summary = summaryOf(['T-1', 'T-2', 'T-3'].map((number) => ticket(number, 832, 167, own)));
    const mappings = {
      'taxCode:V20': '6',
      'account:daily-customer': '303',
      'item:@daily-sales': '37',
    };
    const { snapshot } = await books.write(summary, { mappings });
    expect(snapshot).toMatchObject({
      reasons: [{ choice: 'tax_variance', booksMinor: 500, sourceMinor: 501 }],
    });
    expect(await books.adds(() => books.post(summary, { mappings }))).toEqual({
      'Card clearing': '29.97',
      'Sales of Product Income': '-24.97',
      'Sales tax payable': '-5.00',
    });
  },
);

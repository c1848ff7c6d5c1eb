import { afterAll, afterEach, describe, expect, test } from '@jest/globals';

import { closeConnections } from '../../../connectors/http';
import type { OrderBody } from '../../../domain/bodies';
import { givesInBooks, unitPriceFor } from '../../../domain/money';
import { decide } from '../../../domain/posting/decide/decide';
import { initialPostingSettings, type PostingSettings } from '../../../domain/posting/settings';
import { saleOfTicket } from '../../../domain/posting/source/ticket';
import { line, orderBody, outgoing } from '../fixtures';
import { Books } from './books';

// Figures that a document there cannot hold as they are: kept where it can, said where not.

const books = new Books();
afterEach(() => books.close());
afterAll(() => closeConnections());

const order = (body: OrderBody): ReturnType<typeof outgoing> =>
  outgoing({ kind: 'order', body }, { deliveryId: 'o1', recordId: 'o1' });

const oneLine = (quantity: string, netMinor: number, changes: Partial<OrderBody> = {}): OrderBody =>
  orderBody({
    number: 'T-1',
    lines: [line({ quantity, netMinor })],
    totals: { netMinor, taxMinor: 0, totalMinor: netMinor },
    tenders: [{ tender: 'card', amountMinor: netMinor }],
    ...changes,
  });

describe('B16: a quantity whose amount no unit price gives back', () => {
  test('is kept at the nearest price, with the rest as a line of the same item', async () => {
    await books.begin();
    const write = await books.write(order(oneLine('1234567', 1_543_207)));
    expect(write.payload['Line']).toMatchObject([
      {
        Amount: 15432.09,
        SalesItemLineDetail: { ItemRef: { value: '11' }, Qty: 1234567, UnitPrice: 0.0125 },
      },
      {
        Amount: -0.02,
        Description: 'Mug: rest of 1234567 x 0.0125',
        SalesItemLineDetail: { ItemRef: { value: '11' } },
      },
    ]);
    await books.post(order(oneLine('1234567', 1_543_207)));
  });

  test('of more digits than a number holds is said in the line', async () => {
    await books.begin();
    const write = await books.write(order(oneLine('1.00000000000000001', 1_250)));
    expect(write.payload['Line']).toMatchObject([
      { Amount: 12.5, Description: 'Mug (quantity 1.00000000000000001)' },
    ]);
  });
});

describe('B8: a currency without decimals', () => {
  test.each([
    ['0.333', 100],
    ['0.333', 333],
    ['7', 100],
    ['1.5', 1_001],
  ])(
    'a quantity of %s for %i has a unit price that gives the amount to the hundredth',
    (quantity, amountMinor) => {
      const price = unitPriceFor(amountMinor, quantity, 'JPY') ?? '';
      expect(givesInBooks(price, quantity, amountMinor, 'JPY')).toBe(true);
      expect(Math.round(Number(price) * Number(quantity) * 100)).toBe(amountMinor * 100);
    },
  );

  test('tax is stated in whole units where the books would compute parts of one', () => {
    const body = oneLine('1', 105, {
      currency: 'JPY',
      lines: [
        line({
          quantity: '1',
          unitPrice: '105',
          netMinor: 105,
          taxes: [{ code: 'JP10', taxMinor: 11 }],
        }),
      ],
      totals: { netMinor: 105, taxMinor: 11, totalMinor: 116 },
    });
    const company = {
      country: 'JP',
      homeCurrency: 'JPY',
      isMultiCurrency: false,
      usingSalesTax: true,
      isAutomatedTax: false,
      bookCloseDate: null,
      allowDiscount: true,
      taxCode: () => ({ id: '6', rates: [{ id: '1', percent: '10' }] }),
    };
    const decision = decide(
      saleOfTicket({ kind: 'order', body }, 'o1', 'sale'),
      initialPostingSettings,
      company,
    );
    expect(decision).toMatchObject({
      document: {
        tax: { mode: 'excluded', overrides: [{ rateId: '1', taxMinor: 11, netMinor: 105 }] },
      },
    });
  });
});

describe('B18: a POS that rounds VAT by line', () => {
  const lines = Array.from({ length: 10 }, (_, index) =>
    line({
      lineId: String(index),
      quantity: '1',
      unitPrice: '0.99',
      netMinor: 82,
      taxes: [{ code: 'VAT20', taxMinor: 17 }],
    }),
  );
  const body = orderBody({
    lines,
    currency: 'GBP',
    pricesIncludeTax: true,
    totals: { netMinor: 820, taxMinor: 170, totalMinor: 990 },
    tenders: [{ tender: 'card', amountMinor: 990 }],
  });
  const company = {
    country: 'GB',
    homeCurrency: 'GBP',
    isMultiCurrency: false,
    usingSalesTax: true,
    isAutomatedTax: false,
    bookCloseDate: null,
    allowDiscount: true,
    taxCode: () => ({ id: '6', rates: [{ id: '1', percent: '20' }] }),
  };
  const decided = (tax: Partial<PostingSettings['tax']>): ReturnType<typeof decide> =>
    decide(
      saleOfTicket({ kind: 'order', body }, 'o1', 'sale'),
      { ...initialPostingSettings, tax: { ...initialPostingSettings.tax, ...tax } },
      company,
    );

  test('is held with the setting that allows it, and posted by that', () => {
    expect(decided({})).toMatchObject({
      reason: 'tax_differs',
      detail:
        'QuickBooks would compute 1.65 of tax, the POS has 1.70; 0.02 apart is allowed. ' +
        'Where the POS rounds tax by line, set tax.variancePerLineMinor to 1 (now 0), else ' +
        'correct the ticket or its tax codes, or raise tax.varianceMinor (now 2)',
    });
    expect(decided({ variancePerLineMinor: 1 })).toMatchObject({
      type: 'post',
      document: { taxVarianceMinor: 10, totalMinor: 990 },
    });
  });
});

import { describe, expect, it } from '@jest/globals';

import { decide } from '../../../domain/posting/decide/decide';
import type { Decision, PostingCompany, PostingDocument } from '../../../domain/posting/document';
import { paymentOf } from '../../../domain/posting/source/payment';
import type { Sale, SaleItem } from '../../../domain/posting/sale';
import {
  initialPostingSettings,
  unclearSettings,
  unfitSettings,
  type PostingSettings,
} from '../../../domain/posting/settings';
import { companyOf } from './company';

const us = companyOf('usAutomated', 'USD');
const gb = companyOf('gb', 'GBP');

function item(changes: Partial<SaleItem> = {}): SaleItem {
  return {
    sku: 'MUG',
    description: 'Mug',
    quantity: '2',
    netMinor: 2_500,
    discountMinor: 0,
    isKept: false,
    codes: ['NY'],
    taxMinor: 222,
    ...changes,
  };
}

/** Two mugs with 8.875 % of tax, paid by card. */
function sale(changes: Partial<Sale> = {}): Sale {
  return {
    side: 'sale',
    marker: 'truth-sync pos order 1',
    notes: [],
    number: 'P-1',
    date: '2026-11-21',
    currency: 'USD',
    pricesIncludeTax: false,
    customerId: null,
    guest: null,
    billTo: null,
    shipTo: null,
    tenders: [{ tender: 'card', amountMinor: 2_722, reference: null }],
    dueDate: null,
    items: [item()],
    fees: [],
    tipsMinor: [],
    shipping: [],
    giftCards: [],
    unallocatedMinor: 0,
    taxMinor: 222,
    taxLabel: 'NY',
    totalMinor: 2_722,
    ...changes,
  };
}

/** One line of 100.00 with this tax at 20 %. */
function british(taxMinor: number, pricesIncludeTax: boolean, changes: Partial<Sale> = {}): Sale {
  const items = [item({ netMinor: 10_000, codes: ['VAT20'], taxMinor })];
  return sale({
    currency: 'GBP',
    items,
    pricesIncludeTax,
    taxMinor,
    totalMinor: 10_000 + taxMinor,
    ...changes,
  });
}

function settings(changes: Partial<PostingSettings>): PostingSettings {
  return { ...initialPostingSettings, ...changes };
}

function decided(
  source: Sale,
  company: PostingCompany = us,
  set = initialPostingSettings,
): Decision {
  return decide(source, set, company);
}

function posted(source: Sale, company?: PostingCompany, set?: PostingSettings): PostingDocument {
  const decision = decided(source, company, set);
  if (decision.type !== 'post') throw new Error(JSON.stringify(decision));
  return decision.document;
}

describe('lines', () => {
  it('stand in their order: items, fees, tips, shipping, gift cards, unallocated, discount, rounding', () => {
    const source = sale({
      items: [item({ discountMinor: 100 })],
      giftCards: [
        { code: 'G', use: 'sold', amountMinor: 500 },
        { code: 'H', use: 'used', amountMinor: 300 },
      ],
      shipping: [
        { description: 'Post', netMinor: 400, codes: [], taxMinor: 0 },
        { description: 'Express', netMinor: 100, codes: ['NY'], taxMinor: 9 },
      ],
      tipsMinor: [{ description: 'Tip', amountMinor: 50 }],
      fees: [{ description: 'Wrap', netMinor: 30, codes: [], taxMinor: 0 }],
      unallocatedMinor: 7,
      totalMinor: 3_511,
    });
    const { lines } = posted(source, us, settings({ discount: { mode: 'gross' } }));
    expect(lines.map(({ kind, amountMinor, isTaxed }) => [kind, amountMinor, isTaxed])).toEqual([
      ['item', 2_600, true],
      ['fee', 30, false],
      ['tip', 50, false],
      ['shipping', 500, true],
      ['giftCard', 500, false],
      ['giftCard', -300, false],
      ['unallocated', 7, false],
      ['discount', 100, false],
      ['rounding', 2, false],
    ]);
    expect(lines[3]?.description).toBe('Post, Express');
  });

  it('of goods that the customer keeps say so', () => {
    const source = sale({ side: 'refund', items: [item({ isKept: true, quantity: '0' })] });
    expect(posted(source)).toMatchObject({
      type: 'refundReceipt',
      lines: [{ description: 'MUG: money back, goods kept', quantity: null, isKept: true }],
    });
  });
});

describe('the rounding line', () => {
  const off = (minor: number, currency = 'USD'): Decision =>
    decided(
      sale({
        currency,
        totalMinor: 2_722 + minor,
        items: [item({ netMinor: 1_000 }), item({ netMinor: 1_500 })],
      }),
      companyOf('usAutomated', currency),
    );

  it('makes up a cent for each line, and is named as a reason', () => {
    expect(off(2)).toMatchObject({
      type: 'post',
      reasons: [{ choice: 'rounding_line', amountMinor: 2 }],
    });
    expect(off(-1)).toMatchObject({ type: 'post' });
    expect(off(0)).toMatchObject({ type: 'post', reasons: [] });
  });

  it('never hides more, nor a whole unit of a currency without decimals', () => {
    expect(off(3)).toMatchObject({
      type: 'hold',
      reason: 'totals_differ',
      detail: 'The total is 27.25, its parts come to 27.22',
    });
    expect(off(1, 'JPY')).toMatchObject({ type: 'hold', reason: 'totals_differ' });
    expect(off(20, 'KWD')).toMatchObject({ type: 'post' });
    expect(off(21, 'KWD')).toMatchObject({ type: 'hold' });
  });

  it('has a limit for a document of many lines', () => {
    const items = Array.from({ length: 9 }, () => item({ netMinor: 0, taxMinor: 0 }));
    const many = (totalMinor: number): Decision =>
      decided(
        sale({
          items,
          taxMinor: 0,
          totalMinor,
          tenders: [{ tender: 'card', amountMinor: totalMinor, reference: null }],
        }),
      );
    expect([many(5).type, many(6).type]).toEqual(['post', 'hold']);
  });
});

describe('tax', () => {
  it('is the total of the source in the US, by its rate where the company finds none itself', () => {
    expect(posted(sale()).tax).toEqual({ mode: 'total', totalMinor: 222, rateKey: null });
    const manual = companyOf('usManual', 'USD');
    expect(posted(sale(), manual).tax).toMatchObject({ rateKey: 'NY' });
    expect(decided(sale(), { ...manual, taxCode: () => null })).toMatchObject({
      type: 'hold',
      what: 'taxCode:NY',
    });
  });

  it('marks a line even where only the document as a whole has tax', () => {
    const { lines } = posted(sale({ items: [item({ taxMinor: 0 })] }));
    expect(lines[0]?.isTaxed).toBe(true);
  });

  it('of 0.00 marks no line and states nothing', () => {
    const fees = [{ description: 'Back', netMinor: 0, codes: ['NY'], taxMinor: -222 }];
    const document = posted(sale({ fees, taxMinor: 0, totalMinor: 2_500 }));
    expect(document.tax).toEqual({ mode: 'none' });
    expect(document.lines.some((line) => line.isTaxed)).toBe(false);
  });

  it('below zero is held', () => {
    expect(decided(sale({ taxMinor: -1, totalMinor: 2_499 }))).toMatchObject({
      type: 'hold',
      reason: 'negative_tax',
    });
  });

  it('is a line where the company uses none', () => {
    const document = posted(sale(), companyOf('usNoTax', 'USD'));
    expect(document.tax).toEqual({ mode: 'line' });
    expect(document.lines.at(-1)).toMatchObject({
      kind: 'tax',
      amountMinor: 222,
      description: 'Sales tax NY',
    });
  });

  it('outside the US is left to the codes, overridden within the variance, else held', () => {
    expect(posted(british(2_000, false), gb).tax).toEqual({ mode: 'excluded', overrides: [] });
    expect(posted(british(2_002, false), gb).tax).toEqual({
      mode: 'excluded',
      overrides: [{ rateId: '61', percent: '20', taxMinor: 2_002, netMinor: 10_000 }],
    });
    expect(decided(british(2_003, false), gb)).toMatchObject({
      type: 'hold',
      reason: 'tax_differs',
    });
  });

  it('of several codes is overridden for the rates of each that is off, by what its own lines say', () => {
    const reduced = item({ netMinor: 1_005, codes: ['VAT19'], taxMinor: 190 });
    const two = (vat20Minor: number, changes: Partial<Sale> = {}): Sale =>
      british(0, false, {
        items: [item({ netMinor: 10_000, codes: ['VAT20'], taxMinor: vat20Minor }), reduced],
        taxMinor: vat20Minor + 190,
        totalMinor: 11_195 + vat20Minor,
        ...changes,
      });
    const ofRates = (source: Sale): unknown => {
      const { tax } = posted(source, gb);
      return tax.mode === 'excluded'
        ? tax.overrides.map(({ rateId, taxMinor }) => [rateId, taxMinor])
        : tax;
    };
    // The books would compute 1.91 of the second.
    expect(ofRates(two(2_000))).toEqual([
      ['61', 2_000],
      ['81', 190],
    ]);
    expect(ofRates(two(1_999))).toEqual([
      ['61', 1_999],
      ['81', 190],
    ]);
    // The cents of both make up for each other: nothing to state.
    expect(ofRates(two(2_001))).toEqual([]);
    expect(decided(two(1_997), gb)).toMatchObject({ type: 'hold', reason: 'tax_differs' });
    const unspread = two(2_000, { taxMinor: 2_189, totalMinor: 13_194 });
    expect(decided(unspread, gb)).toMatchObject({ type: 'hold', reason: 'tax_differs' });
  });

  it('is never overridden where two codes share the rate', () => {
    const rates = [{ id: '61', percent: '20' }];
    const company = companyOf('gb', 'GBP', { taxCode: (key) => ({ id: key, rates }) });
    const items = [
      item({ netMinor: 10_000, codes: ['A'], taxMinor: 2_001 }),
      item({ netMinor: 100, codes: ['B'], taxMinor: 20 }),
    ];
    const source = british(0, false, { items, taxMinor: 2_021, totalMinor: 12_121 });
    expect(decided(source, company)).toMatchObject({ type: 'hold', reason: 'tax_differs' });
  });

  it('within the price is accepted within the variance and listed', () => {
    expect(posted(british(2_000, true), gb)).toMatchObject({
      tax: { mode: 'included' },
      lines: [{ amountMinor: 10_000, grossMinor: 12_000 }],
    });
    expect(decided(british(1_999, true), gb)).toMatchObject({
      reasons: [{ choice: 'tax_variance', booksMinor: 2_000, sourceMinor: 1_999 }],
    });
    expect(decided(british(1_990, true), gb)).toMatchObject({
      type: 'hold',
      reason: 'tax_differs',
    });
  });

  it('of a code that nobody mapped holds the sale', () => {
    const source = british(0, false, {
      items: [item({ netMinor: 10_000, codes: ['B', 'A'], taxMinor: 0 })],
    });
    expect(decided(source, gb)).toMatchObject({
      type: 'hold',
      reason: 'mapping_missing',
      what: 'taxCode:A+B',
    });
    const two = british(0, false, {
      items: [
        item({ netMinor: 5_000, codes: ['B'], taxMinor: 0 }),
        item({ netMinor: 5_000, codes: ['A'], taxMinor: 0 }),
      ],
    });
    expect(decided(two, gb)).toMatchObject({
      what: 'taxCode:B',
      detail: 'Map taxCode:B, taxCode:A to their ids in QuickBooks',
    });
  });
});

describe('what is not posted as it is', () => {
  it.each<[string, Sale, Partial<PostingSettings>, PostingCompany, object]>([
    ['no tender', sale({ tenders: [] }), {}, us, { reason: 'no_tender' }],
    [
      'another currency',
      sale({ currency: 'EUR' }),
      {},
      us,
      { reason: 'foreign_currency', what: 'EUR' },
    ],
    [
      'another currency without a rate',
      sale({ currency: 'EUR' }),
      {},
      { ...us, isMultiCurrency: true },
      { reason: 'exchange_rate_missing' },
    ],
    [
      'books of an unknown currency',
      sale({ currency: 'EUR' }),
      {},
      { ...us, homeCurrency: null },
      { reason: 'currency_unknown' },
    ],
    ['a total below zero', sale({ totalMinor: -1 }), {}, us, { reason: 'negative_total' }],
    [
      'a day before the start',
      sale(),
      { startDate: '2026-11-22' },
      us,
      { type: 'nothing', reason: 'before_start_date' },
    ],
    ['the day of the start', sale(), { startDate: '2026-11-21' }, us, { type: 'post' }],
    [
      'a closed period',
      sale(),
      {},
      { ...us, bookCloseDate: '2026-11-21' },
      { reason: 'closed_period', what: '2026-11-21' },
    ],
    [
      'the day after it',
      sale(),
      {},
      { ...us, bookCloseDate: '2026-11-20' },
      { type: 'post', reasons: [] },
    ],
    [
      'discount lines outside the US',
      british(2_000, false),
      { discount: { mode: 'gross' } },
      gb,
      { reason: 'settings_unfit' },
    ],
    [
      'nothing at all',
      sale({ items: [], totalMinor: 0, taxMinor: 0 }),
      {},
      us,
      { type: 'nothing', reason: 'nothing_to_post' },
    ],
    [
      'free goods',
      sale({
        items: [item({ netMinor: 0, taxMinor: 0 })],
        totalMinor: 0,
        taxMinor: 0,
        tenders: [],
      }),
      {},
      us,
      { type: 'post', document: { tender: null } },
    ],
    [
      'free goods by setting',
      sale({ items: [item({ netMinor: 0, taxMinor: 0 })], totalMinor: 0, taxMinor: 0 }),
      { zero: { mode: 'never' } },
      us,
      { type: 'nothing' },
    ],
    [
      'goods for a gift card',
      sale({ giftCards: [{ code: 'g', use: 'used', amountMinor: 2_722 }], totalMinor: 0 }),
      { zero: { mode: 'never' } },
      us,
      { type: 'post' },
    ],
  ])('%s', (_name, source, set, company, expected) => {
    expect(decided(source, company, settings(set))).toMatchObject(expected);
  });

  it('in a closed period is dated the first open day by setting, and says so', () => {
    const company = { ...us, bookCloseDate: '2026-12-31' };
    const decision = decided(sale(), company, settings({ closed: { mode: 'firstOpenDay' } }));
    expect(decision).toMatchObject({
      document: { date: '2027-01-01', notes: ['sale of 2026-11-21'] },
      reasons: [{ choice: 'first_open_day', day: '2027-01-01' }],
    });
  });
});

it('shipping of several tax codes is a line for each of them, where codes decide the tax', () => {
  const shipping = [['VAT20'], [], ['VAT20']].map((codes, index) => ({
    description: `s${index}`,
    netMinor: 100,
    codes,
    taxMinor: codes.length * 20,
  }));
  const source = british(2_000, false, { shipping, taxMinor: 2_040, totalMinor: 12_340 });
  const lines = posted(source, gb).lines.filter(({ kind }) => kind === 'shipping');
  expect(lines.map(({ description, amountMinor }) => [description, amountMinor])).toEqual([
    ['s0, s2', 200],
    ['s1', 100],
  ]);
});

it('a sale on account is an invoice, due on its own day where no other is given', () => {
  expect(posted(sale({ tenders: null }))).toMatchObject({
    type: 'invoice',
    dueDate: '2026-11-21',
    tender: null,
  });
  expect(posted(sale({ tenders: null, dueDate: '2027-01-05' })).dueDate).toBe('2027-01-05');
});

it('a sale of several tenders is an invoice and a payment for each, together its total', () => {
  const tenders = [
    { tender: 'cash', amountMinor: 1_000, reference: null },
    { tender: 'card', amountMinor: 1_722, reference: 'ch_1' },
  ];
  const source = sale({ tenders });
  const invoice = posted(source);
  expect(invoice).toMatchObject({ type: 'invoice', tender: null, dueDate: '2026-11-21' });
  expect(paymentOf(source, invoice, 1)).toEqual({
    marker: 'truth-sync pos payment 2 of order 1',
    date: '2026-11-21',
    currency: 'USD',
    exchangeRate: null,
    customerId: null,
    tender: tenders[1],
    totalMinor: 1_722,
  });
  expect(paymentOf(source, invoice, 2)).toBeNull();
  expect(paymentOf(sale(), posted(sale()), 0)).toBeNull();
});

it('settings that do not fit a company are named', () => {
  const gross = settings({ discount: { mode: 'gross' } });
  const unfit = (country: string, allowDiscount: boolean): number =>
    unfitSettings(gross, { country, allowDiscount, isAutomatedTax: true }).length;
  expect([unfit('US', true), unfit('US', false), unfit('GB', true)]).toEqual([0, 1, 1]);
  const abroad = { country: 'GB', allowDiscount: false, isAutomatedTax: false };
  expect(unfitSettings(initialPostingSettings, abroad)).toEqual([]);
  const shipFrom = [
    { location: 'default', line1: '1 A St', city: 'New York', region: 'NY', postalCode: '10001' },
  ];
  const shop = settings({ shop: { shipFrom } });
  expect(unfitSettings(shop, abroad).map(({ path }) => path)).toEqual(['shop.shipFrom']);
  expect(unfitSettings(shop, { country: 'US', allowDiscount: true, isAutomatedTax: true })).toEqual(
    [],
  );
  expect(
    unclearSettings(settings({ shop: { shipFrom: [...shipFrom, ...shipFrom] } })),
  ).toHaveLength(1);
});

import { describe, expect, test } from '@jest/globals';

import type { OrderBody, RefundBody } from '../../../domain/bodies';
import { sumMinor } from '../../../domain/money';
import type { Sale } from '../../../domain/posting/sale';
import { initialPostingSettings } from '../../../domain/posting/settings';
import { SummaryFold, type SummarySale } from '../../../domain/posting/summary';
import { differenceOf } from '../../../domain/posting/difference';
import { isSameMoney, postedSaleOf } from '../../../domain/posting/posted-sale';
import { decideSummary, withShownGoods } from '../../../domain/posting/summary-document';
import { sharesOf, summaryIdOf, type Share } from '../../../domain/posting/summary-shares';
import { ticketShares, type SummaryTicket } from '../../../domain/posting/summary-tickets';
import { saleOfTicket } from '../../../domain/posting/ticket';
import { companyOf } from './company';

const tenders = [
  { tender: 'cash', amountMinor: 1_000 },
  { tender: 'card', amountMinor: 753 },
];

/** 20.00 and 2.00 tax, of which a deposit paid 4.50; 0.03 were rounded up: 17.53 by two tenders. */
function layAway(changes: Partial<OrderBody> = {}): OrderBody {
  return {
    number: 'T-1',
    channel: 'pos',
    businessDate: '2026-11-20',
    currency: 'USD',
    pricesIncludeTax: false,
    lines: [{ lineId: '1', sku: 'A', name: 'A', quantity: '1', unitPrice: '20', discountMinor: 0, netMinor: 2_000, taxes: [{ code: 'NY', taxMinor: 200 }] }],
    tenders,
    deposits: [{ paymentId: 'P-1', amountMinor: 450 }],
    roundingMinor: 3,
    totals: { netMinor: 2_000, taxMinor: 200, totalMinor: 2_203 },
    ...changes,
  }; // prettier-ignore
}

function shares(ticket: SummaryTicket): Share[] {
  const shared = ticketShares(ticket, 'T-1');
  if (shared.type === 'hold') throw new Error(shared.detail);
  return shared.shares.map(({ share }) => share);
}

function folded(shares: readonly Share[]): SummarySale {
  const fold = new SummaryFold();
  for (const { sale } of shares) fold.add(sale, sale.number);
  const [first] = shares;
  if (first === undefined) throw new Error('no share');
  return fold.sale(first.key, 'P');
}

/** All that a sale's total is made of. */
function partsOf(sale: Pick<Sale, 'items' | 'fees' | 'shipping' | 'prorated' | 'deposits' | 'cashRoundingMinor' | 'unallocatedMinor' | 'taxMinor'>): number {
  const lines = [...sale.items, ...sale.fees, ...sale.shipping, ...(sale.prorated ?? [])];
  const deposits = (sale.deposits ?? []).map(({ use, amountMinor }) => (use === 'received' ? amountMinor : -amountMinor));
  return sumMinor([...lines.map(({ netMinor }) => netMinor), ...deposits, sale.cashRoundingMinor ?? 0, sale.unallocatedMinor, sale.taxMinor]);
} // prettier-ignore

describe('deposits, cash rounding and tax of amounts', () => {
  test('a share of each goes to each tender, and all of them come to the ticket', () => {
    const own = shares({ kind: 'order', body: layAway() });
    const sales = own.map(({ sale }) => sale);
    expect(sales.map(({ totalMinor }) => totalMinor)).toEqual([1_000, 753]);
    for (const sale of sales) expect(partsOf(sale)).toBe(sale.totalMinor);
    const figures = folded(own);
    expect(figures).toMatchObject({ totalMinor: 1_753, taxMinor: 200, cashRoundingMinor: 3 });
    expect(figures.deposits).toEqual([{ id: '', use: 'used', amountMinor: 450 }]);
  });

  test('the document of a summary has them as lines', () => {
    const [share] = shares({ kind: 'order', body: layAway({ tenders: [{ tender: 'cash', amountMinor: 1_753 }] }) }); // prettier-ignore
    if (share === undefined) throw new Error('no share');
    const sale = withShownGoods(folded([share]), 'category', 'US');
    const company = companyOf('usAutomated', 'USD');
    const decision = decideSummary(sale, initialPostingSettings, company);
    if (decision.type !== 'post') throw new Error(JSON.stringify(decision));
    const lines = decision.document.lines.map(({ kind, amountMinor }) => [kind, amountMinor]);
    expect(lines).toContainEqual(['deposit', -450]);
    expect(lines).toContainEqual(['rounding', 3]);
    expect(decision.document.totalMinor).toBe(1_753);
  });

  test('what is given back with its share of tax is in the shares, the sum and its key', () => {
    const refund: RefundBody = { ...layAway({ tenders: [{ tender: 'cash', amountMinor: 1_100 }], lines: [], deposits: undefined, roundingMinor: 0, totals: { netMinor: 1_100, taxMinor: 0, totalMinor: 1_100 } }), restock: false }; // prettier-ignore
    const plain = saleOfTicket({ kind: 'refund', body: refund }, 'R-1', 'refund');
    const sale: Sale = {
      ...plain,
      side: 'sale',
      tenders: tenders.map((one, index) => ({ ...one, amountMinor: [600, 500][index] ?? 0, reference: null })), // prettier-ignore
      prorated: [{ description: 'not allocated', netMinor: 1_000, taxMinor: 100, codes: ['NY'] }],
      taxMinor: 100,
    };
    const shared = sharesOf(sale, 'default');
    if (shared.type === 'hold') throw new Error(shared.detail);
    for (const share of shared.shares) {
      expect(share.key.taxKey).toBe('NY');
      expect(partsOf(share.sale)).toBe(share.sale.totalMinor);
    }
    const figures = folded(shared.shares);
    expect(figures).toMatchObject({ totalMinor: 1_100, taxMinor: 100 });
    expect(figures.prorated).toMatchObject([{ netMinor: 1_000, taxMinor: 100, codes: ['NY'] }]);
  });

  test('a difference of a summary has them, and comes to nothing afterwards', () => {
    const own = shares({ kind: 'order', body: layAway() });
    const [share] = own;
    if (share === undefined) throw new Error('no share');
    const posted = postedSaleOf(folded([share]));
    const { taken, added } = differenceOf(posted, null, () => false);
    expect(added).toBeNull();
    expect(taken).toMatchObject({ totalMinor: 1_000 });
    expect(taken === null || isSameMoney(posted, taken)).toBe(true);
    const kinds = new Set(taken?.amounts.map(({ kind }) => kind));
    expect(kinds).toEqual(new Set(['item', 'deposit', 'cashRounding']));
  });
});

describe('another currency', () => {
  const rate = { rate: '1.1', source: 'ECB', day: '2026-11-20' };
  const keyOf = (changes: Partial<OrderBody>): Share['key'] | undefined =>
    shares({ kind: 'order', body: layAway(changes) })[0]?.key;
  const ids = [
    {},
    { currency: 'EUR', exchangeRate: rate },
    { currency: 'EUR', exchangeRate: { ...rate, rate: '1.2' } },
    { currency: 'EUR', exchangeRate: { ...rate, source: 'bank' } },
    { currency: 'EUR', exchangeRate: { ...rate, day: '2026-11-19' } },
  ].map((changes) => {
    const key = keyOf(changes);
    return key === undefined ? '' : summaryIdOf(key);
  });

  test('each currency and rate is a summary of its own', () => {
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids[0]).toBe('2026-11-20/sale/cash/default/USD/NY/net');
  });

  test('the summary and its differences have the rate of their members', () => {
    const [share] = shares({ kind: 'order', body: layAway({ currency: 'EUR', exchangeRate: rate }) }); // prettier-ignore
    if (share === undefined) throw new Error('no share');
    const sale = folded([share]);
    expect(sale).toMatchObject({ currency: 'EUR', exchangeRate: rate });
    expect(differenceOf(postedSaleOf(sale), null, () => false).taken).toMatchObject({ currency: 'EUR', exchangeRate: rate }); // prettier-ignore
  });
});

describe('tickets that no summary can hold', () => {
  const refund: RefundBody = { ...layAway({ deposits: undefined, roundingMinor: 0 }), restock: true, orderId: 'O-1' }; // prettier-ignore
  const [firstLine] = refund.lines;
  if (firstLine === undefined) throw new Error('no line');
  const back = { ...firstLine, lineId: '2', quantity: '-1', netMinor: -2_000, taxes: [{ code: 'NY', taxMinor: -200 }] }; // prettier-ignore
  const zero = { netMinor: 0, taxMinor: 0, totalMinor: 0 };
  const one = [{ tender: 'cash', amountMinor: 1_000 }];
  const swapped = [...one, { tender: 'card', amountMinor: -1_000 }];
  test.each<[string, SummaryTicket, string]>([
    ['a refund of several tenders', { kind: 'refund', body: refund }, 'several_tenders'],
    [
      'an even exchange',
      {
        kind: 'order',
        body: layAway({
          lines: [...refund.lines, back],
          tenders: [],
          deposits: undefined,
          roundingMinor: 0,
          totals: zero,
        }),
      },
      'several_tenders',
    ],
    [
      'money moved between tenders, nothing sold',
      {
        kind: 'order',
        body: layAway({
          lines: [],
          tenders: swapped,
          deposits: undefined,
          roundingMinor: 0,
          totals: zero,
        }),
      },
      'several_tenders',
    ],
    [
      'an amount of a sale without lines',
      { kind: 'refund', body: { ...refund, lines: [], tenders: one, unallocatedMinor: 1_000, totals: { ...zero, netMinor: 1_000, totalMinor: 1_000 } } }, // prettier-ignore
      'amount_only',
    ],
    ['a refund that is owed', { kind: 'refund', body: { ...refund, tenders: [] } }, 'on_account'],
  ])('%s', (_name, ticket, what) => {
    expect(ticketShares(ticket, 'T-1')).toMatchObject({ type: 'hold', reason: 'not_built', what });
  });

  test('an amount that names no sale is shared as it is', () => {
    const amount: RefundBody = { ...refund, orderId: undefined, lines: [], tenders: one, unallocatedMinor: 1_000, totals: { ...zero, netMinor: 1_000, totalMinor: 1_000 } }; // prettier-ignore
    expect(shares({ kind: 'refund', body: amount })[0]?.sale).toMatchObject({ unallocatedMinor: 1_000, totalMinor: 1_000 }); // prettier-ignore
  });
});

import { describe, expect, test } from '@jest/globals';

import type { OrderBody, RefundBody } from '../../../domain/bodies';
import { sumMinor } from '../../../domain/money';
import type { Sale } from '../../../domain/posting/sale';
import { initialPostingSettings } from '../../../domain/posting/settings';
import { SummaryFold, type SummarySale } from '../../../domain/posting/summary/summary';
import { differenceOf } from '../../../domain/posting/plan/difference';
import { isSameMoney, postedSaleOf } from '../../../domain/posting/plan/posted-sale';
import { decideSummary, withShownGoods } from '../../../domain/posting/summary/summary-document';
import { sharesOf, summaryIdOf, type Share } from '../../../domain/posting/summary/summary-shares';
import {
  comparedRefund,
  ticketShares,
  type SummaryTicket,
} from '../../../domain/posting/summary/summary-tickets';
import { saleOfTicket } from '../../../domain/posting/source/ticket';
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
    lines: [
      {
        lineId: '1',
        sku: 'A',
        name: 'A',
        quantity: '1',
        unitPrice: '20',
        discountMinor: 0,
        netMinor: 2_000,
        taxes: [{ code: 'NY', taxMinor: 200 }],
      },
    ],
    tenders,
    deposits: [{ paymentId: 'P-1', amountMinor: 450 }],
    roundingMinor: 3,
    totals: { netMinor: 2_000, taxMinor: 200, totalMinor: 2_203 },
    ...changes,
  };
}

function shares(ticket: SummaryTicket): Share[] {
  const shared = ticketShares(ticket, 'T-1');
  if (shared.type !== 'shares') throw new Error(JSON.stringify(shared));
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
function partsOf(
  sale: Pick<
    Sale,
    | 'items'
    | 'fees'
    | 'shipping'
    | 'prorated'
    | 'deposits'
    | 'cashRoundingMinor'
    | 'unallocatedMinor'
    | 'taxMinor'
  >,
): number {
  const lines = [...sale.items, ...sale.fees, ...sale.shipping, ...(sale.prorated ?? [])];
  const deposits = (sale.deposits ?? []).map(({ use, amountMinor }) =>
    use === 'received' ? amountMinor : -amountMinor,
  );
  return sumMinor([
    ...lines.map(({ netMinor }) => netMinor),
    ...deposits,
    sale.cashRoundingMinor ?? 0,
    sale.unallocatedMinor,
    sale.taxMinor,
  ]);
}

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
    const [share] = shares({
      kind: 'order',
      body: layAway({ tenders: [{ tender: 'cash', amountMinor: 1_753 }] }),
    });
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
    const refund: RefundBody = {
      ...layAway({
        tenders: [{ tender: 'cash', amountMinor: 1_100 }],
        lines: [],
        deposits: undefined,
        roundingMinor: 0,
        totals: { netMinor: 1_100, taxMinor: 0, totalMinor: 1_100 },
      }),
      restock: false,
    };
    const plain = saleOfTicket({ kind: 'refund', body: refund }, 'R-1', 'refund');
    const sale: Sale = {
      ...plain,
      side: 'sale',
      tenders: tenders.map((one, index) => ({
        ...one,
        amountMinor: [600, 500][index] ?? 0,
        reference: null,
      })),
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
    const [share] = shares({
      kind: 'order',
      body: layAway({ currency: 'EUR', exchangeRate: rate }),
    });
    if (share === undefined) throw new Error('no share');
    const sale = folded([share]);
    expect(sale).toMatchObject({ currency: 'EUR', exchangeRate: rate });
    expect(differenceOf(postedSaleOf(sale), null, () => false).taken).toMatchObject({
      currency: 'EUR',
      exchangeRate: rate,
    });
  });
});

const [soldLine] = layAway().lines;
if (soldLine === undefined) throw new Error('no line');
const returned = {
  ...soldLine,
  lineId: '2',
  quantity: '-1',
  netMinor: -1_000,
  taxes: [{ code: 'NY', taxMinor: -100 }],
};
const plain = { deposits: undefined, roundingMinor: 0 };
const of = (tender: string, amountMinor: number): { tender: string; amountMinor: number } => ({
  tender,
  amountMinor,
});

/** What each tender gets by its summaries, `+` and `-` being the two sides. */
function byTender(ticket: SummaryTicket): string[] {
  return shares(ticket).map(
    ({ key, sale }) =>
      `${key.tender ?? 'none'} ${key.side === 'sale' ? '+' : '-'}${sale.totalMinor}`,
  );
}

describe('several tenders: each gets what the till says of it', () => {
  const exchange = (
    paid: { tender: string; amountMinor: number }[],
    back: Partial<typeof returned> = {},
  ): SummaryTicket => {
    const totalMinor = sumMinor(paid.map(({ amountMinor }) => amountMinor));
    return {
      kind: 'order',
      body: layAway({
        ...plain,
        lines: [soldLine, { ...returned, ...back }],
        tenders: paid,
        totals: { netMinor: totalMinor, taxMinor: 0, totalMinor },
      }),
    };
  };
  const refund = (paid: { tender: string; amountMinor: number }[]): SummaryTicket => ({
    kind: 'refund',
    body: {
      ...layAway({
        ...plain,
        tenders: paid,
        totals: { netMinor: 2_000, taxMinor: 200, totalMinor: 2_200 },
      }),
      restock: true,
    },
  });
  const even = { netMinor: -2_000, taxes: [{ code: 'NY', taxMinor: -200 }] };

  test.each<[string, SummaryTicket, string[]]>([
    [
      'a refund of two',
      refund([of('cash', 1_000), of('card', 1_200)]),
      ['cash -1000', 'card -1200'],
    ],
    [
      'an exchange paid by two',
      exchange([of('cash', 500), of('card', 600)]),
      ['cash +1600', 'card +600', 'cash -1100'],
    ],
    [
      'an exchange paid by one, some given back in another',
      exchange([of('card', 1_300), of('cash', -200)]),
      ['card +2200', 'card -900', 'cash -200'],
    ],
    [
      'an exchange with all given back in the other',
      exchange([of('card', 2_200), of('cash', -1_100)]),
      ['card +2200', 'cash -1100'],
    ],
    ['an exchange of one tender', exchange([of('card', 1_100)]), ['card +2200', 'card -1100']],
    ['an even exchange', exchange([], even), ['exchange +2200', 'exchange -2200']],
    [
      'an even exchange with money moved',
      exchange([of('cash', 300), of('card', -300)], even),
      ['cash +2200', 'cash -1900', 'card -300'],
    ],
  ])('%s', (_name, ticket, expected) => {
    expect(byTender(ticket)).toEqual(expected);
    for (const { sale } of shares(ticket)) expect(partsOf(sale)).toBe(sale.totalMinor);
    const received = ticket.body.tenders.map(
      ({ tender, amountMinor }) =>
        [tender, ticket.kind === 'refund' ? 0 - amountMinor : amountMinor] as const,
    );
    const booked = new Map<string, number>();
    for (const { key, sale } of shares(ticket))
      booked.set(
        key.tender ?? '',
        (booked.get(key.tender ?? '') ?? 0) +
          (key.side === 'sale' ? sale.totalMinor : 0 - sale.totalMinor),
      );
    expect([...booked].filter(([, minor]) => minor !== 0).sort()).toEqual([...received].sort());
  });

  test('the account of exchanges is no tender of that name', () => {
    const [share] = shares(exchange([], even));
    const named = shares({ kind: 'order', body: layAway({ tenders: [of('exchange', 1_753)] }) })[0];
    if (share === undefined || named === undefined) throw new Error('no share');
    expect(share.key.isExchange).toBe(true);
    expect(summaryIdOf({ ...named.key, taxKey: share.key.taxKey })).not.toBe(
      summaryIdOf(share.key),
    );
    expect(folded([share]).tenders).toEqual([
      { tender: 'exchange', amountMinor: 2_200, reference: null, isExchange: true },
    ]);
  });
});

describe('tickets that are posted by themselves, or held', () => {
  const refund: RefundBody = { ...layAway(plain), restock: true, orderId: 'O-1' };
  const zero = { netMinor: 0, taxMinor: 0, totalMinor: 0 };
  const amount: RefundBody = {
    ...refund,
    lines: [],
    tenders: [of('cash', 1_000)],
    unallocatedMinor: 1_000,
    totals: { ...zero, netMinor: 1_000, totalMinor: 1_000 },
  };
  test.each<[string, SummaryTicket, string]>([
    [
      'change given back in another tender',
      {
        kind: 'order',
        body: layAway({
          ...plain,
          tenders: [of('card', 2_700), of('cash', -500)],
          totals: { netMinor: 2_000, taxMinor: 200, totalMinor: 2_200 },
        }),
      },
      'alone',
    ],
    [
      'money moved between tenders, nothing sold',
      {
        kind: 'order',
        body: layAway({
          ...plain,
          lines: [],
          tenders: [of('cash', 1_000), of('card', -1_000)],
          totals: zero,
        }),
      },
      'alone',
    ],
    ['an amount of a sale without lines', { kind: 'refund', body: amount }, 'alone'],
    ['a refund that is owed', { kind: 'refund', body: { ...refund, tenders: [] } }, 'alone'],
    [
      'a sale below zero',
      {
        kind: 'order',
        body: layAway({
          ...plain,
          lines: [{ ...soldLine, netMinor: 0, taxes: [] }],
          giftCards: { used: [{ code: 'G', amountMinor: 100 }] },
          tenders: [of('cash', -100)],
          totals: { ...zero, totalMinor: -100 },
        }),
      },
      'hold',
    ],
    [
      'B19: a fee that its sale cannot bear',
      {
        kind: 'order',
        body: layAway({
          ...plain,
          lines: [{ ...soldLine, netMinor: 0, taxes: [] }],
          fees: [{ name: 'Off', amountMinor: -100 }],
          tenders: [of('cash', -100)],
          totals: { ...zero, netMinor: -100, totalMinor: -100 },
        }),
      },
      'shares',
    ],
  ])('%s', (_name, ticket, type) => {
    expect(ticketShares(ticket, 'T-1').type).toBe(type);
  });

  test('an amount that names no sale is shared as it is', () => {
    expect(
      shares({ kind: 'refund', body: { ...amount, orderId: undefined } })[0]?.sale,
    ).toMatchObject({ unallocatedMinor: 1_000, totalMinor: 1_000 });
  });
});

describe('a refund that names a sale', () => {
  const back = (totalMinor: number): RefundBody => ({
    ...layAway(plain),
    restock: true,
    orderId: 'O-1',
    totals: { netMinor: totalMinor, taxMinor: 0, totalMinor },
  });
  const ticket = {
    kind: 'order' as const,
    body: layAway({ totals: { netMinor: 2_000, taxMinor: 200, totalMinor: 2_200 } }),
  };
  const sale = { recordId: 'O-1', ticket, hasMore: false, isInBooks: true };
  const earlier = {
    kind: 'refund' as const,
    recordId: 'R-0',
    isPosted: true,
    isOpen: false,
    isWanted: true,
    body: back(2_000),
  };
  test(
    'is summed up within its sale, held beyond it, and waits for one that is ' + 'not in the books',
    () => {
      expect(comparedRefund('R-1', back(200), { ...sale, entries: [earlier] })).toEqual({
        type: 'join',
      });
      expect(comparedRefund('R-1', back(201), { ...sale, entries: [earlier] })).toMatchObject({
        type: 'hold',
        reason: 'refund_above_sale',
      });
      expect(comparedRefund('R-1', back(1), { ...sale, entries: [], isInBooks: false })).toEqual({
        type: 'wait',
        kinds: ['order'],
      });
      expect(comparedRefund('R-1', back(1), undefined)).toEqual({
        type: 'wait',
        kinds: ['order', 'invoice'],
      });
    },
  );
});

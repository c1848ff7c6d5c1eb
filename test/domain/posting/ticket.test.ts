import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { OrderBody } from '../../../domain/bodies';
import { signOf } from '../../../domain/money';
import type { Sale } from '../../../domain/posting/sale';
import { tenderOfPart } from '../../../domain/posting/part-names';
import { deliveryPartsOf, partsOfOrder, saleOfTicket } from '../../../domain/posting/source/ticket';
import { orderBody } from '../../support/samples';
import { validOrder, validRefund } from '../tickets';

test.each<[string, [string, number][], Partial<OrderBody>, string[]]>([
  ['positive lines', [['a', 1]], {}, ['sale']],
  ['no lines', [], {}, ['sale']],
  ['negative lines', [['a', -1]], {}, ['refund']],
  [
    'lines of both signs',
    [
      ['a', 1],
      ['b', -1],
    ],
    {},
    ['sale', 'refund'],
  ],
  [
    'negative lines and shipping',
    [['a', -1]],
    { shipping: [{ name: 's', amountMinor: 1 }] },
    ['sale', 'refund'],
  ],
  [
    'negative lines and a fee',
    [['a', -1]],
    { fees: [{ name: 'f', amountMinor: 1 }] },
    ['sale', 'refund'],
  ],
  ['negative lines and a tip', [['a', -1]], { tips: [{ amountMinor: 1 }] }, ['sale', 'refund']],
  [
    'negative lines and a gift card sold',
    [['a', -1]],
    { giftCards: { sold: [{ code: 'g', amountMinor: 1 }] } },
    ['sale', 'refund'],
  ],
  [
    'negative lines and a discount',
    [['a', -1]],
    { fees: [{ name: 'f', amountMinor: -1 }] },
    ['refund'],
  ],
  [
    'B19: lines that cannot bear a discount',
    [['a', 1]],
    { fees: [{ name: 'f', amountMinor: -1251 }] },
    ['sale', 'refund'],
  ],
  [
    'B19: tax that cannot bear that of a discount',
    [['a', 1]],
    { fees: [{ name: 'f', amountMinor: -10, taxes: [{ code: 't', taxMinor: -1 }] }] },
    ['sale', 'refund'],
  ],
  ['B19: nothing but a discount', [], { fees: [{ name: 'f', amountMinor: -1 }] }, ['refund']],
  [
    'positive lines and a discount',
    [['a', 1]],
    { fees: [{ name: 'f', amountMinor: -1 }] },
    ['sale'],
  ],
])('a ticket with %s has its parts', (_name, lines, change, parts) => {
  expect(partsOfOrder({ ...orderBody('1', lines, null), ...change })).toEqual(parts);
});

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** What a sale's parts come to, by their definition in the contract. */
function sumOf(sale: Sale): number {
  const taxed = [...sale.items, ...sale.fees, ...sale.shipping];
  return total([
    ...taxed.map((line) => line.netMinor + line.taxMinor),
    ...sale.tipsMinor.map((tip) => tip.amountMinor),
    ...sale.giftCards.map(({ use, amountMinor }) => (use === 'sold' ? amountMinor : -amountMinor)),
    sale.unallocatedMinor,
  ]);
}

test('the two parts together are the ticket to the cent, each line in exactly one of them', () => {
  fc.assert(
    fc.property(validOrder({ hasTax: true, quantityMin: -9 }), (body) => {
      const parts = partsOfOrder(body);
      const sales = parts.map((part) => saleOfTicket({ kind: 'order', body }, 'P-1', part));
      const signed = sales.map((sale) => (sale.side === 'refund' ? -1 : 1) * sale.totalMinor);
      expect(total(signed) + 0).toBe(body.totals.totalMinor + 0);
      const taxes = sales.map((sale) => (sale.side === 'refund' ? -1 : 1) * sale.taxMinor);
      expect(total(taxes) + 0).toBe(body.totals.taxMinor + 0);
      expect(sales.flatMap(({ items }) => items)).toHaveLength(body.lines.length);
      for (const sale of sales) expect(sumOf(sale) + 0).toBe(sale.totalMinor + 0);
      if (parts.length < 2) return;
      const sold = sales.find(({ side }) => side === 'sale')?.items ?? [];
      expect(sold.filter((item) => signOf(item.quantity) < 0 || item.netMinor < 0)).toEqual([]);
    }),
    { seed: 9, numRuns: 400 },
  );
});

test('a refund is the sum of its lines, fees, shipping, tax and what has no line', () => {
  fc.assert(
    fc.property(validRefund({ hasTax: true, quantityMin: 0 }), (body) => {
      const sale = saleOfTicket({ kind: 'refund', body }, 'R-1', 'refund');
      expect(sale.totalMinor).toBe(body.totals.totalMinor);
      expect(sumOf(sale)).toBe(sale.totalMinor);
      expect(sale.unallocatedMinor).toBe(body.unallocatedMinor);
      expect(sale.items.every((item) => item.isKept === !body.restock)).toBe(true);
    }),
    { seed: 10, numRuns: 300 },
  );
});

test('a refund part has positive pieces, amounts and tax, its fees stay on the sale', () => {
  const body: OrderBody = {
    ...orderBody(
      '1',
      [
        ['a', 2],
        ['b', -3],
      ],
      'c-1',
    ),
    fees: [{ name: 'Wrapping', amountMinor: 300 }],
  };
  body.lines[1]?.taxes.push({ code: 'VAT', taxMinor: -333 });
  const refund = saleOfTicket({ kind: 'order', body }, 'P-1', 'refund');
  expect(refund).toMatchObject({ totalMinor: 4_083, taxMinor: 333, fees: [], taxLabel: 'VAT' });
  expect(refund.items).toMatchObject([{ sku: 'b', quantity: '3', netMinor: 3_750, taxMinor: 333 }]);
  const sale = saleOfTicket({ kind: 'order', body }, 'P-1', 'sale');
  expect(sale).toMatchObject({ totalMinor: 2_800, fees: [{ netMinor: 300 }], customerId: 'c-1' });
});

test('a ticket that is all refund turns its discount and tax with it', () => {
  const body: OrderBody = {
    ...orderBody('1', [['b', -1]], null),
    fees: [{ name: 'Voucher', amountMinor: -200, taxes: [{ code: 'VAT', taxMinor: -10 }] }],
    totals: { netMinor: -1_450, taxMinor: -10, totalMinor: -1_460 },
  };
  expect(saleOfTicket({ kind: 'order', body }, 'P-1', 'refund')).toMatchObject({
    side: 'refund',
    items: [{ netMinor: 1_250 }],
    fees: [{ netMinor: 200, taxMinor: 10 }],
    totalMinor: 1_460,
  });
});

test('an invoice has no tenders, tickets have one entry per tender with all references', () => {
  const order = orderBody('1', [['a', 1]], null);
  const invoice = { ...order, dueDate: '2026-12-01' };
  expect(saleOfTicket({ kind: 'invoice', body: invoice }, 'I-1', 'sale')).toMatchObject({
    tenders: null,
    dueDate: '2026-12-01',
    marker: 'truth-sync pos invoice I-1',
  });
  const cards = [1_000, 250].map((amountMinor, index) => ({
    tender: 'card',
    amountMinor,
    reference: `r${index}`,
  }));
  const split = { ...order, tenders: [...cards, { tender: 'cash', amountMinor: 0 }] };
  expect(saleOfTicket({ kind: 'order', body: split }, 'P-1', 'sale').tenders).toEqual([
    { tender: 'card', amountMinor: 1_250, reference: 'r0, r1' },
  ]);
});

test('each of several tenders is a part of its own, where the ticket is one sale', () => {
  const paid = (lines: [string, number][], amounts: number[]): string[] =>
    deliveryPartsOf({
      ...orderBody('1', lines, null),
      tenders: amounts.map((amountMinor, index) => ({ tender: `t${index}`, amountMinor })),
    });
  expect(paid([['a', 1]], [1_000, 250])).toEqual(['sale', 'payment-1', 'payment-2']);
  expect(paid([['a', 1]], [1_250])).toEqual(['sale']);
  // What goes through the account in between has a move of each tender (ADR 0006).
  expect(paid([['a', 1]], [1_300, -50])).toEqual(['sale', 'move-1', 'move-2']);
  expect(
    paid(
      [
        ['a', 2],
        ['b', -1],
      ],
      [1_000, 250],
    ),
  ).toEqual(['sale', 'refund', 'move-1', 'move-2']);
  expect(paid([['b', -1]], [-1_000, -250])).toEqual(['refund', 'move-1', 'move-2']);
  expect(
    paid(
      [
        ['a', 2],
        ['b', -1],
      ],
      [1_250],
    ),
  ).toEqual(['sale', 'refund']);
  expect(
    paid(
      [
        ['a', 1],
        ['b', -1],
      ],
      [],
    ),
  ).toEqual(['sale', 'refund']);
  expect(['sale', 'payment-2'].map(tenderOfPart)).toEqual([null, 1]);
});

test('where prices include tax, a discount counts with the share of it that is net', () => {
  const body = orderBody('1', [['a', 1]], null);
  Object.assign(body.lines[0] ?? {}, {
    discountMinor: 250,
    netMinor: 833,
    taxes: [{ code: 'VAT', taxMinor: 167 }],
  });
  const discountOf = (pricesIncludeTax: boolean): number | undefined =>
    saleOfTicket({ kind: 'order', body: { ...body, pricesIncludeTax } }, 'P-1', 'sale').items[0]
      ?.discountMinor;
  expect([discountOf(false), discountOf(true)]).toEqual([250, 208]);
});

test('markers of different ids differ, and none has the semicolon that ends it', () => {
  const markerOf = (id: string): string =>
    saleOfTicket({ kind: 'order', body: orderBody('1', [], null) }, id, 'sale').marker;
  expect(markerOf('A; B')).toBe('truth-sync pos order A%3B B');
  expect(markerOf('A%3B B')).not.toBe(markerOf('A; B'));
});

import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { InvoiceBody, OrderBody, OrderLine, RefundBody } from '../../domain/bodies';
import { sumFaults } from '../../domain/ticket-sums';
import { validOrder, validRefund } from './tickets';

/**
 * 2 x 12.50 less 1.00, wrapping 3.00, shipping 5.00, tax 2.40, tip 1.00, card sold 10.00, card used
 * 4.00.
 */
const order: OrderBody = {
  number: 'P-1',
  channel: 'pos',
  businessDate: '2026-11-21',
  currency: 'USD',
  pricesIncludeTax: false,
  lines: [
    {
      lineId: '1',
      sku: 'a',
      name: 'Article',
      quantity: '2',
      unitPrice: '12.50',
      discountMinor: 100,
      netMinor: 2_400,
      taxes: [{ code: 'VAT', taxMinor: 200 }],
    },
  ],
  fees: [{ name: 'Wrapping', amountMinor: 300 }],
  shipping: [{ name: 'Parcel', amountMinor: 500, taxes: [{ code: 'VAT', taxMinor: 40 }] }],
  tips: [{ amountMinor: 100 }],
  giftCards: { sold: [{ code: 'g', amountMinor: 1_000 }], used: [{ code: 'h', amountMinor: 400 }] },
  tenders: [
    { tender: 'cash', amountMinor: 4_000 },
    { tender: 'card', amountMinor: 140 },
  ],
  totals: { netMinor: 3_200, taxMinor: 240, totalMinor: 4_140 },
};

function lineOf(body: OrderBody): OrderLine {
  const [line] = body.lines;
  if (line === undefined) throw new Error('no line');
  return line;
}

function changed(change: (body: OrderBody) => unknown): OrderBody {
  const copy = structuredClone(order);
  change(copy);
  return copy;
}

test('a ticket whose sums hold has no fault', () => {
  expect(sumFaults({ kind: 'order', body: order })).toEqual([]);
});

const broken: [string, (body: OrderBody) => unknown, { path: string; figures: number[] }[]][] = [
  [
    'a line that is not quantity times price',
    (body) => (lineOf(body).netMinor += 2),
    [
      { path: 'lines[0].netMinor', figures: [2_402, 2_400] },
      { path: 'totals.netMinor', figures: [3_200, 3_202] },
    ],
  ],
  [
    'net',
    (body) => (body.totals.netMinor += 1),
    [
      { path: 'totals.netMinor', figures: [3_201, 3_200] },
      { path: 'totals.totalMinor', figures: [4_140, 4_141] },
    ],
  ],
  [
    'tax',
    (body) => (body.totals.taxMinor -= 1),
    [
      { path: 'totals.taxMinor', figures: [239, 240] },
      { path: 'totals.totalMinor', figures: [4_140, 4_139] },
    ],
  ],
  [
    'total',
    (body) => (body.totals.totalMinor += 10),
    [
      { path: 'totals.totalMinor', figures: [4_150, 4_140] },
      { path: 'tenders', figures: [4_140, 4_150] },
    ],
  ],
  ['tenders', (body) => body.tenders.pop(), [{ path: 'tenders', figures: [4_000, 4_140] }]],
  ['a tip', (body) => (body.tips = []), [{ path: 'totals.totalMinor', figures: [4_140, 4_040] }]],
  [
    'a gift card',
    (body) => delete body.giftCards,
    [{ path: 'totals.totalMinor', figures: [4_140, 3_540] }],
  ],
  [
    'shipping',
    (body) => delete body.shipping,
    [
      { path: 'totals.netMinor', figures: [3_200, 2_700] },
      { path: 'totals.taxMinor', figures: [240, 200] },
    ],
  ],
];

test.each(broken)(
  '%s that is wrong gives its fault with both figures',
  (_name, change, expected) => {
    const faults = sumFaults({ kind: 'order', body: changed(change) });
    expect(
      faults.map(({ path, message }) => ({
        path,
        figures: [...message.matchAll(/-?\d+/g)].map(Number),
      })),
    ).toEqual(expected);
  },
);

test('a line may be off by one minor unit, not by two', () => {
  const off = (by: number): string[] => {
    const body = changed((copy) => (lineOf(copy).netMinor += by));
    return sumFaults({ kind: 'order', body }).map(({ path }) => path);
  };
  expect(off(1)).not.toContain('lines[0].netMinor');
  expect(off(-1)).not.toContain('lines[0].netMinor');
  expect(off(2)).toContain('lines[0].netMinor');
  expect(off(-2)).toContain('lines[0].netMinor');
});

test('where prices include tax, a line is what is left without it', () => {
  const body = changed((copy) => {
    copy.pricesIncludeTax = true;
    lineOf(copy).netMinor -= 200;
    copy.totals = { netMinor: 3_000, taxMinor: 240, totalMinor: 3_940 };
    copy.tenders = [{ tender: 'cash', amountMinor: 3_940 }];
  });
  expect(sumFaults({ kind: 'order', body })).toEqual([]);
});

test('an invoice has no tenders to add up', () => {
  const body: InvoiceBody = structuredClone(order);
  Reflect.deleteProperty(body, 'tenders');
  expect(sumFaults({ kind: 'invoice', body })).toEqual([]);
});

test('what a refund gives back without a line counts in its net', () => {
  const body: RefundBody = { ...order, restock: false, unallocatedMinor: 7 };
  const paths = sumFaults({ kind: 'refund', body }).map(({ message }) => message);
  expect(paths).toEqual([expect.stringContaining('3207')]);
});

const mixed = { hasTax: true, quantityMin: -9 };
test('no valid ticket has a fault, and one cent anywhere in the totals gives one', () => {
  fc.assert(
    fc.property(validOrder(mixed), validRefund(mixed), (sale, refund) => {
      expect(sumFaults({ kind: 'order', body: sale })).toEqual([]);
      expect(sumFaults({ kind: 'refund', body: refund })).toEqual([]);
      for (const field of ['netMinor', 'taxMinor', 'totalMinor'] as const) {
        const totals = { ...sale.totals, [field]: sale.totals[field] + 1 };
        expect(sumFaults({ kind: 'order', body: { ...sale, totals } })).not.toEqual([]);
      }
    }),
    { seed: 8, numRuns: 300 },
  );
});

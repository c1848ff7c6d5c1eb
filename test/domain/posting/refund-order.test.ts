import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { OrderBody, OrderLine, RefundBody } from '../../../domain/bodies';
import { addDecimals, signOf, sumMinor } from '../../../domain/money';
import { postedSaleOf } from '../../../domain/posting/plan/posted-sale';
import type { Sale } from '../../../domain/posting/sale';
import { carriesRest, refundOfSale } from '../../../domain/posting/source/amount-refund';
import type { KnownSale, SaleEntry } from '../../../domain/posting/source/known-sale';
import { saleOfTicket } from '../../../domain/posting/source/ticket';
import { orderBody } from '../../support/samples';
import { validOrder } from '../tickets';

// The refunds of one sale, some of them by amount, in any order of arrival: together they give back
// the same, whatever became of each.

type AmountOnlyTax = 'inclusiveOnly' | 'none' | 'prorate';

/** A refund of these lines and of an amount without a line. */
function refundOf(
  order: OrderBody,
  lines: OrderLine[],
  unallocatedMinor: number,
  change: Partial<RefundBody> = {},
): RefundBody {
  const netMinor = sumMinor(lines.map((line) => line.netMinor)) + unallocatedMinor;
  const taxMinor = sumMinor(lines.flatMap((line) => line.taxes.map((tax) => tax.taxMinor)));
  const totalMinor = netMinor + taxMinor;
  return {
    ...orderBody('r', [], null),
    currency: order.currency,
    pricesIncludeTax: order.pricesIncludeTax,
    lines,
    restock: true,
    unallocatedMinor,
    tenders: [{ tender: 'card', amountMinor: totalMinor }],
    totals: { netMinor, taxMinor, totalMinor },
    ...change,
  };
}

type Named = readonly [recordId: string, body: RefundBody];

function entryOf([recordId, body]: Named, isPosted = true): SaleEntry {
  const state = { isPosted, isOpen: false, isWanted: body.voided !== true };
  return { kind: 'refund', recordId, body, ...state };
}

function known(order: OrderBody, entries: SaleEntry[]): KnownSale {
  return { recordId: 'o', ticket: { kind: 'order', body: order }, entries, hasMore: false };
}

function ordersOf<T>(all: readonly T[]): T[][] {
  if (all.length < 2) return [[...all]];
  return all.flatMap((one, index) =>
    ordersOf(all.filter((_, other) => other !== index)).map((rest) => [one, ...rest]),
  );
}

/** What sales come to together, by kind, article and tax code, without what comes to nothing. */
function sumsOf(sales: readonly Sale[]): Record<string, string> {
  const sums = new Map<string, [string, number, number]>();
  for (const { kind, key, isKept, codes, ...amount } of sales.flatMap(
    (sale) => postedSaleOf(sale).amounts,
  )) {
    const name = JSON.stringify([kind, key, isKept, codes]);
    const [quantity, netMinor, taxMinor] = sums.get(name) ?? ['0', 0, 0];
    sums.set(name, [
      addDecimals(quantity, amount.quantity),
      netMinor + amount.netMinor,
      taxMinor + amount.taxMinor,
    ]);
  }
  return Object.fromEntries(
    [...sums]
      .filter(([, [quantity, net, tax]]) => signOf(quantity) !== 0 || net !== 0 || tax !== 0)
      .map(([name, values]) => [name, values.join(' ')] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

/** What the refunds give back that arrived in this order. */
function given(order: OrderBody, arrived: readonly Named[], amountOnlyTax: AmountOnlyTax): Sale[] {
  const entries = arrived.map((one) => entryOf(one));
  return arrived.map(([recordId, body]) =>
    refundOfSale(recordId, body, known(order, entries), { refund: { amountOnlyTax } }),
  );
}

/** 120.00 with 20.00 tax: two articles of 75.00 and 25.00. */
const sale: OrderBody = {
  ...orderBody('1', [], null),
  lines: [['a', 7_500, 1_500] as const, ['b', 2_500, 500] as const].map(
    ([sku, netMinor, taxMinor], index) => ({
      lineId: String(index),
      sku,
      name: sku,
      quantity: '1',
      unitPrice: (netMinor / 100).toFixed(2),
      discountMinor: 0,
      netMinor,
      taxes: [{ code: 'S', taxMinor }],
    }),
  ),
  tenders: [{ tender: 'card', amountMinor: 12_000 }],
  totals: { netMinor: 10_000, taxMinor: 2_000, totalMinor: 12_000 },
};
const byLines = refundOf(sale, sale.lines.slice(0, 1), 0);

test.each(['none', 'prorate', 'inclusiveOnly'] as const)(
  'refunds by amount and by lines that give back a whole sale give back its lines and tax in any order, tax %s',
  (amountOnlyTax) => {
    for (const pricesIncludeTax of [false, true]) {
      const order = { ...sale, pricesIncludeTax };
      const all: Named[] = [
        ['R-1', refundOf(order, [], 2_000)],
        ['R-2', byLines],
        ['R-3', refundOf(order, [], 1_000)],
      ];
      const sold = sumsOf([saleOfTicket({ kind: 'order', body: order }, 'o', 'sale')]);
      for (const arrived of ordersOf(all))
        expect(sumsOf(given(order, arrived, amountOnlyTax))).toEqual(sold);
      // A part of it is what each says, in any order too.
      const two = ordersOf(all.slice(0, 2)).map((some) =>
        sumsOf(given(order, some, amountOnlyTax)),
      );
      expect(two[0]).toEqual(two[1]);
    }
  },
);

test('a refund with lines that completes its sale keeps its lines and takes off what was given back without one', () => {
  const first: Named = ['R-1', refundOf(sale, [], 3_000, { restock: false })];
  const entries = [entryOf(first), entryOf(['R-2', byLines])];
  const settings = { refund: { amountOnlyTax: 'none' as const } };
  expect(refundOfSale('R-2', byLines, known(sale, entries), settings)).toMatchObject({
    items: [
      { sku: 'a', quantity: '1', netMinor: 7_500, taxMinor: 1_500, isKept: false },
      { sku: 'b', quantity: '1', netMinor: 2_500, taxMinor: 500, isKept: true },
    ],
    unallocatedMinor: -3_000,
    taxMinor: 2_000,
    totalMinor: 9_000,
  });
  expect(carriesRest('R-2', byLines, known(sale, entries))).toBe(true);
  // By lines alone nothing is left to say.
  expect(carriesRest('R-2', byLines, known(sale, entries.slice(1)))).toBe(false);
});

test('what a refund gives back is decided by those that came earlier, whatever became of them', () => {
  const amount = (minor: number): RefundBody => refundOf(sale, [], minor);
  const isRest = (recordId: string, body: RefundBody, ...entries: SaleEntry[]): boolean =>
    carriesRest(recordId, body, known(sale, entries));
  const [one, two] = [amount(3_000), amount(9_000)];
  // An edit of the earlier one, after the later is posted as the rest: one of both carries it.
  const both = [entryOf(['R-1', one]), entryOf(['R-2', two])];
  expect([isRest('R-1', one, ...both), isRest('R-2', two, ...both)]).toEqual([false, true]);
  // Held or discarded, the earlier one was given back at the till all the same.
  expect(isRest('R-2', two, entryOf(['R-1', one], false), entryOf(['R-2', two]))).toBe(true);
  // Voided, it gave back nothing: the later one is no rest any more, and the last one is.
  const voided = entryOf(['R-1', { ...one, voided: true }]);
  const later = [voided, entryOf(['R-2', two]), entryOf(['R-3', one], false)];
  expect([isRest('R-2', two, ...later), isRest('R-3', one, ...later)]).toEqual([false, true]);
  // What is too much beside what is posted does not count.
  const whole = amount(12_000);
  expect(isRest('R-2', whole, entryOf(['R-1', one], false), entryOf(['R-2', whole]))).toBe(true);
});

test('goods come back with the rest where each refund without lines says so, in any order', () => {
  for (const [first, second] of [
    [true, false],
    [true, true],
    [false, false],
  ] as const) {
    const all: Named[] = [
      ['R-1', refundOf(sale, [], 2_000, { restock: first })],
      ['R-2', byLines],
      ['R-3', refundOf(sale, [], 1_000, { restock: second })],
    ];
    for (const arrived of ordersOf(all)) {
      const items = given(sale, arrived, 'none').flatMap((one) => one.items);
      expect(items.filter(({ sku }) => sku === 'b')).toEqual([
        expect.objectContaining({ quantity: '1', isKept: !(first && second) }),
      ]);
    }
  }
});

test('any refunds of any sale, with fees, tips, gift cards and amounts, come to the same in any order of arrival', () => {
  let completed = 0;
  fc.assert(
    fc.property(
      validOrder({ hasTax: true, quantityMin: 0 }),
      fc.array(fc.integer({ min: -1, max: 2 }), { minLength: 6, maxLength: 6 }),
      fc.tuple(fc.nat({ max: 400 }), fc.nat({ max: 400 }), fc.boolean(), fc.boolean()),
      fc.constantFrom<AmountOnlyTax>('none', 'prorate', 'inclusiveOnly'),
      (order, places, [firstMinor, secondMinor, isWhole, isRestocked], amountOnlyTax) => {
        const used = (order.giftCards?.used ?? []).map((card) => card.amountMinor);
        const sold = saleOfTicket({ kind: 'order', body: order }, 'o', 'sale');
        const linesOf = (place: number): OrderLine[] =>
          order.lines.filter((_, index) => places[index] === place);
        const bodies = [
          refundOf(order, linesOf(0), firstMinor, { restock: isRestocked }),
          refundOf(order, linesOf(1), secondMinor),
          refundOf(order, linesOf(2), 0),
        ];
        const leftMinor =
          order.totals.totalMinor +
          sumMinor(used) -
          sumMinor(bodies.map(({ totals }) => totals.totalMinor));
        fc.pre(leftMinor >= 0);
        if (isWhole) bodies.push(refundOf(order, [], leftMinor));
        // A refund of 0.00 gives back nothing.
        const all = bodies.flatMap((body, index): Named[] =>
          body.totals.totalMinor > 0 ? [[`R-${index}`, body]] : [],
        );
        const sums = ordersOf(all).map((arrived) => sumsOf(given(order, arrived, amountOnlyTax)));
        for (const one of sums) expect(one).toEqual(sums[0]);
        if (!isWhole) return;
        const last = all.at(-1);
        const entries = all.map((one) => entryOf(one));
        if (last === undefined || !carriesRest(...last, known(order, entries))) return;
        completed += 1;
        const withoutKept = (name: string): string => name.replace(',true,', ',false,');
        const names = (of: Record<string, string>): string[] =>
          Object.keys(of).map(withoutKept).sort();
        // What of the sale was used or rounded is no part of what was sold.
        const goods = { ...sold, giftCards: sold.giftCards.filter(({ use }) => use === 'sold') };
        expect(new Set(names(sums[0] ?? {}))).toEqual(new Set(names(sumsOf([goods]))));
      },
    ),
    { seed: 23, numRuns: 300 },
  );
  expect(completed).toBeGreaterThan(50);
});

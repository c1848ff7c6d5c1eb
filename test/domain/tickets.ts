import fc from 'fast-check';

import type {
  GiftCardAmount,
  LineTax,
  NamedAmount,
  OrderBody,
  OrderLine,
  RefundBody,
} from '../../domain/bodies';
import { extendMinor } from '../../domain/money';

// Random tickets whose sums hold, for properties.

const taxes: fc.Arbitrary<LineTax[]> = fc.array(
  fc.record({
    code: fc.constantFrom('VAT20', 'CITY'),
    taxMinor: fc.integer({ min: -500, max: 2_000 }),
  }),
  { maxLength: 2 },
);
const noTaxes: fc.Arbitrary<LineTax[]> = fc.constant([]);

interface Options {
  hasTax: boolean;
  /** Lowest quantity: negative ones are goods taken back. */
  quantityMin: number;
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);

function lines(options: Options, isTaxIncluded: boolean): fc.Arbitrary<OrderLine[]> {
  const line = fc.record({
    sku: fc.constantFrom('a', 'A', 'b~2', 'c'),
    quantity: fc.integer({ min: options.quantityMin * 1_000, max: 9_000 }),
    priceTenths: fc.integer({ min: 0, max: 99_999 }),
    discountMinor: fc.integer({ min: 0, max: 300 }),
    taxes: options.hasTax ? taxes : noTaxes,
    slack: fc.integer({ min: -1, max: 1 }),
  });
  return fc.array(line, { maxLength: 6 }).map((entries) =>
    entries.map(({ sku, quantity, priceTenths, discountMinor, taxes: own, slack }, index) => {
      const text = (quantity / 1_000).toFixed(3);
      const unitPrice = (priceTenths / 1_000).toFixed(3);
      const included = isTaxIncluded ? sum(own.map((tax) => tax.taxMinor)) : 0;
      const netMinor = extendMinor(text, unitPrice, 'USD') - discountMinor - included + slack;
      return {
        lineId: String(index),
        sku,
        name: `Article ${sku}`,
        quantity: text,
        unitPrice,
        discountMinor,
        netMinor,
        taxes: own,
      };
    }),
  );
}

function amounts(options: Options, amountMin: number): fc.Arbitrary<NamedAmount[]> {
  return fc.array(
    fc.record({
      name: fc.constantFrom('Wrapping', 'Voucher'),
      amountMinor: fc.integer({ min: amountMin, max: 900 }),
      taxes: options.hasTax ? taxes : noTaxes,
    }),
    { maxLength: 2 },
  );
}

/** An order whose sums all hold; without tax amounts, tips and gift cards unless `hasTax`. */
export function validOrder(options: Options): fc.Arbitrary<OrderBody> {
  const cards: fc.Arbitrary<GiftCardAmount[]> = fc.array(
    fc.record({ code: fc.constant('g1'), amountMinor: fc.integer({ min: 0, max: 5_000 }) }),
    { maxLength: 2 },
  );
  return fc.boolean().chain((pricesIncludeTax) =>
    fc
      .record({
        lines: lines(options, pricesIncludeTax),
        fees: amounts(options, options.quantityMin < 0 ? -300 : 0),
        shipping: amounts(options, 0),
        tip: options.hasTax ? fc.integer({ min: 0, max: 500 }) : fc.constant(0),
        sold: options.hasTax ? cards : fc.constant<GiftCardAmount[]>([]),
        used: options.hasTax ? cards : fc.constant<GiftCardAmount[]>([]),
        firstTender: fc.integer({ min: -100, max: 500 }),
        tenders: fc.integer({ min: 1, max: options.hasTax ? 3 : 1 }),
      })
      .map(({ tip, sold, used, firstTender, tenders, ...parts }) => {
        const named = [...parts.fees, ...parts.shipping];
        const netMinor = sum([
          ...parts.lines.map((line) => line.netMinor),
          ...named.map((line) => line.amountMinor),
        ]);
        const taxMinor = sum(
          [...parts.lines, ...named].flatMap((line) =>
            (line.taxes ?? []).map((tax) => tax.taxMinor),
          ),
        );
        const cardsMinor =
          sum(sold.map((card) => card.amountMinor)) - sum(used.map((card) => card.amountMinor));
        const totalMinor = netMinor + taxMinor + tip + cardsMinor;
        const others = Array.from({ length: tenders - 1 }, () => firstTender);
        const paid = [...others, totalMinor - sum(others)];
        return {
          number: 'P-1',
          channel: 'pos' as const,
          businessDate: '2026-11-21',
          currency: 'USD',
          pricesIncludeTax,
          ...parts,
          tips: tip === 0 ? [] : [{ amountMinor: tip }],
          giftCards: { sold, used },
          tenders: paid.map((amountMinor) => ({ tender: 'cash', amountMinor })),
          totals: { netMinor, taxMinor, totalMinor },
        };
      }),
  );
}

/** A refund whose sums hold, some of it without a line. */
export function validRefund(options: Options): fc.Arbitrary<RefundBody> {
  return fc
    .tuple(validOrder(options), fc.integer({ min: 0, max: 700 }), fc.boolean())
    .map(([order, unallocatedMinor, restock]) => {
      const { netMinor, taxMinor, totalMinor } = order.totals;
      const first = order.tenders[0] ?? { tender: 'cash', amountMinor: 0 };
      return {
        ...order,
        restock,
        unallocatedMinor,
        tenders: [
          { ...first, amountMinor: first.amountMinor + unallocatedMinor },
          ...order.tenders.slice(1),
        ],
        totals: {
          netMinor: netMinor + unallocatedMinor,
          taxMinor,
          totalMinor: totalMinor + unallocatedMinor,
        },
      };
    });
}

import fc from 'fast-check';

import type {
  InvoiceBody,
  LineTax,
  NamedAmount,
  OrderBody,
  OrderLine,
  RefundBody,
} from '../../../domain/bodies';
import {
  currencyDecimals,
  extendMinor,
  percentOfMinor,
  taxWithinMinor,
} from '../../../domain/money';
import type { Ticket } from '../../../domain/posting/source/ticket';
import type { CompanyKind } from './company';

// Random tickets with the tax of a company of each kind, as a till would make them: every line
// taxed and rounded by itself, so that the books, which tax the sub-total, may be cents off.

/** Codes of a line and their percents, by kind of company. */
const rates: Record<CompanyKind, readonly (readonly [code: string, percent: string])[][]> = {
  usAutomated: [[['NY', '8.875']], []],
  usManual: [[['NY', '8.875']], []],
  usNoTax: [[['NY', '8.875']], []],
  gb: [[['VAT20', '20']], [['VAT19', '19']], []],
  ca: [
    [
      ['GST', '5'],
      ['QST', '9.975'],
    ],
    [],
  ],
};

export interface BasketOptions {
  kind: CompanyKind;
  pricesIncludeTax: boolean;
  currency: string;
}

interface Taxed {
  netMinor: number;
  taxes: LineTax[];
}

/** What a gross or net amount means at these rates. */
function taxedAs(
  amountMinor: number,
  rate: readonly (readonly [string, string])[],
  isGross: boolean,
): Taxed {
  const percent = rate.reduce((sum, [, own]) => sum + Number(own) * 1_000, 0) / 1_000;
  const netMinor = isGross
    ? amountMinor - taxWithinMinor(amountMinor, String(percent))
    : amountMinor;
  let leftMinor = amountMinor - netMinor;
  const taxes = rate.map(([code, own], index) => {
    const isLast = index === rate.length - 1;
    const taxMinor = isGross && isLast ? leftMinor : percentOfMinor(netMinor, own);
    leftMinor -= taxMinor;
    return { code, taxMinor };
  });
  return { netMinor, taxes };
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);

function lines({ kind, pricesIncludeTax, currency }: BasketOptions): fc.Arbitrary<OrderLine[]> {
  const decimals = currencyDecimals(currency);
  const line = fc.record({
    sku: fc.constantFrom('MUG', 'TEE', 'CUP'),
    quantity: fc.oneof(
      fc.integer({ min: 1, max: 12 }).map(String),
      fc.integer({ min: 1, max: 9_999 }).map((milli) => (milli / 1_000).toFixed(3)),
    ),
    // Prices with up to 8 decimals, in reach of any currency.
    unitPrice: fc.oneof(
      fc
        .integer({ min: 0, max: 20_000 })
        .map((minor) => (minor / 10 ** decimals).toFixed(decimals)),
      fc.integer({ min: 1, max: 2_000_000_000 }).map((tiny) => (tiny / 100_000_000).toFixed(8)),
    ),
    discountPercent: fc.constantFrom(0, 0, 0, 10, 33, 100),
    rate: fc.constantFrom(...rates[kind]),
  });
  return fc.array(line, { minLength: 1, maxLength: 6 }).map((entries) =>
    entries.map(({ sku, quantity, unitPrice, discountPercent, rate }, index) => {
      const fullMinor = extendMinor(quantity, unitPrice, currency);
      const discountMinor = percentOfMinor(fullMinor, String(discountPercent));
      const taxed = taxedAs(fullMinor - discountMinor, rate, pricesIncludeTax);
      return {
        lineId: String(index),
        sku,
        name: `Article ${sku}`,
        quantity,
        unitPrice,
        discountMinor,
        ...taxed,
      };
    }),
  );
}

function amounts(options: BasketOptions, name: string, min: number): fc.Arbitrary<NamedAmount[]> {
  const amount = fc.record({
    amountMinor: fc.integer({ min, max: 900 }),
    rate: fc.constantFrom(...rates[options.kind]),
  });
  return fc.array(amount, { maxLength: 2 }).map((entries) =>
    entries.map(({ amountMinor, rate }) => {
      const { netMinor, taxes } = taxedAs(amountMinor, rate, options.pricesIncludeTax);
      return { name, amountMinor: netMinor, taxes };
    }),
  );
}

/** A sale, an invoice or a refund whose sums hold. */
export function basket(options: BasketOptions): fc.Arbitrary<Ticket> {
  return fc
    .record({
      lines: lines(options),
      fees: amounts(options, 'Wrapping', -300),
      shipping: amounts(options, 'Post', 0),
      tip: fc.constantFrom(0, 0, 0, 150),
      sold: fc.constantFrom(0, 0, 0, 2_000),
      used: fc.constantFrom(0, 0, 0, 500),
      form: fc.constantFrom('order', 'order', 'refund', 'invoice'),
      unallocated: fc.constantFrom(0, 0, 200),
      restock: fc.boolean(),
    })
    .map(({ tip, sold, used, form, unallocated, restock, ...parts }) => {
      const named = [...parts.fees, ...parts.shipping];
      const taxes = [...parts.lines, ...named].flatMap((one) => one.taxes ?? []);
      const unallocatedMinor = form === 'refund' ? unallocated : 0;
      const netMinor = sum([
        ...parts.lines.map((one) => one.netMinor),
        ...named.map((one) => one.amountMinor),
        unallocatedMinor,
      ]);
      const taxMinor = sum(taxes.map((tax) => tax.taxMinor));
      const totalMinor = netMinor + taxMinor + tip + sold - used;
      const ticket: InvoiceBody = {
        number: 'P-1',
        channel: 'pos',
        businessDate: '2026-11-21',
        currency: options.currency,
        pricesIncludeTax: options.pricesIncludeTax,
        ...parts,
        tips: tip === 0 ? [] : [{ amountMinor: tip }],
        giftCards: {
          sold: sold === 0 ? [] : [{ code: 'S', amountMinor: sold }],
          used: used === 0 ? [] : [{ code: 'U', amountMinor: used }],
        },
        totals: { netMinor, taxMinor, totalMinor },
      };
      if (form === 'invoice') return { kind: 'invoice', body: ticket };
      const order: OrderBody = {
        ...ticket,
        tenders: [{ tender: 'card', amountMinor: totalMinor }],
      };
      if (form === 'order') return { kind: 'order', body: order };
      const body: RefundBody = { ...order, restock, unallocatedMinor };
      return { kind: 'refund', body };
    });
}

import { z } from 'zod';

import {
  amountMinorPositive,
  calendarDay,
  currency,
  decimal,
  exchangeRate,
  idText,
  named,
  prose,
  text,
} from './body-parts';
import { bodyExamples } from './examples';

// The bodies of customers, products and stock, and of the daily summaries that we make.

export type Address = z.output<typeof address>;
const address = z.strictObject({
  line1: text(500).optional(),
  line2: text(500).optional(),
  city: text(255).optional(),
  region: text(255).optional(),
  postalCode: text(30).optional(),
  country: text(255).optional(),
});

export type CustomerBody = z.output<typeof customer>;
export const customer = z
  .strictObject({
    name: named(500),
    givenName: text(100).optional(),
    familyName: text(100).optional(),
    company: text(500).optional(),
    email: text(320).optional(),
    phone: text(100).optional(),
    billing: address.optional(),
    shipping: address.optional(),
    taxExempt: z.boolean().optional(),
    notes: prose(4000).optional(),
  })
  .meta({ example: bodyExamples.customer });

export const product = z
  .strictObject({
    sku: idText,
    name: named(500),
    description: prose(20_000).optional(),
    type: z.enum(['goods', 'service']).meta({ description: '`service`: nothing is shipped.' }),
    priceMinor: amountMinorPositive,
    currency,
    taxClass: text(100).optional().meta({ description: 'Tax class of the shop.' }),
    costMinor: amountMinorPositive.optional(),
    barcode: text(100)
      .optional()
      .meta({ description: 'Sent to the shop where it is digits and hyphens.' }),
    categories: z.array(named(200)).max(100).optional(),
    trackStock: z.boolean().meta({ description: 'Whether the POS counts its stock.' }),
    status: z
      .enum(['active', 'archived'])
      .meta({ description: '`archived`: draft and hidden in the shop.' }),
    variants: z
      .array(
        z.strictObject({
          sku: idText,
          options: z.record(named(100), text(200)),
          priceMinor: amountMinorPositive.optional(),
        }),
      )
      .max(200)
      .optional(),
  })
  .meta({ example: bodyExamples.product });

export type ProductBody = z.output<typeof recordProduct>;
/** Those that we make of a ticket's line have no price. */
export const recordProduct = product.partial({ priceMinor: true, currency: true });

/** What the POS sends for stock; the record of a SKU is `StockBody`, made from many of these. */
export type InventoryBody = z.output<typeof inventory>;
export const inventory = z
  .union(
    [
      z.strictObject({
        location: idText.optional(),
        movement: z.strictObject({
          delta: decimal.meta({ description: 'What is added.', example: '-3' }),
          reason: z.enum(['receipt', 'damage', 'adjustment', 'transfer']),
        }),
      }),
      z.strictObject({
        location: idText.optional(),
        count: z.strictObject({
          quantity: decimal.meta({ description: 'What is there.', example: '17' }),
        }),
      }),
    ],
    { error: 'must hold either "movement": {"delta", "reason"} or "count": {"quantity"}' },
  )
  .meta({ example: bodyExamples.inventory });

const placeStock = z.strictObject({
  quantity: z.string(),
  /** Null where nobody has counted yet. */
  countedAt: z.string().nullable(),
});
/** The present stock of one SKU, by place. */
export type StockBody = z.output<typeof stock>;
/** A record of zod would drop a place named `__proto__`: names are data. */
export const stock = z.strictObject({
  places: z
    .custom<object>((value) => typeof value === 'object' && value !== null)
    .transform((places) =>
      Object.fromEntries(
        Object.entries(places).map(([place, figures]) => [place, placeStock.parse(figures)]),
      ),
    ),
});

/** A daily summary: which tickets it sums up stands in `summary_members`. */
export type SummaryBody = z.output<typeof summary>;
/** What the members of a daily summary have in common (accounting.md#summaries). */
export type SummaryKey = SummaryBody['key'];
export const summary = z.strictObject({
  key: z.strictObject({
    day: calendarDay,
    side: z.enum(['sale', 'refund']),
    location: z.string(),
    // Null where no money moved.
    tender: z.string().nullable(),
    // Goods given for goods without a tender: `tender` names the account of exchanges.
    isExchange: z.boolean().optional(),
    currency,
    // The codes of all lines as one key, `none` where there are none.
    taxKey: z.string(),
    pricesIncludeTax: z.boolean(),
    // Where tickets state one: another rate is another summary.
    exchangeRate: exchangeRate.optional(),
  }),
  number: z.string(),
});

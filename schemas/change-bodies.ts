import { z } from 'zod';

import type {
  CustomerBody,
  InventoryBody,
  ProductBody,
  StockBody,
  SummaryBody,
} from '../domain/bodies';
import type { ChangeBody, RecordBody } from '../domain/bodies';
import type { Kind } from '../domain/words';
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
import { cash, payment, payout, recordPayment, recordPayout } from './money-bodies';
import {
  invoice,
  order,
  recordInvoice,
  recordOrder,
  recordRefund,
  refund,
  tillInvoice,
  tillOrder,
  tillRefund,
} from './sale-bodies';

// The JSON of changes and records: what intake accepts (`Change` in `/v1/openapi.json`) and what
// the tables hold.

const address = z.strictObject({
  line1: text(500).optional(),
  line2: text(500).optional(),
  city: text(255).optional(),
  region: text(255).optional(),
  postalCode: text(30).optional(),
  country: text(255).optional(),
});

const customer = z
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
  .meta({ example: bodyExamples.customer }) satisfies z.ZodType<CustomerBody>;

const product = z
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
  .meta({ example: bodyExamples.product }) satisfies z.ZodType<ProductBody>;

const inventory = z
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
  .meta({ example: bodyExamples.inventory }) satisfies z.ZodType<InventoryBody>;

const placeStock = z.strictObject({ quantity: z.string(), countedAt: z.string().nullable() });
/** A record of zod would drop a place named `__proto__`: names are data. */
const stock = z.strictObject({
  places: z
    .custom<object>((value) => typeof value === 'object' && value !== null)
    .transform((places) =>
      Object.fromEntries(
        Object.entries(places).map(([place, figures]) => [place, placeStock.parse(figures)]),
      ),
    ),
}) satisfies z.ZodType<StockBody>;

const summary = z.strictObject({
  key: z.strictObject({
    day: calendarDay,
    side: z.enum(['sale', 'refund']),
    location: z.string(),
    tender: z.string().nullable(),
    isExchange: z.boolean().optional(),
    currency,
    taxKey: z.string(),
    pricesIncludeTax: z.boolean(),
    exchangeRate: exchangeRate.optional(),
  }),
  number: z.string(),
}) satisfies z.ZodType<SummaryBody>;

/** The body that a change of the POS must have, by its kind. */
export const changeBodySchemas = {
  customer,
  product,
  inventory,
  order: tillOrder,
  refund: tillRefund,
  invoice: tillInvoice,
  payment,
  payout,
  cash,
} as const;

/**
 * The body of a change of any source by its kind; throws ZodError where it is not what the kind
 * asks for.
 */
export function parseChangeBody(kind: Kind, body: unknown): ChangeBody {
  switch (kind) {
    case 'summary':
      throw new Error('Bug: nobody sends a summary');
    case 'inventory':
      return { kind, body: inventory.parse(body) };
    case 'customer':
      return { kind, body: customer.parse(body) };
    case 'product':
      return { kind, body: product.parse(body) };
    case 'order':
      return { kind, body: order.parse(body) };
    case 'refund':
      return { kind, body: refund.parse(body) };
    case 'invoice':
      return { kind, body: invoice.parse(body) };
    case 'payment':
      return { kind, body: payment.parse(body) };
    case 'payout':
      return { kind, body: payout.parse(body) };
    case 'cash':
      return { kind, body: cash.parse(body) };
  }
}

/** Those that we make of a ticket's line have no price. */
const recordProduct = product.partial({ priceMinor: true, currency: true });

/** A record's body by its kind. */
export function parseRecordBody(kind: Kind, body: unknown): RecordBody {
  switch (kind) {
    case 'summary':
      return { kind, body: summary.parse(body) };
    case 'inventory':
      return { kind, body: stock.parse(body) };
    case 'product':
      return { kind, body: recordProduct.parse(body) };
    case 'order':
      return { kind, body: recordOrder.parse(body) };
    case 'refund':
      return { kind, body: recordRefund.parse(body) };
    case 'invoice':
      return { kind, body: recordInvoice.parse(body) };
    case 'payment':
      return { kind, body: recordPayment.parse(body) };
    case 'payout':
      return { kind, body: recordPayout.parse(body) };
    case 'customer':
      return { kind, body: customer.parse(body) };
    case 'cash':
      return { kind, body: cash.parse(body) };
  }
}

/**
 * The body, or null where the present schemas refuse what is stored: that is for its own record to
 * show.
 */
export function readRecordBody(kind: Kind, body: unknown): RecordBody | null {
  try {
    return parseRecordBody(kind, body);
  } catch (error) {
    if (error instanceof z.ZodError) return null;
    throw error;
  }
}

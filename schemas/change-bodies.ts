import { z } from 'zod';

import type {
  CustomerBody,
  InventoryBody,
  InvoiceBody,
  OrderBody,
  ProductBody,
  RefundBody,
  StockBody,
  SummaryBody,
} from '../domain/bodies';
import type { ChangeBody, RecordBody } from '../domain/bodies';
import type { Kind } from '../domain/words';
import {
  amountMinor,
  amountMinorPositive,
  calendarDay,
  currency,
  decimal,
  exchangeRate,
  idText,
  named,
  price,
  prose,
  text,
  voided,
} from './body-parts';
import { cash, payment, payout } from './money-bodies';

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

const customer = z.strictObject({
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
}) satisfies z.ZodType<CustomerBody>;

const product = z.strictObject({
  sku: idText,
  name: named(500),
  description: prose(20_000).optional(),
  type: z.enum(['goods', 'service']),
  priceMinor: amountMinorPositive,
  currency,
  taxClass: text(100).optional(),
  costMinor: amountMinorPositive.optional(),
  barcode: text(100).optional(),
  categories: z.array(named(200)).max(100).optional(),
  trackStock: z.boolean(),
  status: z.enum(['active', 'archived']),
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
}) satisfies z.ZodType<ProductBody>;

const inventory = z.union(
  [
    z.strictObject({
      location: idText.optional(),
      movement: z.strictObject({
        delta: decimal,
        reason: z.enum(['receipt', 'damage', 'adjustment', 'transfer']),
      }),
    }),
    z.strictObject({ location: idText.optional(), count: z.strictObject({ quantity: decimal }) }),
  ],
  { error: 'must hold either "movement": {"delta", "reason"} or "count": {"quantity"}' },
) satisfies z.ZodType<InventoryBody>;

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

const taxes = z.array(z.strictObject({ code: idText, taxMinor: amountMinor })).max(20);
const namedAmount = z.strictObject({ name: named(500), amountMinor, taxes: taxes.optional() });
const giftCard = z.strictObject({ code: idText, amountMinor: amountMinorPositive });
const line = z.strictObject({
  lineId: idText,
  sku: idText,
  name: text(500),
  quantity: decimal,
  unitPrice: price,
  discountMinor: amountMinor,
  netMinor: amountMinor,
  taxes,
});

/** What absorbing adds to a ticket; no change may say it. */
const recordLine = line.extend({ productId: idText.optional() });
const booked = { lines: z.array(recordLine), guestCustomerId: z.string().optional() };

const ticket = {
  number: idText,
  channel: z.literal('pos'),
  location: idText.optional(),
  businessDate: calendarDay,
  currency,
  pricesIncludeTax: z.boolean(),
  customerId: idText.optional(),
  guest: z.strictObject({ name: text(500).optional(), email: text(320).optional() }).optional(),
  lines: z
    .array(line)
    // One document each; more would not come back in one answer of the books
    // (activities/lane/send-writes.ts).
    .max(10_000)
    .refine((lines) => new Set(lines.map(({ lineId }) => lineId)).size === lines.length, {
      message: 'must not use one lineId twice',
    }),
  fees: z.array(namedAmount).max(100).optional(),
  shipping: z.array(namedAmount).max(100).optional(),
  tips: z
    .array(z.strictObject({ amountMinor: amountMinorPositive }))
    .max(20)
    .optional(),
  giftCards: z
    .strictObject({
      sold: z.array(giftCard).max(100).optional(),
      used: z.array(giftCard).max(100).optional(),
    })
    .optional(),
  roundingMinor: amountMinor.optional(),
  exchangeRate: exchangeRate.optional(),
  totals: z.strictObject({ netMinor: amountMinor, taxMinor: amountMinor, totalMinor: amountMinor }),
  voided: voided.optional(),
};
const tenders = z
  .array(z.strictObject({ tender: idText, amountMinor, reference: text(200).optional() }))
  .max(20);

const deposits = z
  .array(z.strictObject({ paymentId: idText, amountMinor: amountMinorPositive }))
  .max(20)
  .refine((list) => new Set(list.map(({ paymentId }) => paymentId)).size === list.length, {
    message: 'must not use one paymentId twice',
  });

/** Lay-away money of an order that was given up. */
const depositsBack = {
  number: 'P1-1001-1',
  channel: 'pos',
  businessDate: '2026-11-28',
  currency: 'USD',
  pricesIncludeTax: false,
  lines: [],
  tenders: [{ tender: 'cash', amountMinor: 1000 }],
  orderId: 'P1-1001',
  restock: false,
  deposits: [{ paymentId: 'P1-77', amountMinor: 1000 }],
  totals: { netMinor: 0, taxMinor: 0, totalMinor: 1000 },
};

function isDepositsAlone(body: RefundBody): boolean {
  const { lines, fees = [], shipping = [], tips = [], giftCards, unallocatedMinor = 0 } = body;
  const cards = [...(giftCards?.sold ?? []), ...(giftCards?.used ?? [])];
  return (
    unallocatedMinor === 0 &&
    [lines, fees, shipping, tips, cards].every((list) => list.length === 0)
  );
}

const orderFields = { ...ticket, tenders, deposits: deposits.optional() };
const invoiceFields = { ...ticket, dueDate: calendarDay.optional() };
const refundFields = {
  ...ticket,
  tenders,
  orderId: idText.optional(),
  restock: z.boolean(),
  unallocatedMinor: amountMinorPositive.optional(),
  deposits: deposits.min(1).optional(),
};
const order = z.strictObject(orderFields) satisfies z.ZodType<OrderBody>;
const invoice = z.strictObject(invoiceFields) satisfies z.ZodType<InvoiceBody>;
const refund = z
  .strictObject(refundFields)
  .refine(({ deposits: back, orderId }) => back === undefined || orderId !== undefined, {
    path: ['orderId'],
    message: 'is needed with deposits: the order that they were received for',
  })
  .refine((body) => body.deposits === undefined || isDepositsAlone(body), {
    path: ['deposits'],
    message:
      'stand alone: send lines and other amounts that are given back as a refund of their own',
  })
  .refine(({ deposits: back, tenders: paid }) => back === undefined || paid.length > 0, {
    path: ['tenders'],
    message: 'say how the deposits were given back',
  })
  .meta({ example: depositsBack }) satisfies z.ZodType<RefundBody>;
const recordOrder = z.strictObject({ ...orderFields, ...booked });
const recordInvoice = z.strictObject({ ...invoiceFields, ...booked });
const recordRefund = z.strictObject({ ...refundFields, ...booked });
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

/** The body that a change of each kind must have. */
export const changeBodySchemas = {
  customer,
  product,
  inventory,
  order,
  refund,
  invoice,
  payment,
  payout,
  cash,
} as const;

/** A change's body by its kind; throws ZodError where it is not what the kind asks for. */
export function parseChangeBody(kind: Kind, body: unknown): ChangeBody {
  if (kind === 'summary') throw new Error('Bug: nobody sends a summary');
  return kind === 'inventory' ? { kind, body: inventory.parse(body) } : parseShared(kind, body);
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
    case 'customer':
    case 'payment':
    case 'payout':
    case 'cash':
      return parseShared(kind, body);
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

function parseShared(
  kind: Exclude<Kind, 'inventory' | 'summary'>,
  body: unknown,
): Exclude<RecordBody, { kind: 'inventory' | 'summary' }> {
  switch (kind) {
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

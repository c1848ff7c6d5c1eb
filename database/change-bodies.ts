import { z } from 'zod';

import type {
  CustomerBody,
  InventoryBody,
  InvoiceBody,
  OrderBody,
  PaymentBody,
  PayoutBody,
  ProductBody,
  RefundBody,
  StockBody,
  SummaryBody,
} from '../domain/bodies';
import type { ChangeBody, RecordBody } from '../domain/bodies';
import { amountMinorMax } from '../domain/money';
import { changeKinds, type Kind } from '../domain/words';

// The JSON of changes and records: what intake accepts (contract section 3) and what the tables hold.
// Texts are data: any Unicode but control characters and lone surrogates, no blank at the ends.

const controls = /[\u0000-\u001f\u007f-\u009f]/; // eslint-disable-line no-control-regex -- refusing them is the point
const multiLineControls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/; // eslint-disable-line no-control-regex -- line breaks and tabs may stand in notes

function isClean(text: string): boolean {
  return !controls.test(text) && text.isWellFormed();
}

/** An id of the sender: record, event, SKU, line. Compared exactly. */
export const idText = z
  .string()
  .min(1)
  .max(100)
  .refine((text) => isClean(text) && text.trim() === text, {
    message: 'must hold no control character or lone surrogate and no blank at its ends',
  })
  .meta({ description: '1 to 100 characters of any Unicode but control characters' });

const text = (max: number): z.ZodString =>
  z
    .string()
    .max(max)
    .refine(isClean, { message: 'must hold no control character or lone surrogate' });
const named = (max: number): z.ZodString => text(max).min(1);
const prose = (max: number): z.ZodString =>
  z
    .string()
    .max(max)
    .refine((value) => !multiLineControls.test(value) && value.isWellFormed(), {
      message: 'must hold no control character or lone surrogate',
    });

const amountMinor = z.int().min(-amountMinorMax).max(amountMinorMax);
const amountMinorPositive = z.int().min(0).max(amountMinorMax);
const decimal = z
  .string()
  .regex(/^-?\d{1,12}(\.\d{1,6})?$/, 'must be a decimal text such as "2" or "0.25"');
const price = z
  .string()
  .regex(/^-?\d{1,12}(\.\d{1,8})?$/, 'must be a decimal text such as "12.50"');
const currency = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as GBP');

/** A calendar day from 1970 to 2199: anything else is a mistake of the sender. */
export const calendarDay = z
  .string()
  .regex(/^(19[7-9]\d|20\d\d|21\d\d)-\d\d-\d\d$/, 'must be a day from 1970-01-01 to 2199-12-31')
  .refine((day) => {
    const date = new Date(`${day}T00:00:00Z`);
    return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
  }, 'is no day of the calendar');

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

const inventory = z.union([
  z.strictObject({
    location: idText.optional(),
    movement: z.strictObject({
      delta: decimal,
      reason: z.enum(['receipt', 'damage', 'adjustment', 'transfer']),
    }),
  }),
  z.strictObject({ location: idText.optional(), count: z.strictObject({ quantity: decimal }) }),
]) satisfies z.ZodType<InventoryBody>;

const stock = z.strictObject({
  places: z.record(
    z.string(),
    z.strictObject({ quantity: z.string(), countedAt: z.string().nullable() }),
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
    .max(2_000)
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
  totals: z.strictObject({ netMinor: amountMinor, taxMinor: amountMinor, totalMinor: amountMinor }),
};
const tenders = z
  .array(z.strictObject({ tender: idText, amountMinor, reference: text(200).optional() }))
  .max(20);

const order = z.strictObject({ ...ticket, tenders }) satisfies z.ZodType<OrderBody>;
const invoice = z.strictObject({
  ...ticket,
  dueDate: calendarDay.optional(),
}) satisfies z.ZodType<InvoiceBody>;
const refund = z.strictObject({
  ...ticket,
  tenders,
  orderId: idText.optional(),
  restock: z.boolean(),
  unallocatedMinor: amountMinorPositive.optional(),
}) satisfies z.ZodType<RefundBody>;
const payment = z.strictObject({
  number: idText,
  invoiceId: idText,
  tender: idText,
  amountMinor: amountMinorPositive,
  reference: text(200).optional(),
}) satisfies z.ZodType<PaymentBody>;
const payout = z.strictObject({
  processor: idText,
  grossMinor: amountMinor,
  feesMinor: amountMinor,
  netMinor: amountMinor,
  includes: z
    .array(z.strictObject({ kind: z.enum(changeKinds), recordId: idText, amountMinor }))
    .max(10_000),
}) satisfies z.ZodType<PayoutBody>;

const summary = z.strictObject({
  key: z.strictObject({
    day: calendarDay,
    side: z.enum(['sale', 'refund']),
    location: z.string(),
    tender: z.string().nullable(),
    currency,
    taxKey: z.string(),
    pricesIncludeTax: z.boolean(),
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
} as const;

/** A change's body by its kind; throws ZodError where it is not what the kind asks for. */
export function parseChangeBody(kind: Kind, body: unknown): ChangeBody {
  if (kind === 'summary') throw new Error('Bug: nobody sends a summary');
  return kind === 'inventory' ? { kind, body: inventory.parse(body) } : parseShared(kind, body);
}

/** A record's body by its kind. */
export function parseRecordBody(kind: Kind, body: unknown): RecordBody {
  if (kind === 'summary') return { kind, body: summary.parse(body) };
  return kind === 'inventory' ? { kind, body: stock.parse(body) } : parseShared(kind, body);
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
  }
}

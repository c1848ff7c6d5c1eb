import { z } from 'zod';

import type { InvoiceBody, OrderBody, RefundBody } from '../domain/bodies';
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
  text,
  voided,
} from './body-parts';
import { bodyExamples } from './examples';

// Bodies of what is sold: orders, invoices, and refunds of them.

const taxes = z
  .array(z.strictObject({ code: idText, taxMinor: amountMinor }))
  .max(20)
  .meta({ description: 'By tax code of the POS; the set of codes is mapped as one.' });
const namedAmount = z.strictObject({ name: named(500), amountMinor, taxes: taxes.optional() });
const giftCard = z.strictObject({ code: idText, amountMinor: amountMinorPositive });
const line = z.strictObject({
  lineId: idText,
  sku: idText,
  name: text(500),
  quantity: decimal.meta({ description: 'Negative in an order: returned in the same ticket.' }),
  unitPrice: price.meta({ description: 'With tax where `pricesIncludeTax`.', example: '12.50' }),
  discountMinor: amountMinor.meta({ description: 'What is taken off the line.' }),
  netMinor: amountMinor.meta({
    description: 'Quantity × unit price less discount, less tax where prices include it; ± 1.',
  }),
  taxes,
});

/** What absorbing adds to a ticket; no change may say it. */
const recordLine = line.extend({ productId: idText.optional() });
const booked = { lines: z.array(recordLine), guestCustomerId: z.string().optional() };

const ticket = {
  number: idText.meta({ description: 'On the receipt; the number of the document.' }),
  channel: z.enum(['pos', 'web']),
  location: idText.optional().meta({ description: 'Where it was sold; mapped to a department.' }),
  businessDate: calendarDay.meta({ description: 'The day on which it counts.' }),
  currency,
  pricesIncludeTax: z.boolean(),
  customerId: idText.optional().meta({ description: '`recordId` of a customer.' }),
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
  roundingMinor: amountMinor.optional().meta({ description: 'Cash rounding; in the total.' }),
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

function isDepositsAlone(body: RefundBody): boolean {
  const { lines, fees = [], shipping = [], tips = [], giftCards, unallocatedMinor = 0 } = body;
  const cards = [...(giftCards?.sold ?? []), ...(giftCards?.used ?? [])];
  return (
    unallocatedMinor === 0 &&
    [lines, fees, shipping, tips, cards].every((list) => list.length === 0)
  );
}

const orderFields = {
  ...ticket,
  tenders,
  deposits: deposits.optional().meta({ description: 'Deposits that it uses up.' }),
};
const invoiceFields = { ...ticket, dueDate: calendarDay.optional() };
const refundFields = {
  ...ticket,
  tenders,
  orderId: idText.optional().meta({ description: 'The order or invoice that it refunds.' }),
  restock: z.boolean().meta({ description: 'Whether the goods come back into stock.' }),
  unallocatedMinor: amountMinorPositive
    .optional()
    .meta({ description: 'Refunded without a line.' }),
  deposits: deposits.min(1).optional(),
};
/** Tickets of whatever source. */
export const order = z.strictObject(orderFields) satisfies z.ZodType<OrderBody>;
export const invoice = z.strictObject(invoiceFields) satisfies z.ZodType<InvoiceBody>;
export const refund = z
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
  }) satisfies z.ZodType<RefundBody>;

/** Tickets of the POS: what it sends was sold there. */
const atTill = { channel: z.literal('pos') };
export const tillOrder = order.safeExtend(atTill).meta({ example: bodyExamples.order });
export const tillInvoice = invoice.safeExtend(atTill).meta({ example: bodyExamples.invoice });
export const tillRefund = refund.safeExtend(atTill).meta({ example: bodyExamples.refund });

/** Tickets as records. */
export const recordOrder = z.strictObject({ ...orderFields, ...booked });
export const recordInvoice = z.strictObject({ ...invoiceFields, ...booked });
export const recordRefund = z.strictObject({ ...refundFields, ...booked });

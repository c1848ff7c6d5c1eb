import { z } from 'zod';

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

export type LineTax = z.output<typeof taxes>[number];
const taxes = z
  .array(z.strictObject({ code: idText, taxMinor: amountMinor }))
  .max(20)
  .meta({ description: 'By tax code of the POS; the set of codes is mapped as one.' });

export type NamedAmount = z.output<typeof namedAmount>;
const namedAmount = z.strictObject({ name: named(500), amountMinor, taxes: taxes.optional() });

export type GiftCardAmount = z.output<typeof giftCard>;
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

/** A line as a record has it: with the product that had the SKU when it was sold. */
export type OrderLine = z.output<typeof recordLine>;
/** What absorbing adds; no change may say it. */
const recordLine = line.extend({ productId: idText.optional() });

/** What a paid ticket, an unpaid invoice and a refund have in common. */
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
  // Signed, such as CHF 0.05 (accounting.md#extras).
  roundingMinor: amountMinor.optional().meta({ description: 'Cash rounding; in the total.' }),
  // Only where the currency is not the one of the books.
  exchangeRate: exchangeRate.optional(),
  totals: z.strictObject({ netMinor: amountMinor, taxMinor: amountMinor, totalMinor: amountMinor }),
  voided: voided.optional(),
};

/** A ticket as a record; a guest may have a customer of its own (`domain/posting/guests.ts`). */
export type TicketBody = z.output<z.ZodObject<typeof recordTicket>>;
const recordTicket = {
  ...ticket,
  lines: z.array(recordLine),
  guestCustomerId: z.string().optional(),
};

const tenders = z
  .array(z.strictObject({ tender: idText, amountMinor, reference: text(200).optional() }))
  .max(20);

/** An amount of lay-away money, which is named by its payment; it counts in sums like a tender. */
export type DepositAmount = z.output<typeof deposits>[number];
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

const orderOwn = {
  tenders,
  deposits: deposits.optional().meta({ description: 'Deposits that it uses up.' }),
};
const invoiceOwn = { dueDate: calendarDay.optional() };
const refundOwn = {
  // None where the sum is owed: the refund of an invoice that is not paid.
  tenders,
  orderId: idText.optional().meta({ description: 'The order or invoice that it refunds.' }),
  restock: z.boolean().meta({ description: 'Whether the goods come back into stock.' }),
  unallocatedMinor: amountMinorPositive
    .optional()
    .meta({ description: 'Refunded without a line.' }),
  deposits: deposits.min(1).optional(),
};
/** Tickets of whatever source. */
export const order = z.strictObject({ ...ticket, ...orderOwn });
export const invoice = z.strictObject({ ...ticket, ...invoiceOwn });
export const refund = z
  .strictObject({ ...ticket, ...refundOwn })
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
  });

/** Tickets of the POS: what it sends was sold there. */
const atTill = { channel: z.literal('pos') };
export const tillOrder = order.safeExtend(atTill).meta({ example: bodyExamples.order });
export const tillInvoice = invoice.safeExtend(atTill).meta({ example: bodyExamples.invoice });
export const tillRefund = refund.safeExtend(atTill).meta({ example: bodyExamples.refund });

/** Tickets as records. */
export type OrderBody = z.output<typeof recordOrder>;
export const recordOrder = z.strictObject({ ...recordTicket, ...orderOwn });
export type InvoiceBody = z.output<typeof recordInvoice>;
export const recordInvoice = z.strictObject({ ...recordTicket, ...invoiceOwn });
export type RefundBody = z.output<typeof recordRefund>;
export const recordRefund = z.strictObject({ ...recordTicket, ...refundOwn });

import { z } from 'zod';

import { paidOutKinds } from '../domain/words';
import {
  amountMinor,
  amountMinorPositive,
  calendarDay,
  currency,
  exchangeRate,
  idText,
  named,
  text,
  voided,
} from './body-parts';
import { bodyExamples } from './examples';

// The bodies of payments, payouts and cash movements.

/** Money of an invoice, or received before the sale that it is for. */
export type PaymentBody = z.output<typeof recordPayment>;
export const payment = z
  .strictObject({
    number: idText,
    invoiceId: idText.optional().meta({ description: 'The invoice that it pays.' }),
    depositFor: idText.optional().meta({ description: 'The order that it is a deposit for.' }),
    tender: idText,
    amountMinor: amountMinorPositive,
    reference: text(200).optional(),
    businessDate: calendarDay.optional(),
    exchangeRate: exchangeRate.optional(),
    // Of a deposit only: an invoice says these three itself.
    currency: currency.optional(),
    customerId: idText.optional(),
    location: idText.optional(),
    voided: voided.optional(),
  })
  .refine((body) => (body.invoiceId === undefined) !== (body.depositFor === undefined), {
    path: ['invoiceId'],
    message: 'is needed, or depositFor in its place; not both',
  })
  .refine(
    ({ invoiceId, currency: own, customerId, location }) =>
      invoiceId === undefined || (own ?? customerId ?? location) === undefined,
    { path: ['invoiceId'], message: 'says currency, customerId and location itself' },
  )
  .meta({ example: bodyExamples.payment });
export const recordPayment = payment.safeExtend({ businessDate: calendarDay });

const paidOut = z
  .array(z.strictObject({ kind: z.enum(paidOutKinds), recordId: idText, amountMinor }))
  .max(10_000);

/** What a processor paid to the bank. Amounts are signed: what it took back is negative. */
export type PayoutBody = z.output<typeof recordPayout>;
export const payout = z
  .strictObject({
    processor: idText,
    tender: idText.optional().meta({ description: 'Whose clearing account it empties.' }),
    // The processor's name of it; without: the record id.
    reference: named(200).optional(),
    businessDate: calendarDay.optional(),
    // Without: the currency of the books.
    currency: currency.optional(),
    exchangeRate: exchangeRate.optional(),
    // Everything included, charged back and adjusted.
    grossMinor: amountMinor,
    feesMinor: amountMinor,
    netMinor: amountMinor,
    includes: paidOut,
    chargebacks: paidOut.optional(),
    adjustments: z
      .array(z.strictObject({ name: named(500), amountMinor }))
      .max(100)
      .optional(),
    voided: voided.optional(),
  })
  .meta({ example: bodyExamples.payout });
export const recordPayout = payout.safeExtend({ businessDate: calendarDay });

/** Cash that moved without a sale (accounting.md#when-to-post). */
export type CashBody = z.output<typeof cash>;
export const cash = z
  .strictObject({
    businessDate: calendarDay,
    location: idText.optional(),
    // Whose drawer.
    tender: idText,
    type: z.enum(['paid_in', 'paid_out', 'difference']),
    // Of a difference signed: what is over is positive, what is short negative.
    amountMinor,
    currency: currency.optional(),
    exchangeRate: exchangeRate.optional(),
    account: idText
      .optional()
      .meta({ description: 'What it was for; mapped as `cash:<account>`.' }),
    reason: text(500).optional(),
    voided: voided.optional(),
  })
  .refine(({ type, amountMinor: minor }) => type === 'difference' || minor >= 0, {
    path: ['amountMinor'],
    message: 'must not be negative: the type says the direction',
  })
  .meta({ example: bodyExamples.cash });

import { z } from 'zod';

import {
  paidOutKinds,
  type CashBody,
  type PaymentBody,
  type PayoutBody,
  type Undated,
} from '../domain/bodies';
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
  .meta({
    example: bodyExamples.payment,
  }) satisfies z.ZodType<Undated<PaymentBody>>;
export const recordPayment = payment.safeExtend({ businessDate: calendarDay });

const paidOut = z
  .array(z.strictObject({ kind: z.enum(paidOutKinds), recordId: idText, amountMinor }))
  .max(10_000);
export const payout = z
  .strictObject({
    processor: idText,
    tender: idText.optional().meta({ description: 'Whose clearing account it empties.' }),
    reference: named(200).optional(),
    businessDate: calendarDay.optional(),
    currency: currency.optional(),
    exchangeRate: exchangeRate.optional(),
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
  .meta({
    example: bodyExamples.payout,
  }) satisfies z.ZodType<Undated<PayoutBody>>;
export const recordPayout = payout.safeExtend({ businessDate: calendarDay });

export const cash = z
  .strictObject({
    businessDate: calendarDay,
    location: idText.optional(),
    tender: idText,
    type: z.enum(['paid_in', 'paid_out', 'difference']),
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
  .meta({
    example: bodyExamples.cash,
  }) satisfies z.ZodType<CashBody>;

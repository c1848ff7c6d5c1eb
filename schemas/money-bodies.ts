import { z } from 'zod';

import { paidOutKinds, type CashBody, type PaymentBody, type PayoutBody } from '../domain/bodies';
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

// The bodies of money beside the sale.

export const payment = z
  .strictObject({
    number: idText,
    invoiceId: idText.optional(),
    depositFor: idText.optional(),
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
    example: {
      number: 'P1-77',
      invoiceId: 'inv-1',
      tender: 'cash',
      amountMinor: 1904,
      businessDate: '2026-11-24',
    },
  }) satisfies z.ZodType<PaymentBody>;
const paidOut = z
  .array(z.strictObject({ kind: z.enum(paidOutKinds), recordId: idText, amountMinor }))
  .max(10_000);
export const payout = z
  .strictObject({
    processor: idText,
    tender: idText.optional(),
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
    example: {
      processor: 'stripe',
      tender: 'card',
      reference: 'po_55',
      businessDate: '2026-11-25',
      grossMinor: 7076,
      feesMinor: 234,
      netMinor: 6842,
      includes: [
        { kind: 'order', recordId: 'P1-1001', amountMinor: 8437 },
        { kind: 'refund', recordId: 'P1-1001-1', amountMinor: -1361 },
      ],
    },
  }) satisfies z.ZodType<PayoutBody>;
export const cash = z
  .strictObject({
    businessDate: calendarDay,
    location: idText.optional(),
    tender: idText,
    type: z.enum(['paid_in', 'paid_out', 'difference']),
    amountMinor,
    currency: currency.optional(),
    exchangeRate: exchangeRate.optional(),
    account: idText.optional(),
    reason: text(500).optional(),
    voided: voided.optional(),
  })
  .refine(({ type, amountMinor: minor }) => type === 'difference' || minor >= 0, {
    path: ['amountMinor'],
    message: 'must not be negative: the type says the direction',
  })
  .meta({
    example: {
      businessDate: '2026-11-21',
      tender: 'cash',
      type: 'difference',
      amountMinor: -105,
      reason: 'count at close',
    },
  }) satisfies z.ZodType<CashBody>;

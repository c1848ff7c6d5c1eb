import { z } from 'zod';

import { amountMinorMax } from '../domain/money';

// What bodies are made of. Texts are data: any Unicode but control characters and lone surrogates,
// no blank at the ends.

// eslint-disable-next-line no-control-regex -- these are what is looked for
const controls = /[\u0000-\u001f\u007f-\u009f]/;
// eslint-disable-next-line no-control-regex -- these are what is looked for
const multiLineControls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

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

/**
 * A text for people that is stored: no control character or lone surrogate, no blank at its ends.
 */
export const label = (max: number): z.ZodString =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((text) => isClean(text) && text.trim() === text, {
      message: 'must hold no control character or lone surrogate and no blank at its ends',
    });

/** The key of a mapping: names of the sender with a few words of ours in front or between them. */
export const mappingKey = label(250);

/**
 * An id of a record, to look it up: those of our own have a blank in front
 * (domain/records/own-records.ts).
 */
export const recordIdText = z.string().min(1).max(120).refine(isClean);

export const text = (max: number): z.ZodString =>
  z
    .string()
    .max(max)
    .refine(isClean, { message: 'must hold no control character or lone surrogate' });
export const named = (max: number): z.ZodString => text(max).min(1);
export const prose = (max: number): z.ZodString =>
  z
    .string()
    .max(max)
    .refine((value) => !multiLineControls.test(value) && value.isWellFormed(), {
      message: 'must hold no control character or lone surrogate',
    });

export const amountMinor = z.int().min(-amountMinorMax).max(amountMinorMax);
export const amountMinorPositive = z.int().min(0).max(amountMinorMax);
export const decimal = z
  .string()
  .regex(/^-?\d{1,12}(\.\d{1,6})?$/, 'must be a decimal text such as "2" or "0.25"');
export const price = z
  .string()
  .regex(/^-?\d{1,12}(\.\d{1,8})?$/, 'must be a decimal text such as "12.50"');
export const currency = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as GBP');

/** A calendar day from 1970 to 2199: anything else is a mistake of the sender. */
export const calendarDay = z
  .string()
  .regex(/^(19[7-9]\d|20\d\d|21\d\d)-\d\d-\d\d$/, 'must be a day from 1970-01-01 to 2199-12-31')
  .refine((day) => z.regexes.date.test(day), 'is no day of the calendar');

/**
 * Units of the books' currency for one unit of the ticket's, from a stated source and day
 * (accounting.md#currencies).
 */
export type ExchangeRate = z.output<typeof exchangeRate>;
export const exchangeRate = z.strictObject({
  rate: z
    .string()
    .regex(
      /^(?=.*[1-9])\d{1,9}(\.\d{1,9})?$/,
      'must be a decimal text above zero such as "1.0835"',
    ),
  source: named(100),
  day: calendarDay,
});

export const voided = z.boolean().meta({
  description: 'Voided at the POS: it counts neither in QuickBooks nor in stock.',
});

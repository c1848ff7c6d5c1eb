import { z } from 'zod';

import { postingModes } from '../domain/posting/modes';
import { directions, perSystem, traitsOf } from '../domain/systems';
import { changeKinds } from '../domain/words';
import { calendarDay, idText, label } from './body-parts';

// The parts of a tenant's settings, whole: database/settings.ts says what a request may leave out.

const direction = z.enum(directions);
const systemDirection = z.strictObject({
  default: direction,
  kinds: z.partialRecord(z.enum(changeKinds), direction),
});
/** Settings part `direction`. */
export type DirectionPolicy = z.output<typeof directionPolicy>;
export const directionPolicy = z.strictObject({
  systems: z.strictObject(perSystem(() => systemDirection)),
});

const ms = (min: number, max: number): z.ZodInt => z.int().min(min).max(max);
const timeouts = z
  .strictObject({ connect: ms(10, 60_000), firstByte: ms(10, 300_000), total: ms(10, 600_000) })
  .refine((value) => value.connect <= value.total && value.firstByte <= value.total, {
    message: 'total must not be less than connect or firstByte',
  });

/** Settings part `sync`, with the bounds that keep a lane alive. Times in milliseconds. */
export type SyncSettings = z.output<typeof syncSettings>;
export const syncSettings = z.strictObject({
  /** Intake refuses what would make the tenant's queue longer than this. */
  queueBound: z.int().min(1).max(10_000_000),
  backoff: z.strictObject({
    initialMs: ms(10, 3_600_000),
    factor: z.number().min(1).max(10),
    maxMs: ms(10, 86_400_000),
    /** Share by which a wait is shortened or lengthened at random: 0.1 = ±10 %. */
    jitter: z.number().min(0).max(0.5),
    /** Tries of one delivery before it is dead. */
    maxTries: z.int().min(1).max(100),
  }),
  breaker: z.strictObject({
    /** Failed attempts in a row that open it. */
    failures: z.int().min(1).max(100),
    openMs: ms(10, 3_600_000),
    /** Good probes that close it. */
    successes: z.int().min(1).max(100),
  }),
  /** Most members of one send. */
  batch: z.strictObject(perSystem((system) => z.int().min(1).max(traitsOf(system).batch.max))),
  timeoutsMs: z.strictObject(perSystem(() => timeouts)),
  /** How long after the client let go an unknown outcome may still change at the vendor. */
  settleMs: z.strictObject(perSystem(() => ms(0, 3_600_000))),
  /** Longest wait that a vendor may ask for (Retry-After); what is longer counts as this. */
  retryAfterMaxMs: ms(1_000, 86_400_000),
  /**
   * How often refused credentials are tried again: a proxy that lost a header is mended by people
   * who do not know us.
   */
  authRetryMs: ms(1_000, 86_400_000),
  /** What becomes in the shop of a product for 0: a draft, held, or sold for nothing. */
  zeroPrice: z.enum(['draft', 'hold', 'publish']),
  /** The vendor's quota that we keep within; null where none is known. */
  quota: z.strictObject(
    perSystem(() =>
      z
        .strictObject({
          requestsPerMinute: z.int().min(1).max(100_000),
          requestsPerSecond: z.int().min(1).max(10_000),
          batchesPerMinute: z.int().min(1).max(100_000),
        })
        .nullable(),
    ),
  ),
});

/** Where a place of the till is; `default` where it names none. */
const shopAddress = z.strictObject({
  location: idText,
  line1: label(500),
  line2: label(500).optional(),
  city: label(255),
  region: label(255),
  postalCode: label(30),
  country: label(255).optional(),
});

/**
 * Settings part `posting` (accounting.md#settings). Amounts are minor units of the document's
 * currency.
 */
export type PostingSettings = z.output<typeof postingSettings>;
export const postingSettings = z.strictObject({
  /** Older sales are not posted by themselves (accounting.md#principles); null: all are. */
  startDate: z.iso.date().nullable(),
  /** `net`: lines after discounts. `gross`: before them, and one discount line; US only. */
  discount: z.strictObject({ mode: z.enum(['net', 'gross']) }),
  /**
   * Cents of a two-decimal currency that a rounding line may make up. More than cents is never
   * rounding: it would hide an error (accounting.md#totals).
   */
  rounding: z.strictObject({
    centsPerLine: z.int().min(0).max(1),
    centsMax: z.int().min(0).max(5),
  }),
  /**
   * How far the tax that the books compute may be from the source's: per document, or for each
   * taxed line, for a POS that rounds tax by line; the larger of the two counts.
   */
  tax: z.strictObject({
    varianceMinor: z.int().min(0).max(10),
    variancePerLineMinor: z.int().min(0).max(1),
  }),
  /**
   * Addresses of the shop's places, from which automated tax of a US company is computed; a place
   * without one goes by the company's.
   */
  shop: z.strictObject({ shipFrom: z.array(shopAddress).max(1_000) }),
  /**
   * Tax of lay-away money: when it is received, with the sale that uses it, or as the company's
   * country has it. The tax code is the one mapped as `@deposit`.
   */
  deposit: z.strictObject({ tax: z.enum(['byCountry', 'atReceipt', 'atSale']) }),
  /** A sale of 0.00: posted where goods move, or never. */
  zero: z.strictObject({ mode: z.enum(['stockOnly', 'never']) }),
  /** A sale of a closed period: held, or on the first open day with its own day in the note. */
  closed: z.strictObject({ mode: z.enum(['park', 'firstOpenDay']) }),
  /**
   * The day of what is added to, or taken from, a document that may not be touched: that of the
   * sale, or the one on which the correction came, so that no reported day changes. In a closed
   * period the first open day.
   */
  correction: z.strictObject({ day: z.enum(['saleDay', 'correctionDay']) }),
  /**
   * Business days from which tickets are summed up by day, or posted one by one again
   * (accounting.md#summaries).
   */
  mode: z.strictObject({
    switches: z
      .array(z.strictObject({ fromDay: calendarDay, mode: z.enum(postingModes) }))
      .max(1_000),
  }),
  summary: z.strictObject({
    /** Goods by tax alone, or by article. */
    lines: z.enum(['category', 'item']),
    /** After the end of the business day, so that its late tickets are in it. */
    dueAfterMinutes: z.int().min(0).max(2_880),
  }),
  /** Hour of the day, in the tenant's zone, at which a business day ends. */
  date: z.strictObject({ dayCutHour: z.int().min(0).max(23) }),
  refund: z.strictObject({
    /**
     * An amount without lines that is not the whole rest of its sale: without tax, with its share
     * of it, or with that where the sale's prices include tax.
     */
    amountOnlyTax: z.enum(['none', 'prorate', 'inclusiveOnly']),
    /** What is paid back of a sale that is an invoice; holds for refunds that come after. */
    invoice: z.enum(['refundReceipt', 'creditMemo']),
  }),
  /** What is paid at once in one tender; holds for tickets that come after. */
  paid: z.strictObject({ as: z.enum(['salesReceipt', 'invoicePayment']) }),
  /** An invoice: posted when it comes, or with the first money received of it. */
  unpaid: z.strictObject({ as: z.enum(['invoice', 'wait']) }),
  /**
   * A line whose article has no item there and gets none: held, on the item mapped as `@generic`,
   * or on one made for it.
   */
  item: z.strictObject({ unmapped: z.enum(['hold', 'genericItem', 'create']) }),
  /**
   * Guests: all on the customer mapped for them, or each e-mail on one of its own; holds for
   * tickets that come after.
   */
  customer: z.strictObject({ guest: z.enum(['bucket', 'perEmail']) }),
  /** Paid-in, paid-out and differences of the drawer: an entry each, or left to the accountant. */
  cash: z.strictObject({ mode: z.enum(['journalEntry', 'off']) }),
});

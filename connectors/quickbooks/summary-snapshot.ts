import { z } from 'zod';

import type { PostedSummary } from '../../domain/posting/summary-difference';
import type { SummaryFigures } from '../../domain/posting/summary';
import type { Outgoing } from '../connector';

// What is kept with the delivery of a summary: every document that it has in the books, with its figures.

const minor = z.int();
const codes = z.array(z.string());
const amount = z.object({
  description: z.string(),
  netMinor: minor,
  taxMinor: minor,
  codes,
});
const figuresSchema = z.object({
  items: z.array(
    amount.extend({
      sku: z.string(),
      quantity: z.string(),
      discountMinor: minor,
      isKept: z.boolean(),
    }),
  ),
  fees: z.array(amount),
  shipping: z.array(amount),
  tipsMinor: z.array(z.object({ description: z.string(), amountMinor: minor })),
  giftCards: z.array(
    z.object({ code: z.string(), use: z.enum(['sold', 'used']), amountMinor: minor }),
  ),
  // Not in snapshots of older versions.
  deposits: z
    .array(z.object({ id: z.string(), use: z.enum(['received', 'used']), amountMinor: minor }))
    .optional(),
  prorated: z.array(amount).optional(),
  cashRoundingMinor: minor.optional(),
  unallocatedMinor: minor,
  taxMinor: minor,
  totalMinor: minor,
}) satisfies z.ZodType<SummaryFigures>;

const documentSchema = z.object({
  side: z.enum(['sale', 'refund']),
  /** Ours; what the books show may have a suffix. */
  number: z.string(),
  entity: z.enum(['SalesReceipt', 'RefundReceipt']),
  date: z.string(),
  figures: figuresSchema,
});

/** A document of a summary, as it was written last. */
export type SummaryDocument = z.infer<typeof documentSchema>;

const snapshotSchema = z.object({
  newest: documentSchema,
  /** Documents that can no longer be changed, oldest first, with their ids. */
  earlier: z.array(documentSchema.extend({ id: z.string() })),
});

export type SummarySnapshot = z.infer<typeof snapshotSchema>;

/** Null before the first document. */
export function snapshotOf({ remoteId, snapshot }: Outgoing): SummarySnapshot | null {
  return remoteId === null ? null : snapshotSchema.parse(snapshot);
}

export function postedOf(snapshot: SummarySnapshot | null): PostedSummary[] {
  return snapshot === null ? [] : [...snapshot.earlier, snapshot.newest];
}

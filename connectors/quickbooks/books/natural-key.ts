import { z } from 'zod';
import { postedSaleSchema } from './posted';

// What a write says of itself beside its bytes: how it is looked for after a lost answer, what the
// answer must show, and what follows. Stored with the send.

/**
 * What follows once the write was accepted: nothing, another write of the same delivery, or a
 * person.
 */
const thenSchema = z.enum(['whole', 'step', 'hold']);

const documentNatural = z.object({
  kind: z.literal('document'),
  docNumber: z.string().nullable(),
  marker: z.string(),
  totalMinor: z.number(),
  currency: z.string(),
  txnDate: z.string(),
  taxMinor: z.number().optional(),
  taxVarianceMinor: z.number().optional(),
  /** The document that is changed; null for a new one. */
  edits: z.object({ id: z.string(), syncToken: z.string() }).nullable().default(null),
  /**
   * What the standing documents came to before: what stays once this one is voided for its answer.
   */
  netBefore: postedSaleSchema.nullable().default(null),
  then: thenSchema,
  /** It applies documents to each other: refused, another one did so meanwhile. */
  isSettling: z.boolean().default(false),
});

const voidNatural = z.object({
  kind: z.literal('void'),
  id: z.string(),
  syncToken: z.string(),
  then: thenSchema,
  /** With `hold`: why a person has to look. */
  why: z.string().nullable(),
});

export const naturalSchema = z.discriminatedUnion('kind', [
  documentNatural,
  voidNatural,
  z.object({ kind: z.literal('customer'), displayName: z.string(), email: z.string().nullable() }),
  z.object({ kind: z.literal('item'), sku: z.string(), name: z.string() }),
  z.object({
    kind: z.literal('update'),
    id: z.string(),
    syncToken: z.string(),
    /** A name on the way to another: that one follows. */
    isStep: z.boolean().default(false),
  }),
]);
export type Natural = z.infer<typeof naturalSchema>;
export type DocumentNatural = z.infer<typeof documentNatural>;

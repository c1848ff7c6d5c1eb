import { z } from 'zod';
import type { MoneyEntry } from '../../../domain/posting/plan/money-entry';
import { postedKinds, type PostedSale } from '../../../domain/posting/plan/posted-sale';
import type { JsonObject } from '../../../domain/words';
import type { Outgoing } from '../../contract';
import { booksMoneySchema } from './books-money';
import { documentEntities } from '../api/wire';

// What we posted of one part of a record, kept in the snapshot of its delivery: every document ever
// made of it, what they come to, and whether one has to be voided at once.

const exchangeRateSchema = z.strictObject({
  rate: z.string(),
  source: z.string(),
  day: z.string(),
});

const amountSchema = z.strictObject({
  kind: z.enum(postedKinds),
  key: z.string(),
  isKept: z.boolean(),
  codes: z.array(z.string()),
  quantity: z.string(),
  netMinor: z.number(),
  taxMinor: z.number(),
});

export const postedSaleSchema = z.strictObject({
  side: z.enum(['sale', 'refund']),
  date: z.string(),
  currency: z.string(),
  pricesIncludeTax: z.boolean(),
  customerId: z.string().nullable(),
  tender: z.string().nullable(),
  isOnAccount: z.boolean(),
  dueDate: z.string().nullable(),
  exchangeRate: exchangeRateSchema.nullable(),
  amounts: z.array(amountSchema),
  totalMinor: z.number(),
}) satisfies z.ZodType<PostedSale>;

const paymentSchema = z.strictObject({
  invoiceId: z.string(),
  tender: z.string(),
  date: z.string(),
  currency: z.string(),
  customerId: z.string().nullable(),
  totalMinor: z.number(),
  /** Of one of 0.00 that applies a credit memo to the invoice. */
  creditMemoId: z.string().exactOptional(),
});
/** A payment as far as it is money: any other of these makes it another payment. */
export type PostedPayment = z.infer<typeof paymentSchema>;

const entrySchema = z.strictObject({
  type: z.enum(['booking', 'transfer', 'journal']),
  date: z.string(),
  currency: z.string(),
  exchangeRate: exchangeRateSchema.nullable(),
  account: z.string().nullable(),
  location: z.string().nullable(),
  owedBy: z.strictObject({ customerId: z.string().nullable(), id: z.string() }).exactOptional(),
  legs: z.array(z.strictObject({ account: z.string(), id: z.string(), amountMinor: z.number() })),
}) satisfies z.ZodType<MoneyEntry>;

const documentSchema = z.strictObject({
  entity: z.enum(documentEntities),
  /** Empty until the books answered. */
  id: z.string(),
  version: z.string().nullable(),
  docNumber: z.string().nullable(),
  /**
   * `applied`: a payment of 0.00 that applies documents on account to each other; it moves no
   * money.
   */
  role: z.enum(['main', 'difference', 'applied']),
  isVoided: z.boolean(),
  /** As the books answered our last write; null until then, and of a voided one. */
  money: booksMoneySchema.nullable(),
});
export type WrittenDocument = z.infer<typeof documentSchema>;

const postedSchema = z.strictObject({
  documents: z.array(documentSchema),
  /** What the standing documents come to; null where none stands, and for a payment. */
  net: postedSaleSchema.nullable(),
  payment: paymentSchema.nullable(),
  /**
   * Of money between accounts, what the standing documents come to; null: nothing. Others have
   * none.
   */
  entry: entrySchema.nullable().exactOptional(),
  /**
   * What this revision opened on account is still to be applied to what is open there; `isLast`:
   * then all is done. `made`: applications for it so far.
   */
  unapplied: z
    .strictObject({ rev: z.number(), isLast: z.boolean(), made: z.number() })
    .nullable()
    .exactOptional(),
  /**
   * A document whose answer was not what the source says: it must not stay (accounting.md#totals).
   */
  voidDue: z
    .strictObject({
      entity: z.enum(documentEntities),
      id: z.string(),
      why: z.string(),
      netBefore: postedSaleSchema.nullable(),
    })
    .nullable(),
});
export type Posted = z.infer<typeof postedSchema>;

/** The part of a snapshot; null where it is none of a document. */
export function postedIn(snapshot: JsonObject | null): Posted | null {
  const kept = snapshot?.['posted'];
  return kept === undefined ? null : postedSchema.parse(kept);
}

/** A delivery with what we posted of it. */
export interface PostedItem extends Outgoing {
  posted: Posted;
}

export function withPosted(item: Outgoing): PostedItem {
  const none: Posted = { documents: [], net: null, payment: null, voidDue: null };
  return { ...item, posted: postedIn(item.snapshot) ?? none };
}

/**
 * What a delivery's posted documents refer to: a difference or a document posted anew needs it too.
 */
export interface PostedKeys {
  skus: string[];
  customerIds: string[];
}

/** SKUs and customers of what is posted; nothing where the snapshot is none of a document. */
export function postedKeysOf(snapshot: JsonObject | null): PostedKeys {
  const { net, payment, entry } = postedIn(snapshot) ?? {};
  const customers = [net?.customerId, payment?.customerId, entry?.owedBy?.customerId];
  return {
    skus: (net?.amounts ?? []).flatMap(({ kind, key }) => (kind === 'item' ? [key] : [])),
    customerIds: customers.flatMap((id) => id ?? []),
  };
}

/** Documents that are money. */
export function standing(posted: Posted): WrittenDocument[] {
  return posted.documents.filter(({ isVoided, role }) => !isVoided && role !== 'applied');
}

/** A document once it is void, or gone. */
export function voided(document: WrittenDocument): WrittenDocument {
  return { ...document, isVoided: true, money: null };
}

export function hasDifferences(posted: Posted): boolean {
  return standing(posted).some(({ role }) => role === 'difference');
}

/** What is known once all documents of a part are taken as gone; a new one takes their place. */
export function withoutDocuments(posted: Posted): Posted {
  const documents = posted.documents.map(voided);
  const entry = posted.entry === undefined ? {} : { entry: null };
  return {
    ...posted,
    documents,
    net: null,
    payment: null,
    unapplied: null,
    voidDue: null,
    ...entry,
  };
}

/** Ids are unique within one kind of document only (quickbooks.md#calls). */
export type BooksKey = Pick<WrittenDocument, 'entity' | 'id'>;

export function keyOf({ entity, id }: BooksKey): string {
  return `${entity} ${id}`;
}

/** The document that an update would change; null where none stands. */
export function mainOf(posted: Posted): WrittenDocument | null {
  return standing(posted).find(({ role }) => role === 'main') ?? null;
}

/**
 * How many documents of a role were ever made: numbers are not used twice, a voided one keeps its
 * own.
 */
export function countOf(posted: Posted, role: WrittenDocument['role']): number {
  return posted.documents.filter((document) => document.role === role).length;
}

/** What a snapshot says beside what we posted. */
export function labelsIn(snapshot: JsonObject | null): JsonObject {
  return Object.fromEntries(Object.entries(snapshot ?? {}).filter(([name]) => name !== 'posted'));
}

/**
 * Stands for the document of a ticket that is a receipt, but is on account by a further document
 * since.
 */
export const onAccount = 'OnAccount';

function isOwedBeside({ net }: Posted, { entity }: WrittenDocument): boolean {
  return net?.isOnAccount === true && (entity === 'SalesReceipt' || entity === 'RefundReceipt');
}

/** The snapshot of a delivery: what others read of it stands beside what we posted. */
export function snapshotOf(posted: Posted, labels: JsonObject): JsonObject {
  const main = mainOf(posted);
  return {
    ...labels,
    // Payments ask for it: what was voided takes none.
    entity: main !== null && isOwedBeside(posted, main) ? onAccount : (main?.entity ?? null),
    docNumber: main?.docNumber ?? null,
    posted,
  };
}

import { z } from 'zod';
import type { JsonObject } from '../../../domain/words';
import { customerSchema, itemSchema, jsonObject } from '../api/wire';

// What `lookUp` found and `compose` reads, by delivery id; plain JSON in between.

const documentFindingSchema = z.discriminatedUnion('found', [
  z.object({ found: z.literal('absent') }),
  /** Somebody else's document has our number. */
  z.object({ found: z.literal('foreign') }),
  z.object({
    found: z.literal('ours'),
    id: z.string(),
    syncToken: z.string(),
    docNumber: z.string().nullable(),
    /** As the books hold it now. */
    row: jsonObject,
  }),
  /** Our marker, but voided, changed or twice. */
  z.object({ found: z.literal('touched'), id: z.string() }),
]);
export type DocumentFinding = z.infer<typeof documentFindingSchema>;

const takenSchema = z.object({
  entity: z.enum(['Customer', 'Vendor', 'Employee']),
  id: z.string(),
  name: z.string(),
});

/** One finding of `lookUp`, kept by delivery id. */
const findingSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('document'),
    /** Of one that would be created: whether it is there already. */
    document: documentFindingSchema.nullable(),
    /**
     * Those that stand, as they were read, by kind and id; null where there is none of that id any
     * more.
     */
    rows: z.record(z.string(), jsonObject.nullable()),
  }),
  z.object({
    type: z.literal('customer'),
    byEmail: z.array(customerSchema),
    taken: z.array(takenSchema),
    /** The one with our record id in its name. */
    own: customerSchema.nullable(),
    /** The present SyncToken of one that we update; `gone` where it is not there any more. */
    version: z.string().nullable(),
    isGone: z.boolean(),
  }),
  z.object({
    type: z.literal('item'),
    bySku: z.array(itemSchema),
    byName: z.array(itemSchema),
    version: z.string().nullable(),
    isGone: z.boolean(),
  }),
]);
export type QboFinding = z.infer<typeof findingSchema>;
export type CustomerFinding = Extract<QboFinding, { type: 'customer' }>;
export type ItemFinding = Extract<QboFinding, { type: 'item' }>;

export function findingOf(findings: JsonObject, deliveryId: string): QboFinding | null {
  const finding = findings[deliveryId];
  return finding === undefined ? null : findingSchema.parse(finding);
}

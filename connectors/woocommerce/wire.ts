import { z } from 'zod';

import { jsonObject } from '../stored-write';

// The store's JSON as far as we read it (woocommerce.md 6, 7), and the members that we write. A batch
// skips the store's own schema, so ours is the only check of a written value.

/** Meta entry that marks a product as made by us; its value is the record id. */
export const markerKey = '_truth_sync_ref';

/** Plug-ins keep any JSON as a value; ours is a text, and no other is looked at. */
const metaSchema = z.object({
  key: z.string(),
  value: z.unknown().transform((value) => (typeof value === 'string' ? value : null)),
});

/** Fields that every read of ours asks for; the rest of a product is never looked at. */
export const productFieldNames = [
  'id',
  'name',
  'sku',
  'type',
  'status',
  'catalog_visibility',
  'regular_price',
  'description',
  'virtual',
  'manage_stock',
  'stock_quantity',
  'meta_data',
] as const;

export const productSchema = z.object({
  id: z.number().int().positive(),
  name: z.string().default(''),
  sku: z.string().default(''),
  type: z.string().default('simple'),
  status: z.string().default(''),
  catalog_visibility: z.string().default('visible'),
  regular_price: z.string().default(''),
  description: z.string().default(''),
  virtual: z.boolean().default(false),
  manage_stock: z.union([z.boolean(), z.literal('parent')]).default(false),
  stock_quantity: z.number().nullable().default(null),
  meta_data: z.array(metaSchema).default([]),
});
export type WooProduct = z.infer<typeof productSchema>;

/** An error of a whole answer or of one item of a batch. */
export const errorSchema = z.object({
  code: z.string(),
  message: z.string().default(''),
  data: z
    .union([z.object({ status: z.number().optional() }), z.number(), z.null()])
    .optional()
    .transform((data) => (typeof data === 'number' ? data : (data?.status ?? null))),
});
export type WooError = z.infer<typeof errorSchema>;

/** `{"id":0,"error":{…}}` in a batch answer: 0 for a create, the sent value for an update. */
export const itemErrorSchema = z.object({ error: errorSchema });

/** A batch as we froze it. */
export const frozenBatchSchema = z.object({
  create: z.array(jsonObject),
  update: z.array(jsonObject),
});

/** An empty batch is answered with `[]`, so a missing list is empty. */
export const batchAnswerSchema = z.object({
  create: z.array(z.unknown()).default([]),
  update: z.array(z.unknown()).default([]),
});

const price = z.string().regex(/^\d+(\.\d+)?$/, 'a decimal number that is not negative');
const productFields = {
  name: z.string().min(1),
  sku: z.string().min(1).max(100),
  regular_price: price,
  description: z.string(),
  status: z.enum(['publish', 'draft']),
  catalog_visibility: z.enum(['visible', 'hidden']),
  virtual: z.boolean(),
};

/** What we may create. */
export const productCreateSchema = z.strictObject({
  ...productFields,
  type: z.literal('simple'),
  description: productFields.description.optional(),
  catalog_visibility: productFields.catalog_visibility.optional(),
  meta_data: z.array(z.strictObject({ key: z.literal(markerKey), value: z.string() })),
});

/** What we may update of a product: never its stock. */
export const productUpdateSchema = z
  .strictObject({ id: z.number().int().positive(), ...productFields })
  .partial()
  .required({ id: true });

/** What we may write of its stock: both fields together, or the store drops the figure without a word. */
export const stockUpdateSchema = z.strictObject({
  id: z.number().int().positive(),
  manage_stock: z.literal(true),
  stock_quantity: z.number().int(),
});

/** `GET /system_status` with our `_fields`. */
export const systemStatusSchema = z.object({
  environment: z.object({ version: z.string(), wp_version: z.string().default('') }),
  settings: z.object({
    currency: z.string().default(''),
    number_of_decimals: z.coerce.number().default(2),
  }),
});

/**
 * The JSON value in an answer, also behind PHP notices printed before it (woocommerce.md 3, 16);
 * undefined where there is none: html, empty, or cut.
 */
export function findJson(text: string): unknown {
  const trimmed = text.trim();
  const whole = parsed(trimmed);
  if (whole !== undefined) return whole;
  // A notice is html, so the first line that parses from its start to the end is the answer.
  for (const match of trimmed.matchAll(/[[{]/g)) {
    if (match.index > noticeLengthMax) return undefined;
    const value = parsed(trimmed.slice(match.index));
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Notices are some hundred characters; a limit keeps a large broken answer from being tried at every brace. */
const noticeLengthMax = 4096;

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

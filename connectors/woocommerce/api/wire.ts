import { z } from 'zod';

import { parsed } from '../../http';
import { jsonObject } from '../../stored-write';

// The store's JSON as far as we read it (woocommerce.md#products), and the members that we write. A
// batch skips the store's own schema, so ours is the only check of a written value.

/** Meta entry that marks a product as made by us; its value is the record id. */
export const markerKey = '_truth_sync_ref';

/** Plug-ins keep any JSON as a value; ours is a text, and no other is looked at. */
const metaSchema = z.object({
  key: z.string(),
  value: z.unknown().transform((value) => (typeof value === 'string' ? value : null)),
});

/** Plug-ins turn texts into numbers, numbers into texts, and flags into words. */
const text = z.union([z.string(), z.number().transform(String), z.null().transform(() => '')]);
const number = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d+(\.\d+)?$/)
    .transform(Number),
  z.null(),
  z.literal('').transform(() => null),
]);
const flag = z.union([
  z.boolean(),
  z
    .enum(['yes', 'no', 'true', 'false', '1', '0', ''])
    .transform((word) => ['yes', 'true', '1'].includes(word)),
]);

export const productSchema = z.object({
  id: z.coerce.number().int().positive(),
  name: text.default(''),
  sku: text.default(''),
  type: z.string().default('simple'),
  status: z.string().default(''),
  catalog_visibility: z.string().default('visible'),
  regular_price: text.default(''),
  description: text.default(''),
  virtual: flag.default(false),
  manage_stock: z.union([z.literal('parent'), flag]).default(false),
  stock_quantity: number.default(null),
  /** Of a variation: its product. */
  parent_id: number.default(null),
  /** Moves with the stock of orders, also in the answer of a write (woocommerce.md#stock). */
  total_sales: number.default(null),
  /** Null: the store's version does not know it. */
  tax_class: z.string().nullable().default(null),
  global_unique_id: z.string().nullable().default(null),
  meta_data: z.array(metaSchema).default([]),
});
export type WooProduct = z.infer<typeof productSchema>;

/** Fields that every read of ours asks for; the rest of a product is never looked at. */
export const productFieldNames = Object.keys(productSchema.shape);

/** An error of a whole answer or of one item of a batch. */
export const errorSchema = z
  .object({
    code: z.string(),
    message: z.string().default(''),
    data: z
      .union([
        z.object({ status: z.number().optional(), resource_id: z.number().optional() }),
        z.number(),
        z.null(),
      ])
      .optional(),
  })
  .transform(({ data, ...error }) => ({
    ...error,
    data: typeof data === 'number' ? data : (data?.status ?? null),
    /** Id of the product that holds the SKU or GTIN; null where the error names none. */
    holder: typeof data === 'number' ? null : (data?.resource_id ?? null),
  }));
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
  name: z
    .string()
    .min(1)
    .refine(
      (name) => name.trim() !== '' && name.trim() !== '0',
      'the store calls such a product "Product"',
    ),
  sku: z.string().min(1).max(100),
  regular_price: price,
  description: z.string(),
  status: z.enum(['publish', 'draft']),
  catalog_visibility: z.enum(['visible', 'hidden']),
  virtual: z.boolean(),
  manage_stock: z.literal(false),
  tax_class: z.string(),
  global_unique_id: z.string(),
};

/** The mapped fields of a product. */
export const productFieldKeys = z.strictObject(productFields).keyof().options;

/** What we may create. */
export const productCreateSchema = z.strictObject({
  ...productFields,
  type: z.literal('simple'),
  description: productFields.description.optional(),
  catalog_visibility: productFields.catalog_visibility.optional(),
  manage_stock: productFields.manage_stock.optional(),
  tax_class: productFields.tax_class.optional(),
  global_unique_id: productFields.global_unique_id.optional(),
  meta_data: z.array(z.strictObject({ key: z.literal(markerKey), value: z.string() })),
});

/** What we may update of a product: never its stock. */
export const productUpdateSchema = z
  .strictObject({ id: z.number().int().positive(), ...productFields })
  .partial()
  .required({ id: true });

/**
 * What we may write of its stock: both fields together, or the store drops the figure without a
 * word.
 */
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
 * The JSON value in an answer, also between PHP notices printed before and after it
 * (woocommerce.md#proxies); undefined where there is none: html, empty, or cut. Notices may hold
 * brackets of their own: the longest value is the answer.
 */
export function findJson(answer: string): unknown {
  const whole = parsed(answer.trim(), JSON.parse);
  if (whole !== undefined) return whole;
  let longest: { value: unknown; length: number } = { value: undefined, length: 0 };
  let tries = 0;
  const starts = /(?:^|[>\r\n])\s*([[{])/g;
  for (
    let match = starts.exec(answer);
    match !== null && tries < triesMax;
    match = starts.exec(answer)
  ) {
    tries += 1;
    const start = match.index + match[0].length - 1;
    const end = endOfJson(answer, start);
    if (end - start <= longest.length) continue;
    const value = parsed(answer.slice(start, end), JSON.parse);
    if (value === undefined) continue;
    longest = { value, length: end - start };
    starts.lastIndex = end;
  }
  return longest.value;
}

/**
 * Places where a value may begin; a bound keeps a large broken answer from being read again for
 * each.
 */
const triesMax = 200;

/** Behind the bracket that closes the one at `start`; the start itself where none does. */
function endOfJson(answer: string, start: number): number {
  let depth = 0;
  for (let place = start; place < answer.length; place++) {
    const sign = answer[place];
    if (sign === '"') {
      place = endOfText(answer, place);
      if (place < 0) return start;
    } else if (sign === '[' || sign === '{') depth += 1;
    else if (sign === ']' || sign === '}') depth -= 1;
    if (depth === 0) return place + 1;
  }
  return start;
}

/** The quote that ends the text beginning at this one, or -1. */
function endOfText(answer: string, start: number): number {
  for (let place = start + 1; place < answer.length; place++) {
    if (answer[place] === '\\') place += 1;
    else if (answer[place] === '"') return place;
  }
  return -1;
}

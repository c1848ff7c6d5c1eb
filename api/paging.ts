import { z } from 'zod';

import { fieldErrors, invalid } from './problem';

// Lists: `?limit=&cursor=`, answered as `{items, nextCursor}`. A cursor is opaque to the caller.

export const pageQuery = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(200)
    .default(50)
    .meta({ description: 'Most items of a page, 1 to 200.' }),
  cursor: z
    .string()
    .max(1_000)
    .optional()
    .meta({ description: '`nextCursor` of the previous page; absent: the first page.' }),
};

export function pageSchema<Item extends z.ZodType>(
  item: Item,
): z.ZodObject<{ items: z.ZodArray<Item>; nextCursor: z.ZodNullable<z.ZodString> }> {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

/** The key after which the page begins; null for the first page. */
export function afterOf<Key extends z.ZodType<string>>(
  cursor: string | undefined,
  key: Key,
): z.output<Key> | null {
  if (cursor === undefined) return null;
  const after = key.safeParse(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (after.success) return after.data;
  throw invalid('Validation of the query failed.', [
    { path: 'cursor', message: fieldErrors(after.error)[0]?.message ?? 'is none of ours' },
  ]);
}

/** One page of the rows, of which one more than `limit` was read. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => string,
  itemOf: (row: Row) => Item,
): { items: Item[]; nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return {
    items: page.map(itemOf),
    nextCursor: hasMore ? Buffer.from(keyOf(last)).toString('base64url') : null,
  };
}

import { z } from 'zod';

import { fieldErrors, invalid } from './problem';
import { tenantRoute, type Head, type Route, type TenantCall } from './route';

// Lists: `?limit=&cursor=`, answered as `{items, nextCursor}`. A cursor is opaque to the caller.

export const pageQuery = z.strictObject({
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
});

export function pageSchema<Item extends z.ZodType>(
  item: Item,
): z.ZodObject<{ items: z.ZodArray<Item>; nextCursor: z.ZodNullable<z.ZodString> }> {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

/** Rows to read of a list: so many after this key, from the first on where it is null. */
export interface Page {
  after: string | null;
  limit: number;
}

interface ListSpec<P extends z.ZodType, Q extends z.ZodType, Row> extends Omit<
  Head,
  'params' | 'query'
> {
  summary: string;
  description?: string;
  params: P;
  query: Q;
  item: z.ZodType;
  /** What a cursor of ours holds: the key of the row after which the page begins. */
  key: z.ZodType<string>;
  keyOf: (row: Row) => string;
  read: (call: TenantCall<z.output<P>, z.output<Q>, undefined>, page: Page) => Promise<Row[]>;
  /** How a row is shown; where this is left out, as it is. */
  view?: (row: Row) => object;
}

/** A list that is read page by page. */
export function listRoute<
  P extends z.ZodType,
  Q extends z.ZodType<z.output<typeof pageQuery>>,
  Row extends object,
>(spec: ListSpec<P, Q, Row>): Route {
  const { item, key, keyOf, read, view = (row: Row) => row, ...described } = spec;
  return tenantRoute({
    ...described,
    answers: { 200: pageSchema(item) },
    handle: async (call) => {
      const { cursor, limit } = call.query;
      const rows = await read(call, { after: afterOf(cursor, key), limit: limit + 1 });
      const page = rows.slice(0, limit);
      const last = rows.length > limit ? page.at(-1) : undefined;
      const nextCursor = last && Buffer.from(keyOf(last)).toString('base64url');
      return { status: 200, body: { items: page.map(view), nextCursor: nextCursor ?? null } };
    },
  });
}

function afterOf(cursor: string | undefined, key: z.ZodType<string>): string | null {
  if (cursor === undefined) return null;
  const after = key.safeParse(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (after.success) return after.data;
  throw invalid('Validation of the query failed.', [
    { path: 'cursor', message: fieldErrors(after.error)[0]?.message ?? 'is none of ours' },
  ]);
}

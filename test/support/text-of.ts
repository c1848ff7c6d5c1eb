import { z } from 'zod';

/** A field of an answer that must be a text. */
export function textOf(body: unknown, field: string): string {
  return z
    .looseObject({ [field]: z.string() })
    .transform((value) => String(value[field]))
    .parse(body);
}

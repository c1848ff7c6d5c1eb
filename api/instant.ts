import { z } from 'zod';

const pattern =
  /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/**
 * An RFC 3339 instant with its offset, from 1970 to 2199: anything else is a mistake of the sender.
 */
export const instant = z
  .string()
  .max(40)
  .refine(isInstant, 'must be an RFC 3339 instant with offset, from 1970 to 2199')
  .meta({ format: 'date-time', example: '2026-11-22T10:15:00-05:00' });

function isInstant(text: string): boolean {
  const [, day = ''] = pattern.exec(text) ?? [];
  // JavaScript moves 30 February on to March.
  if (!z.regexes.date.test(day)) return false;
  const year = new Date(text).getUTCFullYear();
  return year >= 1970 && year <= 2199;
}

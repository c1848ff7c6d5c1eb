import { z } from 'zod';

const pattern =
  /^(\d{4})-(\d\d)-(\d\d)[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** An RFC 3339 instant with its offset, from 1970 to 2199: anything else is a mistake of the sender. */
export const instant = z
  .string()
  .max(40)
  .refine(isInstant, 'must be an RFC 3339 instant with offset, from 1970 to 2199')
  .meta({ format: 'date-time', example: '2026-11-22T10:15:00-05:00' });

function isInstant(text: string): boolean {
  const match = pattern.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  // JavaScript moves 30 February on to March.
  const daysInMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth) return false;
  const yearUtc = new Date(text).getUTCFullYear();
  return yearUtc >= 1970 && yearUtc <= 2199;
}

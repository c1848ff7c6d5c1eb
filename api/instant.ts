import { z } from 'zod';

const pattern =
  /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/**
 * An RFC 3339 instant with its offset, from 1970 to 2199: anything else is a mistake of the sender.
 */
export const instant = z
  .string()
  .max(40)
  .refine(isInstant, 'must be an RFC 3339 instant with offset, from 1970 to 2199')
  .meta({ format: 'date-time', example: '2026-11-22T10:15:00-05:00' });

const daysInMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isInstant(text: string): boolean {
  const match = pattern.exec(text);
  if (match === null) return false;
  const year = Number(match[1]);
  const month = Number(match[2]);
  const day = Number(match[3]);
  // JavaScript moves 30 February on to March.
  if (day < 1 || day > (daysInMonth[month - 1] ?? 0)) return false;
  const isLeapYear = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (month === 2 && day === 29 && !isLeapYear) return false;
  if (year > 1970 && year < 2199) return true;
  const yearUtc = new Date(text).getUTCFullYear();
  return yearUtc >= 1970 && yearUtc <= 2199;
}

import { DateTime } from 'luxon';

import type { RecordBody } from './bodies';

// The day of money that names none (accounting.md 4): that of its instant where the business is, never the
// UTC day and never "now". It is frozen when the change is absorbed, so that each try has the same.

/** The calendar day of an instant in a zone, `YYYY-MM-DD`; throws where either cannot be read. */
export function dayIn(zone: string, instant: string): string {
  const day = DateTime.fromISO(instant, { zone }).toISODate();
  if (day === null) throw new Error(`Bug: ${instant} has no day in ${zone}`);
  return day;
}

/** Whether a change of this body needs its day from its instant. */
export function needsDay(content: { kind: string; body: object } | null): boolean {
  if (content?.kind !== 'payment' && content?.kind !== 'payout') return false;
  return !('businessDate' in content.body) || content.body.businessDate === undefined;
}

/** The record with its day: its own, else the one that it had, else that of the instant. */
export function withDay(
  content: RecordBody,
  former: RecordBody | null,
  dayOfChange: () => string,
): RecordBody {
  switch (content.kind) {
    case 'payment': {
      if (!needsDay(content)) return content;
      const known = former?.kind === 'payment' ? former.body.businessDate : undefined;
      return { ...content, body: { ...content.body, businessDate: known ?? dayOfChange() } };
    }
    case 'payout': {
      if (!needsDay(content)) return content;
      const known = former?.kind === 'payout' ? former.body.businessDate : undefined;
      return { ...content, body: { ...content.body, businessDate: known ?? dayOfChange() } };
    }
    case 'customer':
    case 'product':
    case 'inventory':
    case 'order':
    case 'refund':
    case 'invoice':
    case 'cash':
    case 'summary':
      return content;
  }
}

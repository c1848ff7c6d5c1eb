import { DateTime } from 'luxon';

import type { MoneyChange, RecordBody } from './bodies';

// The business day of money that names none (accounting.md#dates): that of its instant where the
// business is, which ends at the hour of the day cut; never the UTC day and never "now". Of several
// revisions the earliest counts, whichever comes first, so that an edit does not move what was
// received. It is frozen with the record: each try has the same.

/**
 * The business day of an instant in a zone, `YYYY-MM-DD`; before the cut hour it is the day before.
 * Throws where either cannot be read.
 */
export function dayIn(zone: string, instant: string, cutHour = 0): string {
  const local = DateTime.fromISO(instant, { zone });
  const day = (local.hour < cutHour ? local.minus({ days: 1 }) : local).toISODate();
  if (day === null) throw new Error(`Bug: ${instant} has no day in ${zone}`);
  return day;
}

/** `dayIn` for many instants in UTC, such as the database answers: worked out once a minute. */
export function dayReader(zone: string, cutHour?: number): (instant: string) => string {
  const days = new Map<string, string>();
  return (instant) => {
    const minute = instant.slice(0, 'YYYY-MM-DDThh:mm'.length);
    const day = days.get(minute) ?? dayIn(zone, instant, cutHour);
    days.set(minute, day);
    return day;
  };
}

/** Whether a change of this body needs its day from its instant. */
export function needsDay(content: { kind: string; body: object } | null): boolean {
  if (content?.kind !== 'payment' && content?.kind !== 'payout') return false;
  return !('businessDate' in content.body) || content.body.businessDate === undefined;
}

/** A record whose day may be that of its instant. */
type DatedRecord = Extract<RecordBody, MoneyChange>;

function isDated(content: RecordBody | null): content is DatedRecord {
  return content?.kind === 'payment' || content?.kind === 'payout';
}

function withDate(content: MoneyChange, businessDate: string): DatedRecord {
  return content.kind === 'payment'
    ? { kind: 'payment', body: { ...content.body, businessDate } }
    : { kind: 'payout', body: { ...content.body, businessDate } };
}

/** The record with its day: its own, else the one that it had, else that of the instant. */
export function withDay(
  content: RecordBody | MoneyChange,
  former: RecordBody | null,
  dayOfChange: () => string,
): RecordBody {
  if (content.kind !== 'payment' && content.kind !== 'payout') return content;
  const known = isDated(former) ? former.body.businessDate : null;
  return withDate(content, content.body.businessDate ?? known ?? dayOfChange());
}

/**
 * The record after an earlier revision that came late: where no revision said its day, the earlier
 * instant counts; what the earlier one said does. Null where nothing changes. `isStated`: a
 * revision that came said the day.
 */
export function withLateDay(
  content: RecordBody | null,
  late: { kind: string; body: object } | null,
  isStated: boolean,
  dayOfLate: () => string,
): RecordBody | null {
  if (!isDated(content) || late?.kind !== content.kind || isStated) return null;
  const stated = 'businessDate' in late.body ? late.body.businessDate : undefined;
  const day = typeof stated === 'string' ? stated : dayOfLate();
  const { businessDate } = content.body;
  const isTaken = typeof stated === 'string' || day < businessDate;
  return isTaken && day !== businessDate ? withDate(content, day) : null;
}

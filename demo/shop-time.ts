import { DateTime } from 'luxon';

/** The shop's zone: the file gives local times without one. */
const shopZone = 'Europe/London';

/**
 * The instant of a local time. A time inside the spring gap moves forward by the gap, an ambiguous
 * one of autumn is the first. Throws for a day or time that no calendar has.
 */
export function instantOf(localTime: string): string {
  const time = DateTime.fromISO(localTime, { zone: shopZone });
  if (!time.isValid) throw new Error(`${localTime} is no time of the calendar`);
  const hourBefore = time.toUTC().minus({ hours: 1 }).setZone(shopZone);
  const first = hourBefore.toFormat('HH:mm:ss') === time.toFormat('HH:mm:ss') ? hourBefore : time;
  return first.toISO({ suppressMilliseconds: true }) ?? '';
}

/** Whether a calendar has this day and time, from 1970 on. */
export function isLocalTime(text: string): boolean {
  const time = DateTime.fromISO(text, { zone: shopZone });
  return time.isValid && time.year >= 1970 && time.year < 2200;
}

/** A moment before: opening stock is counted before the first sale. */
export function minutesBefore(instant: string, minutes: number): string {
  const time = DateTime.fromISO(instant, { setZone: true }).minus({ minutes });
  return time.toISO({ suppressMilliseconds: true }) ?? '';
}

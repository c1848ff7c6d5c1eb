import { DateTime } from 'luxon';

// Whether the tickets of a business day are posted one by one or as daily summaries: one mode for
// each day (accounting.md#summaries). Days are `YYYY-MM-DD`, compared as texts.

export const postingModes = ['perOrder', 'summary'] as const;
export type PostingMode = (typeof postingModes)[number];

/** From this business day on the mode holds, until the next switch. */
export interface ModeSwitch {
  fromDay: string;
  mode: PostingMode;
}

/**
 * The mode of a day: that of the last switch up to it; before the first one each ticket is posted
 * by itself.
 */
export function modeOfDay(switches: readonly ModeSwitch[], day: string): PostingMode {
  let mode: PostingMode = 'perOrder';
  for (const { fromDay, mode: next } of switches) if (fromDay <= day) mode = next;
  return mode;
}

/** Why these switches say nothing clear; null where they do. */
export function unclearSwitches(switches: readonly ModeSwitch[]): string | null {
  for (const [index, { fromDay, mode }] of switches.entries()) {
    const before = switches[index - 1];
    if (before !== undefined && fromDay <= before.fromDay)
      return 'must rise from day to day: each day has one mode';
    if (mode === (before?.mode ?? 'perOrder')) return `switches to ${mode}, which holds already`;
  }
  return null;
}

/**
 * When a business day is over: the cut hour of the next day in the tenant's zone, in milliseconds
 * since 1970. An hour that the clocks leave out is the one after it, one that they show twice is
 * the first.
 */
export function dayEndsAtMs(day: string, zone: string, cutHour: number): number {
  const end = DateTime.fromISO(day, { zone }).plus({ days: 1 }).set({ hour: cutHour });
  if (!end.isValid) throw new RangeError(`Bug: ${day} in ${zone} is no day`);
  return end.toMillis();
}

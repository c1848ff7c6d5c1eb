/** Times as WordPress writes them: whole seconds without a zone, `2026-11-22T12:25:57`. */

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  formats.set(zone, format);
  return format;
}

/** The wall clock of the zone at an instant. */
export function localTime(instantMs: number, zone: string): string {
  return formatOf(zone).format(instantMs).replace(' ', 'T');
}

export function utcTime(instantMs: number): string {
  return new Date(instantMs).toISOString().slice(0, 19);
}

/** Hours the zone is ahead of UTC at an instant. */
export function offsetHours(instantMs: number, zone: string): number {
  const wholeSeconds = Math.floor(instantMs / 1000) * 1000;
  return (Date.parse(`${localTime(instantMs, zone)}Z`) - wholeSeconds) / 3_600_000;
}

/** A wall clock time that the zone leaves out in spring moves one hour on (section 5). */
export function withoutGap(wallTime: string, zone: string): string {
  const asUtcMs = Date.parse(`${wallTime}Z`);
  const instantMs = asUtcMs - offsetHours(asUtcMs, zone) * 3_600_000;
  const candidates = [instantMs, instantMs - 3_600_000, instantMs + 3_600_000];
  const exists = candidates.some((candidate) => localTime(candidate, zone) === wallTime);
  return exists ? wallTime : utcTime(asUtcMs + 3_600_000);
}

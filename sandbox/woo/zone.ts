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

/** No zone changes its offset within a quarter of an hour. */
const stepMs = 15 * 60_000;
const offsets = new Map<string, Map<number, number>>();

/** How far the zone is ahead of UTC at an instant; looked up once for each quarter of an hour. */
function offsetMs(instantMs: number, zone: string): number {
  let known = offsets.get(zone);
  if (known === undefined) {
    known = new Map();
    offsets.set(zone, known);
  }
  const step = Math.floor(instantMs / stepMs);
  const found = known.get(step);
  if (found !== undefined) return found;
  const shown = formatOf(zone)
    .format(step * stepMs)
    .replace(' ', 'T');
  const offset = Date.parse(`${shown}Z`) - step * stepMs;
  known.set(step, offset);
  return offset;
}

/** The wall clock of the zone at an instant. */
export function localTime(instantMs: number, zone: string): string {
  return utcTime(instantMs + offsetMs(instantMs, zone));
}

export function utcTime(instantMs: number): string {
  return new Date(instantMs).toISOString().slice(0, 19);
}

/** Hours the zone is ahead of UTC at an instant. */
export function offsetHours(instantMs: number, zone: string): number {
  return offsetMs(instantMs, zone) / 3_600_000;
}

/** The first instant at which the zone's clocks show this time; one in a gap moves an hour on. */
export function instantOf(wallTime: string, zone: string): number {
  const shown = withoutGap(wallTime, zone);
  const asUtcMs = Date.parse(`${shown}Z`);
  const near = asUtcMs - offsetMs(asUtcMs, zone);
  const fitting = [near - 3_600_000, near, near + 3_600_000].find(
    (candidate) => localTime(candidate, zone) === shown,
  );
  return fitting ?? near;
}

/**
 * A wall clock time that the zone leaves out in spring moves one hour on (woocommerce.md#dates).
 */
export function withoutGap(wallTime: string, zone: string): string {
  const asUtcMs = Date.parse(`${wallTime}Z`);
  const instantMs = asUtcMs - offsetHours(asUtcMs, zone) * 3_600_000;
  const candidates = [instantMs, instantMs - 3_600_000, instantMs + 3_600_000];
  const exists = candidates.some((candidate) => localTime(candidate, zone) === wallTime);
  return exists ? wallTime : utcTime(asUtcMs + 3_600_000);
}

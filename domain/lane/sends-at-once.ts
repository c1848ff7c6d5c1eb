const sendsMax = 8;

/**
 * How many sends a lane composes together: as many as the vendor takes within what is left of the
 * turn, 1 to 8. Picking and look-ups are paid once for all of them. `eachMs`: how long the vendor
 * takes for one; null: it is not known yet.
 */
export function sendsAtOnce(eachMs: number | null, turnLeftMs: number): number {
  if (eachMs === null) return 1;
  return Math.max(1, Math.min(sendsMax, Math.floor(turnLeftMs / Math.max(1, eachMs))));
}

/** Sends of one transaction wait for each other: no longer than this. */
const togetherMs = 1_000;
const togetherMax = 8;

/**
 * How many sends are written down in one transaction, and settled in one: as many as the vendor
 * takes within a second; 1 to 8. A pause or a new direction reaches the lane that much later at
 * most, and a killed worker leaves that many to be asked about.
 */
export function sendsTogether(eachMs: number | null): number {
  if (eachMs === null) return 1;
  return Math.max(1, Math.min(togetherMax, Math.floor(togetherMs / Math.max(1, eachMs))));
}

/**
 * How long the vendor takes for one send: as its fastest of the last calls, for the others may have
 * waited for our own processor, and no less than its quota spaces them. Null where neither is
 * known.
 */
export function sendPaceMs(
  lastCallsMs: readonly number[],
  limits: readonly { intervalMs: number }[],
): number | null {
  const fastest = lastCallsMs.length === 0 ? [] : [Math.min(...lastCallsMs)];
  const known = [...fastest, ...limits.map(({ intervalMs }) => intervalMs)];
  return known.length === 0 ? null : Math.max(...known);
}

/** Composed sends are at most about this old when the last of them leaves. */
const composedMs = 5_000;
const sendsMax = 8;

/**
 * How many sends a lane composes together: as many as leave within 5 s and within what is left of
 * its turn, by what one took last; at most twice as many as before, 1 to 8. Picking and look-ups
 * are paid once for all of them. `eachMs` null: it is not known yet how fast they leave.
 */
export function sendsAtOnce(former: number, eachMs: number | null, turnLeftMs: number): number {
  if (eachMs === null) return 1;
  const fitting = Math.floor(Math.min(composedMs, turnLeftMs) / Math.max(1, eachMs));
  return Math.max(1, Math.min(sendsMax, former * 2, fitting));
}

/** Sends of one transaction wait for each other: no longer than this. */
const togetherMs = 250;
const togetherMax = 8;

/**
 * How many sends are written down in one transaction, and settled in one: as many as leave within
 * 250 ms, by what one took last; 1 to 8. A pause or a new direction reaches the lane that much
 * later at most, and a killed worker leaves that many to be asked about.
 */
export function sendsTogether(eachMs: number | null): number {
  if (eachMs === null) return 1;
  return Math.max(1, Math.min(togetherMax, Math.floor(togetherMs / Math.max(1, eachMs))));
}

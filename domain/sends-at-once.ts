/** Composed sends are at most about this old when the last of them leaves. */
const composedMs = 5_000;
const sendsMax = 16;

/**
 * How many sends a lane composes together: as many as leave within 5 s and within what is left of its turn, by
 * what one took last; at most twice as many as before, 1 to 16. Picking and look-ups are paid once for all of
 * them. `eachMs` null: it is not known yet how fast they leave.
 */
export function sendsAtOnce(former: number, eachMs: number | null, turnLeftMs: number): number {
  if (eachMs === null) return 1;
  const fitting = Math.floor(Math.min(composedMs, turnLeftMs) / Math.max(1, eachMs));
  return Math.max(1, Math.min(sendsMax, former * 2, fitting));
}

import { charge, type RateLimit, type RateState } from './rate-budget';

/**
 * How long these calls take at least: spaced as the quota allows, or one after the other at what a
 * call takes. `callMs`: what one call took so far.
 */
export function expectedMs(
  calls: { reads: number; writes: number },
  limits: { read: readonly RateLimit[]; write: readonly RateLimit[] },
  callMs: number,
): number {
  const plan: (readonly RateLimit[])[] = [
    ...Array.from({ length: calls.reads }, () => limits.read),
    ...Array.from({ length: calls.writes }, () => limits.write),
  ];
  let state: RateState = {};
  let nowMs = 0;
  for (const limit of plan) {
    for (;;) {
      const charged = charge(state, limit, nowMs);
      if (charged.isGranted) {
        ({ state } = charged);
        break;
      }
      nowMs = charged.atMs;
    }
    nowMs += callMs;
  }
  return Math.ceil(nowMs);
}

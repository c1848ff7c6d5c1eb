// The budget of a vendor account by the generic cell rate algorithm (GCRA, ITU-T I.371): one time
// stamp per limit, no list of past calls.

/** At most `burst` calls at once, then one every `intervalMs`. */
export interface RateLimit {
  name: string;
  intervalMs: number;
  burst: number;
}

/** Theoretical arrival time of the next even call per limit, in milliseconds since 1970. */
export type RateState = Readonly<Record<string, number>>;

export type Charge =
  | { isGranted: true; state: RateState }
  /** Nothing was charged; the same call may leave at `atMs`. */
  | { isGranted: false; atMs: number };

/** Charges one call against every limit, or none of them. */
export function charge(state: RateState, limits: readonly RateLimit[], nowMs: number): Charge {
  const next: Record<string, number> = { ...state };
  let atMs = nowMs;
  for (const limit of limits) {
    // A stamp far in the future (a clock that was set back) must not stop the lane for longer than
    // one full window.
    const ceilingMs = nowMs + limit.intervalMs * limit.burst;
    const arrivalMs = Math.max(nowMs, Math.min(state[limit.name] ?? 0, ceilingMs));
    const earliestMs = arrivalMs - limit.intervalMs * (limit.burst - 1);
    atMs = Math.max(atMs, earliestMs);
    next[limit.name] = arrivalMs + limit.intervalMs;
  }
  return atMs > nowMs ? { isGranted: false, atMs } : { isGranted: true, state: next };
}

import type { BreakerSettings } from './sync-settings';

// The breaker of a lane: one state with what belongs to it, changed only here. It lives in the
// tenant's workflow, is carried on when that continues as new, and is mirrored in the lane row.

export type Breaker =
  | { kind: 'closed' }
  | { kind: 'open'; opens: number; retryAtMs: number; reason: string }
  /** Probing, one send at a time; `successes` good ones so far. */
  | { kind: 'half-open'; opens: number; successes: number }
  /** Held open by an operator until told otherwise; no timer. */
  | { kind: 'isolated' };

export const closedBreaker: Breaker = { kind: 'closed' };

/** The breaker with which a turn begins, or null while none may begin. */
export function beginTurn(breaker: Breaker, nowMs: number): Breaker | null {
  switch (breaker.kind) {
    case 'closed':
    case 'half-open':
      return breaker;
    case 'open':
      return breaker.retryAtMs > nowMs
        ? null
        : { kind: 'half-open', opens: breaker.opens, successes: 0 };
    case 'isolated':
      return null;
  }
}

/** After a turn in which the vendor answered. A turn that called nothing proves nothing. */
export function afterSuccess(
  breaker: Breaker,
  settings: BreakerSettings,
  hasCalled: boolean,
): Breaker {
  if (breaker.kind !== 'half-open' || !hasCalled) return breaker;
  const successes = breaker.successes + 1;
  return successes >= settings.successes ? closedBreaker : { ...breaker, successes };
}

/**
 * After a turn whose attempts all failed: open, longer each time, at most ten times the first
 * pause.
 */
export function afterFailure(
  breaker: Breaker,
  settings: BreakerSettings,
  reason: string,
  { nowMs, random }: { nowMs: number; random: number },
): Breaker {
  // What an operator holds open stays so until told otherwise.
  if (breaker.kind === 'isolated') return breaker;
  const opens = breaker.kind === 'half-open' ? breaker.opens + 1 : 1;
  const pauseMs = Math.min(settings.openMs * 2 ** Math.min(opens - 1, 10), settings.openMs * 10);
  const retryAtMs = nowMs + Math.ceil(pauseMs * (0.9 + 0.2 * random));
  return { kind: 'open', opens, retryAtMs, reason: reason.slice(0, 200) };
}

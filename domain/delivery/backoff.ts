import type { BackoffSettings } from '../lane/sync-settings';

/**
 * The wait before try number `attempt` + 1, counted from 1: initial × factor^(attempt − 1), at most
 * the cap, then ± jitter. `random` is a number from 0 up to 1 that the caller draws.
 */
export function backoffMs(settings: BackoffSettings, attempt: number, random: number): number {
  const exponent = Math.min(Math.max(attempt, 1) - 1, 60);
  const plainMs = Math.min(settings.maxMs, settings.initialMs * settings.factor ** exponent);
  const spread = 1 + settings.jitter * (2 * random - 1);
  return Math.max(1, Math.round(Math.min(settings.maxMs, plainMs * spread)));
}

import { type Random } from '../random';

/** A call to QuickBooks Online takes 0.3 to 1.5 s, a batch too: no closer figures are known. */
export function latencyMs(random: Random): number {
  return random.between(300, 1_500);
}

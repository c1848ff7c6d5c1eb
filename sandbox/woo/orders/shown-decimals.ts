import { type JsonObject } from '../../json';
import { type Store } from '../store';
import { asWhole } from '../values';

/** More are zeros only. */
const decimalsMax = 100;

/**
 * Decimals of amounts on the wire: `dp`, read by PHP as a whole number without sign, else the
 * store's.
 */
export function shownDecimals(store: Store, input: JsonObject): number {
  if (input['dp'] === undefined) return store.options.decimals;
  return Math.min(Math.abs(asWhole(input['dp'])), decimalsMax);
}

import { setImmediate } from 'node:timers/promises';

/** Of deliveries that are planned or composed: about a millisecond. */
const sliceSize = 20;

/**
 * Entries in slices with a pause before each: the answer to a call under way is taken meanwhile and the next call
 * leaves, instead of waiting until all of them are done.
 */
export async function* inSlices<T>(entries: readonly T[]): AsyncGenerator<T[], void, undefined> {
  for (let start = 0; start < entries.length; start += sliceSize) {
    await setImmediate();
    yield entries.slice(start, start + sliceSize);
  }
}

import { setImmediate } from 'node:timers/promises';

/** Of deliveries that are planned or composed: about a millisecond. */
const sliceSize = 20;

/**
 * Entries one by one with a pause in longer work on them: the answer to a call under way is taken meanwhile and
 * the next call leaves, instead of waiting until all of them are done.
 */
export async function* inSlices<T>(entries: readonly T[]): AsyncGenerator<T, void, undefined> {
  for (const [index, entry] of entries.entries()) {
    if (index % sliceSize === 0) await setImmediate();
    yield entry;
  }
}

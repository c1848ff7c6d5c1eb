import { afterAll, beforeAll } from '@jest/globals';

interface Startable {
  stop(): Promise<void>;
}

/** A busy machine that starts something slowly is no failure of a test. */
const hookMs = 60_000;

/** What runs now: the last that was started is stopped first. */
const running: Startable[] = [];

/**
 * Something that all tests of a file, or of a `describe`, use: it is started before them, in the
 * order of these calls, and is empty until then.
 */
export function fixture<T extends Startable>(start: () => Promise<T>): T {
  const filled: Partial<T> = {};
  beforeAll(async () => {
    const started = await start();
    running.push(started);
    Object.assign(filled, started);
  }, hookMs);
  afterAll(async () => {
    await running.pop()?.stop();
  }, hookMs);
  return filled as T;
}

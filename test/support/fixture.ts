import { afterAll, beforeAll } from '@jest/globals';

interface Startable {
  stop(): Promise<void>;
}

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
  });
  afterAll(async () => {
    await running.pop()?.stop();
  });
  return filled as T;
}

import { setMaxListeners } from 'node:events';

/**
 * From one reset to the next: aborted, it ends what waits. As many calls as wait at the same time
 * listen to it; Node would warn of a leak at the eleventh.
 */
export function newEpoch(): AbortController {
  const epoch = new AbortController();
  setMaxListeners(Infinity, epoch.signal);
  return epoch;
}

/** A piece of work that waits for its time. */
export interface Timer {
  /** Nothing happens when the work has been done already. */
  cancel(): void;
}

interface Waiting extends Timer {
  timeMs: number;
  work: () => void;
}

/** Work in the order of its time; of equal times in the order it was given. */
export interface TimerQueue {
  add(timeMs: number, work: () => void): Timer;
  /** The time of the next piece of work, or null. */
  nextMs(): number | null;
  /** Takes the next piece of work out. */
  take(): { timeMs: number; work: () => void } | undefined;
  clear(): void;
}

/** `changed` is called when another piece of work has become the next one. */
export function createTimerQueue(changed: () => void): TimerQueue {
  let waiting: Waiting[] = [];
  const remove = (timer: Waiting): void => {
    const place = waiting.indexOf(timer);
    if (place < 0) return;
    waiting.splice(place, 1);
    if (place === 0) changed();
  };
  return {
    add: (timeMs, work) => {
      const timer: Waiting = {
        timeMs,
        work,
        cancel: () => {
          remove(timer);
        },
      };
      const place = placeOf(waiting, timeMs);
      waiting.splice(place, 0, timer);
      if (place === 0) changed();
      return timer;
    },
    nextMs: () => waiting[0]?.timeMs ?? null,
    take: () => waiting.shift(),
    clear: () => {
      waiting = [];
      changed();
    },
  };
}

/** Behind everything that is due at the same time or before. */
function placeOf(waiting: readonly Waiting[], timeMs: number): number {
  let low = 0;
  let high = waiting.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((waiting[middle]?.timeMs ?? Infinity) <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

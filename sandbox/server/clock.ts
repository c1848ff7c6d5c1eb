import { z } from 'zod';

import { checked } from './checked';
import { ControlError } from './control-error';
import { reportBug } from './report-bug';
import { createTimerQueue, type Timer } from './timers';

/**
 * The sandbox's time. It starts as real time and can be set, moved and made faster or slower; what
 * waits for a time of this clock follows all of that.
 */
export interface Clock {
  nowMs(): number;
  /**
   * Does the work when the clock reaches `timeMs`, at once on the next turn if that has passed.
   * While the clock is moved forward, all work on the way is done in the order of its time, and
   * `nowMs()` answers the time that each was due. Setting the clock back delays what waits.
   */
  at(timeMs: number, work: () => void): Timer;
  set(body: unknown): void;
  read(): { now: string; rate: number };
  /** Whether the time was ever set or its rate changed since the last reset. */
  isReal(): boolean;
  /** Real time again; what waited is forgotten. */
  reset(): void;
  /** Forgets what waits; the time stays as it is. */
  forget(): void;
}

const clockBody = z
  .strictObject({
    now: z.iso.datetime({ offset: true }).optional(),
    advanceMs: z.number().int().optional(),
    rate: z.number().min(0).max(100_000).optional(),
  })
  .refine((body) => Object.keys(body).length > 0, 'give at least one of now, advanceMs, rate');

/** Dates of vendors have four digits, and far from now nothing of theirs was ever seen. */
const earliestMs = 0;
const endMs = Date.UTC(2200, 0, 1);
/** Real timers take no more than 2^31 ms; a longer wait is begun anew. */
const sleepMsMax = 3_600_000;
/** Work that plans itself again on every turn would hold a move of the clock for ever. */
const worksPerMoveMax = 1_000_000;

export function createClock(): Clock {
  let anchorRealMs = Date.now();
  let anchorMs = anchorRealMs;
  let rate = 1;
  let isReal = true;
  /** The time at which work is being done while the clock is moved. */
  let steppedMs: number | null = null;
  let sleep: NodeJS.Timeout | undefined;
  const nowMs = (): number =>
    steppedMs ?? anchorMs + Math.round((Date.now() - anchorRealMs) * rate);
  const anchorAt = (timeMs: number): void => {
    anchorMs = timeMs;
    anchorRealMs = Date.now();
  };

  const arm = (): void => {
    clearTimeout(sleep);
    const nextMs = queue.nextMs();
    if (nextMs === null || steppedMs !== null || (rate === 0 && nextMs > nowMs())) return;
    const realMs = rate === 0 ? 0 : Math.ceil((nextMs - nowMs()) / rate);
    sleep = setTimeout(wake, Math.max(0, Math.min(realMs, sleepMsMax)));
    sleep.unref(); // what waits keeps no process alive: the listening server does
  };
  const queue = createTimerQueue(arm);
  /** Does everything that is due by then; in a move of the clock each at its own time. */
  const workUntil = (endMs: number, moveFromMs: number | null): void => {
    for (let done = 0; (queue.nextMs() ?? Infinity) <= endMs; done += 1) {
      if (done >= worksPerMoveMax) {
        throw new ControlError(`more than ${worksPerMoveMax} events on the way: move in steps`);
      }
      const due = queue.take();
      if (due === undefined) return;
      if (moveFromMs !== null) steppedMs = Math.max(due.timeMs, moveFromMs);
      run(due.work);
      steppedMs = null;
    }
  };
  const wake = (): void => {
    workUntil(nowMs(), null); // late by some ms; never back to the due time: time does not run back
    arm();
  };

  return {
    nowMs,
    at: (timeMs, work) => queue.add(timeMs, work),
    set: (body) => {
      const wish = checked(clockBody, body);
      const startMs = wish.now === undefined ? nowMs() : Date.parse(wish.now);
      const targetMs = startMs + (wish.advanceMs ?? 0);
      if (targetMs < earliestMs || targetMs >= endMs)
        throw new ControlError('the clock goes from 1970 to 2199: give a time within');
      const fromMs = Math.min(nowMs(), targetMs);
      isReal = false;
      try {
        workUntil(targetMs, fromMs);
      } finally {
        rate = wish.rate ?? rate;
        anchorAt(targetMs);
        arm();
      }
    },
    read: () => ({ now: new Date(nowMs()).toISOString(), rate }),
    isReal: () => isReal,
    reset: () => {
      rate = 1;
      isReal = true;
      anchorAt(Date.now());
      queue.clear();
    },
    forget: () => {
      queue.clear();
    },
  };
}

/** What else waits must not suffer from work that fails. */
function run(work: () => void): void {
  try {
    work();
  } catch (error) {
    reportBug(error);
  }
}

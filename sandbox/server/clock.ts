import { z } from 'zod';

import { checked } from './checked';

/** The sandbox's time. It starts as real time and can be set, moved and made faster. */
export interface Clock {
  nowMs(): number;
  set(body: unknown): void;
  read(): { now: string; rate: number };
  reset(): void;
}

const clockBody = z
  .strictObject({
    now: z.iso.datetime({ offset: true }).optional(),
    advanceMs: z.number().int().optional(),
    rate: z.number().min(0).max(100_000).optional(),
  })
  .refine((body) => Object.keys(body).length > 0, 'give at least one of now, advanceMs, rate');

export function createClock(): Clock {
  let anchorRealMs = Date.now();
  let anchorMs = anchorRealMs;
  let rate = 1;
  const nowMs = (): number => anchorMs + Math.round((Date.now() - anchorRealMs) * rate);
  const anchorAt = (timeMs: number): void => {
    anchorMs = timeMs;
    anchorRealMs = Date.now();
  };
  return {
    nowMs,
    set: (body) => {
      const wish = checked(clockBody, body);
      const startMs = wish.now === undefined ? nowMs() : Date.parse(wish.now);
      anchorAt(startMs + (wish.advanceMs ?? 0));
      rate = wish.rate ?? rate;
    },
    read: () => ({ now: new Date(nowMs()).toISOString(), rate }),
    reset: () => {
      rate = 1;
      anchorAt(Date.now());
    },
  };
}

import { z } from 'zod';

import { checked } from '../server/checked';

const minuteMs = 60_000;
const secondMs = 1_000;

const quotaBody = z.strictObject({
  on: z.boolean().optional(),
  perMinute: z.number().int().min(1).optional(),
  perSecond: z.number().int().min(1).optional(),
  batchesPerMinute: z.number().int().min(1).optional(),
  readsPerMonth: z.number().int().min(1).optional(),
});

/** The limits of quickbooks.md#limits as moving windows per company. */
export interface Quota {
  /** True when the call may pass; it is counted then. */
  admits(call: QuotaCall, nowMs: number): boolean;
  change(body: unknown): object;
  reset(): void;
}

/** What a call weighs. */
interface QuotaCall {
  realmId: string;
  isBatch: boolean;
  /** Reads, queries, CDC and reports are metered by the month; writes are not. */
  isRead: boolean;
  /** Requests that a batch counts as. */
  units: number;
}

interface Windows {
  requests: number[];
  batches: number[];
}

export function createQuota(): Quota {
  const defaults = {
    on: true,
    perMinute: 500,
    perSecond: 10,
    batchesPerMinute: 40,
    readsPerMonth: 500_000,
  };
  let limits = { ...defaults };
  let refused = 0;
  const byRealm = new Map<string, Windows>();
  /** One workspace: the reads of all companies count together. */
  let metered = { month: '', reads: 0 };

  const windowsOf = (realmId: string): Windows => {
    const known = byRealm.get(realmId);
    if (known !== undefined) return known;
    const fresh: Windows = { requests: [], batches: [] };
    byRealm.set(realmId, fresh);
    return fresh;
  };

  const hasRoom = ({ requests, batches }: Windows, isBatch: boolean, nowMs: number): boolean => {
    const tenth = requests.at(-limits.perSecond);
    if (tenth !== undefined && tenth > nowMs - secondMs) return false;
    if (requests.length >= limits.perMinute) return false;
    return !isBatch || batches.length < limits.batchesPerMinute;
  };

  return {
    admits: ({ realmId, isBatch, isRead, units }, nowMs) => {
      if (!limits.on) return true;
      const month = new Date(nowMs).toISOString().slice(0, 7);
      if (metered.month !== month) metered = { month, reads: 0 };
      if (isRead && metered.reads >= limits.readsPerMonth) {
        refused += 1;
        return false;
      }
      const windows = windowsOf(realmId);
      forget(windows.requests, nowMs - minuteMs);
      forget(windows.batches, nowMs - minuteMs);
      if (!hasRoom(windows, isBatch, nowMs)) {
        refused += 1;
        return false;
      }
      if (isRead) metered.reads += 1;
      for (let unit = 0; unit < units; unit += 1) windows.requests.push(nowMs);
      if (isBatch) windows.batches.push(nowMs);
      return true;
    },
    change: (body) => {
      const wish = checked(quotaBody, body);
      limits = { ...limits, ...withoutUndefined(wish) };
      byRealm.clear();
      return { ...limits, refused, readsThisMonth: metered.reads };
    },
    reset: () => {
      limits = { ...defaults };
      refused = 0;
      metered = { month: '', reads: 0 };
      byRealm.clear();
    },
  };
}

/** Times stand in order: the old ones are at the front. */
function forget(times: number[], limitMs: number): void {
  let old = 0;
  while ((times[old] ?? Infinity) <= limitMs) old += 1;
  if (old > 0) times.splice(0, old);
}

function withoutUndefined<T extends object>(given: T): { [K in keyof T]: NonNullable<T[K]> } {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: NonNullable<T[K]> };
}

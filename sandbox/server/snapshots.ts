import { z } from 'zod';

import { checked } from './checked';
import { type Vendor } from './vendor';
import { ControlError } from './control-error';

/** Copies of a vendor's data: stores or companies with everything in them, tokens, replies. */
export interface Snapshots {
  take(): { snapshot: number };
  restore(body: unknown): { snapshot: number };
}

const restoreBody = z.strictObject({ snapshot: z.number().int().optional() });

/** Older snapshots are forgotten: each is a full copy in memory. */
const snapshotsKept = 10;

export function createSnapshots(vendor: Vendor): Snapshots {
  const taken = new Map<number, unknown>();
  let last = 0;
  return {
    take: () => {
      last += 1;
      taken.set(last, structuredClone(vendor.exportState()));
      taken.delete(last - snapshotsKept);
      return { snapshot: last };
    },
    restore: (body) => {
      const { snapshot = last } = checked(restoreBody, body);
      const state = taken.get(snapshot);
      if (state === undefined) {
        throw new ControlError(`no snapshot ${snapshot}; known: ${[...taken.keys()].join(', ')}`);
      }
      vendor.importState(structuredClone(state));
      return { snapshot };
    },
  };
}

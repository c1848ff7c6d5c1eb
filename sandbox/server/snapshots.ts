import { z } from 'zod';

import { checked } from './checked';
import { ControlError } from './control-error';
import { packState, type PackedState, unpackState } from './state-copy';
import { type Vendor } from './vendor';

/** Copies of a vendor's data: stores or companies with everything in them, tokens, replies. */
export interface Snapshots {
  take(): { snapshot: number };
  restore(body: unknown): { snapshot: number };
}

const restoreBody = z.strictObject({ snapshot: z.number().int().optional() });

/** Older snapshots are forgotten: each keeps what was replaced since in memory. */
const snapshotsKept = 10;

export function createSnapshots(vendor: Vendor): Snapshots {
  const taken = new Map<number, PackedState>();
  let last = 0;
  return {
    take: () => {
      last += 1;
      taken.set(last, packState(vendor.exportState()));
      taken.delete(last - snapshotsKept);
      return { snapshot: last };
    },
    restore: (body) => {
      const { snapshot = last } = checked(restoreBody, body);
      if (!taken.has(snapshot)) {
        throw new ControlError(`no snapshot ${snapshot}; known: ${[...taken.keys()].join(', ')}`);
      }
      vendor.importState(unpackState(taken.get(snapshot)));
      return { snapshot };
    },
  };
}

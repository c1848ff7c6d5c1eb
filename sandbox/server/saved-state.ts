import { type Clock } from './clock';
import { packState, type PackedState, unpackState } from './state-copy';
import { type Vendor } from './vendor';

/**
 * What one sandbox leaves behind for a later start: data, settings and time; no journal, no faults.
 */
export interface SavedSandbox {
  vendor: string;
  settings: Record<string, unknown>;
  /** null: the clock was never touched and shows real time. */
  clock: { now: string; rate: number } | null;
  state: PackedState;
}

interface Savable {
  vendor: Vendor;
  clock: Clock;
}

export function exportSandbox({ vendor, clock }: Savable): SavedSandbox {
  return {
    vendor: vendor.name,
    settings: vendor.settings.values(),
    clock: clock.isReal() ? null : clock.read(),
    state: packState(vendor.exportState()),
  };
}

/** Takes over what was saved; a clock that was set goes on from where it stood. */
export function importSandbox({ vendor, clock }: Savable, saved: SavedSandbox): void {
  if (saved.vendor !== vendor.name) {
    throw new Error(`Bug: the state of ${saved.vendor} was given to ${vendor.name}`);
  }
  vendor.settings.change(saved.settings);
  vendor.importState(unpackState(saved.state));
  if (saved.clock !== null) clock.set(saved.clock);
}

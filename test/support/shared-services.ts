import type { LocalServices } from '../../tools/local-services/start-local-services';

/** What global-setup.ts made, for global-teardown.ts. */
export interface SharedByTests {
  services: LocalServices;
  template: { drop(): Promise<void> };
  /** Of the bundled workflows. */
  folder: string;
}

declare global {
  // Jest loads set-up and tear-down as separate modules of one process; only the process is shared.
  var truthSyncShared: SharedByTests | undefined;
}

/** Kept by global-setup.ts. */
export function keepForTearDown(shared: SharedByTests): void {
  globalThis.truthSyncShared = shared;
}

/** Read by global-teardown.ts; absent when the set-up failed. */
export function keptForTearDown(): SharedByTests | undefined {
  return globalThis.truthSyncShared;
}

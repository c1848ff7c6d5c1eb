import type { LocalServices } from '../../tools/local-services/start-local-services';

declare global {
  // Jest loads set-up and tear-down as separate modules of one process; only the process is shared.
  var truthSyncServices: LocalServices | undefined;
}

/** Kept by global-setup.ts. */
export function keepServices(services: LocalServices): void {
  globalThis.truthSyncServices = services;
}

/** Read by global-teardown.ts; absent when the set-up failed. */
export function keptServices(): LocalServices | undefined {
  return globalThis.truthSyncServices;
}

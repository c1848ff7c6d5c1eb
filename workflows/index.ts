// Every workflow, by name: all that the bundler reads.
export { tenantSync } from './tenant-sync';
export { tenantRun } from './tenant-run';
export { repairDelivery } from './repair-delivery';
export { watchdog } from './watchdog';

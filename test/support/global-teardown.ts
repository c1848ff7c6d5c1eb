import { keptServices } from './shared-services';

/** Stops what global-setup.ts has started. */
export default async function globalTeardown(): Promise<void> {
  await keptServices()?.stop();
}

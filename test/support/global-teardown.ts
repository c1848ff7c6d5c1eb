import { rmSync } from 'node:fs';

import { keptForTearDown } from './shared-services';

/** Stops what global-setup.ts has started, and removes what it made. */
export default async function globalTeardown(): Promise<void> {
  const shared = keptForTearDown();
  if (shared === undefined) return;
  await shared.template.drop();
  await shared.services.stop();
  rmSync(shared.folder, { recursive: true });
}

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startLocalServices } from '../../tools/local-services/start-local-services';
import { bundleWorkflows } from '../../workers/bundle-workflows';
import { createTemplate } from './template';
import { givenServers, passOnServers } from './env';
import { keepForTearDown } from './shared-services';

/** Starts what the environment does not name, and makes what all test files need, once. */
export default async function globalSetup(): Promise<void> {
  const given = givenServers();
  const folder = mkdtempSync(join(tmpdir(), 'truth-sync-bundle-'));
  const bundlePath = join(folder, 'workflows.js');
  const [services] = await Promise.all([
    startLocalServices({
      needPostgres: given.databaseUrl === undefined,
      needTemporal: given.temporalAddress === undefined,
      isThrowAway: true,
      log: (line) => process.stderr.write(`${line}\n`),
    }),
    bundleWorkflows().then(({ code }) => {
      writeFileSync(bundlePath, code);
    }),
  ]);
  const databaseUrl = given.databaseUrl ?? services.postgres?.url ?? '';
  const template = await createTemplate(databaseUrl);
  keepForTearDown({ services, template, folder });
  passOnServers({
    databaseUrl,
    temporalAddress: given.temporalAddress ?? services.temporal?.address ?? '',
    template: template.name,
    bundlePath,
  });
}

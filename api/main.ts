import { readEnv } from '../platform/env';
import { rootKeyLine } from '../platform/local-keys';
import { startApi } from './start-api';

/** The API as a process of its own. */
async function main(): Promise<void> {
  const env = readEnv();
  const api = await startApi(env);
  const lines = [`API     ${api.url}/v1 (description: ${api.url}/docs)`];
  if (api.healthUrl !== null) lines.push(`Health  ${api.healthUrl}/healthz`);
  if (env.hasLocalKeys) lines.push(rootKeyLine(env.rootKey));
  process.stdout.write(`${lines.join('\n')}\n`);
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    void api.stop().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : 'the start failed'}\n`);
  process.exit(1);
});

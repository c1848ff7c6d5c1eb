import { randomBytes } from 'node:crypto';

import { readEnv } from './env';
import { startQboSandbox } from './qbo/start';
import { type RunningSandbox, type SandboxOptions } from './server/server';
import { startWooSandbox } from './woo/start';

async function main(): Promise<void> {
  const env = readEnv();
  const token = env.SANDBOX_TOKEN ?? randomBytes(16).toString('hex');
  const woo = await started(startWooSandbox, env.SANDBOX_WOO_PORT, token, 'SANDBOX_WOO_PORT');
  const qbo = await started(startQboSandbox, env.SANDBOX_QBO_PORT, token, 'SANDBOX_QBO_PORT');
  print(`WooCommerce sandbox        ${woo.url}/{store}/wp-json/wc/v3`);
  print(`QuickBooks Online sandbox  ${qbo.url}/v3/company/{realmId}`);
  print(`X-Sandbox-Token            ${token}`);
  const stop = (): void => {
    void Promise.all([woo.close(), qbo.close()]).then(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

async function started(
  start: (options: SandboxOptions) => Promise<RunningSandbox>,
  port: number,
  token: string,
  variable: string,
): Promise<RunningSandbox> {
  try {
    return await start({ port, token });
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown error';
    throw new Error(`port ${port} is not free (${reason}): set ${variable} to another port`, {
      cause: error,
    });
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : 'start failed'}\n`);
  process.exit(1);
});

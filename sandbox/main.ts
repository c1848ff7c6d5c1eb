import { randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';

import { readArguments, usage } from './arguments';
import { readEnv } from './env';
import { errorText } from './error-text';
import { type BothSandboxes, startBoth } from './start-both';

/**
 * The heap grows by this share between two collections. Left alone it doubles, and a company of
 * 100,000 documents takes 1.3 GB instead of 0.9.
 */
setFlagsFromString('--heap-growing-percent=30');

/** `npm run sandbox`: both sandboxes in one process, until a signal ends them. */
async function main(): Promise<void> {
  const options = readArguments(process.argv.slice(2));
  if (options.isHelp) {
    print(usage);
    return;
  }
  const env = readEnv();
  const token = env.SANDBOX_TOKEN ?? randomBytes(16).toString('hex');
  const both = await startBoth(options, env, token);
  const stop = (): void => {
    both.stop().then(() => process.exit(0), fail);
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const shown = env.SANDBOX_TOKEN === undefined ? token : null;
  printAddresses(both, shown, options.stateFile);
}

/** A token that was given is known to whoever gave it: it goes into no log. */
function printAddresses(
  { woo, qbo }: BothSandboxes,
  madeToken: string | null,
  file: string | null,
): void {
  const query = madeToken === null ? '' : `?token=${madeToken}`;
  print(`WooCommerce sandbox        ${woo.url}/{store}/wp-json/wc/v3`);
  print(`  page                     ${woo.url}/_sandbox/${query}`);
  print(`QuickBooks Online sandbox  ${qbo.url}/v3/company/{realmId}`);
  print(`  page                     ${qbo.url}/_sandbox/${query}`);
  print(`X-Sandbox-Token            ${madeToken ?? 'as given in SANDBOX_TOKEN'}`);
  if (file !== null) print(`state file                 ${file}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function fail(error: unknown): void {
  process.stderr.write(`${errorText(error)}\n`);
  process.exit(1);
}

main().catch(fail);

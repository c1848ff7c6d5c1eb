import { spawn } from 'node:child_process';
import { join } from 'node:path';

import Table from 'cli-table3';

import { say } from './say';

// `npm run chaos`: the demo with each process killed and under storms of faults, one after another.

const runs: readonly (readonly string[])[] = [
  ...['worker', 'api', 'temporal', 'postgres'].map((what) => ['--kill', what]),
  ...[1, 2, 3, 4, 5].map((seed) => ['--faults', 'storm', '--seed', String(seed)]),
];

async function main(): Promise<void> {
  const given = process.argv.slice(2);
  const table = new Table({
    head: ['demo with', 'equal', 'seconds'],
    style: { head: [], border: [] },
  });
  let failed = 0;
  for (const run of runs) {
    const startMs = Date.now();
    const code = await demo([...run, ...given]);
    const seconds = Math.round((Date.now() - startMs) / 1_000);
    if (code !== 0) failed += 1;
    table.push([run.join(' '), code === 0 ? 'yes' : `NO (exit ${code})`, String(seconds)]);
    say(`${run.join(' ')}: ${code === 0 ? 'equal' : 'NOT EQUAL'} after ${seconds} s`);
  }
  say(table.toString());
  process.exitCode = failed === 0 ? 0 : 1;
}

/** One demo in a process of its own; what it prints goes on. */
function demo(options: readonly string[]): Promise<number> {
  const main = join(__dirname, 'main.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', main, '--exit', ...options], {
    stdio: 'inherit',
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      resolve(code ?? 1);
    });
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

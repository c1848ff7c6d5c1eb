import { execFileSync } from 'node:child_process';

import { benchDrain } from './drain';
import { startBenchStack, type BenchStack } from './bench-stack';
import { benchIntake } from './intake';
import { benchLanes } from './lanes';
import { benchLatency } from './latency';
import { benchNeighbour } from './neighbour';
import { benchPosting } from './posting';
import { benchSandbox } from './sandbox';
import { benchWakes } from './wakes';

const benches: Record<string, () => Promise<string>> = {
  latency: onStack(benchLatency),
  intake: onStack(benchIntake),
  drain: onStack(benchDrain),
  lanes: onStack(benchLanes),
  wakes: onStack(benchWakes),
  neighbour: onStack(benchNeighbour),
  sandbox: benchSandbox,
  posting: benchPosting,
};

/** A benchmark that needs the whole product. */
function onStack(bench: (stack: BenchStack) => Promise<string>): () => Promise<string> {
  return async () => {
    const stack = await startBenchStack();
    try {
      return await bench(stack);
    } finally {
      await stack.stop();
    }
  };
}

/** `npm run bench [-- NAME ...]`: all of them, or those that are named. */
async function main(): Promise<void> {
  const names = process.argv.slice(2);
  const unknown = names.filter((name) => benches[name] === undefined);
  if (unknown.length > 0)
    throw new Error(`Unknown: ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`);
  // What is measured is what `npm start` runs.
  process.stdout.write('building ...\n');
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: ['ignore', 'ignore', 'inherit'] });
  for (const [name, bench] of Object.entries(benches)) {
    if (names.length > 0 && !names.includes(name)) continue;
    process.stdout.write(`${name} ...\n`);
    process.stdout.write(`${await bench()}\n`);
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(
      `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exit(1);
  },
);

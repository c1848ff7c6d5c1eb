import { randomBytes } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { Worker } from '@temporalio/worker';

import type { Target } from '../../domain/words';
import { checkoutFolder } from '../../platform/data-folder';
import type { Queues } from '../../protocol/messages';
import { testServers } from './env';
import type { ChildPlan, Point } from './push-child';
import { hangMs, type Stack } from './stack';

// Workers of single lanes, in this process or in one that can be killed.

/** The queues of the stack, but one lane's turns go to a queue of their own. */
export function queuesApart(stack: Stack, system: Target): Queues {
  return { ...stack.queues, [system]: `${system}-${randomBytes(4).toString('hex')}` };
}

/** Serves one lane's queue from this process; answers how to stop it. */
export async function serveLane(
  stack: Stack,
  queues: Queues,
  system: Target,
): Promise<() => Promise<void>> {
  const { pushDeliveries } = stack.activities;
  const worker = await Worker.create({
    connection: stack.native,
    taskQueue: queues[system],
    activities: { pushDeliveries },
    maxHeartbeatThrottleInterval: '5s',
  });
  const running = worker.run();
  return async () => {
    worker.shutdown();
    await running;
  };
}

export interface LaneProcess {
  child: ChildProcess;
  /** Resolves when the point was reached. */
  reached: Promise<void>;
  /** Lets a stopped process go on, until the turn in which it was stopped has ended. */
  goOn(): Promise<void>;
  kill(): Promise<void>;
}

let starting: Promise<unknown> = Promise.resolve();

/**
 * Serves one lane's queue from a process of its own. They start one after the other, for each is
 * busy for seconds until it is ready.
 */
export function startLaneProcess(
  ...given: Parameters<typeof startProcess>
): ReturnType<typeof startProcess> {
  const started = starting.then(() => startProcess(...given));
  starting = started.catch(() => undefined);
  return started;
}

async function startProcess(
  stack: Stack,
  queues: Queues,
  system: Target,
  at: Point | null,
): Promise<LaneProcess> {
  const plan: ChildPlan = {
    databaseUrl: stack.database.url,
    temporalAddress: testServers().temporalAddress,
    queues,
    system,
    secretKey: stack.secretKey,
    quickbooks: stack.quickbooks,
    at,
  };
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(__dirname, 'push-child.ts'), JSON.stringify(plan)],
    { stdio: ['ignore', 'pipe', 'inherit'], cwd: checkoutFolder() },
  );
  const lines = createInterface({ input: child.stdout });
  const said = (word: string): Promise<void> =>
    new Promise((resolve, reject) => {
      lines.on('line', (line) => {
        if (line === word) resolve();
      });
      lines.once('close', () => {
        reject(new Error(`the process ended before it was ${word}`));
      });
    });
  const [ready, hasReached] = [said('ready'), said('reached')];
  hasReached.catch(() => undefined);
  await within(ready);
  const reached = within(hasReached);
  reached.catch(() => undefined);
  return {
    child,
    reached,
    goOn: async () => {
      const turned = within(said('turned'));
      child.kill('SIGCONT');
      await turned;
    },
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** Fails rather than waits for ever for a point that is never reached. */
async function within(what: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`not within ${hangMs} ms`));
    }, hangMs);
  });
  await Promise.race([what, late]).finally(() => {
    clearTimeout(timer);
  });
}

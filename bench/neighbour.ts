import { z } from 'zod';

import { tenantSyncId } from '../protocol/messages';
import {
  call,
  createBenchTenant,
  depthOf,
  until,
  type BenchStack,
  type BenchTenant,
} from './bench-stack';
import { openingOf, sale } from './sales';

/** Row 6: a tenant with a long queue beside one that sends a single sale; one worker for both. */
export async function benchNeighbour(stack: BenchStack): Promise<string> {
  const small = await run(stack, 5_000);
  const large = await run(stack, 50_000);
  return [
    `neighbour: one sale beside 50,000 queued delivered after ${large.deliveredMs} ms, the ` +
      `slowest of ${large.times.length} (goal <= 2,000 ms)`,
    `longest history ${large.events} events (goal <= 1,000)`,
    `worker memory ${Math.round(large.memoryMb)} MB at 50,000, ` +
      `${Math.round(small.memoryMb)} MB at 5,000, ratio ` +
      `${(large.memoryMb / small.memoryMb).toFixed(2)} (goal <= 1.2)`,
  ].join('; ');
}

interface Run {
  deliveredMs: number;
  times: number[];
  memoryMb: number;
  events: number;
}

async function run(stack: BenchStack, queued: number): Promise<Run> {
  const worker = await stack.startWorker();
  const [busy, quiet] = [await createBenchTenant(stack), await createBenchTenant(stack)];
  for (const tenant of [busy, quiet]) {
    await call(`${tenant.base}/changes`, 'POST', tenant.pos, {
      changes: openingOf('2026-11-20T08:00:00Z'),
    });
    await until(30_000, async () => (await depthOf(tenant)) === 0, 'opening');
  }
  let memoryMb = 0;
  const sampler = setInterval(() => {
    memoryMb = Math.max(memoryMb, worker.memoryMb());
  }, 200);
  for (let start = 0; start < queued; start += 1_000) {
    const changes = Array.from({ length: 1_000 }, (_, n) =>
      sale(`B-${start + n}`, '2026-11-21T10:00:00Z'),
    );
    await call(`${busy.base}/changes`, 'POST', busy.pos, { changes });
  }
  const times: number[] = [];
  for (let n = 0; n < 10; n++) {
    times.push(await oneSale(quiet, n));
    if ((await depthOf(busy)) === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  await until(600_000, async () => (await depthOf(busy)) === 0, 'the long queue', 250);
  clearInterval(sampler);
  const events = await longestHistory(stack, busy);
  await worker.stop();
  return { deliveredMs: Math.max(...times), times, memoryMb, events };
}

const state = z.object({
  deliveries: z.array(z.object({ system: z.string(), state: z.string() })),
});

async function oneSale(tenant: BenchTenant, n: number): Promise<number> {
  const id = `order-Q-${n}`;
  const startMs = Date.now();
  await call(`${tenant.base}/changes`, 'POST', tenant.pos, {
    changes: [sale(`Q-${n}`, '2026-11-21T11:00:00Z')],
  });
  await until(
    60_000,
    async () => {
      const { body } = await call(
        `${tenant.base}/changes/${encodeURIComponent(id)}`,
        'GET',
        tenant.pos,
      );
      return state
        .parse(body)
        .deliveries.some((row) => row.system === 'qbo' && row.state === 'delivered');
    },
    'the single sale',
  );
  return Date.now() - startMs;
}

async function longestHistory(stack: BenchStack, tenant: BenchTenant): Promise<number> {
  const workflowId = tenantSyncId(tenant.tenantId);
  let most = (await stack.client.workflow.getHandle(workflowId).describe()).historyLength;
  for await (const { runId } of stack.client.workflow.list({
    query: `WorkflowId = "${workflowId}"`,
  })) {
    const run = await stack.client.workflow.getHandle(workflowId, runId).describe();
    most = Math.max(most, run.historyLength);
  }
  return most;
}

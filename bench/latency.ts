import { z } from 'zod';

import {
  call,
  control,
  createBenchTenant,
  depthOf,
  percentile,
  until,
  type BenchStack,
} from './bench-stack';
import { openingOf, sale } from './sales';

const journal = z.object({
  entries: z.array(
    z.object({ isWrite: z.boolean(), endedAt: z.union([z.string(), z.number()]).nullable() }),
  ),
  next: z.number(),
});

/**
 * Row 7: from the POS's request to the answered write of the shop's stock, one sale after another
 * on an idle system.
 */
export async function benchLatency(stack: BenchStack): Promise<string> {
  const worker = await stack.startWorker();
  const tenant = await createBenchTenant(stack);
  await call(`${tenant.base}/changes`, 'POST', tenant.pos, {
    changes: openingOf('2026-11-20T08:00:00Z'),
  });
  await until(30_000, async () => (await depthOf(tenant)) === 0, 'opening');
  const times: number[] = [];
  let since = journal.parse(await control(stack.woo, `journal?since=0&limit=100000`)).next;
  for (let n = 0; n < 100; n++) {
    // An idle system: the lanes have ended their turns.
    await new Promise((resolve) => setTimeout(resolve, n % 2 === 0 ? 1_300 : 100));
    const startMs = Date.now();
    await call(`${tenant.base}/changes`, 'POST', tenant.pos, {
      changes: [sale(`L-${n}`, new Date().toISOString())],
    });
    for (;;) {
      const page = journal.parse(await control(stack.woo, `journal?since=${since}`));
      const write = page.entries.find((entry) => entry.isWrite && entry.endedAt !== null);
      if (write !== undefined && write.endedAt !== null) {
        times.push(new Date(write.endedAt).getTime() - startMs);
        since = page.next;
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await until(10_000, async () => (await depthOf(tenant)) === 0, 'sale delivered');
  }
  await worker.stop();
  return (
    `sale to shop stock over 100 sales: p50 ${percentile(times, 0.5)} ms, p95 ` +
    `${percentile(times, 0.95)} ms, most ${Math.max(...times)} ms (goal p95 <= 500 ms)`
  );
}

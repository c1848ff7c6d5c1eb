/**
 * Chooses `size` items from queues given in order of preference: every non-empty queue gets an
 * equal share, oldest first, and what a short queue leaves goes to the others in order. So one long
 * queue starves nobody.
 */
export function fairShare<T>(queues: readonly (readonly T[])[], size: number): T[] {
  const taken = queues.map(() => 0);
  let left = size;
  for (;;) {
    const open = queues.flatMap((queue, index) =>
      (taken[index] ?? 0) < queue.length ? [index] : [],
    );
    if (left <= 0 || open.length === 0) break;
    const share = Math.max(1, Math.floor(left / open.length));
    for (const index of open) {
      const available = (queues[index]?.length ?? 0) - (taken[index] ?? 0);
      const count = Math.min(share, available, left);
      taken[index] = (taken[index] ?? 0) + count;
      left -= count;
    }
  }
  return queues.flatMap((queue, index) => queue.slice(0, taken[index]));
}

import { Problem } from './problem';

// Large bodies take memory and hold the process while they are parsed. Few are in the process at a
// time, one of a tenant; the others wait unread in their connections, where they cost nothing, and
// small requests pass by.

/** Bodies up to this size go straight through: a batch of some hundred changes. */
const smallMaxBytes = 256 * 1024;
/** Large bodies in the process at a time. */
const runningMax = 4;
/** Large requests that may wait; more are sent away. */
const waitingMax = 200;

interface Waiting {
  tenant: string;
  start: () => void;
}

export class BigBodies {
  private readonly running = new Set<string>();
  private readonly waiting: Waiting[] = [];

  /**
   * Runs the work of a request at once if its body is small, else when it is its turn: oldest
   * first, one of a tenant at a time. `bytes`: as announced; null where the caller did not say.
   * Throws a problem 503 when too many wait.
   */
  async run<T>(tenant: string, bytes: number | null, work: () => Promise<T>): Promise<T> {
    if (bytes !== null && bytes <= smallMaxBytes) return work();
    await this.turnOf(tenant);
    try {
      return await work();
    } finally {
      this.running.delete(tenant);
      // The loop serves what came meanwhile before the next large body is read.
      setImmediate(() => {
        this.startNext();
      });
    }
  }

  private async turnOf(tenant: string): Promise<void> {
    if (this.running.size < runningMax && !this.running.has(tenant)) {
      this.running.add(tenant);
      return;
    }
    if (this.waiting.length >= waitingMax) {
      const detail = 'Too many large requests wait already. Try again shortly.';
      throw new Problem(503, 'busy', detail, { retryAfterSeconds: 2 });
    }
    await new Promise<void>((resolve) => {
      this.waiting.push({ tenant, start: resolve });
    });
  }

  private startNext(): void {
    while (this.running.size < runningMax) {
      const index = this.waiting.findIndex(({ tenant }) => !this.running.has(tenant));
      const [next] = index === -1 ? [] : this.waiting.splice(index, 1);
      if (next === undefined) return;
      this.running.add(next.tenant);
      next.start();
    }
  }
}

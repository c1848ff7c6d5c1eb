import { setTimeout as sleep } from 'node:timers/promises';

import type { DemoOptions } from './arguments';
import { hasOpenWrite, setLatency } from './sandbox-control';
import { say } from './say';
import type { Stage } from './stage';

/**
 * From this share of the sales on the process is killed: between 30 and 70 %, while much is under
 * way.
 */
const killAtShare = 0.4;
/** So long it stays away. */
const awayMs = 2_000;
/** The vendors answer slowly while a write has to be caught open. */
const latencyMs = 400;

/** One process of the demo, killed once while a sandbox holds an open write, and started again. */
export class Kill {
  done: { what: string; atShare: number } | null = null;
  private back: Promise<void> = Promise.resolve();
  private readonly stage: Stage;
  private readonly what: NonNullable<DemoOptions['kill']>;

  constructor(stage: Stage, what: NonNullable<DemoOptions['kill']>) {
    this.stage = stage;
    this.what = what;
  }

  /** Kills when it is time; the POS waits for the kill, not for the return. */
  async afterSales(share: number): Promise<void> {
    if (this.done !== null || share < killAtShare) return;
    const target = this.target();
    await this.untilWriteIsOpen();
    await target.kill();
    this.done = { what: this.what, atShare: Math.round(share * 100) / 100 };
    say(`killed ${this.what} with SIGKILL`);
    this.back = this.bringBack(target);
  }

  async untilBack(): Promise<void> {
    await this.back;
  }

  private async untilWriteIsOpen(): Promise<void> {
    const { woo, qbo } = this.stage;
    await Promise.all([setLatency(woo, latencyMs), setLatency(qbo, latencyMs)]);
    const noEntries = Number.MAX_SAFE_INTEGER;
    while (!(await hasOpenWrite(qbo, noEntries)) && !(await hasOpenWrite(woo, noEntries)))
      await sleep(10);
  }

  private async bringBack(target: {
    kill(): Promise<void>;
    start(): Promise<unknown>;
  }): Promise<void> {
    const { woo, qbo } = this.stage;
    await Promise.all([setLatency(woo, 0), setLatency(qbo, 0)]);
    await sleep(awayMs);
    await target.start();
    say(`${this.what} is back`);
  }

  private target(): { kill(): Promise<void>; start(): Promise<unknown> } {
    const { services, processes } = this.stage;
    if (this.what === 'api' || this.what === 'worker') return processes[this.what];
    const service = services[this.what];
    if (service === undefined)
      throw new Error(`${this.what} was not started by the demo, so it cannot be killed`);
    return { kill: () => service.kill(), start: () => service.restart() };
  }
}

import { Socket } from 'node:net';

/**
 * A connection that sends what is written during one tick as one piece: the statements that a pipelining
 * client submits together cost one system call, and the server wakes once. The client corks and uncorks
 * around each statement.
 */
export class GatheringSocket extends Socket {
  private isGathering = false;

  override cork(): void {
    if (this.isGathering) return;
    this.isGathering = true;
    super.cork();
    process.nextTick(() => {
      this.isGathering = false;
      super.uncork();
    });
  }

  /** What was gathered leaves at the end of the tick. */
  override uncork(): void {
    return;
  }
}

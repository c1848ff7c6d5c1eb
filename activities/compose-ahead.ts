import type { DuePlaces } from '../database/outgoing';
import type { LaneBatch } from './compose-batch';

/**
 * Batches composed while those before them are written down and leave: the next one, and the one after it, begun
 * as soon as the next was composed. Each begins behind the places of the one before, which may wait still.
 */
export class ComposeAhead {
  private readonly compose: (after: DuePlaces) => Promise<LaneBatch>;
  private next: Promise<LaneBatch> | null = null;
  private following: Promise<LaneBatch> | null = null;

  constructor(compose: (after: DuePlaces) => Promise<LaneBatch>) {
    this.compose = compose;
  }

  /** The next batch; null where none was begun. */
  take(): Promise<LaneBatch> | null {
    const { next } = this;
    this.next = null;
    return next;
  }

  /**
   * Begins the next batch, behind these places. `whenComposed`: takes it, and answers whether one more is worth
   * beginning behind it.
   */
  begin(after: DuePlaces, whenComposed: (batch: LaneBatch) => boolean): void {
    const begun = this.following ?? this.compose(after);
    this.following = null;
    this.next = begun.then((batch) => {
      if (whenComposed(batch)) {
        this.following = this.compose(batch.next);
        this.following.catch(() => undefined);
      }
      return batch;
    });
    this.next.catch(() => undefined);
  }

  /** Forgets what was begun, once its calls have ended. */
  async drop(): Promise<void> {
    await this.next?.catch(() => undefined);
    await this.following?.catch(() => undefined);
    this.next = null;
    this.following = null;
  }
}

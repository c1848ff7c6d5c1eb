import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

import type { Pool } from 'pg';

import { ConnectorError, type CallGate } from '../../connectors/contract';
import {
  chargeRead,
  leaseMs,
  leaseRenewMs,
  releaseLease,
  renewLease,
  takeLease,
  type BudgetAnswer,
  type LaneHold,
} from '../../database/lanes';
import { clearNeedsAuth, limitBatch, postponeCalls } from '../../database/lane-reasons';
import { takeOverSends } from '../../database/open-sends';
import { LaneBusy, troubleOf } from '../failures';
import { limitsOf, type CallKind, type SyncSettings } from '../../domain/lane/sync-settings';
import type { RateLimit } from '../../domain/lane/rate-budget';
import type { Target } from '../../domain/words';

// One turn of a lane: the lease that makes us the only caller of this vendor account, the budget,
// the time that is left, and what the vendor answered so far.

/**
 * A turn begins no call after this, so that a roll, a pause or another lane never wait long. Ten
 * seconds cost a busy lane six events of history each, and a roll at most that long.
 */
const turnMs = 10_000;
/** What a turn may take after its last call has ended, to write down what came of it. */
const settlingMs = 2 * leaseMs;
/** Longer waits for budget or Retry-After go back to the workflow as a timer. */
export const waitInTurnMaxMs = 10_000;

/** Thrown inside a turn that must end now although nothing failed. */
export class TurnOver extends Error {
  readonly comeBackAtMs: number | null;

  constructor(why: string, comeBackAtMs: number | null) {
    super(why);
    this.name = 'TurnOver';
    this.comeBackAtMs = comeBackAtMs;
  }
}

export interface TurnOptions {
  pool: Pool;
  tenant: number;
  system: Target;
  settings: SyncSettings;
  /** Only of a turn that writes nothing. */
  readsWhilePaused?: boolean;
  /** Cancelled when the worker stops or the attempt timed out. */
  cancelled: AbortSignal;
  heartbeat: () => void;
  /** Logs what goes on by itself and is worth a line; no personal data. */
  warn: (what: string, about: Record<string, string>) => void;
  now: () => number;
}

export class LaneTurn implements CallGate, LaneHold {
  readonly tenant: number;
  readonly system: Target;
  readonly token = randomUUID();
  readonly settings: SyncSettings;
  /** Calls that the vendor answered. */
  answeredCalls = 0;
  /** Reads that left. */
  reads = 0;
  /** What was found and taken in this turn, by which delivery. */
  private readonly adopted = new Map<string, string>();
  private readonly options: TurnOptions;
  private readonly endsAtMs: number;
  /** A turn that still runs then hangs: its lease lapses, and the next turn takes the lane over. */
  private readonly renewsUntilMs: number;
  private readonly lost = new AbortController();
  /** Aborted when the lane is lost or the turn cancelled. */
  readonly signal: AbortSignal;
  /** Ends when the last call so far has ended, well or not. */
  private lastCall: Promise<unknown> = Promise.resolve();
  /** Most members of a send for now, beside the settings. */
  private batchMax = Number.POSITIVE_INFINITY;
  /** Whether the credentials were refused before. */
  private isAuthAsked = false;
  /** End of the lease by our own clock. */
  private heldUntilMs = 0;

  private constructor(options: TurnOptions) {
    this.options = options;
    this.tenant = options.tenant;
    this.system = options.system;
    this.settings = options.settings;
    this.endsAtMs = options.now() + turnMs;
    this.renewsUntilMs =
      this.endsAtMs + options.settings.timeoutsMs[options.system].total + settlingMs;
    this.signal = AbortSignal.any([this.lost.signal, options.cancelled]);
  }

  /**
   * Whether a thing that was there before may be this delivery's; with `takes` it is from now on.
   */
  adopt(
    thing: string,
    deliveryId: string,
    owners: ReadonlyMap<string, string>,
    takes: boolean,
  ): boolean {
    const owner = owners.get(thing) ?? this.adopted.get(thing) ?? deliveryId;
    if (owner === deliveryId && takes) this.adopted.set(thing, deliveryId);
    return owner === deliveryId;
  }

  /**
   * Takes the lane, runs `work` while it is held, and gives it back whatever happens: from the
   * first renewal on there is no way out of here on which the lease is renewed any longer. Throws
   * `LaneBusy` while another turn holds the lane.
   */
  static async hold<T>(options: TurnOptions, work: (turn: LaneTurn) => Promise<T>): Promise<T> {
    const turn = new LaneTurn(options);
    turn.heldUntilMs = options.now() + leaseMs;
    const lease = await takeLease(options.pool, turn.tenant, turn.system, turn.token);
    if (lease === null)
      throw new LaneBusy(`The lane ${turn.system} of this tenant is held by another turn.`);
    turn.batchMax = lease.batchMax ?? Number.POSITIVE_INFINITY;
    turn.isAuthAsked = lease.needsAuth;
    const renewal = setInterval(() => void turn.renew(), leaseRenewMs);
    let trouble: string | null = null;
    try {
      await turn.takeOver();
      return await work(turn);
    } catch (error) {
      trouble = troubleOf(error);
      throw error;
    } finally {
      clearInterval(renewal);
      await turn.release(trouble);
    }
  }

  /** What the former holder left open has no known outcome. */
  private async takeOver(): Promise<void> {
    const { settleMs, timeoutsMs } = this.settings;
    const unknownForMs = timeoutsMs[this.system].total + settleMs[this.system];
    await takeOverSends(this.options.pool, this, unknownForMs);
  }

  /** Whether nothing is written in this turn. */
  get isTrial(): boolean {
    return this.options.readsWhilePaused ?? false;
  }

  get pool(): Pool {
    return this.options.pool;
  }

  /** Most members of a send. */
  get batchSize(): number {
    return Math.min(this.settings.batch[this.system], this.batchMax);
  }

  /** Whether credentials are tried that were refused before. */
  get asksForAuth(): boolean {
    return this.isAuthAsked;
  }

  /** The credentials were taken after all. */
  async noteAuth(): Promise<void> {
    this.isAuthAsked = false;
    await clearNeedsAuth(this.pool, this);
  }

  /** Sends are smaller after one was refused for its size. */
  async limitBatch(members: number): Promise<void> {
    this.batchMax = Math.min(this.batchMax, members);
    await limitBatch(this.pool, this, this.batchMax);
  }

  /** Says that something failed after which the lane goes on by itself. */
  warn(what: string, error: unknown): void {
    const { warn, system } = this.options;
    warn(what, { system, reason: error instanceof Error ? error.message : String(error) });
  }

  get now(): number {
    return this.options.now();
  }

  /** Whether another call may begin. */
  get hasTime(): boolean {
    return this.leftMs > 0 && !this.signal.aborted;
  }

  /** How long calls may begin still. */
  get leftMs(): number {
    return this.endsAtMs - this.now;
  }

  limits(call: CallKind): RateLimit[] {
    return limitsOf(this.settings.quota[this.system], call);
  }

  /**
   * Gives the lane back. A lapsed lease is left to whoever took it, and one that cannot be given
   * back because the database is away lapses by itself: neither changes what the turn came to.
   */
  private async release(trouble: string | null): Promise<void> {
    await releaseLease(this.options.pool, this, trouble).catch((error: unknown) => {
      this.warn('the lease of a lane could not be given back; it lapses', error);
    });
  }

  async read<T>(call: () => Promise<T>): Promise<T> {
    return this.alone(async () => {
      await this.mayRead();
      return call();
    });
  }

  async write<T>(call: () => Promise<T>): Promise<T> {
    return this.alone(() => {
      this.requireLease();
      return call();
    });
  }

  /** Runs a call when the one before has ended. */
  private async alone<T>(call: () => Promise<T>): Promise<T> {
    const before = this.lastCall;
    const running = before.then(call);
    this.lastCall = running.catch(() => undefined);
    return running;
  }

  private async mayRead(): Promise<void> {
    for (;;) {
      this.requireTime();
      const answer = await chargeRead(
        this.options.pool,
        this,
        this.limits('read'),
        this.options.readsWhilePaused ?? false,
      );
      if (answer.type === 'charged') {
        this.requireLease();
        this.reads += 1;
        return;
      }
      await this.waitFor(answer);
    }
  }

  /** Waits for the budget, or ends the turn where that takes long or the lane was stopped. */
  async waitFor(answer: Exclude<BudgetAnswer, { type: 'charged' }>): Promise<void> {
    if (answer.type === 'stopped') throw new TurnOver(`the lane is stopped: ${answer.why}`, null);
    const waitMs = Math.max(1, Math.ceil(answer.atMs - answer.nowMs));
    if (waitMs > waitInTurnMaxMs) throw new TurnOver('the budget is used up', this.now + waitMs);
    await this.sleep(waitMs);
  }

  /** The vendor said not to call for a while: nobody calls before. */
  async postpone(waitMs: number, reason: string): Promise<void> {
    await postponeCalls(this.pool, this, waitMs, reason);
  }

  /**
   * The last look before a call leaves. A process that was frozen since its last statement finds
   * out here, before any timer runs, that its lease has lapsed and another one may be calling.
   */
  requireLease(): void {
    if (this.now >= this.heldUntilMs)
      this.lost.abort(new ConnectorError('upstream', 'the lease of the lane lapsed'));
    if (this.signal.aborted)
      throw new TurnOver('the lane was lost or the turn was cancelled', null);
  }

  requireTime(): void {
    if (this.signal.aborted)
      throw new TurnOver('the lane was lost or the turn was cancelled', null);
    if (!this.hasTime) throw new TurnOver('the turn took its time', this.now);
  }

  /** Ends early when the lane is lost or the turn cancelled. */
  async sleep(waitMs: number): Promise<void> {
    await setTimeout(waitMs, undefined, { signal: this.signal }).catch(() => undefined);
  }

  private async renew(): Promise<void> {
    if (this.now > this.renewsUntilMs) {
      this.lost.abort(new ConnectorError('upstream', 'the turn took longer than it may'));
      return;
    }
    this.options.heartbeat();
    const heldUntilMs = this.now + leaseMs;
    const isHeld = await renewLease(this.options.pool, this.tenant, this.system, this.token).catch(
      (error: unknown) => {
        this.warn('the lease of a lane could not be renewed; its calls are let go', error);
        return false;
      },
    );
    if (isHeld) this.heldUntilMs = heldUntilMs;
    // Without a lease another one may call already: our own call is let go.
    if (!isHeld) this.lost.abort(new ConnectorError('upstream', 'the lease of the lane was lost'));
  }
}

import type { Pool } from 'pg';

import { ConnectorError, type Connector, type SendAnswer } from '../../connectors/contract';
import { areFactsForgotten, forgetFacts } from '../../database/connections';
import { laneWork } from '../../database/outgoing';
import type { LaneWork } from '../../domain/lane/lane-work';
import { takeVerifying } from '../../database/open-sends';
import type { SendRow } from '../../database/sends';
import { settleSends, settleWithoutSend } from '../../database/settlements';
import { mayRestOnOldFacts } from '../../domain/delivery/failure';
import { sendPaceMs, sendsAtOnce, sendsTogether } from '../../domain/lane/sends-at-once';
import { LaneTurn, type TurnOptions } from './turn';
import { composeBatch } from './compose-batch';
import type { ComposedBatch } from './place-composed';
import { dispatch, type Answered, type AnsweredSend, type DispatchOptions } from './dispatch';
import { inSends, storedSend } from './send-writes';
import { halfOf, settlementOf } from './settle-answer';
import { LaneSession, type Open } from './session';

/** How long a turn that did something stays for more where it may, and how often it looks. */
const lingerMs = 1_000;
const pollMs = 50;
/**
 * How often it looks for sends to be asked about: all of them are from turns before, and become due
 * by the clock.
 */
const lookEveryMs = 250;
/** What a turn answers: mostly what the tables say, so that a lost result loses nothing. */
export interface PushResult extends LaneWork {
  /** Whether the vendor answered at least one call: a probe that called nothing proves nothing. */
  hasCalled: boolean;
  /**
   * The vendor or its budget asks for a pause until then; null: come back when something is due.
   */
  comeBackAtMs: number | null;
  /** Deliveries that died in this turn. */
  died: string[];
}

export interface PushRequest {
  workflowId: string;
  /** One send at most, with one member: the breaker asks whether the vendor is well. */
  isProbe: boolean;
  /** 1 for the first attempt of the activity. */
  attempt: number;
}

export interface PushDeps {
  turn: TurnOptions;
  /** Whether a turn without work may stay: not where other tenants want its place. */
  mayLinger: () => boolean;
  random: () => number;
  openConnection: Open;
}

/**
 * One turn: verifying sends that are due first, then due deliveries in batches, until nothing is
 * due or the turn is over.
 */
export async function pushDeliveries(deps: PushDeps, request: PushRequest): Promise<PushResult> {
  return LaneTurn.hold(deps.turn, (turn) => new Push(deps, request, turn).run());
}

class Push {
  private readonly deps: PushDeps;
  private readonly request: PushRequest;
  private readonly turn: LaneTurn;
  private readonly session: LaneSession;
  private readonly died: string[] = [];
  private looksAtMs = 0;
  /** Nothing more is composed by what was read when the turn began. */
  private isOver = false;
  /** How long the vendor took for the last calls. */
  private callsMs: number[] = [];

  constructor(deps: PushDeps, request: PushRequest, turn: LaneTurn) {
    this.deps = deps;
    this.request = request;
    this.turn = turn;
    this.session = new LaneSession(turn, deps.openConnection);
  }

  private get pool(): Pool {
    return this.turn.pool;
  }

  private get connector(): Connector {
    return this.session.opened.connector;
  }

  async run(): Promise<PushResult> {
    const { attempt } = this.request;
    const { random } = this.deps;
    const comeBackAtMs = await this.untilIdle().then(
      () => null,
      (error: unknown) => this.session.endedBy(error, { attempt, random }),
    );
    const work = await laneWork(this.pool, this.turn.tenant, this.turn.system);
    return { ...work, hasCalled: this.turn.answeredCalls > 0, comeBackAtMs, died: this.died };
  }

  /** Until nothing is due or the turn is over. */
  private async untilIdle(): Promise<void> {
    await this.session.begin();
    let idleSinceMs: number | null = null;
    while (this.turn.hasTime) {
      const hasMoved = await this.step();
      if (this.request.isProbe || this.isOver) return;
      if (hasMoved) idleSinceMs = null;
      else {
        // While work keeps coming it is cheaper to stay than to begin a turn for each piece of it.
        idleSinceMs ??= this.turn.now;
        const isDone = this.turn.answeredCalls === 0 || this.turn.now - idleSinceMs >= lingerMs;
        if (isDone || !this.deps.mayLinger()) return;
        await this.turn.sleep(pollMs);
      }
    }
  }

  /** True when something was done, so that there may be more. */
  private async step(): Promise<boolean> {
    if (await this.verifyDue()) return true;
    // What would not leave any more is composed by the next turn.
    if (this.callsMs.length > 0 && this.turn.leftMs < (this.paceMs ?? 0)) {
      this.isOver = true;
      return false;
    }
    const batch = await this.compose();
    if (batch.picked === 0) return false;
    // What a redrive released, or the books refused, is for a turn that reads facts and settings
    // anew.
    if (await areFactsForgotten(this.pool, this.turn.tenant, this.turn.system)) {
      this.isOver = true;
      return false;
    }
    this.died.push(...(await settleWithoutSend(this.pool, this.turn, batch.settlements)).died);
    const sends = inSends(batch.writes, this.size);
    await dispatch(this.dispatchOptions, sends, sendsTogether(this.paceMs));
    return true;
  }

  private get dispatchOptions(): DispatchOptions {
    return {
      pool: this.pool,
      turn: this.turn,
      workflowId: this.request.workflowId,
      opened: this.session.opened,
      settle: (sends) => this.settle(sends, false),
      call: (stored) => this.call(() => this.connector.send(stored, this.turn)),
      applyAnswer: (answered) => this.applyAnswer(answered),
    };
  }

  /**
   * Asks about the oldest send whose outcome is unknown and that is due; true where there was one.
   */
  private async verifyDue(): Promise<boolean> {
    if (this.turn.now < this.looksAtMs) return false;
    const { verifiesByRepeat } = this.connector;
    const limits = verifiesByRepeat ? this.turn.limits('write') : [];
    const due = await takeVerifying(this.pool, this.turn, limits, verifiesByRepeat);
    if (due.type === 'nothing') {
      this.looksAtMs = this.turn.now + lookEveryMs;
      return false;
    }
    if (due.type === 'reopened') await this.verify(due.send);
    else await this.turn.waitFor(due);
    return true;
  }

  private get paceMs(): number | null {
    return sendPaceMs(this.callsMs, this.turn.limits('write'));
  }

  /** Deliveries of one send. */
  private get size(): number {
    return this.request.isProbe ? 1 : this.turn.batchSize;
  }

  private compose(): Promise<ComposedBatch> {
    const sends = sendsAtOnce(this.paceMs, this.turn.leftMs);
    return this.session.called(() =>
      composeBatch(this.pool, this.session.opened, this.turn, this.size * sends),
    );
  }

  /** One call that is answered in some way. */
  private async call(call: () => Promise<SendAnswer>): Promise<Answered> {
    const { renewals } = this.session;
    const startedMs = this.turn.now;
    const answer = await call();
    this.callsMs = [...this.callsMs.slice(-7), this.turn.now - startedMs];
    return { answer, renewals };
  }

  /**
   * Asks what became of a send. After the last repeat the vendor's lists are asked instead of
   * repeating for ever.
   */
  private async verify(send: SendRow): Promise<void> {
    const { connector } = this;
    const hasRepeatedEnough = send.asks > this.turn.settings.backoff.maxTries;
    const ageMs = hasRepeatedEnough ? Number.POSITIVE_INFINITY : this.turn.now - send.firstSentAtMs;
    const answered = await this.call(() =>
      connector.verify(storedSend(connector, send), ageMs, this.turn),
    );
    const verified: AnsweredSend = { send, ...answered, attemptsOf: () => 0 };
    await this.settle([verified], true);
    await this.applyAnswer(verified);
  }

  /** Persists what became of sends. `isAsked`: they were asked about after a lost answer. */
  private async settle(sends: readonly AnsweredSend[], isAsked: boolean): Promise<void> {
    const settlements = sends.map(({ send, answer, attemptsOf }) => ({
      sendId: send.id,
      ...settlementOf(send, answer, {
        system: this.turn.system,
        settings: this.turn.settings,
        nowMs: this.turn.now,
        random: this.deps.random,
        isAsked,
        isRepeat: isAsked && this.connector.verifiesByRepeat,
        attemptsOf,
      }),
    }));
    this.died.push(...(await settleSends(this.pool, this.turn, settlements)).died);
  }

  /** What an answer means for the calls after it. */
  private async applyAnswer({ answer, renewals, send: { members } }: AnsweredSend): Promise<void> {
    if (answer.type === 'answered') {
      this.turn.answeredCalls += 1;
      const areFactsOld = answer.results.some(
        (result) => result.type === 'refused' && mayRestOnOldFacts(result.failureClass),
      );
      if (areFactsOld) await forgetFacts(this.pool, this.turn.tenant, this.turn.system);
      return;
    }
    if (answer.type === 'rejected' || (answer.type === 'lost' && answer.isOfMembers === true)) {
      // The vendor is well: what it does not take of these is found in smaller sends.
      this.turn.answeredCalls += 1;
      const isForSize = answer.type === 'rejected' && answer.why === 'size';
      if (isForSize) await this.turn.limitBatch(halfOf(members));
      return;
    }
    if (answer.type === 'lost')
      throw new ConnectorError('upstream', answer.detail, answer.retryAfterMs ?? null);
    if (answer.why === 'unauthorized') return this.session.refused(renewals, answer.detail);
    const kind = answer.why === 'throttled' ? 'throttled' : 'upstream';
    throw new ConnectorError(kind, answer.detail, answer.retryAfterMs);
  }
}

import type { Pool } from 'pg';

import { ConnectorError, type Connector, type SendAnswer } from '../../connectors/connector';
import { areFactsForgotten, forgetFacts, saveFacts } from '../../database/connections';
import { laneWork } from '../../database/outgoing';
import type { LaneWork } from '../../domain/lane-work';
import { takeVerifying } from '../../database/open-sends';
import type { SendRow } from '../../database/sends';
import { settleSends, settleWithoutSend } from '../../database/settlements';
import { mayRestOnOldFacts } from '../../domain/failure';
import { sendsAtOnce, sendsTogether } from '../../domain/sends-at-once';
import { LaneTurn, type TurnOptions } from './turn';
import { composeBatch } from './compose-batch';
import type { ComposedBatch } from './place-composed';
import { Departure, type Answered, type AnsweredSend } from './dispatch';
import type { OpenedConnection } from './opened-connection';
import { inSends, storedSend } from './send-writes';
import { halfOf, settlementOf } from './settle-answer';
import { TurnCredentials } from './turn-credentials';
import { endedBy } from './turn-ended';

/** How long a turn that did something stays for more, and how often it looks. */
const lingerMs = 1_000;
const pollMs = 50;
/** How often it looks for sends to be asked about: all of them are from turns before, and become due by the clock. */
const lookEveryMs = 250;
/** What a turn answers: mostly what the tables say, so that a lost result loses nothing. */
export interface PushResult extends LaneWork {
  /** Whether the vendor answered at least one call: a probe that called nothing proves nothing. */
  hasCalled: boolean;
  /** The vendor or its budget asks for a pause until then; null: come back when something is due. */
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
  random: () => number;
  openConnection: (facts: 'fresh' | 'stored') => Promise<OpenedConnection>;
}

/** One turn: verifying sends that are due first, then due deliveries in batches, until nothing is due or the turn is over. */
export async function pushDeliveries(deps: PushDeps, request: PushRequest): Promise<PushResult> {
  return LaneTurn.hold(deps.turn, (turn) => new Push(deps, request, turn).run());
}

class Push {
  private readonly deps: PushDeps;
  private readonly request: PushRequest;
  private readonly turn: LaneTurn;
  private readonly died: string[] = [];
  private readonly credentials: TurnCredentials;
  private looksAtMs = 0;
  /** Nothing more is composed by what was read when the turn began. */
  private isOver = false;
  /** How many sends are composed together, and how long one took last. */
  private sends = 1;
  private sendMs: number | null = null;
  /** Of the credentials in use; null before the connection was opened. */
  private revision: number | null = null;

  constructor(deps: PushDeps, request: PushRequest, turn: LaneTurn) {
    this.deps = deps;
    this.request = request;
    this.turn = turn;
    this.credentials = new TurnCredentials(turn);
  }

  private get pool(): Pool {
    return this.deps.turn.pool;
  }

  async run(): Promise<PushResult> {
    const comeBackAtMs = await this.steps().then(
      () => null,
      (error: unknown) =>
        endedBy(error, {
          turn: this.turn,
          revision: this.revision,
          attempt: this.request.attempt,
          random: this.deps.random,
        }),
    );
    const work = await laneWork(this.pool, this.turn.tenant, this.turn.system);
    return { ...work, hasCalled: this.turn.answeredCalls > 0, comeBackAtMs, died: this.died };
  }

  private async steps(): Promise<void> {
    const opened = await this.open();
    const { connector } = opened;
    const departure = new Departure({
      pool: this.pool,
      turn: this.turn,
      workflowId: this.request.workflowId,
      opened,
      settle: (sends) => this.settle(connector, sends, false),
      call: (stored, whenAnswered) =>
        this.call(() => connector.send(stored, this.turn, whenAnswered)),
      heed: (answered) => this.heed(connector, answered),
    });
    try {
      await this.stepOn(opened, departure);
    } catch (error) {
      await departure.end().catch(() => undefined);
      throw error;
    }
    await departure.end();
  }

  /** Until nothing is due or the turn is over. */
  private async stepOn(opened: OpenedConnection, departure: Departure): Promise<void> {
    let idleSinceMs: number | null = null;
    while (this.turn.hasTime) {
      const hasMoved = (await this.step(opened, departure)) || (await departure.settled());
      if (this.request.isProbe || this.isOver) return;
      if (hasMoved) idleSinceMs = null;
      else {
        // While work keeps coming it is cheaper to stay than to begin a turn for each piece of it.
        idleSinceMs ??= this.turn.now;
        if (this.turn.answeredCalls === 0 || this.turn.now - idleSinceMs >= lingerMs) return;
        await this.turn.sleep(pollMs);
      }
    }
  }

  private async open(): Promise<OpenedConnection> {
    let opened = await this.deps.openConnection('stored');
    this.revision = opened.revision;
    await this.credentials.keepFresh(opened.connector);
    // Credentials that were refused are tried by a read, whatever is due.
    if (!opened.hasFreshFacts || this.turn.asksForAuth) {
      const facts = await this.credentials.called(opened.connector, () =>
        opened.connector.readFacts(this.turn),
      );
      await saveFacts(this.pool, this.turn.tenant, this.turn.system, facts);
      opened = await this.deps.openConnection('fresh');
      this.revision = opened.revision;
      if (this.turn.asksForAuth) await this.turn.noteAuth();
    }
    return opened;
  }

  /** True when something was done, so that there may be more. */
  private async step(opened: OpenedConnection, departure: Departure): Promise<boolean> {
    if (await this.askDue(opened.connector)) return true;
    // What is composed rests on what the sends before it came to.
    await departure.settled();
    const batch = await this.compose(opened);
    if (batch.picked === 0) return false;
    // What a redrive set going, or the books refused, is for a turn that reads facts and settings anew.
    if (await areFactsForgotten(this.pool, this.turn.tenant, this.turn.system)) {
      this.isOver = true;
      return false;
    }
    const startedMs = this.turn.now;
    this.died.push(...(await settleWithoutSend(this.pool, this.turn, batch.settlements)).died);
    const sends = inSends(batch.writes, this.size);
    departure.prepare(sends, sendsTogether(this.sendMs));
    await departure.send();
    if (sends.length > 0) this.sendMs = (this.turn.now - startedMs) / sends.length;
    return true;
  }

  /** Asks about the oldest send whose outcome is unknown and that is due; true where there was one. */
  private async askDue(connector: Connector): Promise<boolean> {
    if (this.turn.now < this.looksAtMs) return false;
    const asked = await takeVerifying(
      this.pool,
      this.turn,
      connector.verifiesByRepeat ? this.turn.limits('write') : [],
      connector.verifiesByRepeat,
    );
    if (asked.type === 'nothing') {
      this.looksAtMs = this.turn.now + lookEveryMs;
      return false;
    }
    if (asked.type === 'reopened') await this.ask(connector, asked.send);
    else await this.turn.waitFor(asked);
    return true;
  }

  /** Deliveries of one send. */
  private get size(): number {
    return this.request.isProbe ? 1 : this.turn.batchSize;
  }

  private compose(opened: OpenedConnection): Promise<ComposedBatch> {
    this.sends = sendsAtOnce(this.sends, this.sendMs, this.turn.leftMs);
    return this.credentials.called(opened.connector, () =>
      composeBatch(this.pool, opened, this.turn, this.size * this.sends),
    );
  }

  /** One call that is answered in some way. */
  private async call(call: () => Promise<SendAnswer>): Promise<Answered> {
    const { renewals } = this.credentials;
    return { answer: await call(), renewals };
  }

  /** Asks what became of a send. After the last repeat the vendor's lists are asked instead of repeating for ever. */
  private async ask(connector: Connector, send: SendRow): Promise<void> {
    const hasRepeatedEnough = send.asks > this.turn.settings.backoff.maxTries;
    const ageMs = hasRepeatedEnough ? Number.POSITIVE_INFINITY : this.turn.now - send.firstSentAtMs;
    const answered = await this.call(() =>
      connector.verify(storedSend(connector, send), ageMs, this.turn),
    );
    const asked: AnsweredSend = { send, ...answered, attemptsOf: () => 0 };
    await this.settle(connector, [asked], true);
    await this.heed(connector, asked);
  }

  /** Writes down what became of sends. `isAsked`: they were asked about after a lost answer. */
  private async settle(
    connector: Connector,
    sends: readonly AnsweredSend[],
    isAsked: boolean,
  ): Promise<void> {
    const settlements = sends.map(({ send, answer, attemptsOf }) => ({
      sendId: send.id,
      ...settlementOf(send, answer, {
        system: this.turn.system,
        settings: this.turn.settings,
        nowMs: this.turn.now,
        random: this.deps.random,
        isAsked,
        isRepeat: isAsked && connector.verifiesByRepeat,
        attemptsOf,
      }),
    }));
    this.died.push(...(await settleSends(this.pool, this.turn, settlements)).died);
  }

  /** What an answer means for the calls after it. */
  private async heed(
    connector: Connector,
    { answer, renewals, send: { members } }: AnsweredSend,
  ): Promise<void> {
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
    if (answer.why === 'unauthorized')
      return this.credentials.refused(connector, renewals, answer.detail);
    const kind = answer.why === 'throttled' ? 'throttled' : 'upstream';
    throw new ConnectorError(kind, answer.detail, answer.retryAfterMs);
  }
}

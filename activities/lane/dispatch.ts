import { setImmediate } from 'node:timers/promises';

import type { Pool } from 'pg';

import type { SendAnswer, StoredSend } from '../../connectors/connector';
import { recordSends, type SendRow } from '../../database/sends';
import { inChunks } from '../../domain/group-by';
import type { LaneTurn } from './turn';
import type { OpenedConnection } from './opened-connection';
import { asSent, draftOf, type SendWrites } from './send-writes';

// Sends on their way out: each is committed before its first byte leaves, and one is under way at a time.
// Around the calls the tables work on: sends before are settled, the next are written down.

export interface SendOptions {
  pool: Pool;
  turn: LaneTurn;
  workflowId: string;
  opened: OpenedConnection;
  /** Writes down what became of sends. */
  settle: (sends: readonly AnsweredSend[]) => Promise<void>;
  /** `whenAnswered` is awaited when the vendor has answered with success, before that is read. */
  call: (stored: StoredSend, whenAnswered: () => Promise<void>) => Promise<Answered>;
  /** What an answer means for the calls after it; throws where none may leave now. */
  heed: (answered: AnsweredSend) => Promise<void>;
}

export interface Answered {
  answer: SendAnswer;
  /** How often credentials had been renewed when the call left: it says nothing of newer ones. */
  renewals: number;
}

export interface AnsweredSend extends Answered {
  send: SendRow;
  /** Earlier tries of a member. */
  attemptsOf: (deliveryId: string) => number;
}

/** Sends in the groups in which they are written down. */
type SendGroups = (readonly SendWrites[])[];

/** A send that is committed, with the writes in it. */
interface WrittenSend {
  send: SendRow;
  writes: SendWrites;
}

/** The sends of a turn, one after the other. */
export class Departure {
  private readonly options: SendOptions;
  private readonly hasBudget: boolean;
  private groups: SendGroups = [];
  /** Prepared and not sent yet: the first of them may be the one that is being written down. */
  private ahead: SendGroups = [];
  /** Being written down; `isAhead`: it does not leave before `send` is called for it. */
  private coming: { sends: Promise<WrittenSend[]>; isAhead: boolean } | null = null;
  /** Written down, not on its way yet. */
  private unsent: WrittenSend[] = [];
  /** On its way since the one before was answered with success; null once that is read to be an answer. */
  private left: Promise<AnsweredSend> | null = null;
  /** Answered, not being settled yet. */
  private answered: AnsweredSend[] = [];
  private settling: Promise<void> | null = null;
  private hasEnded = false;

  constructor(options: SendOptions) {
    this.options = options;
    this.hasBudget = options.turn.limits('write').length > 0;
  }

  /**
   * Takes the sends that leave next, `groupSize` of them written down, and settled, together where no budget is
   * charged for each. The first group is written down as soon as nothing else is, so that no call waits for it.
   */
  prepare(sends: readonly SendWrites[], groupSize: number): void {
    // A budget is charged when a send is written down, so there the call follows at once.
    this.ahead = inChunks(sends, this.hasBudget ? 1 : groupSize);
    if (this.coming === null && !this.hasBudget && !this.hasEnded) this.writeNext();
  }

  /** Sends what was prepared; resolves when all of it is answered, or the turn has no time for more. */
  async send(): Promise<void> {
    const { turn } = this.options;
    this.groups = this.ahead;
    this.ahead = [];
    if (this.coming !== null) this.coming.isAhead = false;
    for (;;) {
      if (this.coming === null && this.groups.length > 0) this.writeNext();
      if (this.coming === null || this.coming.isAhead) return;
      this.unsent = await this.coming.sends;
      this.coming = null;
      while (this.left !== null || (this.unsent.length > 0 && turn.hasTime)) await this.sendFirst();
      if (this.unsent.length > 0) return;
    }
  }

  /** Waits for what is being settled; false where there was nothing. */
  async settled(): Promise<boolean> {
    const { settling } = this;
    this.settling = null;
    await settling;
    return settling !== null;
  }

  /** Before the turn ends: what was answered is settled; what was written down and does not leave any more waits again. */
  async end(): Promise<void> {
    this.hasEnded = true;
    const coming = await this.coming?.sends.catch(() => []);
    const detail = 'it did not leave: the turn ended before';
    const answer: SendAnswer = { type: 'notExecuted', why: 'unreachable', retryAfterMs: null, detail }; // prettier-ignore
    const last = await this.left?.catch(() => undefined);
    const unsent = [...this.unsent, ...(coming ?? [])];
    const left = [...this.answered, ...(last === undefined ? [] : [last]), ...unsent.map(({ send }) => ({ send, answer, renewals: 0, attemptsOf: () => 0 }))]; // prettier-ignore
    this.coming = null;
    this.left = null;
    this.unsent = [];
    this.answered = [];
    await this.settled();
    if (left.length > 0) await this.options.settle(left);
  }

  private writeNext(): void {
    if (!this.options.turn.hasTime) return;
    const isAhead = this.groups.length === 0;
    const group = (isAhead ? this.ahead : this.groups).shift();
    if (group === undefined) return;
    const sends = record(this.options, group);
    sends.catch(() => undefined);
    this.coming = { sends, isAhead };
  }

  private async sendFirst(): Promise<void> {
    const leaving = this.left ?? this.leave();
    this.left = null;
    const answered = await leaving;
    this.answered.push(answered);
    const isAnswered = answered.answer.type === 'answered';
    if (isAnswered && this.hasMore) return;
    await this.settled();
    this.settling = this.settleAnswered();
    this.settling.catch(() => undefined);
    // Only an answer says that the next call may leave.
    if (!isAnswered) await this.settled();
  }

  /** Whether anything of what was written down together is still to be answered. */
  private get hasMore(): boolean {
    return this.left !== null || this.unsent.length > 0;
  }

  /** The first of those written down leaves. */
  private async leave(): Promise<AnsweredSend> {
    const { turn, opened, call } = this.options;
    const [first] = this.unsent;
    if (first === undefined) throw new Error('Bug: nothing is left to be sent');
    // What was recorded and does not leave now is taken over like any send whose caller is gone.
    turn.requireLease();
    this.unsent.shift();
    const { send, writes } = first;
    const ended = call(asSent(opened.connector, send, writes), () => this.leaveNext());
    if (this.coming === null && !this.hasBudget) this.writeNext();
    const attemptsOf = (id: string): number => writes.get(id)?.delivery.attempts ?? 0;
    return { send, ...(await ended), attemptsOf };
  }

  /**
   * The next of the group leaves before the answer of the one before is read: a vendor that answered is well. Only
   * one does: where what is read turns out to be none, nothing follows until it is settled.
   */
  private async leaveNext(): Promise<void> {
    if (this.left !== null || this.unsent.length === 0 || !this.options.turn.hasTime) return;
    this.left = this.leave();
    this.left.catch(() => undefined);
    await setImmediate();
  }

  private async settleAnswered(): Promise<void> {
    const answered = this.answered.splice(0);
    await this.options.settle(answered);
    for (const answer of answered) await this.options.heed(answer);
  }
}

/** Commits a group of sends; those of which nothing may be sent any more are left out. */
async function record(options: SendOptions, group: readonly SendWrites[]): Promise<WrittenSend[]> {
  const { pool, turn } = options;
  const drafts = group.map((writes) => draftOf(options, writes));
  for (;;) {
    turn.requireTime();
    const recorded = await recordSends(pool, turn, drafts, turn.limits('write'));
    if (recorded.type === 'recorded')
      return recorded.sends.flatMap((send, index) => {
        const writes = group[index];
        return send === null || writes === undefined ? [] : [{ send, writes }];
      });
    await turn.waitFor(recorded);
  }
}

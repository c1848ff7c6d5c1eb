import type { Pool } from 'pg';

import type { SendAnswer, StoredSend } from '../../connectors/contract';
import { recordSends, type SendRow } from '../../database/sends';
import { inChunks } from '../../domain/group-by';
import type { OpenedConnection } from './open-connection';
import { asSent, draftOf, type SendWrites } from './send-writes';
import type { LaneTurn } from './turn';

// Sends on their way to the vendor: recorded together in one transaction, called one after the
// other, settled together in one. Each is committed before its first byte leaves.

export interface DispatchOptions {
  pool: Pool;
  turn: LaneTurn;
  workflowId: string;
  opened: OpenedConnection;
  /** Persists what became of sends. */
  settle: (sends: readonly AnsweredSend[]) => Promise<void>;
  call: (stored: StoredSend) => Promise<Answered>;
  /** What an answer means for the calls after it; throws where none may leave now. */
  applyAnswer: (answered: AnsweredSend) => Promise<void>;
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

/** A send that is committed, with the writes in it. */
interface RecordedSend {
  send: SendRow;
  writes: SendWrites;
}

/**
 * Sends them in groups of `groupSize`, until all are settled or the turn has no time for more.
 * Under a rate budget each send is a group of its own, for the budget is charged when it is
 * recorded.
 */
export async function dispatch(
  options: DispatchOptions,
  sends: readonly SendWrites[],
  groupSize: number,
): Promise<void> {
  const { turn } = options;
  const isBudgeted = turn.limits('write').length > 0;
  for (const group of inChunks(sends, isBudgeted ? 1 : groupSize)) {
    if (!turn.hasTime) return;
    await dispatchGroup(options, await record(options, group));
  }
}

async function dispatchGroup(
  options: DispatchOptions,
  recorded: readonly RecordedSend[],
): Promise<void> {
  const { turn, settle, applyAnswer } = options;
  const unsent = [...recorded];
  const answered: AnsweredSend[] = [];
  const settleAnswered = async (): Promise<void> => {
    const settled = answered.splice(0);
    await settle(settled);
    for (const one of settled) await applyAnswer(one);
  };
  try {
    while (unsent.length > 0 && turn.hasTime) {
      const one = await callFirst(options, unsent);
      answered.push(one);
      // Only an answer says that the vendor is well: anything else is settled before the next call.
      if (one.answer.type !== 'answered') await settleAnswered();
    }
  } catch (error) {
    // What cannot be settled now is taken over by the next turn, like the sends of a killed worker.
    await settle([...answered, ...unsent.map(notSent)]).catch((reason: unknown) => {
      turn.warn('sends could not be settled; the next turn takes them over', reason);
    });
    throw error;
  }
  answered.push(...unsent.map(notSent));
  if (answered.length > 0) await settle(answered);
  for (const one of answered.filter(({ answer }) => answer.type === 'answered'))
    await applyAnswer(one);
}

async function callFirst(options: DispatchOptions, unsent: RecordedSend[]): Promise<AnsweredSend> {
  // A lapsed lease is noticed before the send counts as one that may have left.
  options.turn.requireLease();
  const first = unsent.shift();
  if (first === undefined) throw new Error('Bug: nothing is left to be sent');
  const { send, writes } = first;
  const answered = await options.call(asSent(options.opened.connector, send, writes));
  return { send, ...answered, attemptsOf: (id) => writes.get(id)?.delivery.attempts ?? 0 };
}

/** A recorded send that does not leave any more: its deliveries wait again. */
function notSent({ send }: RecordedSend): AnsweredSend {
  const detail = 'it was not sent: the turn ended before';
  return {
    send,
    answer: { type: 'notExecuted', why: 'unreachable', retryAfterMs: null, detail },
    renewals: 0,
    attemptsOf: () => 0,
  };
}

/** Commits a group of sends; those of which nothing may be sent any more are left out. */
async function record(
  options: DispatchOptions,
  group: readonly SendWrites[],
): Promise<RecordedSend[]> {
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

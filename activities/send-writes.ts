import { createHash } from 'node:crypto';

import type { Pool } from 'pg';

import type { Connector, SendAnswer, StoredSend, Write } from '../connectors/connector';
import { storedWrite } from '../connectors/stored-write';
import { recordSend, type NewSend, type SendMember, type SendRow } from '../database/sends';
import { groupBy } from '../domain/group-by';
import { requestIdOf, sendKeyText, writeKeyText } from '../domain/idempotency';
import type { ReadyWrite } from './compose-batch';
import type { LaneTurn } from './lane-turn';

// Composed writes on their way out: each send is committed before its first byte leaves, and one is under
// way at a time. Around the call the tables work on: the send before is settled, the next is written down.

export interface OpenedConnection {
  connector: Connector;
  /** Store address or realm: part of every key. */
  account: string;
  /** Of the credentials with which it was opened. */
  revision: number;
  hasFreshFacts: boolean;
}

export interface SendOptions {
  pool: Pool;
  turn: LaneTurn;
  workflowId: string;
  opened: OpenedConnection;
  /** Writes down what the vendor answered; throws where no other call may leave now. */
  settle: (
    send: SendRow,
    answer: SendAnswer,
    attemptsOf: (deliveryId: string) => number,
  ) => Promise<void>;
}

/** The writes of one send, by the id of their delivery. */
type SendWrites = ReadonlyMap<string, ReadyWrite>;

/** Parts writes into sends of at most `size` that may travel together. */
export function inSends(writes: readonly ReadyWrite[], size: number): SendWrites[] {
  const sends: SendWrites[] = [];
  for (const group of groupBy(writes, ({ write }) => write.group).values())
    for (let start = 0; start < group.length; start += size)
      sends.push(new Map(group.slice(start, start + size).map((entry) => [entry.delivery.id, entry]))); // prettier-ignore
  return sends;
}

/** Sends one after the other until all are out or the turn has no time for another. */
export async function sendAll(options: SendOptions, sends: readonly SendWrites[]): Promise<void> {
  const { turn, opened, settle } = options;
  // A budget is charged when a send is written down, so there the call follows at once.
  const isAhead = turn.limits('write').length === 0;
  let settling: Promise<void> = Promise.resolve();
  let ahead: Promise<SendRow | null> | null = null;
  try {
    for (const [index, writes] of sends.entries()) {
      if (ahead === null && !turn.hasTime) return;
      const send: SendRow | null = await (ahead ?? record(options, writes));
      ahead = null;
      const next = sends[index + 1];
      if (send === null) continue;
      // What was recorded and does not leave now is taken over like any send whose caller is gone.
      turn.requireLease();
      const call = opened.connector.send(asSent(send, writes), turn.signal);
      if (isAhead && next !== undefined && turn.hasTime) {
        ahead = record(options, next);
        ahead.catch(() => undefined);
      }
      const answer = await call;
      await settling;
      settling = settle(send, answer, (id) => writes.get(id)?.delivery.attempts ?? 0);
      settling.catch(() => undefined);
      // Only an answer says that the next call may leave.
      if (answer.type !== 'answered') await settling;
    }
  } catch (error) {
    await ahead?.then((send) => letGo(send, settle)).catch(() => undefined);
    throw error;
  } finally {
    await settling;
  }
}

/** A send that was written down and did not leave, because the one before it failed: it waits again. */
async function letGo(send: SendRow | null, settle: SendOptions['settle']): Promise<void> {
  const detail = 'it did not leave: the call before it failed';
  if (send === null) return;
  await settle(send, { type: 'notExecuted', why: 'unreachable', retryAfterMs: null, detail }, () => 0); // prettier-ignore
}

/** Commits a send; null where none of it may be sent any more. */
async function record(options: SendOptions, writes: SendWrites): Promise<SendRow | null> {
  const { pool, turn, opened } = options;
  const candidates = [...writes.values()].map(({ delivery, write }): SendMember => ({
    deliveryId: delivery.id,
    rev: delivery.desiredRev,
    generation: delivery.generation,
    isLinked: write.isLinked,
    write: { ...write },
  }));
  const freeze = (kept: readonly SendMember[]): NewSend => {
    const entries = kept.flatMap((member) => writes.get(member.deliveryId) ?? []);
    const keys = entries.map((entry) => keyOf(options, entry));
    const [only] = keys;
    const key = keys.length === 1 && only !== undefined ? only : sha256(sendKeyText(keys));
    return {
      key,
      request: opened.connector.freeze(entries.map(({ write }) => write)),
      members: [...kept],
    };
  };
  for (;;) {
    turn.requireTime();
    const recorded = await recordSend(pool, turn, candidates, freeze, turn.limits('write'));
    if (recorded.type === 'nothing') return null;
    if (recorded.type === 'recorded') return recorded.send;
    await turn.waitFor(recorded);
  }
}

function keyOf({ turn, workflowId, opened }: SendOptions, { delivery, write }: ReadyWrite): string {
  return sha256(
    writeKeyText({
      workflowId,
      system: turn.system,
      account: opened.account,
      kind: delivery.kind,
      recordId: delivery.recordId,
      part: delivery.part,
      operation: write.operation,
      revision: delivery.desiredRev,
      generation: delivery.generation,
      payload: write.payload,
    }),
  );
}

/** What was just written down, as composed; where an old send was opened again, as it stands there. */
function asSent(send: SendRow, writes: SendWrites): StoredSend {
  if (send.tries > 1) return storedSend(send);
  const members = send.members.flatMap(({ deliveryId }): Write[] => {
    const ready = writes.get(deliveryId);
    return ready === undefined ? [] : [ready.write];
  });
  return { request: send.request, requestId: requestIdOf(send.key), members };
}

/** A send as it stands in the table. */
export function storedSend(send: SendRow): StoredSend {
  return {
    request: send.request,
    requestId: requestIdOf(send.key),
    members: send.members.map((member) => storedWrite.parse(member.write)),
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

import { createHash } from 'node:crypto';

import type { Connector, StoredSend, Write, WriteText } from '../../connectors/contract';
import { keptWrite, storedWrite, writeText } from '../../connectors/stored-write';
import type { NewSend, SendDraft, SendMember, SendRow } from '../../database/sends';
import { groupBy, inChunks } from '../../domain/group-by';
import { requestIdOf, sendKeyText, writeKeyText } from '../../domain/delivery/idempotency';
import type { ReadyWrite } from './place-composed';
import type { OpenedConnection } from './open-connection';

// From composed writes to a send: which travel together, their frozen bytes and key, and the way
// back.

/** The writes of one send, by the id of their delivery. */
export type SendWrites = ReadonlyMap<string, ReadyWrite>;

/**
 * Of all documents of one send: some 400 bytes each come back, and an answer has its limit
 * (connectors/http.ts).
 */
const linesMax = 10_000;

/** Entries of the lists in a payload. */
function linesIn({ write }: ReadyWrite): number {
  return Object.values(write.payload).reduce(
    (sum: number, value) => sum + (Array.isArray(value) ? value.length : 0),
    0,
  );
}

/** The part of a send of `size` that a write takes up. */
function weightOf(entry: ReadyWrite, size: number): number {
  const { sendMax } = entry.delivery;
  return Math.max(1, (size * linesIn(entry)) / linesMax, size / (sendMax ?? size));
}

/**
 * Parts writes into sends of at most `size` that may travel together. Those whose send the vendor
 * refused as a whole leave in smaller ones.
 */
export function inSends(writes: readonly ReadyWrite[], size: number): SendWrites[] {
  const groups = [...groupBy(writes, ({ write }) => write.group).values()];
  return groups
    .flatMap((group) => inChunks(group, size, (entry) => weightOf(entry, size)))
    .map((chunk) => new Map(chunk.map((entry) => [entry.delivery.id, entry])));
}

/** Where writes go, and who sends them. */
interface Sender {
  workflowId: string;
  opened: OpenedConnection;
}

/**
 * A send of these writes, to be written down; frozen once it is known which of them still may
 * leave.
 */
export function draftOf(from: Sender, writes: SendWrites): SendDraft {
  const candidates = [...writes.values()].map(({ delivery, write }): SendMember => ({
    deliveryId: delivery.id,
    rev: delivery.desiredRev,
    generation: delivery.generation,
    isLinked: write.isLinked,
    write: { ...keptWrite(write) },
  }));
  const freeze = (kept: readonly SendMember[]): NewSend => {
    const entries = kept.flatMap((member) => writes.get(member.deliveryId) ?? []);
    return { ...frozenOf(from, entries), members: [...kept] };
  };
  return { candidates, freeze };
}

/** The bytes and the key of the send that carries these. */
export function frozenOf(
  from: Sender,
  entries: readonly ReadyWrite[],
): Pick<NewSend, 'key' | 'request'> {
  const written = entries.map(({ delivery, write }) => ({ delivery, text: writeText(write) }));
  const keys = written.map((entry) => keyOf(from, entry));
  const [only] = keys;
  const key = keys.length === 1 && only !== undefined ? only : sha256(sendKeyText(keys));
  return { key, request: from.opened.connector.freeze(written.map(({ text }) => text)) };
}

function keyOf(
  { workflowId, opened }: Sender,
  { delivery, text }: Pick<ReadyWrite, 'delivery'> & { text: WriteText },
): string {
  return sha256(
    writeKeyText({
      workflowId,
      system: opened.connector.system,
      account: opened.account,
      kind: delivery.kind,
      recordId: delivery.recordId,
      part: delivery.part,
      operation: text.operation,
      revision: delivery.desiredRev,
      generation: delivery.generation,
      payload: text.payload,
    }),
  );
}

/**
 * What was just written down, as composed; where an old send was opened again, as it stands there.
 */
export function asSent(connector: Connector, send: SendRow, writes: SendWrites): StoredSend {
  if (send.tries > 1) return storedSend(connector, send);
  const members = send.members.flatMap(({ deliveryId }): Write[] => {
    const ready = writes.get(deliveryId);
    return ready === undefined ? [] : [ready.write];
  });
  return { request: send.request, requestId: requestIdOf(send.key), members };
}

/** A send as it stands in the table. */
export function storedSend(connector: Connector, send: SendRow): StoredSend {
  const { request } = send;
  const kept = send.members.map((member) => storedWrite.parse(member.write));
  const payloads = connector.payloadsIn(request, kept);
  const members = kept.map((write, index): Write => {
    const payload = payloads[index];
    if (payload === undefined)
      throw new Error(`Bug: the request of send ${send.id} lacks write ${index}`);
    return { ...write, payload };
  });
  return { request, requestId: requestIdOf(send.key), members };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

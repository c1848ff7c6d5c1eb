import { frozen } from '../server/state-copy';
import { type VendorAnswer } from '../server/vendor';
import { type JsonAnswer, jsonAnswer } from './answer';
import { type Realm, type Reply } from './realm';
import { type QboSettings } from './settings';

/** Bound of the memory of requestids in one company. */
const repliesMax = 200_000;

/**
 * The memory of requestids (quickbooks.md#request-ids): a call that has committed is answered with
 * its first answer; one that is still running is not known, so a repeat of it runs as well.
 */
export function replyTo(
  realm: Realm,
  requestId: string,
  settings: QboSettings,
  nowMs: number,
): Reply | undefined {
  const reply = realm.replies.get(requestId);
  if (reply === undefined) return undefined;
  if (nowMs - reply.atMs < settings['qbo.requestIdRetention']) return reply;
  realm.replies.delete(requestId);
  return undefined;
}

/** The memory's answer; refusals are repeated too unless the setting says otherwise. */
export function replayOf(reply: Reply | undefined): VendorAnswer | null {
  if (reply === undefined || reply.answer === null) return null;
  const { status, body } = reply.answer;
  return { ...jsonAnswer(status, body, false), isReplay: true };
}

export function remember(
  realm: Realm,
  requestId: string,
  answer: JsonAnswer,
  settings: QboSettings,
  nowMs: number,
): void {
  if (answer.status >= 400 && !settings['qbo.replayErrors']) return;
  forgetExpired(realm, settings, nowMs);
  const reply = openReply(realm, requestId, nowMs);
  // Two calls of one id may both commit; the first answer stays.
  reply.answer ??= frozen({ status: answer.status, body: answer.json });
  reply.items.clear(); // the whole answer says it all
}

/** The entry of a requestid, made if need be: a batch notes its operations one by one. */
export function openReply(realm: Realm, requestId: string, nowMs: number): Reply {
  const known = realm.replies.get(requestId);
  if (known !== undefined) return known;
  const reply: Reply = { atMs: nowMs, answer: null, items: new Map() };
  realm.replies.set(requestId, reply);
  if (realm.replies.size > repliesMax) {
    const [oldest] = realm.replies.keys();
    if (oldest !== undefined) realm.replies.delete(oldest);
  }
  return reply;
}

/** They stand in the order of their times: the old ones are at the front. */
function forgetExpired(realm: Realm, settings: QboSettings, nowMs: number): void {
  for (const [requestId, { atMs }] of realm.replies) {
    if (nowMs - atMs < settings['qbo.requestIdRetention']) return;
    realm.replies.delete(requestId);
  }
}

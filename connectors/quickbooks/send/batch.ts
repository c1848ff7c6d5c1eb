import { canonicalJson } from '../../../domain/canonical';
import type { JsonObject } from '../../../domain/words';
import type {
  FrozenRequest,
  KeptWrite,
  MemberResult,
  SendAnswer,
  StoredSend,
  Write,
  WriteText,
} from '../../contract';
import type { HttpResult } from '../../http';
import { afterWrite } from './after-write';
import { companyPath } from '../api/client';
import { faultsOf, faultText, meaningOf, wholeOutcome } from '../api/errors';
import { jsonObject } from '../../stored-write';
import { batchAnswerSchema, frozenBatchSchema, writtenSchema } from '../api/wire';

// One batch of writes (quickbooks.md#batches): serial, not transactional, answered in any order.

/** Operations per batch (quickbooks.md#limits). */
const batchMax = 30;

export function freeze(realmId: string, writes: readonly WriteText[]): FrozenRequest {
  if (writes.length === 0 || writes.length > batchMax)
    throw new RangeError(`Bug: a batch has 1 to ${batchMax} members, not ${writes.length}`);
  const operations = writes.map((write, index) => ({
    bId: bIdOf(index),
    ...(write.operation === 'void'
      ? { operation: 'update', optionsData: 'void' }
      : { operation: write.operation }),
    [write.entity]: write.payload,
  }));
  const body = canonicalJson({ BatchItemRequest: operations });
  return { method: 'POST', path: companyPath(realmId, 'batch'), body };
}

/** The payloads in a frozen batch. */
export function payloadsIn(body: string, writes: readonly KeptWrite[]): JsonObject[] {
  const { BatchItemRequest: operations } = frozenBatchSchema.parse(JSON.parse(body));
  return writes.map(({ entity }, index) => jsonObject.parse(operations[index]?.[entity]));
}

function bIdOf(index: number): string {
  return String(index + 1);
}

/** What became of each member, or of the send as a whole. */
export function settle(stored: StoredSend, result: HttpResult, nowMs: number): SendAnswer {
  const { members } = stored;
  const whole = wholeOutcome(result, members.length, nowMs);
  if (whole.type !== 'readable') return whole;
  const { tid } = whole;
  const answer = batchAnswerSchema.safeParse(whole.value);
  if (!answer.success) return { type: 'lost', detail: `HTTP 200 without batch results (${tid})` };
  const items = new Map(answer.data.BatchItemResponse.map((item) => [item.bId, item]));
  const results: MemberResult[] = [];
  const systemOutcomes: SendAnswer[] = [];
  for (const [index, member] of members.entries()) {
    const item = items.get(bIdOf(index));
    if (!item) return { type: 'lost', detail: `HTTP 200 without bId ${bIdOf(index)} (${tid})` };
    const outcome = systemOutcomeOf(item, tid);
    if (outcome) systemOutcomes.push(outcome);
    results.push(settleItem(member, item, tid));
  }
  // A fault of the account on each item is one of the whole call.
  const [first] = systemOutcomes;
  return first && systemOutcomes.length === members.length ? first : { type: 'answered', results };
}

function systemOutcomeOf(item: object, tid: string): SendAnswer | null {
  const faults = faultsOf(item);
  const meaning = faults && meaningOf(faults[0]);
  return meaning?.kind === 'system'
    ? {
        type: 'notExecuted',
        why: meaning.why,
        retryAfterMs: meaning.waitMs,
        detail: faultText(faults ?? [], tid),
      }
    : null;
}

function settleItem(
  member: Write,
  item: Readonly<Record<string, unknown>>,
  tid: string,
): MemberResult {
  const faults = faultsOf(item);
  if (faults) {
    const meaning = meaningOf(faults[0]);
    const failureClass = meaning.kind === 'refused' ? meaning.failureClass : 'SERVER';
    // What it applies was applied by others meanwhile: it is read again.
    const isOutdated = failureClass === 'BUSINESS' && member.natural['isSettling'] === true;
    return {
      type: 'refused',
      failureClass: isOutdated ? 'STALE' : failureClass,
      code: String(faults[0].code ?? 'fault'),
      message: faultText(faults, tid),
    };
  }
  const written = writtenSchema.safeParse(item[member.entity]);
  // Never accepted without an Id (quickbooks.md#calls); the look-up before the next try finds it if
  // it is there.
  if (!written.success)
    return {
      type: 'refused',
      failureClass: 'SERVER',
      code: 'no_id',
      message: `No ${member.entity} with an Id in the answer (intuit_tid ${tid})`,
    };
  const { Id: id, SyncToken: version } = written.data;
  return afterWrite(member, { id, version }, item[member.entity]);
}

import { canonicalJson, type CanonicalText } from '../../../domain/canonical';
import type { FailureClass } from '../../../domain/delivery/failure';
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
import { jsonObject } from '../../stored-write';
import { apiPath } from '../api/client';
import { classOf, describe, plain, wholeOutcome } from '../api/errors';
import {
  batchAnswerSchema,
  findJson,
  frozenBatchSchema,
  itemErrorSchema,
  productSchema,
  type WooError,
} from '../api/wire';
import { carriedOut, naturalSchema } from './written';

// One `POST products/batch` (woocommerce.md#batches): 200 even if all items failed, creates and
// updates answered each in its own order.

/** Over all lists together; more is answered 413. */
const batchMax = 100;

export function freeze(writes: readonly WriteText[]): FrozenRequest {
  if (writes.length === 0 || writes.length > batchMax)
    throw new RangeError(`Bug: a batch has 1 to ${batchMax} members, not ${writes.length}`);
  const payloads = (operation: Write['operation']): CanonicalText[] =>
    writes.filter((write) => write.operation === operation).map((write) => write.payload);
  const body = { create: payloads('create'), update: payloads('update') };
  return { method: 'POST', path: `${apiPath}/products/batch`, body: canonicalJson(body) };
}

/** The payloads in a frozen batch: each list has its own order. */
export function payloadsIn({ body }: FrozenRequest, writes: readonly KeptWrite[]): JsonObject[] {
  const { create, update } = frozenBatchSchema.parse(JSON.parse(body));
  const next = { create: create.values(), update: update.values() };
  return writes.map(({ operation }) =>
    jsonObject.parse(next[operation === 'create' ? 'create' : 'update'].next().value),
  );
}

/** What became of each member, or of the send as a whole. */
export function settle(stored: StoredSend, result: HttpResult, nowMs: number): SendAnswer {
  const { members } = stored;
  const whole = wholeOutcome(result, members.length, nowMs);
  if (whole) return whole;
  if (result.type !== 'answer') throw new Error('Bug: an outcome without an answer');
  const answer = batchAnswerSchema.safeParse(findJson(result.text));
  if (!answer.success) return { type: 'lost', detail: describe(result) };
  const { create, update } = answer.data;
  const creates = members.filter((member) => member.operation === 'create').length;
  if (create.length !== creates || update.length !== members.length - creates)
    return { type: 'lost', detail: `HTTP ${result.status}: a batch answer of another length` };
  const next = { create: create.values(), update: update.values() };
  const results = members.map((member) =>
    settleItem(
      member,
      next[member.operation === 'create' ? 'create' : 'update'].next().value,
      nowMs,
    ),
  );
  return { type: 'answered', results };
}

function settleItem(member: Write, item: unknown, nowMs: number): MemberResult {
  const failed = itemErrorSchema.safeParse(item);
  if (failed.success) {
    const { code, message, data } = failed.data.error;
    const failureClass = classOf(code, data ?? 400);
    return {
      type: 'refused',
      failureClass,
      code,
      message: refusalText(failureClass, failed.data.error, plain(message)),
    };
  }
  const product = productSchema.safeParse(item);
  if (!product.success) {
    const at = product.error.issues[0]?.path.join('.') ?? '';
    const detail = `The store's answer cannot be read at "${at}"; redrive to look at the product`;
    return { type: 'ambiguous', reason: 'unreadable_answer', detail };
  }
  return carriedOut(member, naturalSchema.parse(member.natural), product.data, nowMs);
}

function refusalText(failureClass: FailureClass, { holder }: WooError, message: string): string {
  if (holder !== null) return `${message} It is held by product ${holder}`;
  return failureClass === 'GONE'
    ? `${message} The product is not in the store any more: redrive to make it anew, or discard`
    : message;
}

import { canonicalJson, type CanonicalText } from '../../domain/canonical';
import type { JsonObject } from '../../domain/words';
import type { FrozenRequest, KeptWrite, MemberResult, SendAnswer, StoredSend, Write, WriteText } from '../connector'; // prettier-ignore
import type { HttpResult } from '../http';
import { jsonObject } from '../stored-write';
import { apiPath } from './client';
import { classOf, describe, plain, wholeOutcome } from './errors';
import { batchAnswerSchema, findJson, frozenBatchSchema, itemErrorSchema, productSchema } from './wire'; // prettier-ignore

// One `POST products/batch` (woocommerce.md 6): 200 even if all items failed, creates and updates
// answered each in its own order.

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
    settleItem(member, next[member.operation === 'create' ? 'create' : 'update'].next().value),
  );
  return { type: 'answered', results };
}

function settleItem(member: Write, item: unknown): MemberResult {
  const failed = itemErrorSchema.safeParse(item);
  if (failed.success) {
    const { code, message, data } = failed.data.error;
    const failureClass = classOf(code, data ?? 400);
    return { type: 'refused', failureClass, code, message: plain(message) };
  }
  const product = productSchema.safeParse(item);
  if (!product.success)
    return { type: 'ambiguous', reason: 'unreadable_answer', detail: 'An item without its id' };
  const { id, sku, manage_stock, stock_quantity } = product.data;
  const { payload } = member;
  if (typeof payload['sku'] === 'string' && payload['sku'] !== sku)
    return {
      type: 'ambiguous',
      reason: 'echo_differs',
      detail: `Product ${id} was saved with SKU "${sku}", not "${payload['sku']}"`,
    };
  const figure = payload['stock_quantity'];
  if (typeof figure === 'number' && (manage_stock !== true || stock_quantity !== figure))
    return stockDiffers(String(figure), stock_quantity);
  return acceptedAs(member, String(id));
}

/** The figure read back is neither ours nor the former one: somebody else moved it meanwhile. */
export function stockDiffers(written: string, present: number | null): MemberResult {
  const shown = present === null ? 'no figure' : String(present);
  return {
    type: 'ambiguous',
    reason: 'stock_changed_elsewhere',
    detail: `Written ${written}, the store shows ${shown}`,
  };
}

/** Accepted; what was written on the way to something else is followed by that. */
export function acceptedAs({ snapshot, natural }: Write, remoteId: string): MemberResult {
  const then = natural['isStep'] === true ? { then: { type: 'step' as const } } : {};
  return { type: 'accepted', remoteId, remoteVersion: null, snapshot, ...then };
}

import { canonicalJson } from '../../domain/canonical';
import { textToMinor } from '../../domain/money';
import type { FrozenRequest, MemberResult, SendAnswer, StoredSend, Write } from '../connector';
import type { HttpResult } from '../http';
import { companyPath } from './client';
import { contentOf, faultsOf, faultText, meaningOf, wholeOutcome } from './errors';
import { batchAnswerSchema, writtenSchema } from './wire';

// One batch of writes (quickbooks.md 11): serial, not transactional, answered in any order.

/** Operations per batch (section 7). */
const batchMax = 30;

export function freeze(realmId: string, writes: readonly Write[]): FrozenRequest {
  if (writes.length === 0 || writes.length > batchMax)
    throw new RangeError(`Bug: a batch has 1 to ${batchMax} members, not ${writes.length}`);
  const operations = writes.map((write, index) => ({
    bId: bIdOf(index),
    operation: write.operation,
    [write.entity]: write.payload,
  }));
  const body = canonicalJson({ BatchItemRequest: operations });
  return { method: 'POST', path: companyPath(realmId, 'batch'), body };
}

function bIdOf(index: number): string {
  return String(index + 1);
}

/** What became of each member, or of the send as a whole. */
export function settle(stored: StoredSend, result: HttpResult, nowMs: number): SendAnswer {
  const { members } = stored;
  const whole = wholeOutcome(result, members.length, nowMs);
  if (whole) return whole;
  if (result.type !== 'answer') throw new Error('Bug: an outcome without an answer');
  const tid = result.headers['intuit_tid'] ?? '';
  const content = contentOf(result.text);
  const answer = batchAnswerSchema.safeParse(content.type === 'json' ? content.value : undefined);
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
    return {
      type: 'refused',
      failureClass: meaning.kind === 'refused' ? meaning.failureClass : 'SERVER',
      code: String(faults[0].code ?? 'fault'),
      message: faultText(faults, tid),
    };
  }
  const written = writtenSchema.safeParse(item[member.entity]);
  // Never accepted without an Id (trap 10); the look-up before the next try finds it if it is there.
  if (!written.success)
    return {
      type: 'refused',
      failureClass: 'SERVER',
      code: 'no_id',
      message: `No ${member.entity} with an Id in the answer (intuit_tid ${tid})`,
    };
  const { Id, SyncToken, TotalAmt, Amount, TxnTaxDetail } = written.data;
  const what = `${member.entity} ${Id}`;
  const differing =
    totalDiffers(member, TotalAmt ?? Amount, what) ??
    taxDiffers(member, TxnTaxDetail?.TotalTax ?? 0, what);
  if (differing) return differing;
  return {
    type: 'accepted',
    remoteId: Id,
    remoteVersion: SyncToken,
    snapshot: member.snapshot,
  };
}

/** The books must hold the ticket's total to the cent (accounting.md 1 and 6). */
function totalDiffers(member: Write, total: number | undefined, what: string): MemberResult | null {
  const { totalMinor, currency } = member.natural;
  if (typeof totalMinor !== 'number' || typeof currency !== 'string') return null;
  if (total !== undefined && textToMinor(total, currency) === totalMinor) return null;
  const detail = `${what} has the total ${total ?? 'none'}, the ticket ${totalMinor} minor units`;
  return { type: 'ambiguous', reason: 'total_differs', detail };
}

/** So must they hold its tax, outside the US within what the settings allow. */
function taxDiffers(member: Write, tax: number, what: string): MemberResult | null {
  const { taxMinor, taxVarianceMinor, currency } = member.natural;
  if (typeof taxMinor !== 'number' || typeof taxVarianceMinor !== 'number') return null;
  if (typeof currency !== 'string') return null;
  const booksMinor = textToMinor(tax, currency);
  if (booksMinor !== null && Math.abs(booksMinor - taxMinor) <= taxVarianceMinor) return null;
  const detail = `${what} has ${tax} of tax, the ticket ${taxMinor} minor units`;
  return { type: 'ambiguous', reason: 'tax_differs', detail };
}

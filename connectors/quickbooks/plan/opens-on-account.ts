import { sumMinor, textToMinor } from '../../../domain/money';
import { isApart } from '../../../domain/posting/plan/circle';
import { isOwed } from '../../../domain/posting/source/ticket';
import { appliedPart } from '../../../domain/posting/part-names';
import type { Composed, Outgoing, Write } from '../../contract';
import { circleDocuments, isOnAccount, type CircleDocument } from '../settle/circle';
import type { CompanyContext } from '../company/context';
import { contestedMax } from './new-money';
import { keyOf, labelsIn, postedIn, snapshotOf, type Posted } from '../books/posted';
import { documentContentSchema } from '../api/wire';

// Which writes are followed by a look at what is open on account (settlement.ts): those that may
// leave a charge and a credit open beside each other. Of a plain invoice with its payments there is
// none. Pure.

/** What was composed, followed by settling its circle where it may open something there. */
export function thenSettled(item: Outgoing, company: CompanyContext, composed: Composed): Composed {
  const unapplied = { rev: item.rev, isLast: true, made: 0 };
  if (composed.type === 'write') {
    const { write } = composed;
    const posted = postedIn(write.snapshot);
    const { then = 'whole' } = write.natural;
    if (then !== 'whole' || posted === null) return composed;
    if (!isStillDue(posted) && !opens(item, company, write)) return composed;
    const snapshot = snapshotOf({ ...posted, unapplied }, labelsIn(write.snapshot));
    // Another delivery may have applied it again after it was freed for this.
    const isSettling = item.attempts < contestedMax;
    const natural = { ...write.natural, then: 'step', isSettling };
    return { ...composed, write: { ...write, snapshot, natural } };
  }
  if (composed.type !== 'adopt' || composed.isStep === true) return composed;
  const posted = postedIn(composed.snapshot);
  const before = item.snapshot === null ? null : postedIn(item.snapshot);
  // Taken over as it stands: what was written before it was known.
  const isNew = (posted?.documents.length ?? 0) > (before?.documents.length ?? 0);
  const others = isNew ? (circleDocuments(item, company)?.standing ?? []) : [];
  const isDue = posted !== null && isStillDue(posted);
  if (posted === null || (!isDue && (others.length === 0 || item.part === appliedPart)))
    return composed;
  const snapshot = snapshotOf({ ...posted, unapplied }, labelsIn(composed.snapshot));
  return { ...composed, snapshot, isStep: true };
}

/** What an earlier write opened, or was freed for this one, is still to be applied. */
function isStillDue({ unapplied }: Posted): boolean {
  return unapplied !== undefined && unapplied !== null;
}

function opens(item: Outgoing, company: CompanyContext, write: Write): boolean {
  const { operation, entity, payload } = write;
  const before = postedIn(item.snapshot ?? {})?.documents ?? [];
  const own = `${entity} ${idOf(payload['Id'])}`;
  const circle = circleDocuments(item, company)?.standing ?? [];
  const isAlone = operation === 'create' && isApart(item.record);
  const of = `${item.record.kind}/${item.recordId}`;
  const others = circle.filter((one) => keyOf(one) !== own && (!isAlone || one.of === of));
  // A receipt in place of what was on account, and was voided or corrected for it.
  if (!isOnAccount(entity))
    return circle.length > 1 && before.some((one) => isOnAccount(one.entity));
  // The credit memo of an owed refund is voided next, after the payment of 0.00 that applied it.
  if (operation === 'void') return others.length > 1 && item.part !== appliedPart;
  if (others.length === 0) return false;
  const content = documentContentSchema.safeParse(payload).data;
  if (entity === 'JournalEntry')
    return content?.Line.some((line) => line.JournalEntryLineDetail?.Entity !== undefined) ?? false;
  if (operation === 'update') return true;
  // Beside an invoice and its payments there are other charges and credits.
  const isPlain = ({ entity: kind, of: whose }: CircleDocument): boolean =>
    kind === 'Payment' || (kind === 'CreditMemo' && whose === of);
  const isMore = others.filter((one) => !isPlain(one)).length > 1;
  // Posted anew, what it paid before may be open.
  if (entity === 'Payment' && item.part !== appliedPart)
    return before.length > 0 || !isAppliedWhole(content);
  if (entity === 'Payment') return before.length > 0 || isMore;
  // The payment of 0.00 that applies it to the invoice is a part of the refund.
  const isFollowed =
    item.record.kind === 'refund' && isOwed(item.record.body) && item.remoteId === null;
  return !isFollowed || isMore;
}

function idOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isAppliedWhole(
  content: { TotalAmt?: number | undefined; Line: { Amount?: number | undefined }[] } | undefined,
): boolean {
  // Of both figures the digits alone are compared: any currency will do.
  const minor = (amount = 0): number => textToMinor(amount, 'BHD') ?? 0;
  return (
    minor(content?.TotalAmt) === sumMinor((content?.Line ?? []).map(({ Amount }) => minor(Amount)))
  );
}

import { sumMinor, textToMinor } from '../../../domain/money';
import { isApart } from '../../../domain/posting/plan/circle';
import { isOwed } from '../../../domain/posting/source/ticket';
import { appliedPart } from '../../../domain/posting/part-names';
import { documentContentSchema, type QboDocumentContent } from '../api/wire';
import { keyOf, type PostedItem } from '../books/posted';
import type { CompanyContext } from '../company/context';
import { circleDocuments, isOnAccount, type CircleDocument } from '../settle/circle';
import { contestedMax } from './new-document';
import type { BooksWrite, Step } from './planned';

// Which writes are followed by a look at what is open on account (settlement.ts): those that may
// leave a charge and a credit open beside each other. Of a plain invoice with its payments there is
// none. Pure.

/** A step, followed by settling its circle where it may open something there. */
export function thenSettled(item: PostedItem, company: CompanyContext, step: Step): Step {
  if (step.type === 'stop') return step;
  const { posted } = step;
  const settling = { ...posted, unapplied: { rev: item.rev, isLast: true, made: 0 } };
  // What an earlier write opened, or was freed for this one, is still to be applied.
  const isStillDue = posted.unapplied !== undefined && posted.unapplied !== null;
  if (step.type === 'write') {
    if (step.then !== 'whole' || !(isStillDue || opens(item, company, step))) return step;
    // Another delivery may have applied it again after it was freed for this.
    const natural = { ...step.natural, isSettling: item.attempts < contestedMax };
    return { ...step, posted: settling, natural, then: 'step' };
  }
  if (step.isStep === true) return step;
  // Taken over as it stands: what was written before it was known.
  const isNew = posted.documents.length > item.posted.documents.length;
  const others = isNew ? (circleDocuments(item, company)?.standing ?? []) : [];
  if (!isStillDue && (others.length === 0 || item.part === appliedPart)) return step;
  return { ...step, posted: settling, isStep: true };
}

function opens(
  item: PostedItem,
  company: CompanyContext,
  { operation, entity, payload }: BooksWrite,
): boolean {
  const before = item.posted.documents;
  const content = documentContentSchema.parse(payload);
  const own = keyOf({ entity, id: content.Id ?? '' });
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
  if (entity === 'JournalEntry')
    return content.Line.some((line) => line.JournalEntryLineDetail?.Entity !== undefined);
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

function isAppliedWhole({ TotalAmt = 0, Line: lines }: QboDocumentContent): boolean {
  // Of both figures the digits alone are compared: any currency will do.
  const minor = (amount = 0): number => textToMinor(amount, 'BHD') ?? 0;
  return minor(TotalAmt) === sumMinor(lines.map(({ Amount }) => minor(Amount)));
}

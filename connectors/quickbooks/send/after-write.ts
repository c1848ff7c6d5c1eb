import { currencyDecimals, minorToText, textToMinor } from '../../../domain/money';
import type { MemberResult, Write } from '../../contract';
import { moneyOf } from '../books/books-money';
import { naturalSchema, type DocumentNatural, type Natural } from '../books/natural-key';
import {
  keyOf,
  labelsIn,
  mainOf,
  postedIn,
  snapshotOf,
  standing,
  type Posted,
} from '../books/posted';
import { documentEntities } from '../api/wire';
import { documentContentSchema, type QboDocumentContent } from '../api/wire';

// A write that the books carried out: what they answered goes into the snapshot. Where it is not
// what the source says, the document is voided next (accounting.md#totals): the state says so,
// whoever reads it.

type Accepted = Extract<MemberResult, { type: 'accepted' }>;

/** What became of a member that was written; `row` is the entity as the books hold it now. */
export function afterWrite(
  write: Write,
  remote: { id: string; version: string },
  row: unknown,
): MemberResult {
  const natural = naturalSchema.parse(write.natural);
  const posted = postedIn(write.snapshot);
  const plain: Accepted = {
    type: 'accepted',
    remoteId: remote.id,
    remoteVersion: remote.version,
    snapshot: write.snapshot,
  };
  if (posted === null)
    return natural.kind === 'update' && natural.isStep
      ? { ...plain, then: { type: 'step' } }
      : plain;
  const content = documentContentSchema.safeParse(row).data ?? null;
  const differing = content === null ? null : differs(write, natural, content);
  const known = completed(posted, natural, { ...remote, entity: write.entity }, content);
  // Others refer to the document of the sale itself, not to a difference.
  const main = mainOf(known);
  const accepted: Accepted = {
    ...plain,
    ...(main === null ? {} : { remoteId: main.id, remoteVersion: main.version }),
    ...(main === null || keyOf(main) === `${write.entity} ${remote.id}` ? {} : { written: remote }),
    snapshot: snapshotOf(known, labelsIn(write.snapshot)),
  };
  if (differing !== null && natural.kind === 'document') {
    const { netBefore } = natural;
    const entity = documentEntities.find((name) => name === write.entity);
    if (entity === undefined) throw new Error(`Bug: ${write.entity} is no document`);
    const voidDue = { entity, id: remote.id, why: differing, netBefore };
    return {
      ...accepted,
      snapshot: snapshotOf({ ...known, voidDue }, labelsIn(write.snapshot)),
      then: { type: 'step' },
    };
  }
  if (differing !== null)
    return { type: 'ambiguous', reason: 'not_voided_in_books', detail: differing };
  if (natural.kind !== 'document' && natural.kind !== 'void') return accepted;
  switch (natural.then) {
    case 'whole':
      return accepted;
    case 'step':
      return { ...accepted, then: { type: 'step' } };
    case 'hold': {
      const why = natural.kind === 'void' ? (natural.why ?? '') : '';
      return {
        ...accepted,
        then: {
          type: 'hold',
          reason: 'totals_differ_in_books',
          cause: 'totals_differ_in_books',
          detail: `${why}. It was voided; redrive posts it anew`,
        },
      };
    }
  }
}

/**
 * The document just written has its id and money; it is the one without, or the one that was
 * changed.
 */
function completed(
  posted: Posted,
  natural: Natural,
  remote: { entity: string; id: string; version: string },
  content: QboDocumentContent | null,
): Posted {
  const { entity } = remote;
  const money = natural.kind === 'document' && content !== null ? moneyOf(content) : null;
  const docNumber = content?.DocNumber ?? null;
  const documents = posted.documents.map((document) =>
    document.id === '' || keyOf(document) === `${entity} ${remote.id}`
      ? {
          ...document,
          id: remote.id,
          version: remote.version,
          docNumber: docNumber ?? document.docNumber,
          money,
        }
      : document,
  );
  const known = { ...posted, documents };
  return standing(known).length === 0 ? { ...known, net: null, payment: null } : known;
}

/** Why the answer is not what the source says; null where it is. */
function differs(write: Write, natural: Natural, content: QboDocumentContent): string | null {
  const what = `${write.entity} ${content.Id ?? ''}`;
  if (natural.kind === 'void')
    return (content.TotalAmt ?? 0) === 0
      ? null
      : `${what} still has a total of ${content.TotalAmt ?? 0}`;
  if (natural.kind !== 'document') return null;
  return totalDiffers(natural, content, what) ?? taxDiffers(natural, content, what);
}

/** The books must hold the ticket's total to the cent (accounting.md#principles, #totals). */
function totalDiffers(
  { totalMinor, currency }: DocumentNatural,
  { TotalAmt, Amount }: QboDocumentContent,
  what: string,
): string | null {
  // A transfer has an amount and no total.
  const total = TotalAmt ?? Amount;
  if (total !== undefined && textToMinor(total, currency) === totalMinor) return null;
  const booked =
    total === undefined ? 'no total' : `a total of ${total.toFixed(currencyDecimals(currency))}`;
  return `${what} has ${booked}, the ticket ${minorToText(totalMinor, currency)}`;
}

/** So must they hold its tax, outside the US within what the settings allow. */
function taxDiffers(
  { taxMinor, taxVarianceMinor, currency }: DocumentNatural,
  { TxnTaxDetail }: QboDocumentContent,
  what: string,
): string | null {
  if (taxMinor === undefined || taxVarianceMinor === undefined) return null;
  const tax = TxnTaxDetail?.TotalTax ?? 0;
  // In a currency without decimals the books may show parts of a unit of what lies within the
  // amounts.
  const booksMinor = textToMinor(taxVarianceMinor === 0 ? tax : roundedTo(tax, currency), currency);
  if (booksMinor !== null && Math.abs(booksMinor - taxMinor) <= taxVarianceMinor) return null;
  return `${what} has ${tax} of tax, the ticket ${minorToText(taxMinor, currency)}`;
}

function roundedTo(amount: number, currency: string): number {
  return currencyDecimals(currency) === 0 ? Math.round(amount) : amount;
}

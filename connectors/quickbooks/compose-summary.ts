import type { SummaryBody } from '../../domain/bodies';
import type { PostingDocument } from '../../domain/posting/document';
import type { PostingSettings } from '../../domain/posting/settings';
import type { SummarySale } from '../../domain/posting/summary';
import { summaryStep } from '../../domain/posting/summary-difference';
import { decideSummary } from '../../domain/posting/summary-document';
import type { JsonObject } from '../../domain/words';
import type { Composed, Outgoing, References } from '../connector';
import { composeAmended } from './amend-summary';
import { expectedTax, naturalOf } from './create-document';
import { creation } from './creation';
import type { QboFacts } from './facts';
import type { QboFinding } from './findings';
import { foundAgain } from './found-again';
import { hold } from './hold';
import { otherDocNumber } from './mapping';
import { shapeDocument } from './shape';
import { postedOf, snapshotOf, type SummaryDocument } from './summary-snapshot';
import { taxCodeOf } from './tax-codes';

// A daily summary as a document: new, amended, or a second one that says the difference (accounting.md 16). Pure.

interface Context {
  references: References;
  facts: QboFacts;
  posting: PostingSettings;
  finding: QboFinding | null;
}

export function composeSummary(item: Outgoing, body: SummaryBody, context: Context): Composed {
  const { facts, finding } = context;
  if (item.combined === undefined) throw new Error('Bug: a summary came without its members');
  const snapshot = snapshotOf(item);
  const posted = finding?.type === 'posted' ? finding : null;
  if (snapshot !== null && item.remoteId !== null) {
    if (posted === null || posted.isGone)
      return hold('gone_in_system', snapshot.newest.entity, `${snapshot.newest.entity} ${item.remoteId} is not there any more`); // prettier-ignore
    if (posted.totalMinor !== snapshot.newest.figures.totalMinor)
      return hold('changed_by_person', snapshot.newest.entity, `${snapshot.newest.entity} ${item.remoteId} has another total than we wrote: put it back, or discard this change`); // prettier-ignore
  }
  const isClosed =
    snapshot !== null &&
    facts.bookCloseDate !== null &&
    snapshot.newest.date <= facts.bookCloseDate;
  const isLocked = item.lastClass === 'LOCKED' || item.lastClass === 'CLOSED';
  const step = summaryStep({
    key: body.key,
    now: item.combined,
    posted: postedOf(snapshot),
    isOpen: posted !== null && !posted.isDeposited && !isClosed && !isLocked,
  });
  switch (step.type) {
    case 'nothing':
      if (item.remoteId === null) return { type: 'skip', reason: 'nothing_to_post' };
      return {
        type: 'adopt',
        remoteId: item.remoteId,
        remoteVersion: item.remoteVersion,
        snapshot: item.snapshot ?? {},
        isLinked: false,
      };
    case 'amend':
      return amended(item, body, step.sale, posted?.syncToken ?? '', context);
    case 'add':
      return added(item, body, step.sale, context);
  }
}

function added(item: Outgoing, body: SummaryBody, sale: SummarySale, context: Context): Composed {
  const { facts, finding } = context;
  const before = snapshotOf(item);
  const isForeign = finding?.type === 'document' && finding.document?.found === 'foreign';
  const isTaken = isForeign || (before !== null && item.lastClass === 'DUPLICATE');
  const number = isTaken ? otherDocNumber(sale.number, '', item.recordId) : sale.number;
  const docNumber = facts.customTxnNumbers ? number : null;
  const shaped = shapedSummary(sale, body, docNumber, before !== null, context);
  if (shaped.type === 'stop') return shaped.composed;
  const { document, payload, marker } = shaped;
  const { entity, snapshot } = written(sale, document, [
    ...(before?.earlier ?? []),
    ...(before === null || item.remoteId === null ? [] : [{ ...before.newest, id: item.remoteId }]),
  ]);
  if (finding?.type === 'document') {
    const { document: found } = finding;
    if (found?.found === 'ours' || found?.found === 'touched')
      return foundAgain(found, entity, snapshot);
  }
  const natural = naturalOf(document, marker, docNumber, context.posting, sale.members);
  return creation(entity, payload, { ...snapshot, docNumber }, natural);
}

function amended(
  item: Outgoing,
  body: SummaryBody,
  sale: SummarySale,
  version: string,
  context: Context,
): Composed {
  const before = snapshotOf(item);
  if (before === null || item.remoteId === null)
    throw new Error('Bug: a summary is amended that was never posted');
  const shaped = shapedSummary(sale, body, null, true, context);
  if (shaped.type === 'stop') return shaped.composed;
  const { document, payload } = shaped;
  // The books keep its day: it was the first open one when it was written.
  const dated = { ...document, date: before.newest.date };
  const { entity, snapshot } = written(sale, dated, before.earlier);
  const { totalMinor, currency } = document;
  return composeAmended(
    { ...payload, TxnDate: dated.date },
    { entity, id: item.remoteId, version },
    { ...snapshot, docNumber: item.snapshot?.['docNumber'] ?? null },
    { totalMinor, currency, ...expectedTax(document, context.posting, sale.members) },
  );
}

type Shaped =
  | { type: 'shaped'; document: PostingDocument; payload: JsonObject; marker: string }
  | { type: 'stop'; composed: Composed };

function shapedSummary(
  sale: SummarySale,
  body: SummaryBody,
  docNumber: string | null,
  isChange: boolean,
  { references, facts, posting }: Context,
): Shaped {
  const company = {
    ...facts,
    taxCode: (taxKey: string) => taxCodeOf(taxKey, references, facts),
  };
  const decision = decideSummary(sale, posting, company, isChange);
  switch (decision.type) {
    case 'nothing':
      return { type: 'stop', composed: { type: 'skip', reason: decision.reason } };
    case 'hold':
      return { type: 'stop', composed: hold(decision.reason, decision.what, decision.detail) };
    case 'post':
      break;
  }
  const { document } = decision;
  const labels = { docNumber, location: body.key.location, missing: [] };
  const shaped = shapeDocument(document, labels, references, facts);
  return shaped.type === 'stop' ? shaped : { ...shaped, document };
}

/** What is remembered of the document: its figures, so that later differences are exact. */
function written(
  sale: SummarySale,
  document: PostingDocument,
  earlier: readonly (SummaryDocument & { id: string })[],
): { entity: SummaryDocument['entity']; snapshot: JsonObject } {
  const entity: SummaryDocument['entity'] =
    document.type === 'refundReceipt' ? 'RefundReceipt' : 'SalesReceipt';
  const { side, number } = sale;
  const newest: SummaryDocument = {
    side,
    number,
    entity,
    date: document.date,
    figures: figuresOf(sale),
  };
  return { entity, snapshot: { entity, newest: asJson(newest), earlier: earlier.map(asJson) } };
}

function asJson({ figures, ...rest }: SummaryDocument & { id?: string }): JsonObject {
  const lines = <T extends object>(all: readonly T[]): T[] => all.map((one) => ({ ...one }));
  return {
    ...rest,
    figures: {
      ...figures,
      items: figures.items.map((one) => ({ ...one, codes: [...one.codes] })),
      fees: figures.fees.map((one) => ({ ...one, codes: [...one.codes] })),
      shipping: figures.shipping.map((one) => ({ ...one, codes: [...one.codes] })),
      tipsMinor: lines(figures.tipsMinor),
      giftCards: lines(figures.giftCards),
      deposits: lines(figures.deposits ?? []),
      prorated: (figures.prorated ?? []).map((one) => ({ ...one, codes: [...one.codes] })),
      cashRoundingMinor: figures.cashRoundingMinor ?? 0,
    },
  };
}

function figuresOf(sale: SummarySale): SummaryDocument['figures'] {
  const { unallocatedMinor, taxMinor, totalMinor } = sale;
  const amount = <T extends { codes: readonly string[] }>(one: T): T & { codes: string[] } => ({
    ...one,
    codes: [...one.codes],
  });
  return {
    items: sale.items.map(amount),
    fees: sale.fees.map(amount),
    shipping: sale.shipping.map(amount),
    tipsMinor: [...sale.tipsMinor],
    giftCards: [...sale.giftCards],
    deposits: [...(sale.deposits ?? [])],
    prorated: (sale.prorated ?? []).map(amount),
    cashRoundingMinor: sale.cashRoundingMinor ?? 0,
    unallocatedMinor,
    taxMinor,
    totalMinor,
  };
}

import { canonicalJson } from '../../domain/canonical';
import { decide } from '../../domain/posting/decide';
import type { Decision, PostingDocument, Reason } from '../../domain/posting/document';
import { paymentOf } from '../../domain/posting/payment';
import type { Sale } from '../../domain/posting/sale';
import type { PostingSettings } from '../../domain/posting/settings';
import { partsOfOrder, tenderOfPart } from '../../domain/posting/ticket';
import type { JsonObject } from '../../domain/words';
import type { Composed, Outgoing, References } from '../connector';
import type { DocumentFinding } from './findings';
import { foundAgain } from './found-again';
import { hold } from './hold';
import { composePayment } from './payment';
import { docNumberOf, otherDocNumber, shortHash } from './mapping';
import type { DocumentEntity } from './entities';
import { shapeDocument, type ShapedDocument } from './shape';
import { missingBefore, saleOfRecord, type DocumentSource, type SaleOfRecord } from './sale-of';
import type { QboFacts } from './facts';
import { taxCodeOf } from './tax-codes';

// A ticket as one document for the books: what `domain/posting` decided, with its labels. Pure.

/** A sale with its labels, before anything of the company is looked at. */
export interface LabelledSale extends SaleOfRecord {
  entity: DocumentEntity;
  docNumber: string;
  /** Taken where somebody else's document has the first one. */
  otherDocNumber: string;
}

export function labelledSale(
  item: Outgoing,
  ticket: DocumentSource,
  references: References,
  settings: PostingSettings,
  homeCurrency: string | null,
): LabelledSale {
  const isRefund = ticket.kind === 'refund' || item.part === 'refund';
  const isPayment = tenderOfPart(item.part) !== null;
  const part = isRefund ? 'refund' : 'sale';
  const ofRecord = saleOfRecord(ticket, item.recordId, part, references, settings, homeCurrency ?? ''); // prettier-ignore
  const { sale } = ofRecord;
  const isSplit = ticket.kind === 'order' && partsOfOrder(ticket.body).length === 2;
  const suffix = isSplit && isRefund ? '-R' : '';
  return {
    ...ofRecord,
    entity: isPayment ? 'Payment' : entityOf(sale),
    docNumber: docNumberOf(sale.number, suffix),
    otherDocNumber: otherDocNumber(sale.number, suffix, item.recordId),
  };
}

function entityOf(sale: Sale): DocumentEntity {
  const isOnAccount = sale.tenders === null || sale.tenders.length > 1;
  if (sale.side === 'refund') return isOnAccount ? 'CreditMemo' : 'RefundReceipt';
  return isOnAccount ? 'Invoice' : 'SalesReceipt';
}

/** What posting decides for a sale in this company. */
export function decisionFor(
  sale: Sale,
  references: References,
  facts: QboFacts,
  settings: PostingSettings,
): Decision {
  return decide(sale, settings, {
    ...facts,
    taxCode: (taxKey) => taxCodeOf(taxKey, references, facts),
  });
}

export function composeDocument(
  item: Outgoing,
  ticket: DocumentSource,
  references: References,
  facts: QboFacts,
  settings: PostingSettings,
  finding: DocumentFinding | null,
): Composed {
  if (item.op === 'absent')
    return item.remoteId === null
      ? { type: 'skip', reason: 'nothing_to_void' }
      : hold('not_built', 'document_void', 'Voiding a posted document');
  const labelled = labelledSale(item, ticket, references, settings, facts.homeCurrency);
  const content = shortHash(canonicalJson(labelled.plain));
  if (item.remoteId !== null) {
    if (item.snapshot?.['content'] !== content)
      return hold('not_built', 'document_edit', 'Editing a posted document');
    const { remoteId, remoteVersion, snapshot } = item;
    return { type: 'adopt', remoteId, remoteVersion, snapshot, isLinked: false };
  }
  if (labelled.hold !== null) {
    // What it refers to may not have come yet: then that is what to wait for.
    const missing = missingBefore(ticket, references);
    if (missing.length > 0) return { type: 'notReady', missing };
    return hold(labelled.hold.reason, labelled.hold.what, labelled.hold.detail);
  }
  const decision = decisionFor(labelled.sale, references, facts, settings);
  switch (decision.type) {
    case 'nothing':
      return { type: 'skip', reason: decision.reason };
    case 'hold':
      return hold(decision.reason, decision.what, decision.detail);
    case 'post':
      break;
  }
  const { document, reasons } = decision;
  const { entity } = labelled;
  const index = tenderOfPart(item.part);
  if (index !== null)
    return composePayment(
      { recordId: item.recordId, payment: paymentOf(labelled.sale, document, index), content },
      references,
      facts,
      finding,
    );
  const fixed = { content, entity, totalMinor: document.totalMinor, ...reasonsIn(reasons) };
  if (finding !== null && (finding.found === 'ours' || finding.found === 'touched'))
    return foundAgain(finding, entity, fixed);
  const missing = missingBefore(ticket, references);
  const docNumber = numberOf(labelled, facts, finding);
  const location = ticket.body.location ?? 'default';
  const shaped = shapeDocument(document, { docNumber, location, missing }, references, facts);
  if (shaped.type === 'stop') return shaped.composed;
  return created(entity, shaped, document, docNumber, fixed, settings);
}

/** Kept with the delivery where a choice was made, so that it can be explained later. */
function reasonsIn(reasons: readonly Reason[]): JsonObject {
  return reasons.length === 0 ? {} : { reasons: reasons.map((reason) => ({ ...reason })) };
}

function created(
  entity: DocumentEntity,
  { payload, marker }: Extract<ShapedDocument, { type: 'shaped' }>,
  document: PostingDocument,
  docNumber: string | null,
  fixed: JsonObject,
  settings: PostingSettings,
): Composed {
  const { totalMinor, currency, date: txnDate } = document;
  return {
    type: 'write',
    write: {
      operation: 'create',
      entity,
      group: 'batch',
      payload,
      isLinked: false,
      snapshot: { ...fixed, docNumber },
      natural: {
        kind: 'document',
        docNumber,
        marker,
        totalMinor,
        currency,
        txnDate,
        ...expectedTax(document, settings, 1),
      },
    },
  };
}

/** The tax that the answer must show, and how far it may be off; nothing where the document states none. */
export function expectedTax(
  { tax, taxMinor }: PostingDocument,
  settings: PostingSettings,
  tickets: number,
): JsonObject {
  switch (tax.mode) {
    case 'none':
    case 'line':
      return {};
    case 'total':
    case 'excluded':
      return { taxMinor, taxVarianceMinor: 0 };
    case 'included':
      return { taxMinor, taxVarianceMinor: settings.tax.varianceMinor * tickets };
  }
}

/** Null where the company numbers by itself: one of ours could become an unwanted duplicate (section 14). */
function numberOf(
  labelled: LabelledSale,
  facts: QboFacts,
  finding: DocumentFinding | null,
): string | null {
  if (!facts.customTxnNumbers) return null;
  return finding?.found === 'foreign' ? labelled.otherDocNumber : labelled.docNumber;
}

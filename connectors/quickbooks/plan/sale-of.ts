import type { PaymentBody, RefundBody, SummaryBody } from '../../../domain/bodies';
import { refundOfSale } from '../../../domain/posting/source/amount-refund';
import {
  depositBackHold,
  depositHold,
  saleOfDeposit,
  type LayAway,
} from '../../../domain/posting/source/deposit';
import type { Hold } from '../../../domain/posting/document';
import { refundHold } from '../../../domain/posting/source/known-sale';
import type { Sale } from '../../../domain/posting/sale';
import { creditedPart } from '../../../domain/posting/part-names';
import {
  isInvoiced,
  isOwed,
  saleOfTicket,
  type Ticket,
} from '../../../domain/posting/source/ticket';
import { withShownGoods } from '../../../domain/posting/summary/summary-document';
import { salesOf } from '../../../domain/records/record-references';
import type { MissingReference, Outgoing, RecordReference, References } from '../../contract';
import { onAccount, type PostedItem } from '../books/posted';
import type { CompanyContext } from '../company/context';
import { taxedByDeposits } from './deposit-tax';

/** What becomes a sales form by itself: a ticket, or a payment that is a deposit. */
type RecordSource = Ticket | { kind: 'payment'; body: PaymentBody };
/** What becomes a sales form: also a daily summary, whose tickets come beside it. */
export type DocumentSource = RecordSource | { kind: 'summary'; body: SummaryBody };

export function locationOf(source: DocumentSource): string {
  return source.kind === 'summary' ? source.body.key.location : (source.body.location ?? 'default');
}

/** A part of a record as a sale, with what is known of the sale that it belongs to. */
export interface KnownPart {
  sale: Sale;
  /** What that other sale forbids. */
  hold: Hold | null;
}

export function saleOfPart(
  item: PostedItem,
  source: DocumentSource,
  company: CompanyContext,
): KnownPart {
  const { references, settings, facts } = company;
  if (source.kind === 'summary') {
    if (item.combined === undefined) throw new Error('Bug: a summary came without its members');
    const sale = withShownGoods(item.combined, settings.summary.lines, facts.country);
    return { sale, hold: null };
  }
  const { sale: known, hold } = knownPart(item, source, company);
  const sale = taxedByDeposits(known, item, company);
  const isOnAccount =
    source.kind === 'refund'
      ? isCredited(item, source.body, references)
      : source.kind !== 'payment' && isInvoiced(source, item.part);
  return { sale: isOnAccount ? { ...sale, isInvoiced: true } : sale, hold };
}

function knownPart(
  { recordId, part }: Outgoing,
  source: RecordSource,
  { references, settings, facts }: CompanyContext,
): KnownPart {
  const home = facts.homeCurrency ?? '';
  if (source.kind === 'payment') {
    const sale = saleOfDeposit(source.body, recordId, home);
    if (sale === null) throw new Error(`Bug: payment ${recordId} is no deposit`);
    return { sale, hold: null };
  }
  const isReturn = source.kind === 'refund' || part === 'refund';
  const sale = saleOfTicket(source, recordId, isReturn ? 'refund' : 'sale');
  if (source.kind === 'invoice') return { sale, hold: null };
  if (source.kind === 'order')
    return { sale, hold: depositHold(source.body, layAwayFrom(recordId, references), home) };
  const { orderId, deposits } = source.body;
  if (orderId !== undefined && deposits !== undefined) {
    const layAway = layAwayFrom(orderId, references);
    return { sale, hold: depositBackHold(recordId, source.body, layAway, home) };
  }
  const known =
    references.sales.get(`order/${orderId ?? ''}`) ??
    references.sales.get(`invoice/${orderId ?? ''}`);
  if (orderId === undefined || known === undefined)
    return { sale, hold: unknownSaleHold(sale, orderId) };
  const hold = refundHold(known, recordId, source.body);
  return { sale: refundOfSale(recordId, source.body, known, settings), hold };
}

/**
 * Whether a refund of a sale that is an invoice is a credit memo, beside an entry that puts the
 * money back on account (`refund.invoice = creditMemo`, ADR 0012): its sale is an invoice when it
 * is posted; what it became it stays.
 */
function isCredited(
  { part, posted: { net } }: PostedItem,
  refund: RefundBody,
  references: References,
): boolean {
  if (part !== creditedPart || isOwed(refund)) return false;
  if (net !== null) return net.isOnAccount;
  const { orderId = '' } = refund;
  const isOfSale = salesOf({ kind: 'refund', body: refund }).length > 0;
  return isOfSale && isOnAccountThere(saleReference(orderId, references));
}

/** Whether a document there is an invoice or credit memo, or amounts to one. */
export function isOnAccountThere(reference: RecordReference | undefined): boolean {
  const { entity } = reference ?? {};
  return entity === 'Invoice' || entity === 'CreditMemo' || entity === onAccount;
}

/** Whether the POS still wants it: neither taken away nor voided. */
export function isWanted(item: Outgoing, ticket: DocumentSource): boolean {
  if (ticket.kind === 'summary') return true;
  return item.op === 'present' && ticket.body.voided !== true;
}

/** Without its invoice nobody knows what would be owed. */
function unknownSaleHold(sale: Sale, orderId: string | undefined): Hold | null {
  if (sale.tenders !== null || orderId !== undefined) return null;
  const detail = 'Say how this was given back, or the invoice that it belongs to';
  return { type: 'hold', reason: 'refund_without_tender', what: 'sale', detail };
}

function layAwayFrom(orderId: string, references: References): LayAway {
  const none = { orderId, order: null, isOrderPosted: false, entries: [], hasMore: false };
  return references.layAways.get(orderId) ?? none;
}

/** The order or invoice of this id, as the books have it. */
export function saleReference(saleId: string, references: References): RecordReference | undefined {
  return references.orders.get(saleId) ?? references.documents.get(`invoice/${saleId}`);
}

/**
 * What must be in the books before this one: the sale that it gives back, the deposits that it uses
 * or gives back.
 */
export function missingBefore(source: DocumentSource, references: References): MissingReference[] {
  if (source.kind !== 'order' && source.kind !== 'refund') return [];
  if (source.kind === 'refund' && source.body.deposits === undefined)
    return source.body.orderId === undefined ? [] : missingSale(source.body.orderId, references);
  return (source.body.deposits ?? []).flatMap(({ paymentId: ref }): MissingReference[] => {
    const payment = references.documents.get(`payment/${ref}`);
    if (payment?.remoteId) return [];
    return [{ kind: 'payment', ref, isGivenUp: payment?.isGivenUp }];
  });
}

/** Of an id that nobody knows yet, either kind may come. */
function missingSale(ref: string, references: References): MissingReference[] {
  const order = references.orders.get(ref);
  const invoice = references.documents.get(`invoice/${ref}`);
  if (order?.remoteId || (order === undefined && invoice?.remoteId)) return [];
  const missing: MissingReference[] = [];
  if (order !== undefined || invoice === undefined)
    missing.push({ kind: 'order', ref, isGivenUp: order?.isGivenUp });
  if (order === undefined) missing.push({ kind: 'invoice', ref, isGivenUp: invoice?.isGivenUp });
  return missing;
}

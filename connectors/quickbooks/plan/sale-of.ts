import type { PaymentBody, SummaryBody } from '../../../domain/bodies';
import { refundOfSale } from '../../../domain/posting/source/amount-refund';
import {
  depositBackHold,
  depositHold,
  saleOfDeposit,
  type LayAway,
} from '../../../domain/posting/source/deposit';
import type { Hold } from '../../../domain/posting/document';
import { refundHold, type KnownSale } from '../../../domain/posting/source/known-sale';
import type { Sale } from '../../../domain/posting/sale';
import type { PostingSettings } from '../../../domain/posting/settings';
import {
  saleOfTicket,
  type DocumentPart,
  type Ticket,
} from '../../../domain/posting/source/ticket';
import type { MissingReference, RecordReference, References } from '../../contract';

/** What becomes a sales form by itself: a ticket, or a payment that is a deposit. */
type RecordSource = Ticket | { kind: 'payment'; body: PaymentBody };
/** What becomes a sales form: also a daily summary, whose tickets come beside it. */
export type DocumentSource = RecordSource | { kind: 'summary'; body: SummaryBody };

export function locationOf(source: DocumentSource): string {
  return source.kind === 'summary' ? source.body.key.location : (source.body.location ?? 'default');
}

/** A record as a sale, with what is known of the sale that it belongs to. */
export interface SaleOfRecord {
  /** As the record alone says it: by this an edit is known. */
  plain: Sale;
  sale: Sale;
  /** What that other sale forbids. */
  hold: Hold | null;
}

export function saleOfRecord(
  source: RecordSource,
  { recordId, part }: { recordId: string; part: DocumentPart },
  references: References,
  { settings, homeCurrency }: { settings: PostingSettings; homeCurrency: string },
): SaleOfRecord {
  if (source.kind === 'payment') {
    const sale = saleOfDeposit(source.body, recordId, homeCurrency);
    if (sale === null) throw new Error(`Bug: payment ${recordId} is no deposit`);
    return { plain: sale, sale, hold: null };
  }
  const plain = saleOfTicket(source, recordId, part);
  if (source.kind === 'order') {
    const layAway = layAwayFrom(recordId, references);
    return { plain, sale: plain, hold: depositHold(source.body, layAway, homeCurrency) };
  }
  if (source.kind === 'invoice') return { plain, sale: plain, hold: null };
  const { orderId, deposits } = source.body;
  if (orderId !== undefined && deposits !== undefined) {
    const layAway = layAwayFrom(orderId, references);
    return {
      plain,
      sale: plain,
      hold: depositBackHold(recordId, source.body, layAway, homeCurrency),
    };
  }
  const known = orderId === undefined ? undefined : knownSale(orderId, references);
  if (known === undefined) return { plain, sale: plain, hold: unknownSaleHold(plain, orderId) };
  const hold = refundHold(known, recordId, source.body);
  const sale = refundOfSale(recordId, source.body, known, settings);
  return { plain, sale, hold };
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

function knownSale(saleId: string, references: References): KnownSale | undefined {
  return references.sales.get(`order/${saleId}`) ?? references.sales.get(`invoice/${saleId}`);
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

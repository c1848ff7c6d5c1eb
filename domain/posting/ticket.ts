import type { OrderBody, OrderLine, RefundBody, TicketBody } from '../bodies';
import { negateDecimal, signOf, sumMinor } from '../money';

// Which documents a ticket becomes and with which lines (accounting.md sections 2, 5, 10).

/** One record may need two documents: a ticket with lines of both signs is a sale and a refund. */
export type DocumentPart = 'sale' | 'refund';

export interface PostingLine {
  kind: 'item' | 'fee' | 'shipping' | 'unallocated';
  sku: string | null;
  description: string;
  /** Null where the amount belongs to no number of pieces. */
  quantity: string | null;
  amountMinor: number;
  /** Codes of taxes of 0.00 on this line; amounts of tax are not built yet. */
  taxCodes: string[];
}

/** One document for the books, in our words; a connector turns it into the vendor's. */
export interface PostingDocument {
  part: DocumentPart;
  kind: 'order' | 'refund';
  recordId: string;
  number: string;
  businessDate: string;
  currency: string;
  customerId: string | null;
  guest: { name?: string | undefined; email?: string | undefined } | null;
  /** Null on a ticket of 0.00, which has no tender. */
  tender: { tender: string; reference: string | null } | null;
  /** The record a refund gives back, where the sender named it. */
  orderId: string | null;
  lines: PostingLine[];
  totalMinor: number;
  /** Whether goods change hands: decides if a document of 0.00 is worth posting. */
  hasGoods: boolean;
}

/** The parts of an order by the signs of its lines; a ticket without negative lines is one sale. */
export function partsOfOrder(order: OrderBody): DocumentPart[] {
  const isBack = (line: OrderLine): boolean => signOf(line.quantity) < 0 || line.netMinor < 0;
  const hasBack = order.lines.some(isBack);
  if (!hasBack) return ['sale'];
  const hasSale =
    order.lines.some((line) => !isBack(line)) ||
    (order.shipping ?? []).length > 0 ||
    (order.fees ?? []).some((fee) => fee.amountMinor > 0);
  return hasSale ? ['sale', 'refund'] : ['refund'];
}

/** What of this ticket cannot be posted yet, in a word for the operator; null when all of it can. */
export function notBuiltPart(ticket: OrderBody | RefundBody): string | null {
  if (ticket.tenders.length > 1) return 'several_tenders';
  if (ticket.totals.taxMinor !== 0 || hasTaxAmounts(ticket)) return 'tax';
  if ((ticket.tips ?? []).length > 0) return 'tips';
  const cards = ticket.giftCards;
  if ((cards?.sold ?? []).length > 0 || (cards?.used ?? []).length > 0) return 'gift_cards';
  return null;
}

function hasTaxAmounts(ticket: TicketBody): boolean {
  return [...ticket.lines, ...(ticket.fees ?? []), ...(ticket.shipping ?? [])].some((line) =>
    (line.taxes ?? []).some((tax) => tax.taxMinor !== 0),
  );
}

/** The document of one part of an order or of a refund, amounts positive on the refund side. */
export function postingDocument(
  source: { kind: 'order'; body: OrderBody } | { kind: 'refund'; body: RefundBody },
  recordId: string,
  part: DocumentPart,
): PostingDocument {
  const lines = source.kind === 'refund' ? refundLines(source.body) : orderLines(source.body, part);
  const body = source.body;
  const tender = body.tenders[0];
  return {
    part,
    kind: source.kind,
    recordId,
    number: body.number,
    businessDate: body.businessDate,
    currency: body.currency,
    customerId: body.customerId ?? null,
    guest: body.guest ?? null,
    tender: tender ? { tender: tender.tender, reference: tender.reference ?? null } : null,
    orderId: source.kind === 'refund' ? (source.body.orderId ?? null) : null,
    lines,
    totalMinor: sumMinor(lines.map((line) => line.amountMinor)),
    hasGoods: lines.some((line) => line.kind === 'item'),
  };
}

function orderLines(order: OrderBody, part: DocumentPart): PostingLine[] {
  const parts = partsOfOrder(order);
  const isSplit = parts.length === 2;
  const isBack = (line: OrderLine): boolean => signOf(line.quantity) < 0 || line.netMinor < 0;
  const goods = order.lines.filter((line) => !isSplit || isBack(line) === (part === 'refund'));
  const items = goods.map((line) => itemLine(line, part === 'refund'));
  // Fees and shipping stand on the sale; a ticket that is all refund carries its own.
  if (isSplit && part === 'refund') return items;
  return [...items, ...amountLines(order, part === 'refund')];
}

function refundLines(refund: RefundBody): PostingLine[] {
  const rest = refund.unallocatedMinor ?? 0;
  const unallocated: PostingLine[] =
    rest === 0
      ? []
      : [{ kind: 'unallocated', sku: null, description: 'Not allocated to a line', quantity: null, amountMinor: rest, taxCodes: [] }]; // prettier-ignore
  return [
    ...refund.lines.map((line) => itemLine(line, false)),
    ...amountLines(refund, false),
    ...unallocated,
  ];
}

function itemLine(line: OrderLine, isTurned: boolean): PostingLine {
  const quantity = isTurned ? negateDecimal(line.quantity) : line.quantity;
  return {
    kind: 'item',
    sku: line.sku,
    description: line.name,
    quantity: signOf(quantity) === 0 ? null : quantity,
    amountMinor: isTurned ? 0 - line.netMinor : line.netMinor,
    taxCodes: line.taxes.map((tax) => tax.code),
  };
}

function amountLines(ticket: TicketBody, isTurned: boolean): PostingLine[] {
  const named = (kind: 'fee' | 'shipping', amounts: TicketBody['fees']): PostingLine[] =>
    (amounts ?? []).map((amount) => ({
      kind,
      sku: null,
      description: amount.name,
      quantity: null,
      amountMinor: isTurned ? 0 - amount.amountMinor : amount.amountMinor,
      taxCodes: (amount.taxes ?? []).map((tax) => tax.code),
    }));
  return [...named('fee', ticket.fees), ...named('shipping', ticket.shipping)];
}

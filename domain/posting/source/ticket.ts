import type {
  NamedAmount,
  OrderBody,
  OrderLine,
  RefundBody,
  TicketBody,
  InvoiceBody,
} from '../../bodies';
import { customerIdOf } from '../guests';
import { minorToText, negateDecimal, shareMinor, signOf, sumMinor } from '../../money';
import { areFeesGivenBack, isBack, isBackFee } from './back-fees';
import { markerId, recordMarker } from '../marker';
import {
  appliedPart,
  backPrefix,
  creditedPart,
  firstPayment,
  invoicedPart,
  movePrefix,
  paymentPrefix,
} from '../part-names';
import { areSeveralPayments } from './payment';
import {
  blankSale,
  taxLabelOf,
  type Sale,
  type SaleAmount,
  type SaleItem,
  type SaleTender,
} from '../sale';

// A ticket of the POS as what it sold and what it gave back (accounting.md#documents, #refunds).

/** One record may need two documents: a ticket with lines of both signs is a sale and a refund. */
export type DocumentPart = 'sale' | 'refund';

export type Ticket =
  | { kind: 'order'; body: OrderBody }
  | { kind: 'refund'; body: RefundBody }
  | { kind: 'invoice'; body: InvoiceBody };

/**
 * The parts of an order by the signs of its lines; a ticket of which nothing is given back is one
 * sale.
 */
export function partsOfOrder(order: OrderBody): DocumentPart[] {
  if (!order.lines.some(isBack) && !areFeesGivenBack(order)) return ['sale'];
  const cards = order.giftCards;
  const hasSale =
    order.lines.some((line) => !isBack(line)) ||
    (order.shipping ?? []).length > 0 ||
    (order.tips ?? []).length > 0 ||
    (cards?.sold ?? []).length > 0 ||
    (cards?.used ?? []).length > 0 ||
    (order.deposits ?? []).length > 0 ||
    (order.fees ?? []).some((fee) => fee.amountMinor > 0);
  return hasSale ? ['sale', 'refund'] : ['refund'];
}

/**
 * Whether a part of an order is the invoice, or its one payment, of what was paid at once in one
 * tender.
 */
export function isInvoiced(ticket: Ticket, part: string): boolean {
  if (ticket.kind !== 'order' || (part !== invoicedPart && part !== firstPayment)) return false;
  const [only, second] = tendersOf(ticket.body);
  const isSale = partsOfOrder(ticket.body).join() === 'sale';
  return isSale && only !== undefined && second === undefined && only.amountMinor > 0;
}

/**
 * The deliveries of an order: its documents, and a payment for each of several tenders
 * (accounting.md#documents). `salePart`: the name of its sale.
 */
export function deliveryPartsOf(order: OrderBody, salePart = 'sale'): string[] {
  const documents = partsOfOrder(order);
  const parts = documents.map((part) => (part === 'sale' ? salePart : part));
  const tenders = tendersOf(order);
  const numbered = (prefix: string): string[] =>
    tenders.map((_tender, index) => `${prefix}${index + 1}`);
  if (isThroughExchange({ kind: 'order', body: order })) return [...parts, ...numbered(movePrefix)];
  const isSale = documents.join() === 'sale';
  if (isSale && areSeveralPayments(tenders)) return [...parts, ...numbered(paymentPrefix)];
  return isInvoiced({ kind: 'order', body: order }, salePart) ? [...parts, firstPayment] : parts;
}

/**
 * The deliveries of a refund: its document, what applies it where it is owed, what was paid back
 * for each tender that the document cannot say. `documentPart`: the name of its document.
 */
export function refundPartsOf(refund: RefundBody, documentPart = 'refund'): string[] {
  if (isOwed(refund)) return [documentPart, appliedPart];
  const numbered = (prefix: string): string[] =>
    tendersOf(refund).map((_tender, index) => `${prefix}${index + 1}`);
  if (documentPart === creditedPart) return [documentPart, ...numbered(backPrefix)];
  return isThroughExchange({ kind: 'refund', body: refund })
    ? [documentPart, ...numbered(movePrefix)]
    : [documentPart];
}

/** Given back without money: the invoice that it belongs to is not paid. */
export function isOwed({ tenders, totals }: RefundBody): boolean {
  return tenders.length === 0 && totals.totalMinor !== 0;
}

/**
 * Whether the documents of a ticket are settled with one account from which each tender is moved
 * (ADR 0006): an exchange that is even or of several tenders, a refund of several, money given back
 * in another tender.
 */
function isThroughExchange(ticket: Ticket): boolean {
  if (ticket.kind === 'invoice') return false;
  const tenders = tendersOf(ticket.body);
  if (ticket.kind === 'refund') return tenders.length > 1;
  const parts = partsOfOrder(ticket.body);
  if (parts.length === 2) return tenders.length !== 1;
  return tenders.length > 1 && (parts[0] === 'refund' || !areSeveralPayments(tenders));
}

/**
 * What one tender of such a ticket brought to its own account, signed; null where the part is no
 * such move.
 */
export function moveOfPart(ticket: Ticket, part: string): SaleTender | null {
  if (ticket.kind === 'invoice' || !isThroughExchange(ticket)) return null;
  if (ticket.kind === 'order') return numberedTender(ticket.body, part, movePrefix);
  const tender = numberedTender(ticket.body, part, movePrefix) ?? backOfPart(ticket.body, part);
  return tender === null ? null : { ...tender, amountMinor: 0 - tender.amountMinor };
}

/** What one tender of a refund paid back, positive; null where the part is none such. */
export function backOfPart(refund: RefundBody, part: string): SaleTender | null {
  return numberedTender(refund, part, backPrefix);
}

function numberedTender(
  body: Pick<OrderBody, 'tenders'>,
  part: string,
  prefix: string,
): SaleTender | null {
  if (!part.startsWith(prefix)) return null;
  return tendersOf(body)[Number(part.slice(prefix.length)) - 1] ?? null;
}

/**
 * The sale of one part of an order, of an invoice or of a refund, amounts positive on the refund
 * side.
 */
export function saleOfTicket(ticket: Ticket, recordId: string, part: DocumentPart): Sale {
  const { body } = ticket;
  const isTurned = ticket.kind === 'order' && part === 'refund';
  const isSplit = ticket.kind === 'order' && partsOfOrder(ticket.body).length === 2;
  const lines = body.lines.filter((line) => !isSplit || isBack(line) === isTurned);
  const isKept = (line: OrderLine): boolean =>
    ticket.kind === 'refund' && (!ticket.body.restock || signOf(line.quantity) === 0);
  const items = lines.map((line) => itemOf(line, body, isTurned, isKept(line)));
  // Fees and all the rest stand on the sale; a ticket that is all refund carries its own.
  const rest = isSplit ? restOfHalf(ticket, isTurned) : restOf(ticket, isTurned);
  const unallocatedMinor = ticket.kind === 'refund' ? (ticket.body.unallocatedMinor ?? 0) : 0;
  const taxed = [...items, ...rest.fees, ...rest.shipping];
  const taxMinor = sumMinor(taxed.map((line) => line.taxMinor));
  const sale: Omit<Sale, 'totalMinor'> = {
    ...blankSale,
    side: part,
    marker: markerOf(ticket, recordId, part),
    notes: rest.giftCards
      .filter(({ use }) => use === 'used')
      .map(({ amountMinor }) => `gift card ${minorToText(amountMinor, body.currency)}`),
    number: body.number,
    date: body.businessDate,
    currency: body.currency,
    pricesIncludeTax: body.pricesIncludeTax,
    customerId: customerIdOf(body) ?? null,
    guest: body.guest ?? null,
    tenders: ticket.kind === 'invoice' || isOwedRefund(ticket) ? null : tendersOf(ticket.body),
    dueDate: ticket.kind === 'invoice' ? (ticket.body.dueDate ?? null) : null,
    items,
    ...rest,
    unallocatedMinor,
    taxMinor,
    taxLabel: taxLabelOf(taxed),
    exchangeRate: body.exchangeRate,
  };
  const deposits = ticket.kind === 'order' ? (ticket.body.deposits ?? []) : [];
  const depositMinor = sumMinor(deposits.map(({ amountMinor }) => amountMinor));
  const paidMinor = body.totals.totalMinor - depositMinor;
  const ownMinor = isTurned ? 0 - paidMinor : paidMinor;
  const totalMinor = isSplit ? sumOf(sale) : ownMinor;
  return {
    ...sale,
    ...(isThroughExchange(ticket) ? { tenders: exchangeTender(totalMinor) } : {}),
    totalMinor,
  };
}

/**
 * What was sold or given back, whatever it was settled with: its total is after gift cards, and
 * that of a sale after the deposits it uses.
 */
export function worthMinor(sale: Pick<Sale, 'totalMinor' | 'giftCards' | 'deposits'>): number {
  const settled = [...sale.giftCards, ...(sale.deposits ?? [])].filter(({ use }) => use === 'used');
  return sale.totalMinor + sumMinor(settled.map(({ amountMinor }) => amountMinor));
}

function isOwedRefund(ticket: Ticket): boolean {
  return ticket.kind === 'refund' && isOwed(ticket.body);
}

/** Names the account between the documents of an exchange and its tenders (ADR 0006). */
export const tenderBetween = 'exchange';

/**
 * Each side of an exchange, and what several tenders paid back, is settled with one account in
 * between.
 */
function exchangeTender(amountMinor: number): SaleTender[] {
  return amountMinor === 0
    ? []
    : [{ tender: tenderBetween, amountMinor, reference: null, isExchange: true }];
}

type Rest = Pick<
  Sale,
  'fees' | 'tipsMinor' | 'shipping' | 'giftCards' | 'deposits' | 'cashRoundingMinor'
>;
const withoutRest: Rest = { fees: [], tipsMinor: [], shipping: [], giftCards: [] };

/**
 * The rest of one side of a ticket: all of it on the sale, but for fees that the sale cannot bear.
 */
function restOfHalf(ticket: Extract<Ticket, { kind: 'order' }>, isTurned: boolean): Rest {
  const rest = restOf(ticket, false);
  const fees = areFeesGivenBack(ticket.body) ? (ticket.body.fees ?? []).filter(isBackFee) : [];
  if (isTurned) return { ...withoutRest, fees: fees.map((fee) => feeOf(fee, true)) };
  return fees.length === 0 ? rest : { ...rest, fees: rest.fees.filter((fee) => fee.netMinor >= 0) };
}

function restOf({ kind, body }: Ticket, isTurned: boolean): Rest {
  const deposits = kind === 'invoice' ? [] : (body.deposits ?? []);
  const use = kind === 'refund' ? ('received' as const) : ('used' as const);
  const { roundingMinor = 0 } = body;
  const amount = (minor: number): number => (isTurned ? 0 - minor : minor);
  const cards = body.giftCards;
  return {
    fees: (body.fees ?? []).map((fee) => feeOf(fee, isTurned)),
    tipsMinor: (body.tips ?? []).map(({ amountMinor }) => ({
      description: 'Tip',
      amountMinor: amount(amountMinor),
    })),
    shipping: (body.shipping ?? []).map((shipping) => amountOf(shipping, isTurned)),
    giftCards: [
      ...(cards?.sold ?? []).map(({ code, amountMinor }) => ({
        code,
        use: 'sold' as const,
        amountMinor: amount(amountMinor),
      })),
      ...(cards?.used ?? []).map(({ code, amountMinor }) => ({
        code,
        use: 'used' as const,
        amountMinor: amount(amountMinor),
      })),
    ],
    ...(deposits.length === 0
      ? {}
      : {
          deposits: deposits.map(({ paymentId: id, amountMinor }) => ({
            id,
            use,
            amountMinor: amount(amountMinor),
          })),
        }),
    ...(roundingMinor === 0 ? {} : { cashRoundingMinor: amount(roundingMinor) }),
  };
}

/**
 * What the parts of a sale add up to: the total of one side of a mixed ticket.
 */
function sumOf(sale: Omit<Sale, 'totalMinor'>): number {
  return sumMinor([
    ...[...sale.items, ...sale.fees, ...sale.shipping].map((line) => line.netMinor),
    ...sale.tipsMinor.map((tip) => tip.amountMinor),
    ...sale.giftCards.map(({ use, amountMinor }) => (use === 'sold' ? amountMinor : -amountMinor)),
    ...(sale.deposits ?? []).map(({ amountMinor }) => -amountMinor),
    sale.unallocatedMinor,
    sale.cashRoundingMinor ?? 0,
    sale.taxMinor,
  ]);
}

function itemOf(line: OrderLine, body: TicketBody, isTurned: boolean, isKept: boolean): SaleItem {
  const turned = (minor: number): number => (isTurned ? 0 - minor : minor);
  const taxMinor = sumMinor(line.taxes.map((tax) => tax.taxMinor));
  // Where prices include tax the discount does too: its net share goes by the line's own.
  const discountMinor = body.pricesIncludeTax
    ? shareMinor(line.discountMinor, line.netMinor, line.netMinor + taxMinor)
    : line.discountMinor;
  return {
    sku: line.sku,
    ...(line.productId === undefined ? {} : { productId: line.productId }),
    description: line.name,
    quantity: isTurned ? negateDecimal(line.quantity) : line.quantity,
    netMinor: turned(line.netMinor),
    discountMinor: turned(discountMinor),
    // Without pieces nothing comes back (accounting.md#refunds).
    isKept,
    codes: line.taxes.map((tax) => tax.code),
    taxMinor: turned(taxMinor),
  };
}

/** A discount stays one on the other side, where its amount is positive. */
function feeOf(fee: NamedAmount, isTurned: boolean): SaleAmount {
  const amount = amountOf(fee, isTurned);
  return isTurned && isBackFee(fee) ? { ...amount, isReduction: true } : amount;
}

function amountOf(amount: NamedAmount, isTurned: boolean): SaleAmount {
  const taxes = amount.taxes ?? [];
  const taxMinor = sumMinor(taxes.map((tax) => tax.taxMinor));
  return {
    description: amount.name,
    netMinor: isTurned ? 0 - amount.amountMinor : amount.amountMinor,
    codes: taxes.map((tax) => tax.code),
    taxMinor: isTurned ? 0 - taxMinor : taxMinor,
  };
}

/** What each tender of a ticket received, signed. */
export function receivedTenders({
  kind,
  body,
}: Exclude<Ticket, { kind: 'invoice' }>): SaleTender[] {
  const tenders = tendersOf(body);
  if (kind === 'order') return tenders;
  return tenders.map((tender) => ({ ...tender, amountMinor: 0 - tender.amountMinor }));
}

/** One entry per tender: two cards are one clearing account; their references stand in the note. */
function tendersOf(body: Pick<OrderBody, 'tenders'>): SaleTender[] {
  const byName = new Map<string, SaleTender>();
  for (const { tender, amountMinor, reference } of body.tenders) {
    const known = byName.get(tender);
    byName.set(tender, {
      tender,
      amountMinor: (known?.amountMinor ?? 0) + amountMinor,
      reference: [known?.reference, reference].filter(Boolean).join(', ') || null,
    });
  }
  return [...byName.values()].filter(({ amountMinor }) => amountMinor !== 0);
}

/** By it we know our own. */
function markerOf(ticket: Ticket, recordId: string, part: DocumentPart): string {
  const marker = recordMarker(ticket.kind, recordId);
  if (ticket.kind === 'order') return part === 'refund' ? `${marker} part refund` : marker;
  const orderId = ticket.kind === 'refund' ? ticket.body.orderId : undefined;
  return orderId === undefined ? marker : `${marker} of order ${markerId(orderId)}`;
}

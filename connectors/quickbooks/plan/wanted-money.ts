import { currencyHold } from '../../../domain/posting/decide/currency';
import { dateOf } from '../../../domain/posting/decide/date';
import type { Hold } from '../../../domain/posting/document';
import { paymentHold } from '../../../domain/posting/source/known-sale';
import {
  cashDocument,
  moveOf,
  paidBackOf,
  type MoneyDecision,
} from '../../../domain/posting/source/money-document';
import { invoicePayment } from '../../../domain/posting/source/invoice-payment';
import type { PaymentDocument } from '../../../domain/posting/source/payment';
import { payoutHold } from '../../../domain/posting/source/paid-out';
import { clearingOf, payoutPart } from '../../../domain/posting/source/payout';
import { appliedPart, isMovePart } from '../../../domain/posting/part-names';
import { backOfPart, moveOfPart, saleOfTicket } from '../../../domain/posting/source/ticket';
import { thingsReferredTo } from '../../../domain/records/record-references';
import type { Composed, MissingReference, Outgoing, References } from '../../contract';
import { otherSideHold } from './mixed-ticket';
import { isOnAccountThere } from './credited-refund';
import { hold, moneyAccount } from '../company/hold';
import type { CompanyContext } from '../company/context';
import { paymentKeyOf, type WantedPayment } from './payment';
import { onAccount } from '../books/posted';
import { saleReference } from './sale-of';
import { shapeMoney, type MoneyShape } from '../shape/money';
import { shapeApplication, shapePayment } from '../shape/payment';

// Documents of money alone: payments of invoices, payouts, cash, and what settles exchanges and
// credit memos. Pure.

/** Whether this delivery is money alone rather than a sales form or a payment of its own ticket. */
export function isMoney({ record, part }: Outgoing): boolean {
  switch (record.kind) {
    case 'payment':
      return record.body.depositFor === undefined;
    case 'payout':
    case 'cash':
      return true;
    case 'order':
    case 'refund':
      return isMovePart(part) || part === appliedPart;
    case 'customer':
    case 'product':
    case 'inventory':
    case 'invoice':
    case 'summary':
      return false;
  }
}

/** Whether it is a payment: they apply to invoices, everything else is between accounts. */
export function isPayment({ record, part }: Outgoing): boolean {
  return record.kind === 'payment' || part === appliedPart;
}

/** A payment as the till has it now, why there is none, or what stops it. */
export function wantedPayment(
  item: Outgoing,
  company: CompanyContext,
): WantedPayment | { none: string } | Extract<MoneyShape, { type: 'stop' }> {
  return item.record.kind === 'payment' ? laterPayment(item, company) : application(item, company);
}

/** Money between accounts, or why there is none. */
export function entryShape(item: Outgoing, company: CompanyContext): MoneyShape {
  const { record, recordId, part } = item;
  const { references, facts, settings } = company;
  switch (record.kind) {
    case 'payout': {
      const { body } = record;
      const missing = missingOf(thingsReferredTo(record), references);
      // Each that arrives sets it going again: of many the last are waited for.
      if (missing.length > 0) return stop({ type: 'notReady', missing: missing.slice(-waitsMax) });
      const currency = body.currency ?? facts.homeCurrency ?? '';
      const listing = payoutHold(recordId, body, currency, (kind, id) =>
        references.listed.get(`${kind}/${id}`),
      );
      if (listing !== null) return stopped(listing);
      const clearing = moneyAccount(company, clearingOf(body), currency);
      if (clearing.type === 'stop') return clearing;
      const isBank = clearing.accountType === 'Bank';
      return decided(
        payoutPart(body, recordId, part, { currency, isClearingBank: isBank }),
        'payout',
        company,
      );
    }
    case 'cash': {
      const decision = cashDocument(record.body, recordId, facts.homeCurrency ?? '', settings);
      return decided(decision, 'cash', company);
    }
    case 'order':
    case 'refund':
      return moveShape(item, company);
    case 'payment':
    case 'customer':
    case 'product':
    case 'inventory':
    case 'invoice':
    case 'summary':
      throw new Error(`Bug: a ${record.kind} is no money between accounts`);
  }
}

/** Included records that a payout waits for at a time. */
const waitsMax = 10;

/**
 * A decision of money between accounts, with what holds for every document: currency and open
 * period.
 */
function decided(decision: MoneyDecision, what: string, company: CompanyContext): MoneyShape {
  const { facts, settings } = company;
  if (decision.type === 'hold') return stopped(decision);
  if (decision.type === 'nothing') return stop({ type: 'skip', reason: decision.reason });
  if (settings.startDate !== null && decision.date < settings.startDate)
    return stop({ type: 'skip', reason: 'before_start_date' });
  const currency = currencyHold(decision, facts);
  if (currency !== null) return stopped(currency);
  const dated = dateOf(decision.date, what, settings, facts);
  if (dated.type === 'hold') return stopped(dated);
  const notes = [...decision.notes, ...dated.notes];
  return shapeMoney({ ...decision, date: dated.date, notes }, company, { ownDate: decision.date });
}

type Wanted = WantedPayment | { none: string } | Extract<MoneyShape, { type: 'stop' }>;

function laterPayment({ record, recordId }: Outgoing, company: CompanyContext): Wanted {
  if (record.kind !== 'payment' || record.body.invoiceId === undefined)
    throw new Error(`Bug: ${recordId} is no payment of an invoice`);
  const { references } = company;
  const { invoiceId } = record.body;
  const invoice = references.documents.get(`invoice/${invoiceId}`);
  const sale = references.sales.get(`invoice/${invoiceId}`);
  if (!invoice?.remoteId || invoice.entity !== 'Invoice' || sale === undefined) {
    const { isGivenUp } = invoice ?? {};
    return stop({ type: 'notReady', missing: [{ kind: 'invoice', ref: invoiceId, isGivenUp }] });
  }
  const own = paymentHold(sale, recordId, record.body);
  if (own !== null) return stopped(own);
  if (record.body.amountMinor === 0) return { none: 'nothing_to_post' };
  const open = openPayment(invoicePayment(record.body, recordId, sale), company);
  if (open.type === 'stop') return open;
  const { remoteId } = invoice;
  return {
    payment: open.payment,
    key: paymentKeyOf(open.payment, remoteId, open.ownDate),
    shape: (payment, row) => shapePayment(payment, remoteId, company, row),
  };
}

/** The credit memo of an invoice that is still owed is applied to it by a payment of 0.00. */
function application({ record, recordId }: Outgoing, company: CompanyContext): Wanted {
  if (record.kind !== 'refund') throw new Error(`Bug: ${recordId} is no refund`);
  const { references } = company;
  const { orderId } = record.body;
  const memo = references.documents.get(`refund/${recordId}`);
  const invoice = orderId === undefined ? undefined : saleReference(orderId, references);
  // A receipt that became owed by further documents: what these open is settled with them.
  if (memo?.entity === onAccount && isOnAccountThere(invoice)) return { none: 'applied' };
  // Until its receipt became one: it stands in a closed period, or its sale is no invoice.
  if (!memo?.remoteId || memo.entity !== 'CreditMemo')
    return stop({
      type: 'notReady',
      missing: [{ kind: 'refund', ref: recordId, isGivenUp: memo?.isGivenUp }],
    });
  if (!invoice?.remoteId || invoice.entity !== 'Invoice') {
    const missing = {
      kind: 'order',
      ref: orderId ?? '',
      isGivenUp: invoice?.isGivenUp,
    } as const;
    return stop({ type: 'notReady', missing: [missing] });
  }
  const sale = saleOfTicket(record, recordId, 'refund');
  const open = openPayment(
    {
      marker: sale.marker.replace(/^(truth-sync \w+) /, '$1 credit of '),
      date: sale.date,
      currency: sale.currency,
      exchangeRate: sale.exchangeRate,
      customerId: sale.customerId,
      tender: null,
      totalMinor: sale.totalMinor,
    },
    company,
  );
  if (open.type === 'stop') return open;
  const [invoiceId, creditMemoId] = [invoice.remoteId, memo.remoteId];
  return {
    payment: open.payment,
    key: { ...paymentKeyOf(open.payment, invoiceId, open.ownDate), creditMemoId },
    shape: (payment, row) => shapeApplication(payment, { invoiceId, creditMemoId }, company, row),
  };
}

/** A tender of a ticket that its own document does not say: after that. */
function moveShape(item: Outgoing, company: CompanyContext): MoneyShape {
  const { record, recordId, part } = item;
  if (record.kind !== 'order' && record.kind !== 'refund')
    throw new Error(`Bug: ${recordId} is no ticket with tenders`);
  const back = record.kind === 'refund' ? backOfPart(record.body, part) : null;
  const tender = back ?? moveOfPart(record, part);
  if (tender === null) return stop({ type: 'skip', reason: 'part_gone' });
  const { startDate } = company.settings;
  if (startDate !== null && record.body.businessDate < startDate)
    return stop({ type: 'skip', reason: 'before_start_date' });
  const side = otherSideHold({ recordId, part }, record, company);
  if (side !== null) return stopped(side);
  const known =
    record.kind === 'order'
      ? company.references.orders.get(recordId)
      : company.references.documents.get(`refund/${recordId}`);
  // What it is there says how the money goes, so that it is asked when it is as it is to be.
  if (!known?.remoteId || (back !== null && known.isOpen)) {
    const { kind } = record;
    const { isGivenUp } = known ?? {};
    return stop({ type: 'notReady', missing: [{ kind, ref: recordId, isGivenUp }] });
  }
  const sale = saleOfTicket(record, recordId, record.kind === 'refund' ? 'refund' : 'sale');
  const { marker, date, currency, exchangeRate, customerId, guest } = sale;
  const head = { marker, date, currency, exchangeRate, notes: [] };
  if (back !== null && isOnAccountThere(known)) {
    const { location = 'default' } = record.body;
    const entry = paidBackOf(head, part, back, { owedBy: { customerId, guest }, location });
    return decided(entry, record.kind, company);
  }
  const move = moveOfPart(record, part);
  if (move === null) return stop({ type: 'skip', reason: 'within_document' });
  return decided(moveOf(head, part, move), record.kind, company);
}

/** A payment under an open day and in a currency that the books have. */
function openPayment(
  payment: PaymentDocument,
  { facts, settings }: CompanyContext,
):
  | { type: 'open'; payment: PaymentDocument; ownDate: string }
  | Extract<MoneyShape, { type: 'stop' }> {
  const { exchangeRate, currency } = payment;
  const foreign = currencyHold({ currency, exchangeRate: exchangeRate ?? undefined }, facts);
  if (foreign !== null) return stopped(foreign);
  const dated = dateOf(payment.date, 'payment', settings, facts);
  if (dated.type === 'hold') return stopped(dated);
  const notes = [...(payment.notes ?? []), ...dated.notes];
  return { type: 'open', payment: { ...payment, date: dated.date, notes }, ownDate: payment.date };
}

/** Those among these records that are not in the books yet. */
function missingOf(
  things: ReturnType<typeof thingsReferredTo>,
  references: References,
): MissingReference[] {
  return things.flatMap(({ kind, recordId: ref }): MissingReference[] => {
    if (kind !== 'order' && kind !== 'refund' && kind !== 'invoice' && kind !== 'payment')
      return [];
    const known =
      kind === 'order' ? references.orders.get(ref) : references.documents.get(`${kind}/${ref}`);
    return known?.remoteId ? [] : [{ kind, ref, isGivenUp: known?.isGivenUp }];
  });
}

function stop(composed: Composed): Extract<MoneyShape, { type: 'stop' }> {
  return { type: 'stop', composed };
}

function stopped({ reason, what, detail }: Hold): Extract<MoneyShape, { type: 'stop' }> {
  return stop(hold(reason, what, detail));
}

import { textToMinor } from '../../../domain/money';
import { currencyHold } from '../../../domain/posting/decide/currency';
import { dateOf } from '../../../domain/posting/decide/date';
import { appliedPart } from '../../../domain/posting/part-names';
import { invoicePayment } from '../../../domain/posting/source/invoice-payment';
import { paymentHold } from '../../../domain/posting/source/known-sale';
import type { PaymentDocument } from '../../../domain/posting/source/payment';
import { saleOfTicket } from '../../../domain/posting/source/ticket';
import type { Outgoing, RecordReference, References } from '../../contract';
import { readOf } from '../books/books-state';
import { mainOf, onAccount, type BooksKey } from '../books/posted';
import type { CompanyContext } from '../company/context';
import { heldBy, notReady, type Stop } from '../company/hold';
import { customerOf } from '../shape/sales-form';
import { shapeApplication, shapePayment } from '../shape/payment';
import { paymentKeyOf, type NoPayment, type WantedPayment } from './payment';
import type { PlanRequest } from './planned';
import { isOnAccountThere, saleReference } from './sale-of';

// A payment of an invoice that came later, or that applies the credit memo of an owed refund, as
// the POS has it. Pure.

type Wanted = WantedPayment | NoPayment | Stop;

/** The payment, why there is none, or what stops it. */
export function wantedPayment(asked: PlanRequest): Wanted {
  return asked.item.record.kind === 'payment' ? laterPayment(asked) : application(asked);
}

/** What is read before such a new payment is planned: its invoice, and the credit memo. */
export function invoiceToRead(item: Outgoing, references: References): BooksKey[] {
  const { record, part } = item;
  const orderId =
    record.kind === 'refund' && part === appliedPart ? record.body.orderId : undefined;
  const invoice =
    record.kind === 'payment'
      ? references.documents.get(`invoice/${record.body.invoiceId ?? ''}`)
      : orderId === undefined
        ? undefined
        : saleReference(orderId, references);
  if (!invoice?.remoteId || invoice.entity !== 'Invoice') return [];
  const memo =
    part === appliedPart ? memoOf(references.documents.get(`refund/${item.recordId}`)) : null;
  return [{ entity: 'Invoice', id: invoice.remoteId }, ...(memo === null ? [] : [memo])];
}

/** The credit memo that an owed refund is there. */
function memoOf(refund: RecordReference | undefined): BooksKey | null {
  return refund?.remoteId && refund.entity === 'CreditMemo'
    ? { entity: 'CreditMemo', id: refund.remoteId }
    : null;
}

function laterPayment({ item: { record, recordId }, company, rows }: PlanRequest): Wanted {
  if (record.kind !== 'payment' || record.body.invoiceId === undefined)
    throw new Error(`Bug: ${recordId} is no payment of an invoice`);
  const { references } = company;
  const { invoiceId: ref } = record.body;
  const invoice = references.documents.get(`invoice/${ref}`);
  const sale = references.sales.get(`invoice/${ref}`);
  if (!invoice?.remoteId || invoice.entity !== 'Invoice' || sale === undefined)
    return notReady({ kind: 'invoice', ref, isGivenUp: invoice?.isGivenUp });
  const own = paymentHold(sale, recordId, record.body);
  if (own !== null) return heldBy(own);
  if (record.body.amountMinor === 0) return { type: 'none', reason: 'nothing_to_post' };
  const open = openPayment(invoicePayment(record.body, recordId, sale), company);
  if (open.type === 'stop') return open;
  const { payment, ownDate } = open;
  const { remoteId: invoiceId, isOpen } = invoice;
  const read = readOf(rows, { entity: 'Invoice', id: invoiceId });
  const customer = customerOf(payment, company);
  const isOfOther = customer.type === 'known' && read?.CustomerRef?.value !== customer.id;
  return {
    type: 'payment',
    payment,
    key: paymentKeyOf(payment, invoiceId, ownDate),
    shape: (one, row) => shapePayment(one, invoiceId, company, row),
    // Until the invoice is this customer's, a new payment could not be applied to it.
    waits: isOpen && read !== null && isOfOther ? notReady({ kind: 'invoice', ref }) : null,
  };
}

/** The credit memo of an invoice that is still owed is applied to it by a payment of 0.00. */
function application({ item, company, rows }: PlanRequest): Wanted {
  const { record, recordId, posted } = item;
  if (record.kind !== 'refund') throw new Error(`Bug: ${recordId} is no refund`);
  const { references } = company;
  const { orderId } = record.body;
  const refund = references.documents.get(`refund/${recordId}`);
  const invoice = orderId === undefined ? undefined : saleReference(orderId, references);
  // A receipt that became owed by further documents: what these open is settled with them.
  if (refund?.entity === onAccount && isOnAccountThere(invoice))
    return { type: 'none', reason: 'applied' };
  const memo = memoOf(refund);
  // Until its receipt became one: it stands in a closed period, or its sale is no invoice.
  if (memo === null)
    return notReady({ kind: 'refund', ref: recordId, isGivenUp: refund?.isGivenUp });
  if (!invoice?.remoteId || invoice.entity !== 'Invoice')
    return notReady({ kind: 'order', ref: orderId ?? '', isGivenUp: invoice?.isGivenUp });
  const { marker, date, currency, exchangeRate, customerId, totalMinor } = saleOfTicket(
    record,
    recordId,
    'refund',
  );
  const open = openPayment(
    {
      marker: marker.replace(/^(truth-sync \w+) /, '$1 credit of '),
      ...{ date, currency, exchangeRate, customerId, totalMinor },
      tender: null,
    },
    company,
  );
  if (open.type === 'stop') return open;
  const [invoiceId, creditMemoId] = [invoice.remoteId, memo.id];
  // A credit memo that waits may have met something else.
  const read = mainOf(posted) === null ? readOf(rows, memo) : null;
  const leftMinor = read === null ? totalMinor : (textToMinor(read.Balance ?? 0, currency) ?? 0);
  if (leftMinor === 0 && read !== null) return { type: 'none', reason: 'applied' };
  return {
    type: 'payment',
    payment: open.payment,
    key: { ...paymentKeyOf(open.payment, invoiceId, open.ownDate), creditMemoId },
    shape: (one, row) => {
      const left = { ...one, totalMinor: Math.min(one.totalMinor, leftMinor) };
      return shapeApplication(left, { invoiceId, creditMemoId }, company, row);
    },
  };
}

/** A payment under an open day and in a currency that the books have. */
function openPayment(
  payment: PaymentDocument,
  { facts, settings }: CompanyContext,
): { type: 'open'; payment: PaymentDocument; ownDate: string } | Stop {
  const { exchangeRate, currency, date: ownDate } = payment;
  const foreign = currencyHold({ currency, exchangeRate: exchangeRate ?? undefined }, facts);
  if (foreign !== null) return heldBy(foreign);
  const dated = dateOf(ownDate, 'payment', settings, facts);
  if (dated.type === 'hold') return heldBy(dated);
  const notes = [...(payment.notes ?? []), ...dated.notes];
  return { type: 'open', payment: { ...payment, date: dated.date, notes }, ownDate };
}

import { textToMinor } from '../../../domain/money';
import type { PaymentDocument } from '../../../domain/posting/source/payment';
import type { JsonObject } from '../../../domain/words';
import { decimalsHold, held, notReady, stopOf } from '../company/hold';
import { currencyFields, customerOf, markerOf, noteOf, tenderOf } from './sales-form';
import { amountOf } from './mapping';
import type { MoneyShape } from './money';
import type { QboDocument } from '../api/wire';
import type { Company } from '../company/context';

// Payments of invoices as the vendor's JSON (quickbooks.md#payments). Pure.

/**
 * A payment of an invoice (accounting.md#clearing). `invoice`: as it was read, where another
 * document may have taken from it or added to it: what is more than it has open, or of another
 * customer, is not applied. Without an id nothing is.
 */
export function shapePayment(
  payment: PaymentDocument,
  invoiceId: string,
  company: Company,
  invoice: QboDocument | null = null,
): MoneyShape {
  const tender = tenderOf(payment, company);
  if (tender.type === 'stop') return stopOf([tender, customerOf(payment, company)]) ?? tender;
  const appliedMinor = Math.min(
    payment.totalMinor,
    openMinor(payment, invoiceId, company, invoice),
  );
  const amount = amountOf(appliedMinor, payment.currency);
  const lines =
    appliedMinor === 0
      ? []
      : [{ Amount: amount, LinkedTxn: [{ TxnId: invoiceId, TxnType: 'Invoice' }] }];
  return paymentOf(payment, payment.totalMinor, { tender: tender.fields, lines }, company);
}

/** What of an invoice that was read this customer still owes. */
function openMinor(
  payment: PaymentDocument,
  invoiceId: string,
  company: Company,
  invoice: QboDocument | null,
): number {
  if (invoiceId === '') return 0;
  if (invoice === null) return payment.totalMinor;
  const customer = customerOf(payment, company);
  const { CustomerRef, Balance = 0 } = invoice;
  if (customer.type === 'known' && CustomerRef?.value !== customer.id) return 0;
  return textToMinor(Balance, payment.currency) ?? 0;
}

const notOwed =
  'The customer of this refund owes nothing of its invoice in QuickBooks: apply its credit ' +
  'memo there by hand';

/**
 * A payment of 0.00 by which a credit memo takes from its invoice (quickbooks.md#payments) what is
 * owed of that there.
 */
export function shapeApplication(
  payment: PaymentDocument,
  { invoiceId, creditMemoId }: { invoiceId: string; creditMemoId: string },
  company: Company,
  invoice: QboDocument | null = null,
): MoneyShape {
  const owedMinor = openMinor(payment, invoiceId, company, invoice);
  if (owedMinor <= 0) return held('credit_not_owed', 'credit', notOwed);
  const amount = amountOf(Math.min(payment.totalMinor, owedMinor), payment.currency);
  const lines = [
    { Amount: amount, LinkedTxn: [{ TxnId: invoiceId, TxnType: 'Invoice' }] },
    { Amount: amount, LinkedTxn: [{ TxnId: creditMemoId, TxnType: 'CreditMemo' }] },
  ];
  return paymentOf(payment, 0, { tender: {}, lines }, company);
}

function paymentOf(
  payment: PaymentDocument,
  totalMinor: number,
  { tender, lines }: { tender: JsonObject; lines: JsonObject[] },
  company: Company,
): MoneyShape {
  const { facts } = company;
  const { currency, date } = payment;
  const lost = decimalsHold([payment.totalMinor], currency);
  if (lost !== null) return lost;
  const customer = customerOf(payment, company);
  if (customer.type === 'stop') return customer;
  if (customer.missing.length > 0) return notReady(...customer.missing);
  const marker = markerOf(payment);
  const payload = {
    CustomerRef: { value: customer.id },
    TxnDate: date,
    TotalAmt: amountOf(totalMinor, currency),
    ...tender,
    PrivateNote: noteOf({ ...payment, notes: payment.notes ?? [], guest: null }, marker),
    ...currencyFields(payment, facts),
    Line: lines,
  };
  return {
    type: 'shaped',
    entity: 'Payment',
    payload,
    marker,
    totalMinor,
    currency,
    txnDate: date,
  };
}

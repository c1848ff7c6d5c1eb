import { minorToText } from '../../domain/money';
import type { DocumentTax, PostingDocument } from '../../domain/posting/document';
import type { PaymentDocument } from '../../domain/posting/payment';
import type { JsonObject } from '../../domain/words';
import type { Composed, References } from '../connector';
import type { QboFacts } from './facts';
import { mappedAccount, missingMapping } from './hold';
import { linesOf } from './lines';
import { addressFields, cleanEmail, cleanText, exactNumber } from './mapping';
import { taxCodeOf } from './tax-codes';

// A decided document as the vendor's JSON (accounting.md 9, 11, 12; quickbooks.md 14, 15). Pure.

export type DocumentEntity = 'SalesReceipt' | 'RefundReceipt' | 'Invoice' | 'Payment';

/** What is known of a document beside its figures. */
export interface DocumentLabels {
  /** Null where the company numbers by itself. */
  docNumber: string | null;
  location: string;
  /** The order that a refund gives back: it must be in the books first. */
  originId: string | null;
}

export type ShapedDocument =
  { type: 'shaped'; payload: JsonObject; marker: string } | { type: 'stop'; composed: Composed };

export function shapeDocument(
  document: PostingDocument,
  labels: DocumentLabels,
  references: References,
  facts: QboFacts,
): ShapedDocument {
  const customer = customerOf(document, references);
  if (customer.type === 'stop') return customer;
  const tender = tenderOf(document, references, facts);
  if (tender.type === 'stop') return tender;
  const { lines, missing, missingMappings, invalid } = linesOf(document, references, facts);
  const [firstMissing] = missingMappings;
  if (firstMissing !== undefined) return { type: 'stop', composed: missingMapping(firstMissing) };
  if (invalid !== null) return { type: 'stop', composed: invalid };
  const { docNumber, location, originId } = labels;
  const origin = originId === null ? null : references.orders.get(originId);
  const originMissing =
    originId !== null && !origin?.remoteId
      ? [{ kind: 'order' as const, ref: originId, isOpen: origin?.isOpen ?? false }]
      : [];
  const allMissing = [...customer.missing, ...originMissing, ...missing];
  if (allMissing.length > 0)
    return { type: 'stop', composed: { type: 'notReady', missing: allMissing } };
  const department = facts.trackDepartments ? references.mapping('location', location) : null;
  const marker = markerOf(document);
  const payload: JsonObject = {
    CustomerRef: { value: customer.id },
    TxnDate: document.date,
    ...(document.dueDate === null ? {} : { DueDate: document.dueDate }),
    ...(docNumber === null ? {} : { DocNumber: docNumber }),
    PrivateNote: noteOf(document, marker),
    ...tender.fields,
    ...(department === null ? {} : { DepartmentRef: { value: department } }),
    ...guestEmail(document),
    ...addressesOf(document),
    ...taxFields(document, references, facts),
    Line: lines,
  };
  return { type: 'shaped', payload, marker };
}

/** The first words of the note. */
export function markerOf({ marker }: { marker: string }): string {
  return cleanText(marker, 300);
}

/** A payment of our invoice (accounting.md 9, E11b). */
export function shapePayment(
  payment: PaymentDocument,
  invoiceId: string,
  references: References,
  facts: QboFacts,
): ShapedDocument {
  const customer = customerOf(payment, references);
  if (customer.type === 'stop') return customer;
  const tender = tenderOf(payment, references, facts);
  if (tender.type === 'stop') return tender;
  if (customer.missing.length > 0)
    return { type: 'stop', composed: { type: 'notReady', missing: customer.missing } };
  const marker = markerOf(payment);
  const amount = exactNumber(minorToText(payment.totalMinor, payment.currency));
  const payload: JsonObject = {
    CustomerRef: { value: customer.id },
    TxnDate: payment.date,
    TotalAmt: amount,
    ...tender.fields,
    PrivateNote: noteOf({ ...payment, notes: [], guest: null }, marker),
    Line: [{ Amount: amount, LinkedTxn: [{ TxnId: invoiceId, TxnType: 'Invoice' }] }],
  };
  return { type: 'shaped', payload, marker };
}

type Part<T> = ({ type: 'known' } & T) | { type: 'stop'; composed: Composed };

function customerOf(
  document: Pick<PostingDocument, 'customerId' | 'bucket'>,
  references: References,
): Part<{ id: string; missing: { kind: 'customer'; ref: string; isOpen: boolean }[] }> {
  if (document.customerId === null) {
    const key = document.bucket ?? 'guest-customer';
    const bucket = references.mapping('account', key);
    return bucket === null
      ? { type: 'stop', composed: missingMapping(`account:${key}`) }
      : { type: 'known', id: bucket, missing: [] };
  }
  const customer = references.customers.get(document.customerId);
  if (customer?.remoteId) return { type: 'known', id: customer.remoteId, missing: [] };
  const isOpen = customer?.isOpen ?? false;
  const missing = [{ kind: 'customer' as const, ref: document.customerId, isOpen }];
  return { type: 'known', id: '', missing };
}

/** How it was paid and where the money lies until its payout (accounting.md 9); nothing on a total of 0.00. */
function tenderOf(
  document: Pick<PostingDocument, 'tender'>,
  references: References,
  facts: QboFacts,
): Part<{ fields: JsonObject }> {
  if (document.tender === null) return { type: 'known', fields: {} };
  const { tender, reference } = document.tender;
  const method = references.mapping('tender', tender);
  if (method === null) return { type: 'stop', composed: missingMapping(`tender:${tender}`) };
  const account = mappedAccount(references, facts, `clearing:${tender}`);
  if (account.type === 'stop') return account;
  const number = reference === null ? '' : cleanText(reference, 200).slice(-refMax);
  return {
    type: 'known',
    fields: {
      PaymentMethodRef: { value: method },
      ...(number === '' ? {} : { PaymentRefNum: number.replace(/^\p{Cs}/u, '') }),
      DepositToAccountRef: { value: account.id },
    },
  };
}

/** PaymentRefNum; a longer reference keeps its last characters and stands whole in the note (accounting.md 11). */
const refMax = 21;
const noteMax = 4000;

/** The marker first, then what else is worth knowing; a semicolon ends each. */
function noteOf(
  document: Pick<PostingDocument, 'guest' | 'tender' | 'notes'>,
  marker: string,
): string {
  const { guest, tender, notes } = document;
  const reference = tender?.reference ?? '';
  const email = guest?.email === undefined ? '' : ` <${guest.email}>`;
  const parts = [
    marker,
    ...notes,
    guest === null ? '' : `guest ${guest.name ?? ''}${email}`,
    reference.length > refMax ? `reference ${reference}` : '',
  ];
  const clean = parts.map((part) => cleanText(part, noteMax)).filter((part) => part !== '');
  return cleanText(clean.join('; '), noteMax);
}

function guestEmail(document: PostingDocument): JsonObject {
  const email = cleanEmail(document.guest?.email);
  return email === null ? {} : { BillEmail: { Address: email } };
}

function addressesOf({ billTo, shipTo }: PostingDocument): JsonObject {
  const bill = billTo === null ? null : addressFields(billTo);
  const ship = shipTo === null ? null : addressFields(shipTo);
  return {
    ...(bill === null ? {} : { BillAddr: bill }),
    ...(ship === null ? {} : { ShipAddr: ship }),
  };
}

/** The flags are sent, never left to their defaults (accounting.md 7, quickbooks.md 15). */
function taxFields(document: PostingDocument, references: References, facts: QboFacts): JsonObject {
  const { lines } = document;
  const hasDiscount = lines.some((line) => line.kind === 'discount');
  const hasShipping = lines.some((line) => line.kind === 'shipping');
  return {
    ...(hasDiscount ? { ApplyTaxAfterDiscount: true } : {}),
    ...(document.tax.mode === 'total' && hasShipping
      ? { ShippingTaxIncludedInTotalTax: true }
      : {}),
    ...statedTax(document.tax, document.currency, references, facts),
  };
}

function statedTax(
  tax: DocumentTax,
  currency: string,
  references: References,
  facts: QboFacts,
): JsonObject {
  const amount = (minor: number): number => exactNumber(minorToText(minor, currency));
  switch (tax.mode) {
    case 'none':
    case 'line':
      return {};
    case 'total': {
      const code = tax.rateKey === null ? null : taxCodeOf(tax.rateKey, references, facts);
      const codeRef = code === null ? {} : { TxnTaxCodeRef: { value: code.id } };
      return { TxnTaxDetail: { ...codeRef, TotalTax: amount(tax.totalMinor) } };
    }
    case 'included':
      return { GlobalTaxCalculation: 'TaxInclusive' };
    case 'excluded': {
      const lines = tax.overrides.map(({ rateId, percent, taxMinor, netMinor }) => ({
        Amount: amount(taxMinor),
        DetailType: 'TaxLineDetail',
        TaxLineDetail: {
          TaxRateRef: { value: rateId },
          PercentBased: true,
          TaxPercent: exactNumber(percent),
          NetAmountTaxable: amount(netMinor),
        },
      }));
      const detail = lines.length === 0 ? {} : { TxnTaxDetail: { TaxLine: lines } };
      return { GlobalTaxCalculation: 'TaxExcluded', ...detail };
    }
  }
}

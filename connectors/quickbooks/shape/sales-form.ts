import type { ExchangeRate } from '../../../domain/bodies';
import { plainEmail } from '../../../domain/email';
import { isOwnRecord } from '../../../domain/records/own-records';
import type { DocumentTax, PostingDocument, Reason } from '../../../domain/posting/document';
import { exchangeAccount } from '../../../domain/posting/source/money-document';
import type { PostingSettings } from '../../../domain/posting/settings';
import type { JsonObject } from '../../../domain/words';
import type { MissingReference } from '../../contract';
import {
  decimalsHold,
  inCurrency,
  invalidMapping,
  missingMapping,
  moneyAccount,
  notReady,
  stopOf,
  type Stop,
} from '../company/hold';
import { unfitTarget } from '../company/mapping-target';
import { linesOf } from './lines';
import { addressFields, amountOf, cleanText, exactNumber } from './mapping';
import { classOf, departmentOf, shopAddressOf } from './shop-fields';
import { taxCodeOf, type QboFacts } from '../company/facts';
import type { Company } from '../company/context';

// A decided document as the vendor's JSON (accounting.md#clearing, #numbers;
// quickbooks.md#sales-forms, #sales-tax). Pure.

/** What is known of a document beside its figures. */
export interface DocumentLabels {
  /** Null where the company numbers by itself. */
  docNumber: string | null;
  location: string;
  /**
   * What must be in the books first and is not: the sale that a refund gives back, deposits that
   * were used.
   */
  missing: readonly MissingReference[];
  /**
   * What becomes of articles without an item (accounting.md#items), and the addresses of the shop.
   */
  settings: Pick<PostingSettings, 'item' | 'shop'>;
}

export type ShapedDocument =
  { type: 'shaped'; payload: JsonObject; marker: string; reasons: readonly Reason[] } | Stop;

export function shapeDocument(
  document: PostingDocument,
  labels: DocumentLabels,
  company: Company,
): ShapedDocument {
  const { facts } = company;
  const amounts = document.lines.flatMap((line) => [line.amountMinor, line.grossMinor ?? 0]);
  const lost = decimalsHold(
    [...amounts, document.taxMinor, document.totalMinor],
    document.currency,
  );
  if (lost !== null) return lost;
  const customer = customerOf(document, company);
  const tender = moneyOf(document, company);
  const { docNumber, location, settings } = labels;
  const shopClass = classOf(location, company);
  const department = departmentOf(location, company);
  const { lines, missing, stops } = linesOf(document, company, {
    unmapped: settings.item.unmapped,
    classId: shopClass.type === 'known' ? shopClass.lineClassId : null,
  });
  const stop = stopOf([customer, tender, shopClass, department, ...stops]);
  if (stop !== null) return stop;
  if (customer.type === 'stop') return customer;
  if (tender.type === 'stop') return tender;
  if (shopClass.type === 'stop') return shopClass;
  if (department.type === 'stop') return department;
  const allMissing = [...customer.missing, ...labels.missing, ...missing];
  if (allMissing.length > 0) return notReady(...allMissing);
  const marker = markerOf(document);
  const payload: JsonObject = {
    CustomerRef: { value: customer.id },
    TxnDate: document.date,
    ...(document.dueDate === null ? {} : { DueDate: document.dueDate }),
    ...(docNumber === null ? {} : { DocNumber: docNumber }),
    PrivateNote: noteOf(document, marker),
    ...tender.fields,
    ...currencyFields(document, facts),
    ...department.fields,
    ...shopClass.form,
    ...guestEmail(document),
    ...addressesOf(document),
    ...shopAddressOf(document, location, settings.shop.shipFrom, facts),
    ...taxFields(document, company),
    Line: lines,
  };
  const reasons = [...shopClass.reasons, ...department.reasons];
  return { type: 'shaped', payload, marker, reasons };
}

/** The first words of the note. */
export function markerOf({ marker }: { marker: string }): string {
  return cleanText(marker, markerMax);
}

type Part<T> = ({ type: 'known' } & T) | Stop;

/**
 * A customer there has one currency for good: another one has a customer of its own, mapped by
 * hand.
 */
export function customerOf(
  document: Pick<PostingDocument, 'customerId' | 'bucket' | 'currency'>,
  company: Company,
): Part<{ id: string; missing: MissingReference[] }> {
  const { references, facts } = company;
  const isForeign = document.currency !== facts.homeCurrency;
  if (document.customerId === null || isForeign) {
    const isGuest = document.customerId === null || isOwnRecord(document.customerId);
    const whose = isGuest
      ? (document.bucket ?? 'guest-customer')
      : `customer:${document.customerId}`;
    const key = inCurrency(whose, document.currency, facts);
    const mapped = references.mapping('account', key);
    return mapped === null
      ? missingMapping(`account:${key}`)
      : { type: 'known', id: mapped, missing: [] };
  }
  const customer = references.customers.get(document.customerId);
  if (customer?.remoteId) return { type: 'known', id: customer.remoteId, missing: [] };
  const { isGivenUp } = customer ?? {};
  const missing = [{ kind: 'customer' as const, ref: document.customerId, isGivenUp }];
  return { type: 'known', id: '', missing };
}

/**
 * How it was paid and where the money lies until its payout (accounting.md#clearing); nothing on a
 * total of 0.00.
 */
export function tenderOf(
  document: Pick<PostingDocument, 'tender' | 'currency'>,
  company: Company,
): Part<{ fields: JsonObject }> {
  if (document.tender === null) return { type: 'known', fields: {} };
  const { tender, reference, isExchange } = document.tender;
  const method = methodOf(tender, isExchange === true, company);
  const account = moneyAccount(company, `clearing:${tender}`, document.currency);
  if (method.type === 'stop') return stopOf([method, account]) ?? method;
  if (account.type === 'stop') return account;
  const number = reference === null ? '' : cleanText(reference, 200).slice(-refMax);
  return {
    type: 'known',
    fields: {
      ...method.fields,
      ...(number === '' ? {} : { PaymentRefNum: number.replace(/^\p{Cs}/u, '') }),
      DepositToAccountRef: { value: account.id },
    },
  };
}

/** What passes between the documents of an exchange is no tender: it needs no payment method. */
function methodOf(
  tender: string,
  isExchange: boolean,
  { references, facts }: Company,
): Part<{ fields: JsonObject }> {
  const id = references.mapping('tender', tender);
  if (id === null)
    return isExchange ? { type: 'known', fields: {} } : missingMapping(`tender:${tender}`);
  const unfit = unfitTarget(facts, 'tender', tender, id);
  if (unfit !== null) return invalidMapping(`tender:${tender}`, unfit);
  return { type: 'known', fields: { PaymentMethodRef: { value: id } } };
}

/**
 * Where the money of a form lies. A receipt of 0.00 names an account too, that of exchanges, which
 * stays at zero: a RefundReceipt without one is refused (2020), a SalesReceipt would stand among
 * the receipts that are still to be deposited. Where nobody mapped that account the latter goes
 * without.
 */
function moneyOf(document: PostingDocument, company: Company): Part<{ fields: JsonObject }> {
  const { references, facts } = company;
  const { type, tender, currency } = document;
  const isReceipt = type === 'salesReceipt' || type === 'refundReceipt';
  if (tender !== null || !isReceipt) return tenderOf(document, company);
  const account = moneyAccount(company, exchangeAccount, currency);
  if (account.type === 'known')
    return { type: 'known', fields: { DepositToAccountRef: { value: account.id } } };
  const isMapped =
    references.mapping('account', inCurrency(exchangeAccount, currency, facts)) !== null;
  return type === 'refundReceipt' || isMapped ? account : { type: 'known', fields: {} };
}

/**
 * PaymentRefNum; a longer reference keeps its last characters and stands whole in the note
 * (accounting.md#numbers).
 */
const refMax = 21;
const noteMax = 4000;
/** Two ids of 100 characters each, all of them written longer. */
const markerMax = 2000;

/** The marker first, then what else is worth knowing; a semicolon ends each. */
export function noteOf(
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

/**
 * In the books' own currency nothing is said; else which, and the rate that was frozen with the
 * sale.
 */
export function currencyFields(
  { currency, exchangeRate }: { currency: string; exchangeRate?: ExchangeRate | null | undefined },
  facts: QboFacts,
): JsonObject {
  if (currency === facts.homeCurrency || !exchangeRate) return {};
  return { CurrencyRef: { value: currency }, ExchangeRate: exactNumber(exchangeRate.rate) };
}

function guestEmail(document: PostingDocument): JsonObject {
  const email = plainEmail(document.guest?.email);
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

/**
 * The flags are sent, never left to their defaults (accounting.md#tax, quickbooks.md#sales-tax).
 */
function taxFields(document: PostingDocument, company: Company): JsonObject {
  const { lines } = document;
  const hasDiscount = lines.some((line) => line.kind === 'discount');
  const hasShipping = lines.some((line) => line.kind === 'shipping');
  return {
    ...(hasDiscount ? { ApplyTaxAfterDiscount: true } : {}),
    ...(document.tax.mode === 'total' && hasShipping
      ? { ShippingTaxIncludedInTotalTax: true }
      : {}),
    ...statedTax(document.tax, document.currency, company),
  };
}

function statedTax(tax: DocumentTax, currency: string, company: Company): JsonObject {
  const { references, facts } = company;
  switch (tax.mode) {
    case 'none':
    case 'line':
      return {};
    case 'total': {
      const code = tax.rateKey === null ? null : taxCodeOf(tax.rateKey, references, facts);
      const codeRef = code === null ? {} : { TxnTaxCodeRef: { value: code.id } };
      return { TxnTaxDetail: { ...codeRef, TotalTax: amountOf(tax.totalMinor, currency) } };
    }
    case 'included':
      return { GlobalTaxCalculation: 'TaxInclusive' };
    case 'excluded': {
      const lines = tax.overrides.map(({ rateId, percent, taxMinor, netMinor }) => ({
        Amount: amountOf(taxMinor, currency),
        DetailType: 'TaxLineDetail',
        TaxLineDetail: {
          TaxRateRef: { value: rateId },
          PercentBased: true,
          TaxPercent: exactNumber(percent),
          NetAmountTaxable: amountOf(netMinor, currency),
        },
      }));
      const detail = lines.length === 0 ? {} : { TxnTaxDetail: { TaxLine: lines } };
      return { GlobalTaxCalculation: 'TaxExcluded', ...detail };
    }
  }
}

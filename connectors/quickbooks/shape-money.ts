import type { ExchangeRate } from '../../domain/bodies';
import { minorToText, sumMinor, textToMinor } from '../../domain/money';
import type { MoneyDocument } from '../../domain/posting/money-document';
import { entryOf, type MoneyEntry } from '../../domain/posting/money-entry';
import type { PaymentDocument } from '../../domain/posting/payment';
import type { JsonObject } from '../../domain/words';
import type { Composed, References } from '../connector';
import type { DocumentEntity } from './entities';
import type { QboFacts } from './facts';
import { decimalsHold, hold, mappedAccount, moneyAccount } from './hold';
import { cleanText, exactNumber } from './mapping';
import { currencyFields, customerOf, markerOf, noteOf, tenderOf } from './shape';
import { documentContentSchema } from './wire';

// Documents of money alone as the vendor's JSON (accounting.md 9, quickbooks.md 14). Pure.

/** A whole body, with what finds it again. */
export interface ShapedMoney {
  type: 'shaped';
  entity: DocumentEntity;
  payload: JsonObject;
  marker: string;
  totalMinor: number;
  currency: string;
  txnDate: string;
  /** Of money between accounts. */
  entry?: MoneyEntry;
}

export type MoneyShape = ShapedMoney | { type: 'stop'; composed: Composed };

/**
 * A payment of an invoice (accounting.md 9, E11b). `invoice`: as it was read, where another document may have
 * taken from it or added to it: what is more than it has open, or of another customer, is not applied. Without
 * an id nothing is.
 */
export function shapePayment(
  payment: PaymentDocument,
  invoiceId: string,
  references: References,
  facts: QboFacts,
  invoice: JsonObject | null = null,
): MoneyShape {
  const tender = tenderOf(payment, references, facts);
  if (tender.type === 'stop') return tender;
  const appliedMinor = Math.min(
    payment.totalMinor,
    openMinor(payment, invoiceId, references, facts, invoice),
  );
  const amount = amountOf(appliedMinor, payment.currency);
  const lines = appliedMinor === 0 ? [] : [{ Amount: amount, LinkedTxn: [{ TxnId: invoiceId, TxnType: 'Invoice' }] }]; // prettier-ignore
  return paymentOf(payment, payment.totalMinor, tender.fields, lines, references, facts);
}

/** What of an invoice that was read this customer still owes. */
function openMinor(
  payment: PaymentDocument,
  invoiceId: string,
  references: References,
  facts: QboFacts,
  invoice: JsonObject | null,
): number {
  if (invoiceId === '') return 0;
  const read = documentContentSchema.safeParse(invoice);
  if (!read.success) return payment.totalMinor;
  const customer = customerOf(payment, references, facts);
  const { CustomerRef, Balance = 0 } = read.data;
  if (customer.type === 'known' && CustomerRef?.value !== customer.id) return 0;
  return textToMinor(Balance, payment.currency) ?? 0;
}

const notOwed = 'The customer of this refund owes nothing of its invoice in QuickBooks: apply its credit memo there by hand'; // prettier-ignore

/** A payment of 0.00 by which a credit memo takes from its invoice (quickbooks.md 14) what is owed of that there. */
export function shapeApplication(
  payment: PaymentDocument,
  invoiceId: string,
  creditMemoId: string,
  references: References,
  facts: QboFacts,
  invoice: JsonObject | null = null,
): MoneyShape {
  const owedMinor = openMinor(payment, invoiceId, references, facts, invoice);
  if (owedMinor <= 0) return { type: 'stop', composed: hold('credit_not_owed', 'credit', notOwed) };
  const amount = amountOf(Math.min(payment.totalMinor, owedMinor), payment.currency);
  const lines = [
    { Amount: amount, LinkedTxn: [{ TxnId: invoiceId, TxnType: 'Invoice' }] },
    { Amount: amount, LinkedTxn: [{ TxnId: creditMemoId, TxnType: 'CreditMemo' }] },
  ];
  return paymentOf(payment, 0, {}, lines, references, facts);
}

function paymentOf(
  payment: PaymentDocument,
  totalMinor: number,
  tender: JsonObject,
  lines: JsonObject[],
  references: References,
  facts: QboFacts,
): MoneyShape {
  const { currency, date } = payment;
  const lost = decimalsHold([payment.totalMinor], currency);
  if (lost !== null) return { type: 'stop', composed: lost };
  const customer = customerOf(payment, references, facts);
  if (customer.type === 'stop') return customer;
  if (customer.missing.length > 0)
    return { type: 'stop', composed: { type: 'notReady', missing: customer.missing } };
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
  return { type: 'shaped', entity: 'Payment', payload, marker, totalMinor, currency, txnDate: date }; // prettier-ignore
}

/**
 * Money between accounts. `ownDate`: its day before a closed period moved it. `known`: accounts by their keys
 * where what is posted is taken back: as they were mapped then.
 */
export function shapeMoney(
  document: MoneyDocument,
  references: References,
  facts: QboFacts,
  ownDate = document.date,
  known: ReadonlyMap<string, string> = new Map(),
): MoneyShape {
  const lost = decimalsHold(amountsOf(document), document.currency);
  if (lost !== null) return { type: 'stop', composed: lost };
  const accounts = new Map<string, string>();
  for (const key of accountKeysOf(document)) {
    const id = known.get(key);
    const account = id === undefined ? accountOf(key, document.currency, references, facts) : null;
    if (account?.type === 'stop') return account;
    accounts.set(key, account?.id ?? id ?? '');
  }
  const refOf = (key: string): JsonObject => ({ value: accounts.get(key) ?? '' });
  const marker = markerOf(document);
  const head = {
    TxnDate: document.date,
    PrivateNote: noteOf({ notes: document.notes, guest: null, tender: null }, marker),
    ...currencyFields(document, facts),
  };
  const entry = entryOf(document, ownDate, (key) => accounts.get(key) ?? '');
  const natural = { marker, currency: document.currency, txnDate: document.date, entry };
  switch (document.type) {
    case 'booking':
      return { type: 'shaped', ...bookingOf(document, head, refOf, facts), ...natural };
    case 'transfer': {
      const { from, to, amountMinor: totalMinor } = document;
      if (accounts.get(from) === accounts.get(to))
        return { type: 'stop', composed: { type: 'skip', reason: 'same_account' } };
      const Amount = amountOf(totalMinor, document.currency);
      const payload = { ...head, FromAccountRef: refOf(from), ToAccountRef: refOf(to), Amount };
      return { type: 'shaped', entity: 'Transfer', payload, totalMinor, ...natural };
    }
    case 'journal': {
      const payload = { ...head, Line: journalLines(document, refOf, references, facts) };
      const { amountMinor: totalMinor } = document;
      return { type: 'shaped', entity: 'JournalEntry', payload, totalMinor, ...natural };
    }
  }
}

function amountsOf(document: MoneyDocument): number[] {
  return document.type === 'booking'
    ? document.lines.map(({ amountMinor }) => amountMinor)
    : [document.amountMinor];
}

function accountKeysOf(document: MoneyDocument): string[] {
  switch (document.type) {
    case 'booking':
      return [document.account, ...document.lines.map(({ account }) => account)];
    case 'transfer':
      return [document.from, document.to];
    case 'journal':
      return [document.debit, document.credit];
  }
}

/** Clearing and bank hold money, so that they have a currency; expenses and the like have none of their own. */
function accountOf(
  key: string,
  currency: string,
  references: References,
  facts: QboFacts,
): ReturnType<typeof mappedAccount> {
  return key.startsWith('clearing:') || key.startsWith('bank:')
    ? moneyAccount(references, facts, key, currency)
    : mappedAccount(references, facts, key);
}

/** What comes to the account is a Deposit; a form below zero is refused, so what goes from it is a Purchase. */
function bookingOf(
  { account, lines, currency }: Extract<MoneyDocument, { type: 'booking' }>,
  head: JsonObject,
  refOf: (key: string) => JsonObject,
  facts: QboFacts,
): Pick<ShapedMoney, 'entity' | 'payload' | 'totalMinor'> {
  const totalMinor = sumMinor(lines.map(({ amountMinor }) => amountMinor));
  if (totalMinor >= 0) {
    const Line = lines.map((line) => ({
      Amount: amountOf(line.amountMinor, currency),
      Description: cleanText(line.description, 4000),
      DetailType: 'DepositLineDetail',
      DepositLineDetail: { AccountRef: refOf(line.account) },
    }));
    const payload = { ...head, DepositToAccountRef: refOf(account), Line };
    return { entity: 'Deposit', payload, totalMinor };
  }
  const Line = lines.map((line) => ({
    Amount: amountOf(0 - line.amountMinor, currency),
    Description: cleanText(line.description, 4000),
    DetailType: 'AccountBasedExpenseLineDetail',
    AccountBasedExpenseLineDetail: { AccountRef: refOf(line.account) },
  }));
  const untaxed = facts.country === 'US' ? {} : { GlobalTaxCalculation: 'NotApplicable' };
  const payload = { ...head, ...untaxed, AccountRef: refOf(account), PaymentType: 'Cash', Line };
  return { entity: 'Purchase', payload, totalMinor: 0 - totalMinor };
}

function journalLines(
  document: Extract<MoneyDocument, { type: 'journal' }>,
  refOf: (key: string) => JsonObject,
  references: References,
  facts: QboFacts,
): JsonObject[] {
  const { debit, credit, amountMinor, currency, description, location } = document;
  const department = facts.trackDepartments ? references.mapping('location', location) : null;
  const line = (PostingType: string, account: string): JsonObject => ({
    Amount: amountOf(amountMinor, currency),
    Description: cleanText(description, 4000),
    DetailType: 'JournalEntryLineDetail',
    JournalEntryLineDetail: {
      PostingType,
      AccountRef: refOf(account),
      ...(department === null ? {} : { DepartmentRef: { value: department } }),
    },
  });
  return [line('Debit', debit), line('Credit', credit)];
}

/** What was received more (positive) or less than a payment in the books says. */
export interface ReceivableDocument {
  marker: string;
  notes: readonly string[];
  date: string;
  currency: string;
  exchangeRate?: ExchangeRate | undefined;
  customerId: string | null;
  tender: string;
  amountMinor: number;
}

/** An entry between the receivables of a customer and the account of a tender (quickbooks.md 14). */
export function shapeReceivable(
  document: ReceivableDocument,
  references: References,
  facts: QboFacts,
): MoneyShape {
  const { currency, tender, amountMinor, date: txnDate } = document;
  const lost = decimalsHold([amountMinor], currency);
  if (lost !== null) return { type: 'stop', composed: lost };
  const clearing = moneyAccount(references, facts, `clearing:${tender}`, currency);
  if (clearing.type === 'stop') return clearing;
  const receivable = moneyAccount(references, facts, 'receivable', currency);
  if (receivable.type === 'stop') return receivable;
  const customer = customerOf(document, references, facts);
  if (customer.type === 'stop') return customer;
  if (customer.missing.length > 0)
    return { type: 'stop', composed: { type: 'notReady', missing: customer.missing } };
  const totalMinor = Math.abs(amountMinor);
  const line = (PostingType: string, detail: JsonObject): JsonObject => ({
    Amount: amountOf(totalMinor, currency),
    DetailType: 'JournalEntryLineDetail',
    JournalEntryLineDetail: { PostingType, ...detail },
  });
  const owed = {
    AccountRef: { value: receivable.id },
    Entity: { Type: 'Customer', EntityRef: { value: customer.id } },
  };
  const money = { AccountRef: { value: clearing.id } };
  const marker = markerOf(document);
  const payload = {
    TxnDate: txnDate,
    PrivateNote: noteOf({ notes: document.notes, guest: null, tender: null }, marker),
    ...currencyFields(document, facts),
    Line: amountMinor > 0 ? [line('Debit', money), line('Credit', owed)] : [line('Debit', owed), line('Credit', money)],
  }; // prettier-ignore
  return { type: 'shaped', entity: 'JournalEntry', payload, marker, totalMinor, currency, txnDate };
}

function amountOf(minor: number, currency: string): number {
  return exactNumber(minorToText(minor, currency));
}

import { sumMinor } from '../../../domain/money';
import {
  receivableAccount,
  type MoneyDocument,
} from '../../../domain/posting/source/money-document';
import { entryOf, type MoneyEntry } from '../../../domain/posting/plan/money-entry';
import type { JsonObject } from '../../../domain/words';
import type { DocumentEntity } from '../api/wire';
import type { QboFacts } from '../company/facts';
import {
  decimalsHold,
  mappedAccount,
  moneyAccount,
  notReady,
  skip,
  stopOf,
  type Stop,
} from '../company/hold';
import { amountOf, cleanText } from './mapping';
import { currencyFields, customerOf, markerOf, noteOf } from './sales-form';
import { departmentOf } from './shop-fields';
import type { Company } from '../company/context';

// Documents of money alone as the vendor's JSON (accounting.md#clearing, quickbooks.md#deposits).
// Pure.

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

export type MoneyShape = ShapedMoney | Stop;

/** What of money between accounts is known from before. */
interface KnownMoney {
  /** Its day before a closed period moved it. */
  ownDate?: string;
  /** Of what is taken back: its accounts by their keys, as they were mapped then. */
  accounts?: ReadonlyMap<string, string>;
  /** And whose receivables they are there; null: nobody's. */
  customerId?: string | null;
}

/** Money between accounts. */
export function shapeMoney(
  document: MoneyDocument,
  company: Company,
  { ownDate = document.date, accounts: known = new Map(), customerId = null }: KnownMoney = {},
): MoneyShape {
  const { facts } = company;
  const lost = decimalsHold(amountsOf(document), document.currency);
  if (lost !== null) return lost;
  const found = accountKeysOf(document).map((key) => {
    const id = known.get(key);
    const account = id === undefined ? accountOf(key, document.currency, company) : knownAs(id);
    return { key, account };
  });
  const customer = debtorOf(document, company, customerId);
  const department = departmentOf(document.type === 'journal' ? document.location : null, company);
  const stop = stopOf([...found.map(({ account }) => account), customer, department]);
  if (stop !== null) return stop;
  if (customer.type === 'stop') return customer;
  if (department.type === 'stop') return department;
  const accounts = new Map(
    found.map(({ key, account }) => [key, account.type === 'stop' ? '' : account.id]),
  );
  const refOf = (key: string): JsonObject => ({ value: accounts.get(key) ?? '' });
  const marker = markerOf(document);
  const head = {
    TxnDate: document.date,
    PrivateNote: noteOf({ notes: document.notes, guest: null, tender: null }, marker),
    ...currencyFields(document, facts),
  };
  const entry = entryOf(document, ownDate, (key) => accounts.get(key) ?? '', customer.id);
  const natural = { marker, currency: document.currency, txnDate: document.date, entry };
  switch (document.type) {
    case 'booking':
      return { type: 'shaped', ...bookingOf(document, head, refOf, facts), ...natural };
    case 'transfer': {
      const { from, to, amountMinor: totalMinor } = document;
      if (accounts.get(from) === accounts.get(to)) return skip('same_account');
      const Amount = amountOf(totalMinor, document.currency);
      const payload = { ...head, FromAccountRef: refOf(from), ToAccountRef: refOf(to), Amount };
      return { type: 'shaped', entity: 'Transfer', payload, totalMinor, ...natural };
    }
    case 'journal': {
      const payload = {
        ...head,
        Line: journalLines(document, customer.id, refOf, department.fields),
      };
      const { amountMinor: totalMinor } = document;
      return { type: 'shaped', entity: 'JournalEntry', payload, totalMinor, ...natural };
    }
  }
}

/** An account as it was mapped before. */
function knownAs(id: string): { type: 'known'; id: string } {
  return { type: 'known', id };
}

/** The customer there whose receivables an entry is on; null where it is on none. */
function debtorOf(
  document: MoneyDocument,
  company: Company,
  known: string | null,
): { type: 'known'; id: string | null } | Stop {
  if (document.type !== 'journal' || document.owedBy === undefined || known !== null)
    return { type: 'known', id: known };
  const { currency, owedBy } = document;
  const customer = customerOf({ ...owedBy, currency }, company);
  if (customer.type === 'stop') return customer;
  const { missing, id } = customer;
  return missing.length > 0 ? notReady(...missing) : { type: 'known', id };
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

/**
 * Clearing, bank and receivables hold money, so that they have a currency; expenses and the like
 * have none of their own.
 */
function accountOf(
  key: string,
  currency: string,
  company: Company,
): ReturnType<typeof mappedAccount> {
  const isMoney =
    key.startsWith('clearing:') || key.startsWith('bank:') || key === receivableAccount;
  return isMoney ? moneyAccount(company, key, currency) : mappedAccount(company, key);
}

/**
 * What comes to the account is a Deposit; a form below zero is refused, so what goes from it is a
 * Purchase.
 */
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
  customer: string | null,
  refOf: (key: string) => JsonObject,
  department: JsonObject,
): JsonObject[] {
  const { debit, credit, amountMinor, currency, description } = document;
  const isOwed = (account: string): boolean => account === receivableAccount && customer !== null;
  const line = (PostingType: string, account: string): JsonObject => ({
    Amount: amountOf(amountMinor, currency),
    Description: cleanText(description, 4000),
    DetailType: 'JournalEntryLineDetail',
    JournalEntryLineDetail: {
      PostingType,
      AccountRef: refOf(account),
      ...department,
      ...(isOwed(account) ? { Entity: { Type: 'Customer', EntityRef: { value: customer } } } : {}),
    },
  });
  return [line('Debit', debit), line('Credit', credit)];
}

import type { Address, ExchangeRate } from '../bodies';
import type { SaleTender } from './sale';
import type { HoldCode } from '../hold-reasons';

// What posting decides: one document for the books, in our words. A connector only shapes it.

export type DocumentType = 'salesReceipt' | 'refundReceipt' | 'invoice' | 'creditMemo';

export interface PostingLine {
  kind:
    | 'item'
    | 'fee'
    | 'tip'
    | 'shipping'
    | 'giftCard'
    | 'deposit'
    | 'unallocated'
    | 'tax'
    | 'discount'
    | 'rounding'
    /** Goods of a daily summary that tells no articles. */
    | 'dailySales';
  sku: string | null;
  description: string;
  /** Null where the amount belongs to no number of pieces. */
  quantity: string | null;
  amountMinor: number;
  /** With tax; null where the document does not state it. */
  grossMinor: number | null;
  /** Whether the source took tax on it. */
  isTaxed: boolean;
  /** The source's codes of this line as one key, `none` where it has none. */
  taxKey: string;
  /** Money back, goods kept. */
  isKept: boolean;
  /** A discount that is taken away again: positive, on the item of discounts. */
  isReduction: boolean;
}

/** How the tax of a document is stated (accounting.md#tax). */
export type DocumentTax =
  /** The company books no tax, or there is none. */
  | { mode: 'none' }
  /**
   * US: the source's total is sent; `rateKey` names the rate where the company does not find it
   * itself.
   */
  | { mode: 'total'; totalMinor: number; rateKey: string | null }
  /** A line of the document. */
  | { mode: 'line' }
  /** The books compute it from the codes; amounts are given only where they would differ. */
  | { mode: 'excluded'; overrides: readonly TaxOverride[] }
  | { mode: 'included' };

export interface TaxOverride {
  rateId: string;
  percent: string;
  taxMinor: number;
  netMinor: number;
}

export interface PostingDocument {
  type: DocumentType;
  marker: string;
  notes: readonly string[];
  number: string;
  date: string;
  dueDate: string | null;
  currency: string;
  /** Null in the books' own currency. */
  exchangeRate: ExchangeRate | null;
  customerId: string | null;
  /** Where no customer is named: the mapped one of guests, or of daily summaries. */
  bucket?: 'guest-customer' | 'daily-customer';
  guest: { name?: string | undefined; email?: string | undefined } | null;
  billTo: Address | null;
  shipTo: Address | null;
  /** Null on account and on 0.00. */
  tender: SaleTender | null;
  lines: readonly PostingLine[];
  tax: DocumentTax;
  /** The source's tax, whichever way it is stated. */
  taxMinor: number;
  /** How far the tax that the books compute may be from it. */
  taxVarianceMinor: number;
  totalMinor: number;
}

/** A choice that an operator may want to know of. */
export type Reason =
  | { choice: 'rounding_line'; amountMinor: number }
  | { choice: 'tax_variance'; booksMinor: number; sourceMinor: number }
  | { choice: 'tax_override'; booksMinor: number; sourceMinor: number }
  | { choice: 'first_open_day'; day: string }
  /** A class is mapped by this key, and the company does not track classes. */
  | { choice: 'class_not_sent' | 'department_not_sent'; key: string };

export type Decision =
  | { type: 'post'; document: PostingDocument; reasons: readonly Reason[] }
  /** `what` groups equal holds; `detail` says to a bookkeeper what to do. */
  | { type: 'hold'; reason: HoldCode; what: string; detail: string }
  | { type: 'nothing'; reason: string };

export type Hold = Extract<Decision, { type: 'hold' }>;

export function hold(reason: HoldCode, what: string, detail: string): Hold {
  return { type: 'hold', reason, what, detail };
}

/** What a company and its mappings say, as far as figures depend on it. */
export interface PostingCompany {
  country: string;
  homeCurrency: string | null;
  isMultiCurrency: boolean;
  usingSalesTax: boolean;
  isAutomatedTax: boolean;
  /** Up to this day the books are closed; null: none is. */
  bookCloseDate: string | null;
  allowDiscount: boolean;
  /**
   * The mapped tax code of a set of source codes: its id and rates; null where nobody mapped it.
   */
  taxCode: (taxKey: string) => CompanyTaxCode | null;
}

export interface CompanyTaxCode {
  id: string;
  rates: readonly { id: string; percent: string }[];
}

import type { Address, ExchangeRate } from '../bodies';

// What a source sold or gave back, in one form for every channel: what posting decides from.
// Amounts are integer minor units of `currency`, positive on the side they belong to (a refund's
// are positive too).

/** How one line was taxed. */
export interface LineTaxes {
  /**
   * Rates or codes of the source, each once; those of 0.00 count: they choose the code outside the
   * US.
   */
  codes: readonly string[];
  taxMinor: number;
}

export interface SaleItem extends LineTaxes {
  sku: string;
  /** The product that the line means; none where nobody had described one then. */
  productId?: string | undefined;
  description: string;
  /** Decimal text; zero where money moved without pieces. */
  quantity: string;
  /** Net of discounts and of tax. */
  netMinor: number;
  /** Net less discount: what `discount.mode = gross` shows and takes off again. Net of tax too. */
  discountMinor: number;
  /**
   * Money back while the goods stay with the customer: stock must not move (accounting.md#refunds).
   */
  isKept: boolean;
  /** Goods of a daily summary that tells no articles: `sku` is the name of their kind of tax. */
  isCategory?: boolean | undefined;
}

export interface SaleAmount extends LineTaxes {
  description: string;
  netMinor: number;
  /** A discount although its amount is positive: one that is taken away again. */
  isReduction?: boolean;
}

export interface SaleTender {
  tender: string;
  amountMinor: number;
  reference: string | null;
  /**
   * The account through which an exchange and several tenders go: no way to pay, so it has no
   * method.
   */
  isExchange?: boolean | undefined;
}

/** Lay-away money, tax included; positive. */
export interface SaleDeposit {
  id: string;
  use: 'received' | 'used';
  amountMinor: number;
  /** Where tax was due when it was received: its tax and codes; the first is positive. */
  taxMinor?: number | undefined;
  codes?: readonly string[] | undefined;
}

/** One side of one source record: a sale, or what was given back. */
export interface Sale {
  side: 'sale' | 'refund';
  /** First line of the note, by which we know our own (accounting.md#numbers). */
  marker: string;
  /** Behind the marker: coupons, gift cards. */
  notes: readonly string[];
  number: string;
  /** Day of the sale in the company's zone, `YYYY-MM-DD`. */
  date: string;
  currency: string;
  pricesIncludeTax: boolean;
  customerId: string | null;
  guest: { name?: string | undefined; email?: string | undefined } | null;
  billTo: Address | null;
  shipTo: Address | null;
  /** How it was paid; null: on account, due on the date given, or of a refund: owed no more. */
  tenders: readonly SaleTender[] | null;
  dueDate: string | null;
  /** Paid at once, and yet an invoice with a payment (`paid.as = invoicePayment`). */
  isInvoiced?: boolean | undefined;
  items: readonly SaleItem[];
  fees: readonly SaleAmount[];
  tipsMinor: readonly { description: string; amountMinor: number }[];
  shipping: readonly SaleAmount[];
  giftCards: readonly { code: string; use: 'sold' | 'used'; amountMinor: number }[];
  /** Given back without a line; untaxed. */
  unallocatedMinor: number;
  /**
   * Given back without a line, with its share of the sale's tax (`refund.amountOnlyTax = prorate`).
   */
  prorated?: readonly SaleAmount[] | undefined;
  /**
   * Lay-away money: received before its sale, or used by it; of a refund given back
   * (accounting.md#when-to-post).
   */
  deposits?: readonly SaleDeposit[] | undefined;
  /** Signed; the till rounded to its smallest coin (accounting.md#extras). */
  cashRoundingMinor?: number | undefined;
  /** Where the currency is not the one of the books. */
  exchangeRate?: ExchangeRate | undefined;
  /** The source's own tax, never the sum of its lines (accounting.md#totals). */
  taxMinor: number;
  /** For a company that books tax as a line: the source's names of the rates. */
  taxLabel: string;
  totalMinor: number;
  /**
   * What is added to or taken from documents that may not be touched: posted also where it comes to
   * 0.00.
   */
  isCorrection?: boolean | undefined;
  /**
   * Of a daily summary: tickets in it. Each may be a cent off in tax, so the whole may be that
   * many.
   */
  members?: number | undefined;
}

/** What a sale is as long as nothing is said of it. */
export const blankSale = {
  notes: [],
  customerId: null,
  guest: null,
  billTo: null,
  shipTo: null,
  dueDate: null,
  items: [],
  fees: [],
  tipsMinor: [],
  shipping: [],
  giftCards: [],
  unallocatedMinor: 0,
  taxMinor: 0,
  taxLabel: '',
} satisfies Partial<Sale>;

/** For a company that books tax as a line: the codes of what is taxed. */
export function taxLabelOf(taxed: readonly LineTaxes[]): string {
  const codes = taxed.flatMap((line) => (line.taxMinor === 0 ? [] : line.codes));
  return [...new Set(codes)].sort().join(', ');
}

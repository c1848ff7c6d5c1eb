// The bodies of changes and records (`Change` in `/v1/openapi.json`).
// Money is integer minor units (`...Minor`), quantities and unit prices are decimal strings.

export interface Address {
  line1?: string | undefined;
  line2?: string | undefined;
  city?: string | undefined;
  region?: string | undefined;
  postalCode?: string | undefined;
  country?: string | undefined;
}

export interface CustomerBody {
  name: string;
  givenName?: string | undefined;
  familyName?: string | undefined;
  company?: string | undefined;
  email?: string | undefined;
  phone?: string | undefined;
  billing?: Address | undefined;
  shipping?: Address | undefined;
  taxExempt?: boolean | undefined;
  notes?: string | undefined;
}

export interface ProductVariant {
  sku: string;
  options: Record<string, string>;
  priceMinor?: number | undefined;
}

export interface ProductBody {
  sku: string;
  name: string;
  description?: string | undefined;
  type: 'goods' | 'service';
  /** With its currency: of every product but those that we made of a ticket's line. */
  priceMinor?: number | undefined;
  currency?: string | undefined;
  taxClass?: string | undefined;
  costMinor?: number | undefined;
  barcode?: string | undefined;
  categories?: string[] | undefined;
  trackStock: boolean;
  status: 'active' | 'archived';
  variants?: ProductVariant[] | undefined;
}

/** What the POS sends for stock; the record of a SKU is `StockBody`, made from many of these. */
export type InventoryBody =
  | {
      location?: string | undefined;
      movement: { delta: string; reason: 'receipt' | 'damage' | 'adjustment' | 'transfer' };
    }
  | { location?: string | undefined; count: { quantity: string } };

/** The present stock of one SKU, by place. `countedAt` is null where nobody has counted yet. */
export interface StockBody {
  places: Record<string, { quantity: string; countedAt: string | null }>;
}

export interface LineTax {
  code: string;
  taxMinor: number;
}

export interface OrderLine {
  lineId: string;
  sku: string;
  /**
   * Absorbed only: the product that had the SKU when it was sold
   * (`domain/records/line-products.ts`).
   */
  productId?: string | undefined;
  name: string;
  quantity: string;
  unitPrice: string;
  discountMinor: number;
  netMinor: number;
  taxes: LineTax[];
}

export interface NamedAmount {
  name: string;
  amountMinor: number;
  taxes?: LineTax[] | undefined;
}

export interface GiftCardAmount {
  code: string;
  amountMinor: number;
}

export interface Tender {
  tender: string;
  amountMinor: number;
  reference?: string | undefined;
}

/** What a paid ticket, an unpaid invoice and a refund have in common. */
export interface TicketBody {
  number: string;
  channel: 'pos' | 'web';
  location?: string | undefined;
  businessDate: string;
  currency: string;
  pricesIncludeTax: boolean;
  customerId?: string | undefined;
  guest?: { name?: string | undefined; email?: string | undefined } | undefined;
  /**
   * Absorbed only: the customer of the guest, where it has one of its own
   * (`domain/posting/guests.ts`).
   */
  guestCustomerId?: string | undefined;
  lines: OrderLine[];
  fees?: NamedAmount[] | undefined;
  shipping?: NamedAmount[] | undefined;
  tips?: { amountMinor: number }[] | undefined;
  giftCards?:
    { sold?: GiftCardAmount[] | undefined; used?: GiftCardAmount[] | undefined } | undefined;
  /** Cash rounding (CHF 0.05), signed; counts in the total (accounting.md#extras). */
  roundingMinor?: number | undefined;
  /** Only where the currency is not the one of the books. */
  exchangeRate?: ExchangeRate | undefined;
  totals: { netMinor: number; taxMinor: number; totalMinor: number };
  /** Voided at the till: nothing of it is to stand in the books or in stock. */
  voided?: boolean | undefined;
}

/**
 * Units of the books' currency for one unit of the ticket's, from a stated source and day
 * (accounting.md#currencies).
 */
export interface ExchangeRate {
  /** Decimal text. */
  rate: string;
  source: string;
  day: string;
}

export interface OrderBody extends TicketBody {
  tenders: Tender[];
  /** Lay-away money that was received before, by its payment; counts in the sums like a tender. */
  deposits?: DepositAmount[] | undefined;
}

/** An amount of a deposit, which is named by its payment. */
export interface DepositAmount {
  paymentId: string;
  amountMinor: number;
}

export interface InvoiceBody extends TicketBody {
  dueDate?: string | undefined;
}

export interface RefundBody extends TicketBody {
  /** None where the sum is owed: the refund of an invoice that is not paid. */
  tenders: Tender[];
  /** The order or invoice that it gives back. */
  orderId?: string | undefined;
  restock: boolean;
  /** Given back without a line; counts in the sums. */
  unallocatedMinor?: number | undefined;
  /**
   * Lay-away money of the order `orderId` that is given back, by its payments; counts in the total,
   * and nothing else stands beside it.
   */
  deposits?: DepositAmount[] | undefined;
}

/**
 * Money of an invoice (`invoiceId`), or received before the sale that it is for (`depositFor`): one
 * of the two.
 */
export interface PaymentBody {
  number: string;
  invoiceId?: string | undefined;
  /** Record id of the lay-away order that it will complete. */
  depositFor?: string | undefined;
  tender: string;
  amountMinor: number;
  reference?: string | undefined;
  businessDate: string;
  exchangeRate?: ExchangeRate | undefined;
  /** Of a deposit only: an invoice says the next three itself. */
  currency?: string | undefined;
  customerId?: string | undefined;
  location?: string | undefined;
  /** Voided at the till: it was never received. */
  voided?: boolean | undefined;
}

/** Kinds of records that a payout may include. */
export const paidOutKinds = ['order', 'refund', 'invoice', 'payment'] as const;
export type PaidOutKind = (typeof paidOutKinds)[number];

/** What a processor paid to the bank. Amounts are signed: what it took back is negative. */
export interface PayoutBody {
  processor: string;
  /** Whose clearing account is emptied; without: the processor's own name. */
  tender?: string | undefined;
  /** The processor's name of it; without: the record id. */
  reference?: string | undefined;
  /** Day at the bank. */
  businessDate: string;
  /** Without: the currency of the books. */
  currency?: string | undefined;
  exchangeRate?: ExchangeRate | undefined;
  /** Everything included, charged back and adjusted. */
  grossMinor: number;
  feesMinor: number;
  netMinor: number;
  includes: { kind: PaidOutKind; recordId: string; amountMinor: number }[];
  chargebacks?: { kind: PaidOutKind; recordId: string; amountMinor: number }[] | undefined;
  adjustments?: { name: string; amountMinor: number }[] | undefined;
  /** Voided at the till: it was sent by mistake. */
  voided?: boolean | undefined;
}

/** Cash that moved without a sale (accounting.md#when-to-post). */
export interface CashBody {
  businessDate: string;
  location?: string | undefined;
  /** Whose drawer. */
  tender: string;
  type: 'paid_in' | 'paid_out' | 'difference';
  /** Positive; of a difference signed: what is over is positive, what is short negative. */
  amountMinor: number;
  /** Without: the currency of the books. */
  currency?: string | undefined;
  exchangeRate?: ExchangeRate | undefined;
  /**
   * What it was for, as the till calls it: mapped as `cash:<account>`; without: `cash:over-short`.
   */
  account?: string | undefined;
  reason?: string | undefined;
  /** Voided at the till: it never moved. */
  voided?: boolean | undefined;
}

/** What the members of a daily summary have in common (accounting.md#summaries). */
export interface SummaryKey {
  day: string;
  side: 'sale' | 'refund';
  location: string;
  /** Null where no money moved. */
  tender: string | null;
  currency: string;
  /** The codes of all lines as one key, `none` where there are none. */
  taxKey: string;
  pricesIncludeTax: boolean;
  /**
   * Of goods given for goods without a tender: `tender` names the account of exchanges and no way
   * to pay.
   */
  isExchange?: boolean | undefined;
  /** Where tickets state one: another rate is another summary. */
  exchangeRate?: ExchangeRate | undefined;
}

/** A daily summary: which tickets it sums up stands in `summary_members`. */
export interface SummaryBody {
  key: SummaryKey;
  number: string;
}

/** A record's present body, with its kind. */
export type RecordBody =
  | { kind: 'customer'; body: CustomerBody }
  | { kind: 'product'; body: ProductBody }
  | { kind: 'inventory'; body: StockBody }
  | { kind: 'order'; body: OrderBody }
  | { kind: 'refund'; body: RefundBody }
  | { kind: 'invoice'; body: InvoiceBody }
  | { kind: 'payment'; body: PaymentBody }
  | { kind: 'payout'; body: PayoutBody }
  | { kind: 'summary'; body: SummaryBody }
  | { kind: 'cash'; body: CashBody };

/** As a change may say it; absorbed without: the day it occurred, in the tenant's zone. */
export type Undated<T> = Omit<T, 'businessDate'> & { businessDate?: string | undefined };

/** A payment or payout that may still need its day. */
export type MoneyChange =
  { kind: 'payment'; body: Undated<PaymentBody> } | { kind: 'payout'; body: Undated<PayoutBody> };

/** A change's body, with its kind: differs from a record's for stock, and where it lacks a day. */
export type ChangeBody =
  | Exclude<RecordBody, { kind: 'inventory' | 'summary' | 'payment' | 'payout' }>
  | { kind: 'inventory'; body: InventoryBody }
  | MoneyChange;

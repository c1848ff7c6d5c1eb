import type { Kind } from './words';

// The bodies of changes and records, as contract section 3 gives them.
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
  priceMinor: number;
  currency: string;
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
  channel: 'pos';
  location?: string | undefined;
  businessDate: string;
  currency: string;
  pricesIncludeTax: boolean;
  customerId?: string | undefined;
  guest?: { name?: string | undefined; email?: string | undefined } | undefined;
  lines: OrderLine[];
  fees?: NamedAmount[] | undefined;
  shipping?: NamedAmount[] | undefined;
  tips?: { amountMinor: number }[] | undefined;
  giftCards?:
    { sold?: GiftCardAmount[] | undefined; used?: GiftCardAmount[] | undefined } | undefined;
  totals: { netMinor: number; taxMinor: number; totalMinor: number };
}

export interface OrderBody extends TicketBody {
  tenders: Tender[];
}

export interface InvoiceBody extends TicketBody {
  dueDate?: string | undefined;
}

export interface RefundBody extends OrderBody {
  orderId?: string | undefined;
  restock: boolean;
  /** Given back without a line; counts in the sums. */
  unallocatedMinor?: number | undefined;
}

export interface PaymentBody {
  number: string;
  invoiceId: string;
  tender: string;
  amountMinor: number;
  reference?: string | undefined;
}

export interface PayoutBody {
  processor: string;
  grossMinor: number;
  feesMinor: number;
  netMinor: number;
  includes: { kind: Kind; recordId: string; amountMinor: number }[];
}

/** What the members of a daily summary have in common (accounting.md 16). */
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
  | { kind: 'summary'; body: SummaryBody };

/** A change's body, with its kind: differs from a record's only for stock. */
export type ChangeBody =
  | Exclude<RecordBody, { kind: 'inventory' | 'summary' }>
  | { kind: 'inventory'; body: InventoryBody };

import type { PaymentBody, PayoutBody, CashBody } from '../schemas/money-bodies';
import type { InvoiceBody, OrderBody, RefundBody } from '../schemas/sale-bodies';
import type {
  CustomerBody,
  InventoryBody,
  ProductBody,
  StockBody,
  SummaryBody,
} from '../schemas/thing-bodies';

// The bodies of changes and records, each written down once, as the schema that checks it (`Change`
// in `/v1/openapi.json`). Money is integer minor units (`...Minor`), quantities and unit prices are
// decimal strings.

export type { ExchangeRate } from '../schemas/body-parts';
export type * from '../schemas/sale-bodies';
export type * from '../schemas/money-bodies';
export type * from '../schemas/thing-bodies';

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

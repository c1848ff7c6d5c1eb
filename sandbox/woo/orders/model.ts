import { type JsonObject } from '../../json';
import { type Micro } from '../money';
import { type Meta } from '../meta';

/** What one rate adds to a line. `subtotal` (before coupons) is null where there is none. */
export interface LineTax {
  readonly rateId: number;
  readonly total: Micro;
  readonly subtotal: Micro | null;
}

export interface LineItem {
  readonly id: number;
  /**
   * The name at the time of the sale; the SKU is looked up at every read (woocommerce.md#products).
   */
  readonly name: string;
  readonly productId: number;
  readonly variationId: number;
  readonly quantity: number;
  readonly taxClass: string;
  /** Net amounts, before and after coupons. */
  readonly subtotal: Micro;
  readonly total: Micro;
  readonly taxes: readonly LineTax[];
  readonly meta: readonly Meta[];
}

export interface ShippingLine {
  readonly id: number;
  readonly methodTitle: string;
  readonly methodId: string;
  readonly instanceId: string;
  readonly total: Micro;
  readonly taxes: readonly LineTax[];
  readonly taxStatus: string;
  readonly meta: readonly Meta[];
}

export interface FeeLine {
  readonly id: number;
  readonly name: string;
  readonly taxClass: string;
  readonly taxStatus: string;
  readonly total: Micro;
  readonly taxes: readonly LineTax[];
  readonly meta: readonly Meta[];
}

export interface CouponLine {
  readonly id: number;
  readonly code: string;
  readonly discount: Micro;
  readonly discountTax: Micro;
  readonly meta: readonly Meta[];
}

export interface TaxLine {
  readonly id: number;
  readonly rateId: number;
  readonly rateCode: string;
  readonly label: string;
  readonly isCompound: boolean;
  readonly taxTotal: Micro;
  readonly shippingTaxTotal: Micro;
  /** In ten-thousandths of a percent, as the rate was when the line was made. */
  readonly rate: bigint;
}

export interface Note {
  readonly id: number;
  readonly text: string;
  readonly isForCustomer: boolean;
  readonly author: string;
  readonly createdMs: number;
}

/** The lines of an order, and the sums that `totals.ts` makes of them. */
export interface OrderSums {
  readonly lines: readonly LineItem[];
  readonly shippingLines: readonly ShippingLine[];
  readonly fees: readonly FeeLine[];
  readonly coupons: readonly CouponLine[];
  readonly taxLines: readonly TaxLine[];
  readonly discountTotal: Micro;
  readonly discountTax: Micro;
  readonly shippingTotal: Micro;
  readonly shippingTax: Micro;
  readonly cartTax: Micro;
  readonly total: Micro;
  readonly totalTax: Micro;
}

export interface Order extends OrderSums {
  readonly id: number;
  readonly status: string;
  readonly currency: string;
  readonly pricesIncludeTax: boolean;
  readonly createdMs: number;
  readonly modifiedMs: number;
  readonly completedMs: number | null;
  readonly paidMs: number | null;
  readonly customerId: number;
  readonly orderKey: string;
  readonly billing: JsonObject;
  readonly shipping: JsonObject;
  readonly paymentMethod: string;
  readonly paymentMethodTitle: string;
  readonly transactionId: string;
  readonly customerIp: string;
  readonly customerAgent: string;
  readonly createdVia: string;
  readonly customerNote: string;
  readonly cartHash: string;
  readonly parentId: number;
  readonly meta: readonly Meta[];
  readonly refundIds: readonly number[];
  readonly notes: readonly Note[];
  readonly isStockReduced: boolean;
}

/** An order while a call changes it. */
export type OrderDraft = { -readonly [Name in keyof Order]: Order[Name] };

/** Money given back. Amounts of its lines are negative. */
export interface Refund {
  readonly id: number;
  readonly orderId: number;
  readonly createdMs: number;
  readonly modifiedMs: number;
  readonly amount: Micro;
  readonly reason: string;
  /** The gateway was asked to move money (`api_refund`). */
  readonly isPaidBack: boolean;
  readonly meta: readonly Meta[];
  readonly lines: readonly LineItem[];
  readonly shippingLines: readonly ShippingLine[];
  readonly fees: readonly FeeLine[];
  readonly taxLines: readonly TaxLine[];
}

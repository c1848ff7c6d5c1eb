import { type Micro } from '../money';

/** A product category. */
export interface Category {
  readonly id: number;
  readonly name: string;
  readonly slug: string;
  readonly parent: number;
  readonly description: string;
  readonly display: string;
  readonly menuOrder: number;
}

/** A global product attribute. */
export interface Attribute {
  readonly id: number;
  readonly name: string;
  readonly slug: string;
  readonly type: string;
  readonly orderBy: string;
  readonly hasArchives: boolean;
}

export type DiscountType = 'percent' | 'fixed_cart' | 'fixed_product';

/** A coupon; its code is kept in lower case. */
export interface Coupon {
  readonly id: number;
  readonly code: string;
  readonly type: DiscountType;
  readonly amount: Micro;
  readonly isFreeShipping: boolean;
  readonly createdMs: number;
  readonly modifiedMs: number;
}

import { type Json } from '../../json';
import { type Meta } from '../meta';

/** A product or variation as the store keeps it; what a reader sees is made in view.ts. */
export interface Product {
  readonly id: number;
  /** The product that a variation belongs to; 0 for a product. */
  readonly parentId: number;
  /** Fields that are stored and shown as they are, by their wire name. */
  readonly fields: Readonly<Record<string, Json>>;
  readonly name: string;
  readonly slug: string;
  readonly status: string;
  readonly sku: string;
  readonly globalUniqueId: string;
  readonly regularPrice: string;
  readonly salePrice: string;
  readonly isStockManaged: boolean;
  readonly stockQuantity: number | null;
  readonly stockStatus: string;
  readonly totalSales: number;
  readonly categoryIds: readonly number[];
  readonly createdMs: number;
  readonly modifiedMs: number;
  readonly meta: readonly Meta[];
  /** The store's revision when the SKU was taken: later than a call's arrival means a race. */
  readonly skuRevision: number;
}

/** A product while a call changes it. */
export type ProductDraft = { -readonly [Name in keyof Product]: Product[Name] };

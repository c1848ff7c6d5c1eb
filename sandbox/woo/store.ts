import { type Json } from '../json';

interface MetaEntry {
  id: number;
  key: string;
  value: Json;
}

/** A product as the store keeps it; what a reader sees is made in product-view.ts. */
export interface Product {
  id: number;
  /** Fields that are stored and shown as they are, by their wire name. */
  fields: Record<string, Json>;
  name: string;
  slug: string;
  status: string;
  sku: string;
  globalUniqueId: string;
  regularPrice: string;
  salePrice: string;
  isStockManaged: boolean;
  stockQuantity: number | null;
  stockStatus: string;
  totalSales: number;
  createdMs: number;
  modifiedMs: number;
  meta: MetaEntry[];
}

export interface ApiKey {
  secret: string;
  permissions: 'read' | 'write' | 'read_write';
}

/** One web shop. Plain data, so that a snapshot is a copy. */
export interface Store {
  name: string;
  /** The address WordPress thinks it has: links and the OAuth base string use it. */
  homeUrl: string;
  zone: string;
  currency: string;
  country: string;
  decimals: number;
  isTaxed: boolean;
  pricesIncludeTax: boolean;
  taxRoundAtSubtotal: boolean;
  keys: Map<string, ApiKey>;
  /** OAuth nonces of the last 15 minutes with their time stamps in seconds. */
  nonces: Map<string, number>;
  products: Map<number, Product>;
  /** Ids by SKU in lower case; products in the trash keep theirs. */
  idBySku: Map<string, number>;
  idByGtin: Map<string, number>;
  idBySlug: Map<string, number>;
  /** The last number that was put behind a slug that was taken. */
  slugNumbers: Map<string, number>;
  nextId: number;
  nextMetaId: number;
}

/** SKUs are compared without case and outer blanks (section 7). */
export function skuKey(sku: string): string {
  return sku.trim().toLowerCase();
}

import { shared } from '../server/state-copy';
import { type Customer } from './customers/model';
import { type Order, type Refund } from './orders/model';
import { type Product } from './products/model';
import { type Attribute, type Category, type Coupon } from './shop/model';
import { type TaxRate } from './taxes/model';
import { type QueuedDelivery, type Webhook } from './webhooks/model';

export interface ApiKey {
  secret: string;
  permissions: 'read' | 'write' | 'read_write';
  /** false: the key's user may not manage the shop, every right is refused with 403. */
  mayManage: boolean;
}

/** Numbers given so far, by kind. Products, orders and refunds share one row of ids. */
export interface Counters {
  post: number;
  productMeta: number;
  orderMeta: number;
  item: number;
  itemMeta: number;
  user: number;
  userMeta: number;
  comment: number;
  term: number;
  attribute: number;
  rate: number;
  webhook: number;
}

/**
 * Options that change what totals mean; `PUT /settings/...` sets them
 * (woocommerce.md#site-settings).
 */
export interface ShopOptions {
  currency: string;
  country: string;
  decimals: number;
  isTaxed: boolean;
  pricesIncludeTax: boolean;
  taxRoundAtSubtotal: boolean;
  taxBasedOn: 'shipping' | 'billing' | 'base';
}

/** An e-mail that the shop has sent inside a request (woocommerce.md#orders). */
export interface Mail {
  kind: string;
  to: string;
  atMs: number;
}

/**
 * One web shop.
 *
 * Rule of this folder: an object in a Map of the store is never changed, it is replaced by a
 * changed copy (`products.set(id, {...product, ...})`), and lists in it are replaced as well. So a
 * copy of the Maps is a full snapshot, a reader that holds an object keeps the
 * state of its moment, and what is derived from an object may be remembered beside it.
 */
export interface Store {
  readonly name: string;
  /** The address WordPress thinks it has: links and the OAuth base string use it. */
  readonly homeUrl: string;
  readonly zone: string;
  options: ShopOptions;
  keys: Map<string, ApiKey>;
  /** OAuth nonces of the last 15 minutes with their time stamps in seconds. */
  nonces: Map<string, number>;
  /** Products and variations. */
  products: Map<number, Product>;
  /** Ids by SKU in lower case; products in the trash keep theirs. */
  idBySku: Map<string, number>;
  idByGtin: Map<string, number>;
  idBySlug: Map<string, number>;
  /** Ids of variations by their parent. */
  variations: Map<number, readonly number[]>;
  /** The last number that was put behind a slug that was taken. */
  slugNumbers: Map<string, number>;
  orders: Map<number, Order>;
  refunds: Map<number, Refund>;
  customers: Map<number, Customer>;
  idByEmail: Map<string, number>;
  idByUsername: Map<string, number>;
  coupons: Map<number, Coupon>;
  categories: Map<number, Category>;
  attributes: Map<number, Attribute>;
  rates: Map<number, TaxRate>;
  webhooks: Map<number, Webhook>;
  /** Deliveries that wait for the store's cron, by webhook and resource: one each. */
  queue: Map<string, QueuedDelivery>;
  /** What the shop has sent: grows at its end. */
  mails: Mail[];
  /** Order statuses that a plug-in has added. */
  pluginStatuses: readonly string[];
  /** What a plug-in puts in front of the order number; null: the number is the id. */
  numberPrefix: string | null;
  /** What a plug-in puts behind the whole units of every price; null: prices stay as they are. */
  priceEnding: string | null;
  /** Counts every write: tells what has happened since a call came (races). */
  revision: number;
  counters: Counters;
}

/**
 * Marks what the Maps hold as never changed in place, so that a snapshot shares it. Freezing would
 * guard the rule above, but makes orders and lists take twice the time.
 */
export function shareRows(store: Store): void {
  for (const value of Object.values(store) as unknown[]) {
    if (value instanceof Map) for (const row of value.values()) shared(row);
  }
}

/** The next number of its kind. */
export function nextId(store: Store, kind: keyof Counters): number {
  store.counters[kind] += 1;
  return store.counters[kind];
}

/** Letters that the collation takes for others although Unicode does not decompose them. */
const alike: Readonly<Record<string, string>> = {
  ß: 'ss',
  ł: 'l',
  đ: 'd',
  ø: 'o',
  æ: 'ae',
  œ: 'oe',
  ı: 'i',
  ħ: 'h',
};

/**
 * SKUs as utf8mb4_unicode_520_ci compares them: without case, accents, outer blanks and signs of no
 * width (woocommerce.md#texts).
 */
export function skuKey(sku: string): string {
  const folded = /^[\x20-\x7e]*$/.test(sku)
    ? sku.toLowerCase()
    : sku
        .normalize('NFKD')
        .replace(/[\p{M}\p{Cf}\p{Cc}]/gu, '')
        .toLowerCase()
        .replace(/[ßłđøæœıħ]/g, (letter) => alike[letter] ?? letter);
  return folded.trim();
}

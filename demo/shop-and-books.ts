import { createHmac, randomBytes } from 'node:crypto';

import { z } from 'zod';

import { sumMinor, textToMinor } from '../domain/money';
import { callJson, expectBody } from './http-json';
import { currency } from './sales-file';
import { add, type Figures, type SideFigures } from './truth';

// Asks the shop and the books over their own APIs what they hold: not our code's connectors, so
// that an error of those cannot hide an error of theirs.

export interface ShopAccess {
  url: string;
  consumerKey: string;
  consumerSecret: string;
}

export interface BooksAccess {
  url: string;
  realmId: string;
  accessToken: string;
}

const product = z.object({
  id: z.number(),
  sku: z.string(),
  manage_stock: z.boolean(),
  stock_quantity: z.number().nullable(),
  meta_data: z.array(z.object({ key: z.string(), value: z.unknown() })),
});

const none = {
  sales: null,
  refunds: null,
  netMinorByDay: null,
  netMinorByTender: null,
  unitsSold: null,
  unitsReturned: null,
  stock: null,
  customers: null,
  products: null,
} satisfies Figures;

/** What the shop holds. `skuOf` turns a marked code back into the code of the file. */
export async function figuresOfShop(
  shop: ShopAccess,
  skuOf: (code: string) => string,
): Promise<{ figures: Figures; duplicates: number }> {
  const products: z.infer<typeof product>[] = [];
  for (let page = 1; ; page++) {
    const url = signed(shop, 'products', {
      per_page: '100',
      page: String(page),
      orderby: 'id',
      order: 'asc',
    });
    const rows = expectBody(z.array(product), await callJson(url), 'products of the shop');
    products.push(...rows);
    if (rows.length < 100) break;
  }
  const stock = new Map(
    products
      .filter((row) => row.manage_stock)
      .map((row) => [skuOf(row.sku), row.stock_quantity ?? 0]),
  );
  const refs = products.map((row) => markerOf(row) ?? String(row.id));
  return {
    figures: { ...none, stock, products: products.length },
    duplicates: refs.length - new Set(refs).size,
  };
}

/** The record id that stands with a product which was created for a record of ours. */
function markerOf(row: z.infer<typeof product>): string | null {
  const value = row.meta_data.find((meta) => meta.key === '_truth_sync_ref')?.value;
  return typeof value === 'string' ? value : null;
}

/** OAuth 1.0a in the query, as WooCommerce asks for over plain http. */
function signed(shop: ShopAccess, path: string, query: Record<string, string>): string {
  const url = `${shop.url}/wp-json/wc/v3/${path}`;
  const parameters: Record<string, string> = {
    ...query,
    oauth_consumer_key: shop.consumerKey,
    oauth_nonce: randomBytes(12).toString('hex'),
    oauth_signature_method: 'HMAC-SHA256',
    oauth_timestamp: String(Math.floor(Date.now() / 1000)),
  };
  const encode = (text: string): string =>
    encodeURIComponent(text).replaceAll(
      /[!'()*]/g,
      (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  const text = Object.keys(parameters)
    .sort()
    .map((name) => `${encode(name)}=${encode(parameters[name] ?? '')}`)
    .join('&');
  const signature = createHmac('sha256', `${shop.consumerSecret}&`)
    .update(`GET&${encode(url)}&${encode(text)}`)
    .digest('base64');
  return `${url}?${text}&oauth_signature=${encode(signature)}`;
}

const line = z.object({
  SalesItemLineDetail: z
    .object({ ItemRef: z.object({ value: z.string() }).optional(), Qty: z.number().optional() })
    .optional(),
});
const salesDocument = z.object({
  Id: z.string(),
  DocNumber: z.string().optional(),
  TxnDate: z.string(),
  TotalAmt: z.number(),
  TxnTaxDetail: z.object({ TotalTax: z.number().optional() }).optional(),
  PrivateNote: z.string().optional(),
  PaymentMethodRef: z.object({ value: z.string() }).optional(),
  Line: z.array(line),
});
type SalesDocument = z.infer<typeof salesDocument>;
const item = z.object({ Id: z.string(), Name: z.string(), Sku: z.string().optional() });
const customer = z.object({ Id: z.string(), DisplayName: z.string() });

export interface BooksAnswer {
  figures: Figures;
  duplicates: number;
  documents: { SalesReceipt: number; RefundReceipt: number; Customer: number; Item: number };
  /** Numbers of the sales and refunds there, for finding what is missing. */
  numbers: Set<string>;
}

/** What the books hold, by queries as an accountant's program would ask. */
export async function figuresOfBooks(
  books: BooksAccess,
  names: {
    tenderOf: (paymentMethodId: string) => string;
    ownItems: Set<string>;
    ownCustomerIds: ReadonlySet<string>;
  },
): Promise<BooksAnswer> {
  const sales = await all(books, 'SalesReceipt', salesDocument);
  const refunds = await all(books, 'RefundReceipt', salesDocument);
  const items = await all(books, 'Item', item);
  const customers = await all(books, 'Customer', customer);
  const skus = new Map(
    items.flatMap((row) => (row.Sku === undefined ? [] : [[row.Id, row.Sku] as const])),
  );
  const byDay = new Map<string, number>();
  const byTender = new Map<string, number>();
  for (const [document, sign] of [
    ...sales.map((row) => [row, 1] as const),
    ...refunds.map((row) => [row, -1] as const),
  ]) {
    const netMinor = sign * minor(document);
    add(byDay, document.TxnDate, netMinor);
    const method = document.PaymentMethodRef?.value;
    if (netMinor !== 0)
      add(byTender, method === undefined ? 'none' : names.tenderOf(method), netMinor);
  }
  const markers = [...sales, ...refunds].map(
    (row) => (row.PrivateNote ?? row.Id).split('\n')[0] ?? '',
  );
  const products = items.filter((row) => !names.ownItems.has(row.Id));
  const productSkus = products.map((row) => row.Sku ?? row.Id);
  const people = customers.filter((row) => !names.ownCustomerIds.has(row.Id));
  const repeated = (list: string[]): number => list.length - new Set(list).size;
  return {
    figures: {
      ...none,
      sales: sideOf(sales),
      refunds: sideOf(refunds),
      netMinorByDay: byDay,
      netMinorByTender: byTender,
      unitsSold: units(sales, skus),
      unitsReturned: units(refunds, skus),
      customers: people.length,
      products: products.length,
    },
    duplicates:
      repeated(markers) + repeated(productSkus) + repeated(people.map((row) => row.DisplayName)),
    documents: {
      SalesReceipt: sales.length,
      RefundReceipt: refunds.length,
      Customer: people.length,
      Item: products.length,
    },
    numbers: new Set([...sales, ...refunds].flatMap(ticketsIn)),
  };
}

/**
 * Numbers of the tickets that a document stands for: its own, or those that the note of a daily
 * summary lists.
 */
function ticketsIn({ PrivateNote = '', DocNumber = '' }: SalesDocument): string[] {
  const listed = /daily summary [^:]*: (.*)/.exec(PrivateNote)?.[1];
  return listed === undefined
    ? [DocNumber]
    : listed.split(/[ ;]/).filter((number) => number !== '');
}

function sideOf(documents: readonly SalesDocument[]): SideFigures {
  const taxMinor = sumMinor(documents.map(taxOf));
  const netMinor = sumMinor(documents.map(minor)) - taxMinor;
  const count = sumMinor(documents.map((document) => ticketsIn(document).length));
  return { count, netMinor, taxMinor };
}

function minor({ Id, TotalAmt }: SalesDocument): number {
  return amountOf(TotalAmt, `TotalAmt of ${Id}`);
}

function taxOf({ Id, TxnTaxDetail }: SalesDocument): number {
  return amountOf(TxnTaxDetail?.TotalTax ?? 0, `TotalTax of ${Id}`);
}

function amountOf(amount: number, what: string): number {
  const amountMinor = textToMinor(amount, currency);
  if (amountMinor === null) throw new Error(`${what} is ${amount}, which is no amount`);
  return amountMinor;
}

function units(
  documents: readonly SalesDocument[],
  skus: ReadonlyMap<string, string>,
): Map<string, number> {
  const totals = new Map<string, number>();
  for (const { SalesItemLineDetail } of documents.flatMap((document) => document.Line)) {
    const sku = skus.get(SalesItemLineDetail?.ItemRef?.value ?? '');
    if (sku !== undefined) add(totals, sku, SalesItemLineDetail?.Qty ?? 0);
  }
  return totals;
}

/** All rows of an entity, a thousand at a time. */
async function all<T>(books: BooksAccess, entity: string, row: z.ZodType<T>): Promise<T[]> {
  const shape = z.object({ QueryResponse: z.record(z.string(), z.unknown()) });
  const rows: T[] = [];
  for (;;) {
    const query = `SELECT * FROM ${entity} ORDERBY Id STARTPOSITION ${rows.length + 1} MAXRESULTS
       1000`;
    const url = `${books.url}/v3/company/${books.realmId}/query?minorversion=75&query=${encodeURIComponent(query)}`;
    const answer = await callJson(url, {
      headers: { authorization: `Bearer ${books.accessToken}` },
    });
    const page = z
      .array(row)
      .parse(expectBody(shape, answer, `${entity} of the books`).QueryResponse[entity] ?? []);
    rows.push(...page);
    if (page.length < 1000) return rows;
  }
}
